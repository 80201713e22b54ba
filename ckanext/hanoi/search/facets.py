"""Joins the search to CKAN: organizations above an organization, facets and their labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import aliased

from ckanext.hanoi import language
from ckanext.hanoi.agencies.registry import registry
from ckanext.hanoi.catalog.batch_cache import cached
from ckanext.hanoi.quality import labels as quality_words
from ckanext.hanoi.quality import recompute as quality_update
from ckanext.hanoi.vietnamese import sort_key
from ckanext.hanoi.vocabulary import vocabulary

AGENCY = "vocab_agency"
_VOCABULARIES = {
    "vocab_theme": "theme",
    "vocab_ward": "ward",
    "frequency": "frequency",
    "access_level": "access_level",
}
#: Fields of the index that have names of organizations.
_OF_AGENCIES = (AGENCY, "organization")
QUALITY = quality_update.FACET
EVERYWHERE = (
    "vocab_theme", AGENCY, "res_format", "frequency", "access_level", "vocab_ward", QUALITY,
)  # fmt: skip
#: Of the page of one agency.
OF_AN_AGENCY = tuple(name for name in EVERYWHERE if name != AGENCY)
_INDENT = "\u2003"


def above(document: dict[str, Any]) -> list[str]:
    """The names of the organizations above that of a document, the topmost first."""
    name = document.get("organization")
    return cached(("above", name), lambda: _above(name)) if name else []


def _above(name: str) -> list[str]:
    organization = model.Group.get(name)
    if organization is None:
        return []
    return [group.name for group in organization.get_parent_group_hierarchy("organization")]


def titles(own: Iterable[str], facets: dict[str, str]) -> dict[str, str]:
    """The facets of a page: ``own`` of ours, and those it had that ours don't replace."""
    ours = {
        "vocab_theme": tk._("Theme"),
        AGENCY: tk._("Agency"),
        "res_format": tk._("Format"),
        "frequency": tk._("Update frequency"),
        "access_level": tk._("Access level"),
        "vocab_ward": tk._("Ward or commune"),
        QUALITY: tk._("Metadata quality"),
    }
    replaced = {"organization", "res_format", *ours}
    rest = {name: title for name, title in facets.items() if name not in replaced}
    return {**{name: ours[name] for name in own}, **rest}


def label(results: dict[str, Any]) -> dict[str, Any]:
    """The result of ``package_search`` with its facets' items named in the reader's language."""
    lang = language.lang()
    for name, facet in results.get("search_facets", {}).items():
        if name == AGENCY:
            _label_agencies(facet["items"], lang)
        for item in facet["items"] if name == QUALITY else ():
            item["display_name"] = quality_words.band(item["name"])
        for item in facet["items"] if name in _VOCABULARIES else ():
            term = vocabulary(_VOCABULARIES[name]).get(item["name"])
            item["display_name"] = term.label(lang) if term else item["name"]
    return results


def _label_agencies(items: list[dict[str, Any]], lang: str) -> None:
    names = [item["name"] for item in items]
    group = model.Group
    rows = model.Session.execute(sa.select(group.name, group.title).where(group.name.in_(names)))
    known = {name: title for name, title in rows if title}
    for item in items:
        title = known.get(item["name"]) or item["name"]
        agency = registry().get(item["name"])
        english = ""
        if not lang.startswith("vi"):
            own = tk.h.hanoi_agency_title({"name": item["name"], "title": title}, "en")
            english = own if own != title else agency.en if agency and agency.vi == title else ""
        item["display_name"] = english or title


def chosen(facets: dict[str, Any]) -> dict[str, Any]:
    """The facets of CKAN's search form with the names of what is chosen, which a facet without any
    dataset does not know: the pills above the results say names, never codes."""
    known = dict(facets.get("translated_fields") or {})
    for name, values in (facets.get("fields") or {}).items():
        items = [{"name": value, "display_name": value} for value in values]
        label({"search_facets": {AGENCY if name in _OF_AGENCIES else name: {"items": items}}})
        for item in items:
            if item["display_name"] != item["name"]:
                known.setdefault((name, item["name"]), item["display_name"])
    return {**facets, "translated_fields": known, "titles": _all_titles(facets)}


def _all_titles(facets: dict[str, Any]) -> dict[str, Any]:
    """What the fields are called that were asked for, those that are no facet of the page too."""
    asked = facets.get("fields") or {}
    others = {**titles(EVERYWHERE, {}), **dict.fromkeys(_OF_AGENCIES, tk._("Agency")),
              "tags": tk._("Tags"), "license_id": tk._("Licenses"), "groups": tk._("Groups")}
    return {**{name: others.get(name, name) for name in asked}, **(facets.get("titles") or {})}


def facet_items(name: str, search_facets: dict[str, Any]) -> list[dict[str, Any]]:
    """What a facet shows: the most frequent first, equals in Vietnamese order, agencies as a tree.

    As many as CKAN's own helper would show; each item as there, with ``active``. What has no name,
    such as the format of a file without one, can't be chosen and is left out.
    """
    items = [one for one in tk.h.get_facet_items_dict(name, search_facets, limit=0)
             if one["name"].strip()]  # fmt: skip
    items.sort(key=lambda item: (-item["count"], sort_key(item["display_name"])))
    if name == AGENCY:
        items = _tree(items)
    limit = tk.h.get_param_int(f"_{name}_limit", tk.config["search.facets.default"])
    return items[:limit] if limit else items


def _tree(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each agency below the nearest one above it that is in the list, ``depth`` says how deep."""
    parent_of = _parents()
    listed = {item["name"]: item for item in items}
    below: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        parent, seen = parent_of.get(item["name"], ""), {item["name"]}
        while parent and parent not in listed and parent not in seen:
            seen.add(parent)
            parent = parent_of.get(parent, "")
        below.setdefault(parent if parent in listed else "", []).append(item)
    ordered: list[dict[str, Any]] = []

    def add(parent: str, depth: int) -> None:
        for item in below.pop(parent, ()):
            ordered.append({**item, "depth": depth})
            add(item["name"], depth + 1)

    add("", 0)
    return ordered


def _parents() -> dict[str, str]:
    """Organization's name -> name of the one above it."""
    below, above, member = model.Group, aliased(model.Group), model.Member
    query = (
        sa.select(below.name, above.name)
        .join(member, sa.and_(member.group_id == below.id, member.table_name == "group"))
        .join(above, above.id == member.table_id)
        .where(below.is_organization, above.is_organization, member.state == "active")
    )
    return dict(tuple(row) for row in model.Session.execute(query))


def indented(item: dict[str, Any]) -> str:
    """The label of a facet's item, indented as deep as it stands in its tree."""
    return _INDENT * item.get("depth", 0) + item["display_name"]
