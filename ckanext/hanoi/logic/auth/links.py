"""Who may see and check links: everybody sees those of the datasets that he or she may read; who
may edit a dataset, or the datasets of an agency, has them checked."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model

Auth = dict[str, Any]


@tk.auth_allow_anonymous_access
def hanoi_link_list(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Everybody; the list has the datasets that the asker may read."""
    return {"success": True}


def hanoi_link_check(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Of a dataset: who may edit it; of an agency: its editors; of all: sysadmins."""
    if data_dict.get("id"):
        return dict(authz.is_authorized("package_update", context, {"id": data_dict["id"]}))
    user, group = context.get("user"), model.Group.get(data_dict.get("organization") or "")
    if user and group and authz.has_user_permission_for_group_or_org(
            group.id, user, "update_dataset"):
        return {"success": True}
    return {"success": False, "msg": tk._("Only an editor of the agency may do this")}
