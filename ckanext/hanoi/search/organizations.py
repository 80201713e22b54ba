"""The organizations of the catalog as lists show them: found by whatever they are called, in
Vietnamese order, by kind."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.model as model

from ckanext.hanoi.agencies import store
from ckanext.hanoi.agencies.registry import KINDS
from ckanext.hanoi.search import synonyms
from ckanext.hanoi.vietnamese import fold, sort_key


def found(q: str, group_type: str = "organization") -> list[store.Row]:
    """The active organizations of this type in whose names or description all words of ``q`` are:
    with or without accents, abbreviated, by the agencies whose work they took over."""
    words = fold(q).split()
    rows = store.rows(model.Group.state == "active", model.Group.type == group_type)
    return [row for row in rows if all(word in _text(row) for word in words)] if words else rows


def _text(row: store.Row) -> str:
    called = synonyms.of_agency(row.agency or row.name, row.title)
    name = row.name.replace("-", " ").replace("_", " ")
    return fold(" ".join((*called, row.name, name, row.extras.get("title_en", ""),
                          row.description)))  # fmt: skip


def title_key(row: store.Row) -> Any:
    """By title in Vietnamese order."""
    return sort_key(row.title or row.name), row.name


def by_kind(
    rows: list[store.Row], counts: Mapping[str, int], sort: str, title: Callable[[store.Row], str]
) -> list[dict[str, Any]]:
    """The organizations by kind: ``kind``, ``datasets`` (their number) and ``organizations``, each
    with ``name``, ``title`` and ``count`` (of its datasets).

    ``counts``: by the organization's name; ``sort``: as of CKAN's ``organization_list``, any other
    than by title or ``package_count`` is by title.
    """
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=title_key):
        kind = row.extras.get("kind") or "other"
        kinds.setdefault(kind if kind in KINDS else "other", []).append(
            {"name": row.name, "title": title(row), "count": counts.get(row.name, 0)})
    for some in kinds.values():
        # equals stay in the order of their titles
        if sort == "title desc":
            some.reverse()
        elif sort.startswith("package_count"):
            some.sort(key=lambda one: one["count"], reverse=sort.endswith("desc"))
    return [{"kind": kind, "datasets": sum(one["count"] for one in kinds[kind]),
             "organizations": kinds[kind]} for kind in KINDS if kind in kinds]  # fmt: skip

