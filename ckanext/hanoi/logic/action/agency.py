"""The city's agencies through CKAN's API."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.hanoi.agencies import defaults, seed, store, worker
from ckanext.hanoi.agencies.registry import KINDS, Agency, registry
from ckanext.hanoi.logic.schema import agency as schema
from ckanext.hanoi.logic.schema.common import checked
from ckanext.hanoi.vietnamese import fold, sort_key


@tk.side_effect_free
def hanoi_agency_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The agencies of the city.

    :param kind: one kind only: ``department``, ``ward``, ``commune``, ...
    :param parent: those below this agency only
    :param q: those with these words in their name or code, with or without accents
    :param abolished: those that are no more, too (default false)
    :param sort: ``kind`` (default: by kind, then name) or ``name``, in the Vietnamese order

    :returns: each with ``name`` (its slug), ``title``, ``title_en``, ``kind``, ``code``,
      ``area_code``, ``parent``, ``website``, ``predecessors``, ``successors`` (slugs), dates and
      the texts behind them, ``state`` and ``organization``, the name of its organization here
    """
    tk.check_access("hanoi_agency_list", context, data_dict)
    asked = checked(data_dict, schema.agency_list())
    words = fold(asked.get("q") or "").split()
    found = [
        agency for agency in registry().agencies.values()
        if (asked.get("abolished") or agency.exists())
        and asked.get("kind") in (None, agency.kind)
        and asked.get("parent") in (None, agency.parent)
        and all(word in _searched(agency) for word in words)
    ]
    kinds = list(KINDS)
    by_kind = asked.get("sort") != "name"
    found.sort(key=lambda one: (kinds.index(one.kind) if by_kind else 0, sort_key(one.vi)))
    here = store.by_agency()
    return [_dictize(agency, here) for agency in found]


@tk.side_effect_free
def hanoi_agency_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """An agency, also one that is no more.

    :param id: its slug, a former slug, its e-identifier or area code, or the name or id of its
      organization here

    :returns: as in ``hanoi_agency_list``, with ``children`` and ``heirs``: who does its work today
    """
    tk.check_access("hanoi_agency_show", context, data_dict)
    id_ = str(tk.get_or_bust(data_dict, "id"))
    here = store.by_agency()
    known = registry()
    agency = known.get(id_) or known.by_code(id_) or known.by_area(id_) or next(
        (known.get(slug) for slug, row in here.items() if id_ in (row.id, row.name)), None)
    if agency is None:
        raise tk.ObjectNotFound(tk._("There is no such agency: %s") % id_)
    return {
        **_dictize(agency, here),
        "children": [child.slug for child in known.children(agency.slug) if child.exists()],
        "heirs": [heir.slug for heir in known.heirs(agency.slug)],
    }


@tk.side_effect_free
def hanoi_agency_match(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Which agency a name as people write it means: abbreviated, without accents, misspelt, old.

    :param text: the name
    :param on_date: the day on which it was written (default: today)

    :returns: ``agency`` (slug), or None where a person has to choose among ``candidates``;
      ``confidence`` from 0 to 1; ``via``, the abolished agency that the text names; each candidate
      has ``agency``, ``title``, ``confidence`` and ``organization``
    """
    tk.check_access("hanoi_agency_match", context, data_dict)
    asked = checked(data_dict, schema.agency_match())
    match = registry().match(asked["text"], asked.get("on_date"))
    here = store.by_agency()
    return {
        "agency": match.slug, "confidence": match.confidence, "via": match.via,
        "organization": _organization(match.slug, here),
        "candidates": [{
            "agency": one.slug, "title": registry().agencies[one.slug].vi,
            "confidence": one.confidence, "organization": _organization(one.slug, here),
        } for one in match.candidates],
    }


@tk.side_effect_free
def hanoi_agency_defaults(context: Any, data_dict: dict[str, Any]) -> dict[str, str]:
    """What the form proposes for a new dataset of an agency.

    :param id: name or id of the organization

    :returns: as far as they are known, ``contact_unit``, ``contact_email``, ``contact_phone`` and
      ``license_id``: of the agency itself, else as its public datasets have them
    """
    id_ = str(tk.get_or_bust(data_dict, "id"))
    tk.check_access("hanoi_agency_defaults", context, data_dict)
    group = model.Group.get(id_)
    if group is None or not group.is_organization:
        raise tk.ObjectNotFound(tk._("There is no such agency: %s") % id_)
    return defaults.of_agency(group)


@tk.side_effect_free
def hanoi_agency_plan(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What ``hanoi_agency_apply`` would do now. Sysadmins only.

    :returns: ``changes`` (``action``: create, adopt, rename, update, merge), ``kept``: what a
      person changed and stays so, ``review``: what a person has to decide, ``counts``;
      ``datasets_left``: how many datasets are to be moved or indexed, ``under_way``: whether a
      background job is to do so
    """
    tk.check_access("hanoi_agency_plan", context, data_dict)
    todo = seed.current_plan()
    return {
        **todo.as_dict(),
        "datasets_left": worker.left(todo),
        "under_way": worker.is_under_way(),
    }


def hanoi_agency_apply(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Make, complete, rename and merge organizations as the list of agencies says. Sysadmins only.

    :returns: what was done, as ``hanoi_agency_plan`` shows it; ``queued``: whether a background job
      is to do it, since many datasets follow their organizations: ``hanoi_agency_plan`` has what is
      left then
    """
    tk.check_access("hanoi_agency_apply", context, data_dict)
    account = model.User.get(context.get("user") or "")
    user = account.name if account else None
    if not context.get("hanoi_inline"):
        todo = seed.current_plan()
        if worker.left(todo) > worker.AT_ONCE:
            worker.later(user)
            return {**todo.as_dict(), "queued": True}
    done = worker.now(user, context.get("progress"))
    if done is None:
        raise tk.ValidationError({"agencies": [tk._("Another process is at it already")]})
    return {**done.as_dict(), "queued": False}


def _searched(agency: Agency) -> str:
    return fold(" ".join((agency.vi, agency.en, agency.code, agency.area_code, *agency.aliases)))


def _organization(slug: str | None, here: dict[str, store.Row]) -> str | None:
    row = here.get(slug) if slug else None
    return row.name if row else None


def _dictize(agency: Agency, here: dict[str, store.Row]) -> dict[str, Any]:
    def day(value: Any) -> str | None:
        return value.isoformat() if value else None

    return {
        "name": agency.slug, "title": agency.vi, "title_en": agency.en, "kind": agency.kind,
        "state": "active" if agency.exists() else "abolished",
        "code": agency.code, "area_code": agency.area_code, "parent": agency.parent,
        "website": agency.website,
        "established": day(agency.established), "established_by": agency.established_by,
        "reorganised": day(agency.reorganised), "reorganised_by": agency.reorganised_by,
        "abolished": day(agency.abolished), "abolished_by": agency.abolished_by,
        "predecessors": [one.slug for one in registry().predecessors(agency.slug)],
        "successors": list(agency.successors),
        "organization": _organization(agency.slug, here),
    }
