"""What the agency actions take."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.agencies.registry import KINDS
from ckanext.hanoi.dates import parse
from ckanext.hanoi.logic.schema.common import ignored, one_of, v

SORTS = ("kind", "name")


def _day(value: Any) -> Any:
    day = parse(str(value))
    if day is None:
        raise tk.Invalid(tk._("A date such as 2025-03-01 is expected"))
    return day.start


def agency_list() -> dict[str, Any]:
    """Filters and order of a list of agencies."""
    return {
        "q": v("ignore_empty", "unicode_safe"),
        "kind": v("ignore_empty", "unicode_safe", one_of(KINDS)),
        "parent": v("ignore_empty", "unicode_safe"),
        "abolished": v("ignore_empty", "boolean_validator"),
        "sort": v("ignore_empty", "unicode_safe", one_of(SORTS)),
        **ignored(),
    }


def agency_match() -> dict[str, Any]:
    """A name, and the day on which it was written."""
    return {
        "text": v("not_empty", "unicode_safe"),
        "on_date": v("ignore_empty", _day),
        **ignored(),
    }
