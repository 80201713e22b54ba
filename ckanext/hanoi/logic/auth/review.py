"""Who may do what with approval: those who may edit a dataset submit it and take that back; the
agency's admins decide; the agency's members see what was decided."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model

from ckanext.hanoi.review import gate

Auth = dict[str, Any]


def _package(data_dict: dict[str, Any]) -> model.Package:
    package = model.Package.get(data_dict.get("id") or "")
    if package is None or package.state == "deleted":
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    return package


def _may_edit(context: Any, package: model.Package) -> Auth:
    # a context that has seen another dataset would answer for that one
    plain: Any = {"user": context.get("user"), "model": model, "session": model.Session,
                  "auth_user_obj": context.get("auth_user_obj")}  # fmt: skip
    try:
        tk.check_access("package_update", plain, {"id": package.id})
    except tk.NotAuthorized:
        return {"success": False,
                "msg": tk._("Only who may edit the dataset may do this")}  # fmt: skip
    return {"success": True}


def _may_decide(context: Any, data_dict: dict[str, Any]) -> Auth:
    package = _package(data_dict)
    if gate.may_publish(context.get("user"), package.owner_org):
        return {"success": True}
    return {"success": False, "msg": tk._("Only an admin of the agency may do this")}


def hanoi_review_submit(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Who may edit the dataset."""
    return _may_edit(context, _package(data_dict))


def hanoi_review_withdraw(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Who may edit the dataset."""
    return _may_edit(context, _package(data_dict))


def hanoi_review_approve(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Admins of the dataset's agency."""
    return _may_decide(context, data_dict)


def hanoi_review_return(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Admins of the dataset's agency."""
    return _may_decide(context, data_dict)


def hanoi_review_show(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Members of the dataset's agency, and who else may edit it."""
    package = _package(data_dict)
    user = context.get("user")
    if user and package.owner_org and authz.has_user_permission_for_group_or_org(
            package.owner_org, user, "read"):
        return {"success": True}
    if user and _may_edit(context, package)["success"]:
        return {"success": True}
    return {"success": False, "msg": tk._("Only members of the agency may see this")}


def hanoi_review_list(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Every user; each one sees the requests of the agencies that he or she is a member of."""
    return {"success": bool(context.get("user")), "msg": tk._("Log in to see this page.")}
