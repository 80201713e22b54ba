"""Who sees whom. Where ``ckan.auth.public_user_details`` is off (as it is here unless an admin
switches it on), visitors see no accounts, and who belongs to which agency its members see alone.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model

Auth = Any  # {"success": bool, "msg": str}


def _open() -> bool:
    return bool(tk.config.get("ckan.auth.public_user_details"))


@tk.auth_allow_anonymous_access
@tk.chained_auth_function
def user_list(next_auth: Any, context: Any, data_dict: Any) -> Auth:
    """All accounts: who gives people their roles in some agency."""
    allowed = next_auth(context, data_dict)
    if _open() or not allowed["success"]:
        return allowed
    if authz.has_user_permission_for_some_org(context.get("user"), "admin"):
        return allowed
    return {"success": False, "msg": tk._("Only an admin of an agency sees the list of accounts")}


@tk.auth_allow_anonymous_access
@tk.chained_auth_function
def member_list(next_auth: Any, context: Any, data_dict: Any) -> Auth:
    """The members of an agency and their roles: those who are members. CKAN asks so where people
    are asked for, not where everything is."""
    if _open() or data_dict.get("object_type") not in (None, "", "user"):
        return next_auth(context, data_dict)
    group = model.Group.get(data_dict.get("id") or "")
    if group is None or authz.has_user_permission_for_group_or_org(
        group.id, context.get("user"), "read"
    ):
        return next_auth(context, data_dict)
    return {"success": False, "msg": tk._("Only members of the agency see who they are")}


@tk.auth_allow_anonymous_access
@tk.chained_auth_function
def organization_list_for_user(
    next_auth: Any, context: Any, data_dict: Any
) -> Auth:
    """The agencies and roles of somebody: of oneself."""
    asked = model.User.get(data_dict.get("id") or "")
    if _open() or asked is None or asked.name == context.get("user"):
        return next_auth(context, data_dict)
    return {"success": False, "msg": tk._("Only members of the agency see who they are")}
