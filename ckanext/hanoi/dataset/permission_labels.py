"""Who reads which dataset, in search and elsewhere: CKAN's rule, but what is not published is read
by those who may edit it.

CKAN shows drafts and deleted datasets to every member of the organization. A member may read what
is finished and private; what somebody still writes, or has thrown away, is for its author, the
agency's editors and admins, and those who work on it. CKAN keeps a dataset's labels in its index.
"""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.lib.plugins import DefaultPermissionLabels


class PermissionLabels(DefaultPermissionLabels):
    """``editor-ID``: who may edit datasets of this agency; ``edits-ID``: who may edit this one."""

    def get_dataset_labels(self, dataset_obj: model.Package) -> list[str]:
        if dataset_obj.state == "active":
            return super().get_dataset_labels(dataset_obj)
        labels = [f"creator-{dataset_obj.creator_user_id}"]
        if dataset_obj.owner_org:
            labels.append(f"editor-{dataset_obj.owner_org}")
        if authz.check_config_permission("allow_dataset_collaborators"):
            labels.append(f"edits-{dataset_obj.id}")
        return labels

    def get_user_dataset_labels(self, user_obj: Any) -> list[str]:
        labels = super().get_user_dataset_labels(user_obj)
        if not user_obj or user_obj.is_anonymous:
            return labels
        context: Any = {"user": user_obj.id}
        agencies = tk.get_action("organization_list_for_user")(
            context, {"permission": "update_dataset"}
        )
        labels += [f"editor-{agency['id']}" for agency in agencies]
        if authz.check_config_permission("allow_dataset_collaborators"):
            own: Any = {"ignore_auth": True}
            found = tk.get_action("package_collaborator_list_for_user")(own, {"id": user_obj.id})
            labels += [f"edits-{one['package_id']}" for one in found
                       if one["capacity"] in ("admin", "editor")]  # fmt: skip
        return labels
