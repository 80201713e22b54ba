"""What the agency actions take."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.agencies.registry import KINDS
from ckanext.hanoi.dates import parse

SORTS = ("kind", "name")


def _v(*names: Any) -> list[Any]:
    return [tk.get_validator(name) if isinstance(name, str) else name for name in names]


def _kind(value: str) -> str:
    if value not in KINDS:
        raise tk.Invalid(tk._("Choose one of: %s") % ", ".join(KINDS))
    return value


def _sort(value: str) -> str:
    if value not in SORTS:
        raise tk.Invalid(tk._("Choose one of: %s") % ", ".join(SORTS))
    return value


def _day(value: Any) -> Any:
    day = parse(str(value))
    if day is None:
        raise tk.Invalid(tk._("A date such as 2025-03-01 is expected"))
    return day.start


def agency_list() -> dict[str, Any]:
    """Filters and order of a list of agencies."""
    return {
        "q": _v("ignore_empty", "unicode_safe"),
        "kind": _v("ignore_empty", "unicode_safe", _kind),
        "parent": _v("ignore_empty", "unicode_safe"),
        "abolished": _v("ignore_empty", "boolean_validator"),
        "sort": _v("ignore_empty", "unicode_safe", _sort),
        "__extras": _v("ignore"),
        "__junk": _v("ignore"),
    }


def agency_match() -> dict[str, Any]:
    """A name, and the day on which it was written."""
    return {
        "text": _v("not_empty", "unicode_safe"),
        "on_date": _v("ignore_empty", _day),
        "__extras": _v("ignore"),
        "__junk": _v("ignore"),
    }
