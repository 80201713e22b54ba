"""CKAN's list of organizations, ordered and searched as Vietnamese is."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi.agencies import dataset_transfer, store, worker
from ckanext.hanoi.dataset import types
from ckanext.hanoi.dataset.rules import one_line
from ckanext.hanoi.search import organizations


@tk.chained_action
def organization_create(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; a type that no plugin registers is refused, the title is one line."""
    types.check_group(data_dict)
    return next_(context, one_line(data_dict, "title"))


@tk.chained_action
def group_create(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; a type that no plugin registers is refused, the title is one line."""
    types.check_group(data_dict)
    return next_(context, one_line(data_dict, "title"))


@tk.chained_action
def organization_update(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; the title is one line, and the datasets are found by it from now on."""
    reference = data_dict.get("id")
    found = model.Group.get(reference) if isinstance(reference, str) else None
    before = _titles(found)
    result = next_(context, one_line(data_dict, "title"))
    deferred = context.get("defer_commit")  # then it is the caller who commits
    if found is not None and not deferred and _titles(model.Group.get(found.id)) != before:
        dataset_transfer.begin(found.id)
        worker.INDEXING.enqueue()
    return result


def _titles(organization: Any) -> tuple[str | None, str | None] | None:
    if organization is None:
        return None
    return organization.title, organization.extras.get("title_en")


@tk.chained_action
def group_update(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; the title is one line."""
    return next_(context, one_line(data_dict, "title"))


_TITLE_SORTS = {"title": False, "title asc": False, "title desc": True}


@tk.chained_action
@tk.side_effect_free
def organization_list(original_action: Any, context: Any, data_dict: dict[str, Any]) -> list[Any]:
    """CKAN's ``organization_list``, with titles in the order of the Vietnamese alphabet, where
    the database has Đ behind Z, and with ``q`` found without accents and in all that an agency is
    called: its English name, abbreviations, those whose work it took over.
    """
    sort = str(data_dict.get("sort") or data_dict.get("order_by")
               or tk.config.get("ckan.default_group_sort") or "title").strip().lower()
    q = str(data_dict.get("q") or "").strip()
    try:
        offset, limit = int(data_dict.get("offset") or 0), int(data_dict.get("limit") or 0)
    except ValueError:
        return original_action(context, data_dict)  # CKAN says what is wrong
    if (sort not in _TITLE_SORTS and not q) or offset < 0 or limit < 0:
        return original_action(context, data_dict)
    tk.check_access("organization_list", context, data_dict)
    found = _found(q, data_dict)
    rest = {key: value for key, value in data_dict.items()
            if key not in ("q", "organizations", "groups")}
    if sort in _TITLE_SORTS:
        found.sort(key=organizations.title_key, reverse=_TITLE_SORTS[sort])
        most = tk.config.get("ckan.group_and_organization_list_all_fields_max"
                             if tk.asbool(data_dict.get("all_fields"))
                             else "ckan.group_and_organization_list_max")
        found = found[offset:offset + min(limit or most, most)]
        rest = {**rest, "sort": "name asc", "offset": 0, "limit": len(found)}
    if not found:
        return []
    shown = original_action(context, {**rest, "organizations": [row.name for row in found]})
    if sort not in _TITLE_SORTS:
        return shown
    place = {key: number for number, row in enumerate(found) for key in (row.id, row.name)}
    return sorted(shown, key=lambda one: place[one["name"] if isinstance(one, dict) else one])


def _found(q: str, data_dict: dict[str, Any]) -> list[store.Row]:
    """The active organizations of the type asked for, those named, those with all words of q."""
    named = data_dict.get("organizations") or data_dict.get("groups") or []
    if isinstance(named, str):
        named = [name.strip() for name in named.split(",") if name.strip()]
    rows = organizations.found(q, data_dict.get("type") or "organization")
    return [row for row in rows if not named or row.name in named]
