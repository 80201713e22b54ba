"""What the quality actions take."""

from __future__ import annotations

from typing import Any

from ckanext.hanoi import quality
from ckanext.hanoi.logic.schema.common import ignored, one_of, v
from ckanext.hanoi.quality import link_queries, ranking
from ckanext.hanoi.quality.freshness import STATES

DATASET_SORTS = ("title", "points", *ranking.DIMENSIONS, "updated", "broken_links", "computed")


def _order() -> dict[str, Any]:
    return {
        "q": v("ignore_empty", "unicode_safe"),
        "order": v("ignore_empty", "unicode_safe", one_of(("asc", "desc"))),
        **ignored(),
    }


def show() -> dict[str, Any]:
    """One dataset, one agency, or neither: the catalog."""
    return {
        "id": v("ignore_empty", "unicode_safe"),
        "organization": v("ignore_empty", "unicode_safe"),
        **ignored(),
    }


def ranking_of_agencies() -> dict[str, Any]:
    """Filter and order of agencies."""
    sorts = one_of(("title", *ranking.NUMBERS))
    return {**_order(), "sort": v("ignore_empty", "unicode_safe", sorts)}


def list_of_datasets() -> dict[str, Any]:
    """Filters, order and part of the datasets."""
    return {
        **_order(),
        "organization": v("ignore_empty", "unicode_safe"),
        "band": v("ignore_empty", "unicode_safe", one_of(quality.BANDS)),
        "freshness": v("ignore_empty", "unicode_safe", one_of(STATES)),
        "sort": v("ignore_empty", "unicode_safe", one_of(DATASET_SORTS)),
        "limit": v("ignore_empty", "natural_number_validator"),
        "offset": v("ignore_empty", "natural_number_validator"),
    }


def list_of_links() -> dict[str, Any]:
    """Filters, order and part of the links."""
    return {
        **_order(),
        "organization": v("ignore_empty", "unicode_safe"),
        "id": v("ignore_empty", "unicode_safe"),
        "state": v("ignore_empty", "unicode_safe", one_of(link_queries.STATES)),
        "sort": v("ignore_empty", "unicode_safe", one_of(link_queries.SORTS)),
        "limit": v("ignore_empty", "natural_number_validator"),
        "offset": v("ignore_empty", "natural_number_validator"),
    }


def check_of_links() -> dict[str, Any]:
    """A dataset, an agency, or neither: all."""
    return show()
