"""Who may take over what ckanext-harvest has: system administrators."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def hanoi_source_import_ckanext_harvest(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Sysadmins only (they pass every check)."""
    return {"success": False, "msg": tk._("Only a system administrator may do this")}
