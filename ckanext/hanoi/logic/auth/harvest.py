"""Who may do what with sources and runs: an agency's admin with its own, a sysadmin with all.

Sources and reports are read by members of the source's agency, or by everybody where
``ckanext.hanoi.harvest.public`` says so; secrets are kept out of what is shown, not guarded here.
What an action is about is said by ``id`` alone; other entries of its data decide nothing.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model

from ckanext.hanoi.logic.harvest_common import find_organization, find_run, find_source
from ckanext.hanoi.model.harvest import Source


def _may_manage(context: Any, owner_org: str | None) -> dict[str, Any]:
    user = context.get("user")
    if user and owner_org and authz.has_user_permission_for_group_or_org(owner_org, user, "admin"):
        return {"success": True}
    return {"success": False, "msg": tk._("Only an admin of the agency may do this")}


def _may_read(context: Any, source: Source | None) -> dict[str, Any]:
    user, owner_org = context.get("user"), source.owner_org if source else None
    if tk.config.get("ckanext.hanoi.harvest.public") or (
        owner_org and authz.has_user_permission_for_group_or_org(owner_org, user, "read")
    ):
        return {"success": True}
    return {"success": False, "msg": tk._("Only members of the agency may see this")}


def _may_read_some(context: Any) -> dict[str, Any]:
    """Lists have what the reader may read: see ``harvest_lookup.readable``."""
    if tk.config.get("ckanext.hanoi.harvest.public") or (
        authz.has_user_permission_for_some_org(context.get("user"), "read")
    ):
        return {"success": True}
    return {"success": False, "msg": tk._("Only members of an agency may see this")}


def _of_source(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    source = find_source(data_dict.get("id"))
    return _may_manage(context, source.owner_org if source else None)


def _of_run(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    run = find_run(data_dict.get("id"))
    source = model.Session.get(Source, run.source_id) if run else None
    return _may_manage(context, source.owner_org if source else None)


def hanoi_source_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Admins of the agency that the source is for."""
    owner_org = data_dict.get("owner_org")
    if not owner_org:
        # the form is shown to everyone who is admin somewhere; saving names the agency
        admin_of = authz.has_user_permission_for_some_org(context.get("user"), "admin")
        return {"success": bool(context.get("user")) and admin_of and not data_dict}
    group = find_organization(owner_org)
    return _may_manage(context, group.id if group else None)


def hanoi_source_update(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Admins of the source's agency; and of the agency that it is given to."""
    allowed = _of_source(context, data_dict)
    owner_org = data_dict.get("owner_org")
    if allowed["success"] and owner_org:
        group = find_organization(owner_org)
        return _may_manage(context, group.id if group else None)
    return allowed


def hanoi_source_delete(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_source(context, data_dict)


@tk.auth_allow_anonymous_access
def hanoi_source_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _may_read(context, find_source(data_dict.get("id")))


@tk.auth_allow_anonymous_access
def hanoi_source_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _may_read_some(context)


@tk.auth_allow_anonymous_access
def hanoi_source_kind_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return {"success": True}


@tk.auth_allow_anonymous_access
def hanoi_run_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    run = find_run(data_dict.get("id"))
    return _may_read(context, model.Session.get(Source, run.source_id) if run else None)


@tk.auth_allow_anonymous_access
def hanoi_run_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _may_read_some(context)


def hanoi_harvest_preview(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """A preview fetches from the source: only who may manage it (or create it) may cause that."""
    if data_dict.get("id"):
        return _of_source(context, data_dict)
    return hanoi_source_create(context, data_dict)


def hanoi_harvest_run(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_source(context, data_dict)


def hanoi_harvest_approve(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_run(context, data_dict)


def hanoi_harvest_reject(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_run(context, data_dict)


def hanoi_harvest_abort(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_run(context, data_dict)


def hanoi_harvest_retry(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_run(context, data_dict)


def hanoi_harvest_due(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Sysadmins only (they pass every check)."""
    return {"success": False, "msg": tk._("Only a system administrator may do this")}


def hanoi_harvest_clean(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return hanoi_harvest_due(context, data_dict)


def _of_dataset(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """An editor of the dataset's agency decides what becomes of the dataset's harvest."""
    return _as("package_update", context, data_dict)


def _as(action: str, context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    # a context that has seen another dataset would answer for that one
    plain: Any = {key: value for key, value in context.items() if key != "package"}
    return dict(authz.is_authorized(action, plain, {"id": data_dict.get("id")}))


def hanoi_harvest_detach(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_dataset(context, data_dict)


def hanoi_harvest_attach(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_dataset(context, data_dict)


def hanoi_harvest_keep_fields(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_dataset(context, data_dict)


def hanoi_harvest_origin(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Who may see the dataset may see where it comes from."""
    return _as("package_show", context, data_dict)


tk.auth_allow_anonymous_access(hanoi_harvest_origin)
