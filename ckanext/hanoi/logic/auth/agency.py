"""Who may do what with agencies: everybody reads, sysadmins seed."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

Auth = dict[str, Any]


@tk.auth_allow_anonymous_access
def hanoi_agency_list(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def hanoi_agency_show(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def hanoi_agency_match(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def hanoi_agency_defaults(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Everybody: it is what the agency and its public datasets say of themselves."""
    return {"success": True}


def hanoi_agency_plan(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Nobody but sysadmins, whom CKAN does not ask."""
    return {"success": False, "msg": tk._("Only a sysadmin may seed the agencies")}


def hanoi_agency_apply(context: Any, data_dict: dict[str, Any]) -> Auth:
    """Nobody but sysadmins, whom CKAN does not ask."""
    return {"success": False, "msg": tk._("Only a sysadmin may seed the agencies")}
