"""Which datasets somebody may read, as a condition for queries of tables beside CKAN's index."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model


def readable(context: Any) -> Any:
    """The condition on ``model.Package`` that the context's user may read the dataset: public
    ones, those of the own agencies, and those that he or she was asked to work on."""
    package = model.Package
    active = package.state == "active"
    if context.get("ignore_auth") or _is_sysadmin(context):
        return active
    user = context.get("user") or ""
    mine = tk.get_action("organization_list_for_user")({"user": user}, {"permission": "read"})
    own = package.owner_org.in_([organization["id"] for organization in mine])
    asked = package.id.in_(_with_others(user))
    return sa.and_(active, sa.or_(package.private.is_(False), own, asked))


def _is_sysadmin(context: Any) -> bool:
    user = model.User.get(context.get("user") or "")
    return bool(user and user.sysadmin)


def _with_others(user: str) -> list[str]:
    """Ids of the datasets on which the user collaborates, where that is switched on."""
    if not user or not authz.check_config_permission("allow_dataset_collaborators"):
        return []
    member = model.PackageMember
    id_ = authz.get_user_id_for_username(user, allow_none=True)
    return [one for (one,) in model.Session.query(member.package_id).filter(member.user_id == id_)]
