"""What the actions on tables take."""

from __future__ import annotations

from typing import Any

from ckanext.hanoi.logic.schema.common import default, one_of, page, v
from ckanext.hanoi.model.tables import STATES

#: Orders of a list.
SORTS = ("errors", "looked_at", "title", "rows")


def listing() -> dict[str, Any]:
    """Filters, order and page of ``hanoi_table_list``."""
    return {
        "owner_org": v("ignore_empty", "unicode_safe"),
        "state": v("ignore_empty", "unicode_safe", one_of(STATES)),
        "problems": v("ignore_empty", "boolean_validator"),
        "q": v("ignore_empty", "unicode_safe"),
        "sort": v(default("errors"), "unicode_safe", one_of(SORTS)),
        **page(),
    }


def check() -> dict[str, Any]:
    """``hanoi_table_check``: one of them."""
    return {
        "id": v("ignore_empty", "unicode_safe"),
        "package_id": v("ignore_empty", "unicode_safe"),
        "owner_org": v("ignore_empty", "unicode_safe"),
        "all": v("ignore_empty", "boolean_validator"),
    }
