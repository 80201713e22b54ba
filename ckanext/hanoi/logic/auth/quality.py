"""Who may see scores: whoever may see the dataset; those of agencies and of the catalog are of
public datasets only, and for everybody."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

Auth = dict[str, Any]


@tk.auth_allow_anonymous_access
def hanoi_quality_show(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Of a dataset: those who may see it. Of an agency or the catalog: everybody."""
    if not data_dict.get("id"):
        return {"success": True}
    try:
        tk.check_access("package_show", context, {"id": data_dict["id"]})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error)}
    return {"success": True}


@tk.auth_allow_anonymous_access
def hanoi_quality_list(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Everybody: it has public datasets only."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def hanoi_quality_ranking(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Everybody: it is made of public datasets only."""
    return {"success": True}
