"""Who may do what with the look at tables: who sees the resource reads, its editors accept."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model


def _as(action: str, context: Any, id_: Any) -> dict[str, Any]:
    return dict(authz.is_authorized(action, context, {"id": id_}))


@tk.auth_allow_anonymous_access
def hanoi_table_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Who may see the resource."""
    return _as("resource_show", context, data_dict.get("id"))


@tk.auth_allow_anonymous_access
def hanoi_table_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Everybody: each sees what concerns datasets that he may read."""
    return {"success": True}


def hanoi_table_check(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Editors of the resource or dataset; the agency's admins for all of it; sysadmins for all."""
    if data_dict.get("id"):
        return _as("resource_update", context, data_dict["id"])
    if data_dict.get("package_id"):
        return _as("package_update", context, data_dict["package_id"])
    user, group = context.get("user"), model.Group.get(data_dict.get("owner_org") or "")
    if user and group and authz.has_user_permission_for_group_or_org(group.id, user, "admin"):
        return {"success": True}
    return {"success": False, "msg": tk._("Only an admin of the agency may do this")}


def hanoi_table_fill(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Who may edit the resource."""
    return _as("resource_update", context, data_dict.get("id"))


def hanoi_dictionary_accept(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Who may edit the resource."""
    return _as("resource_update", context, data_dict.get("id"))


def hanoi_table_clean(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Sysadmins only (they pass every check)."""
    return {"success": False, "msg": tk._("Only a system administrator may do this")}
