"""Who may use workbooks: editors and admins of the agency whose datasets they are about."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model

from ckanext.hanoi.model.imports import Import


def _may_write(context: Any, owner_org: str | None) -> dict[str, Any]:
    user = context.get("user")
    if user and owner_org and all(
        authz.has_user_permission_for_group_or_org(owner_org, user, permission)
        for permission in ("create_dataset", "update_dataset")
    ):  # fmt: skip
        return {"success": True}
    return {"success": False, "msg": tk._("Only an editor or admin of the agency may do this")}


def _of_agency(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    group = model.Group.get(str(data_dict.get("owner_org") or ""))
    return _may_write(context, group.id if group and group.is_organization else None)


def _of_import(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    entry = model.Session.get(Import, str(data_dict.get("id") or ""))
    if entry is None:
        # the action says that there is none
        return {"success": bool(context.get("user"))}
    return _may_write(context, entry.owner_org)


def hanoi_template_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """An empty workbook holds nothing that isn't public; an agency's has its private datasets."""
    if not data_dict.get("owner_org"):
        return {"success": bool(context.get("user"))}
    return _of_agency(context, data_dict)


def hanoi_import_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_agency(context, data_dict)


def hanoi_import_preview(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_agency(context, data_dict)


def hanoi_import_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Of one agency, its editors; of all, whoever edits somewhere sees those of his agencies."""
    if data_dict.get("owner_org"):
        return _of_agency(context, data_dict)
    user = context.get("user")
    if user and authz.has_user_permission_for_some_org(user, "create_dataset"):
        return {"success": True}
    return {"success": False, "msg": tk._("Only an editor or admin of an agency may do this")}


def hanoi_import_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_import(context, data_dict)


def hanoi_import_check(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_import(context, data_dict)


def hanoi_import_run(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_import(context, data_dict)


def hanoi_import_abort(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    return _of_import(context, data_dict)
