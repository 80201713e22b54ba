"""Template helpers of the organization's form and page."""
from __future__ import annotations

import re
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import g, has_app_context

from ckanext.hanoi import language
from ckanext.hanoi.agencies import store
from ckanext.hanoi.agencies.registry import KINDS, Agency, registry
from ckanext.hanoi.search import organizations
from ckanext.hanoi.vietnamese import sort_key

_DATED = re.compile(r"\((\d{4}-\d{2}-\d{2})\)\Z")


def hanoi_agency_title(organization: dict[str, Any], lang: str = "") -> str:
    """The name of an organization in ``lang`` (the reader's language), as far as it has one.

    ``organization`` may be as short as a dataset has it: ``name`` and ``title``.
    """
    english = ""
    if (lang or _lang()) != "vi":
        english = _english_titles().get(organization.get("name") or "", "")
    return english or organization.get("title") or organization.get("name") or ""


def _english_titles() -> dict[str, str]:
    """The English titles of agencies by name; asked for once a page."""
    if not has_app_context():  # a job or a command
        return store.english_titles()
    if not hasattr(g, "hanoi_english_titles"):
        g.hanoi_english_titles = store.english_titles()
    return g.hanoi_english_titles


def hanoi_agency_kinds(field: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The kinds of agencies as choices of a form."""
    return [{"value": kind, "label": label} for kind, label in KINDS.items()]


def hanoi_agency_kind(kind: str) -> str:
    """A kind of agency in the reader's language."""
    label = KINDS.get(kind) or KINDS["other"]
    return label["vi" if _lang() == "vi" else "en"]


def hanoi_agencies_by_kind(q: str, sort: str, group_type: str) -> list[dict[str, Any]]:
    """All organizations, or those that ``q`` finds, by kind: ``kind`` with ``label``, ``datasets``
    and ``organizations``, each with ``name``, ``title`` and ``count`` of what the reader may see,
    that of the agencies below with it.
    """
    facets = tk.get_action("package_search")({}, {
        "q": "*:*", "rows": 0, "facet.field": ["organization", "vocab_agency"], "facet.limit": -1,
        "include_private": True})["search_facets"]  # fmt: skip
    own, whole = ({item["name"]: item["count"] for item in facets.get(name, {}).get("items", ())}
                  for name in ("organization", "vocab_agency"))  # fmt: skip
    counts = {name: max(own.get(name, 0), whole.get(name, 0)) for name in {**own, **whole}}
    groups = organizations.by_kind(
        organizations.found(q or "", group_type),
        counts,
        sort or "",
        lambda row: _link(row)["title"],
    )
    for group in groups:
        every = group["organizations"]
        mine = sum(own.get(one["name"], 0) for one in every)
        # one that stands above another of its kind has that one's datasets too
        group["datasets"] = max([mine, *(one["count"] for one in every)])
        group["label"] = hanoi_agency_kind(group["kind"])
    return groups


def hanoi_agencies_with_data(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``groups`` of ``hanoi_agencies_by_kind`` without the organizations that have nothing."""
    some = ({**group, "organizations": [one for one in group["organizations"] if one["count"]]}
            for group in groups)  # fmt: skip
    return [group for group in some if group["organizations"]]


def hanoi_datasets_with_below(organization: dict[str, Any]) -> int:
    """How many datasets an agency has that the reader may see, those of the agencies below too."""
    found = tk.get_action("package_search")({}, {
        "q": "*:*", "rows": 0, "facet": "false", "include_private": True,
        "fq": f'vocab_agency:"{organization["name"]}"'})  # fmt: skip
    return int(found["count"])


def hanoi_parent_choices(data: dict[str, Any]) -> list[dict[str, str]]:
    """The organizations that may stand above the one in the form: neither itself nor one below."""
    group = model.Group.get(data["id"]) if data.get("id") else None
    if group is None:
        allowed = model.Group.all(group_type="organization")
    else:
        allowed = group.groups_allowed_to_be_its_parent(type=group.type)
    choices = [{"value": one.name, "text": one.title or one.name} for one in allowed]
    return sorted(choices, key=lambda choice: sort_key(choice["text"]))


def hanoi_parent_of(data: dict[str, Any]) -> str:
    """The name of the organization above, as the form or CKAN's hierarchy has it."""
    if "parent" in data:
        return data["parent"]
    groups = data.get("groups") or []
    return groups[0]["name"] if groups else ""


def hanoi_organization_relations(organization: dict[str, Any]) -> dict[str, Any]:
    """What stands above, below, before and after an organization.

    ``above``: the organizations above, the topmost first; ``below``: of each kind (``label``) the
    ``organizations``; ``before``: the predecessors with ``title``, ``since`` and ``by``, and with
    ``datasets`` how many came from an organization that was merged into this one; ``after``: the
    successors. Titles are in the reader's language.
    """
    all_rows = {row.id: row for row in store.rows()}
    parents = store.parents()
    return {
        "above": _above(organization["id"], parents, all_rows),
        "below": _below(organization["id"], parents, all_rows),
        "before": _before(organization, all_rows),
        "after": [_past(text) for text in organization.get("successors") or ()],
    }


def _lang() -> str:
    return "vi" if language.is_vietnamese() else "en"


def _link(row: store.Row) -> dict[str, str]:
    english = row.extras.get("title_en") if _lang() == "en" else ""
    return {"name": row.name, "title": english or row.title or row.name}


def _above(id_: str, parents: dict[str, str], all_rows: dict[str, store.Row]) -> list[Any]:
    chain: list[dict[str, str]] = []
    seen = {id_}
    while (id_ := parents.get(id_, "")) in all_rows and id_ not in seen:
        seen.add(id_)
        if all_rows[id_].state == "active":
            chain.insert(0, _link(all_rows[id_]))
    return chain


def _below(id_: str, parents: dict[str, str], all_rows: dict[str, store.Row]) -> list[Any]:
    kinds: dict[str, list[dict[str, str]]] = {}
    for child, parent in parents.items():
        row = all_rows.get(child)
        if parent == id_ and row and row.state == "active":
            kind = row.extras.get("kind") or "other"
            kinds.setdefault(kind if kind in KINDS else "other", []).append(_link(row))
    return [{"label": hanoi_agency_kind(kind), "kind": kind,
             "organizations": sorted(kinds[kind], key=lambda one: sort_key(one["title"]))}
            for kind in KINDS if kind in kinds]


def _before(organization: dict[str, Any], all_rows: dict[str, store.Row]) -> list[Any]:
    past = [_past(text) for text in organization.get("predecessors") or ()]
    for row in all_rows.values():
        if row.seed.get("merged_into") != organization["id"] or row.state == "active":
            continue
        agency = registry().agencies.get(row.agency)
        entry = next((one for one in past if agency and one["agency"] == agency.slug), None)
        if entry is None:
            entry = _past(agency.vi if agency else row.title)
            past.append(entry)
        entry["datasets"] = len(row.seed.get("moved") or ())
    return past


def _past(text: str) -> dict[str, Any]:
    """A predecessor or successor from its line in the form, with what the list knows of it."""
    text = text.strip()
    dated = _DATED.search(text, 1)
    title, since = (text[: dated.start()].rstrip(), dated[1]) if dated else (text, "")
    agency = _listed(title)
    since = since or (agency.abolished.isoformat() if agency and agency.abolished else "")
    return {"title": agency.name(_lang()) if agency else title, "since": since,
            "by": agency.abolished_by if agency else "", "datasets": 0,
            "agency": agency.slug if agency else ""}


def _listed(title: str) -> Agency | None:
    return next((one for one in registry().agencies.values() if one.vi == title), None)
