"""Who may see and save drafts: each user the own ones, an agency's admin those of the agency."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi.review import gate

Auth = dict[str, Any]


def hanoi_draft_list(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Every user the own ones; those of an agency, its admins."""
    user = context.get("user")
    if not user:
        return {"success": False, "msg": tk._("Log in to see this page.")}
    owner_org = data_dict.get("owner_org")
    if not owner_org:
        return {"success": True}
    group = model.Group.get(owner_org)
    if group is not None and gate.may_publish(user, group.id):
        return {"success": True}
    return {"success": False, "msg": tk._("Only an admin of the agency may do this")}


def hanoi_draft_save(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Who may make a dataset; of a draft that is there, who may edit it."""
    action = "package_update" if data_dict.get("id") else "package_create"
    try:
        # a context that has seen another dataset would answer for that one
        plain: Any = {key: value for key, value in context.items() if key != "package"}
        tk.check_access(action, plain, data_dict)
    except tk.NotAuthorized as error:
        return {"success": False, "msg": error.message or tk._("You may not edit this draft")}
    return {"success": True}
