"""What the home page shows of the catalog: public things alone, in two questions to Solr."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.search import content_date
from ckanext.hanoi.vietnamese import sort_key
from ckanext.hanoi.vocabulary import vocabulary

_RECENT = 6
_AGENCIES = 12


def hanoi_home() -> dict[str, Any]:
    """The catalog in short.

    ``datasets``, ``agencies``, ``recent`` (content changed in 30 days): numbers; ``newest``: the
    datasets whose content changed last; ``themes``: every one, ``{"code", "label", "icon",
    "count"}``; ``publishers``: the agencies with the most datasets, ``{"name", "title",
    "count"}``; ``keywords``: the most frequent ones.
    """
    everything = _search(
        sort=content_date.SORT, rows=_RECENT,
        **{"facet.field": ["vocab_theme", "organization", "tags"], "facet.limit": 1000},
    )  # fmt: skip
    recent = _search(rows=0, fq=content_date.RECENT, facet="false")
    facets = everything["search_facets"]
    publishers = _items(facets, "organization")
    return {
        "datasets": everything["count"],
        "agencies": len(publishers),
        "recent": recent["count"],
        "newest": everything["results"],
        "themes": _themes(facets),
        "publishers": [_publisher(item) for item in publishers[:_AGENCIES]],
        "keywords": [item["name"] for item in _items(facets, "tags")[:5]],
    }


def _search(**query: Any) -> dict[str, Any]:
    anybody: Any = {"user": "", "auth_user_obj": None}
    return tk.get_action("package_search")(anybody, {"q": "*:*", **query})


def _items(facets: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The most frequent first, equals in Vietnamese order."""
    items = facets.get(name, {}).get("items", [])
    return sorted(items, key=lambda item: (-item["count"], sort_key(item["display_name"])))


def _themes(facets: dict[str, Any]) -> list[dict[str, Any]]:
    counts = {item["name"]: item["count"] for item in _items(facets, "vocab_theme")}
    lang = str(tk.h.lang())
    return [
        {"code": term.code, "label": term.label(lang), "icon": term.extra.get("icon", "folder"),
         "count": counts.get(term.code, 0)}
        for term in vocabulary("theme")
    ]  # fmt: skip


def _publisher(item: dict[str, Any]) -> dict[str, Any]:
    named = {"name": item["name"], "title": item["display_name"]}
    return {**named, "title": tk.h.hanoi_agency_title(named), "count": item["count"]}


def hanoi_updated(dataset: dict[str, Any]) -> str:
    """When the content of a dataset changed last: ISO 8601, "" where nobody says so."""
    return content_date.of(dataset)


def hanoi_sort_updated() -> str:
    """The order of a search in which what was updated last comes first."""
    return content_date.SORT
