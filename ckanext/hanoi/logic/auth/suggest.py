"""Who may have suggestions: everybody. They name public things alone."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


@tk.auth_allow_anonymous_access
def hanoi_suggest(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Everybody."""
    return {"success": True}
