"""What the quality actions take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi import quality
from ckanext.hanoi.quality import link_list, ranking
from ckanext.hanoi.quality.freshness import STATES

DATASET_SORTS = ("title", "points", *ranking.DIMENSIONS, "updated", "broken_links", "computed")


def _v(*names: Any) -> list[Any]:
    return [tk.get_validator(name) if isinstance(name, str) else name for name in names]


def _one_of(words: Iterable[str]) -> Any:
    allowed = tuple(words)

    def validator(value: str) -> str:
        if value not in allowed:
            raise tk.Invalid(tk._("Choose one of: %s") % ", ".join(allowed))
        return value

    return validator


def _order() -> dict[str, Any]:
    return {
        "q": _v("ignore_empty", "unicode_safe"),
        "order": _v("ignore_empty", "unicode_safe", _one_of(("asc", "desc"))),
        "__extras": _v("ignore"),
        "__junk": _v("ignore"),
    }


def show() -> dict[str, Any]:
    """One dataset, one agency, or neither: the catalog."""
    return {
        "id": _v("ignore_empty", "unicode_safe"),
        "organization": _v("ignore_empty", "unicode_safe"),
        "__extras": _v("ignore"),
        "__junk": _v("ignore"),
    }


def ranking_of_agencies() -> dict[str, Any]:
    """Filter and order of agencies."""
    sorts = _one_of(("title", *ranking.NUMBERS))
    return {**_order(), "sort": _v("ignore_empty", "unicode_safe", sorts)}


def list_of_datasets() -> dict[str, Any]:
    """Filters, order and part of the datasets."""
    return {
        **_order(),
        "organization": _v("ignore_empty", "unicode_safe"),
        "band": _v("ignore_empty", "unicode_safe", _one_of(quality.BANDS)),
        "freshness": _v("ignore_empty", "unicode_safe", _one_of(STATES)),
        "sort": _v("ignore_empty", "unicode_safe", _one_of(DATASET_SORTS)),
        "limit": _v("ignore_empty", "natural_number_validator"),
        "offset": _v("ignore_empty", "natural_number_validator"),
    }


def list_of_links() -> dict[str, Any]:
    """Filters, order and part of the links."""
    return {
        **_order(),
        "organization": _v("ignore_empty", "unicode_safe"),
        "id": _v("ignore_empty", "unicode_safe"),
        "state": _v("ignore_empty", "unicode_safe", _one_of(link_list.STATES)),
        "sort": _v("ignore_empty", "unicode_safe", _one_of(link_list.SORTS)),
        "limit": _v("ignore_empty", "natural_number_validator"),
        "offset": _v("ignore_empty", "natural_number_validator"),
    }


def check_of_links() -> dict[str, Any]:
    """A dataset, an agency, or neither: all."""
    return show()
