"""What the actions on tables take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.model.tables import STATES


def _v(*names: Any) -> list[Any]:
    return [tk.get_validator(name) if isinstance(name, str) else name for name in names]


def _state(value: str) -> str:
    if value not in STATES:
        raise tk.Invalid(tk._("Choose one of: %(states)s") % {"states": ", ".join(STATES)})
    return value


def _sort(value: str) -> str:
    if value not in SORTS:
        raise tk.Invalid(tk._("Choose one of: %(states)s") % {"states": ", ".join(SORTS)})
    return value


#: Orders of a list.
SORTS = ("errors", "looked_at", "title", "rows")


def listing() -> dict[str, Any]:
    """Filters, order and page of ``hanoi_table_list``."""
    number = tk.get_validator("natural_number_validator")
    default: Any = tk.get_validator("default")
    return {
        "owner_org": _v("ignore_empty", "unicode_safe"),
        "state": _v("ignore_empty", "unicode_safe", _state),
        "problems": _v("ignore_empty", "boolean_validator"),
        "q": _v("ignore_empty", "unicode_safe"),
        "sort": [default("errors"), *_v("unicode_safe", _sort)],
        "limit": [default(100), number, lambda value: min(value, 1000)],
        "offset": [default(0), number],
    }


def check() -> dict[str, Any]:
    """``hanoi_table_check``: one of them."""
    return {
        "id": _v("ignore_empty", "unicode_safe"),
        "package_id": _v("ignore_empty", "unicode_safe"),
        "owner_org": _v("ignore_empty", "unicode_safe"),
        "all": _v("ignore_empty", "boolean_validator"),
    }
