"""Who may look after the search index: system administrators."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def hanoi_reconcile(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Sysadmins only (they pass every check)."""
    return {"success": False, "msg": tk._("Only a system administrator may do this")}
