"""Template helpers of the search page."""

from __future__ import annotations

from typing import Any

from ckanext.hanoi.search import facets as catalog


def hanoi_facet_items(name: str, search_facets: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The items of a facet in the order in which they are shown."""
    return catalog.facet_items(name, search_facets or {})


def hanoi_facet_label(item: dict[str, Any]) -> str:
    """The whole label of a facet's item, indented below what it belongs to."""
    return catalog.indented(item)


def hanoi_facets_for_robots() -> list[str]:
    """The parameters of facets, ours and CKAN's, that no search engine should combine."""
    return sorted({*catalog.EVERYWHERE, "organization", "groups", "tags", "license_id"})


def hanoi_facets_chosen(facets: dict[str, Any] | None) -> dict[str, Any] | None:
    """The facets of a search form with the names of what is chosen."""
    return catalog.chosen(facets) if facets else facets
