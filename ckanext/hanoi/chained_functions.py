"""Actions and auth functions that continue those of a plugin that may not be enabled: CKAN refuses
to continue what is not there. Knows no CKAN."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

_ACTIVITY = ".activity"


def available(functions: dict[str, Any], is_enabled: Callable[[str], bool]) -> dict[str, Any]:
    """The functions without those that continue one of a plugin for which ``is_enabled`` says no:
    ckanext-dcat's by their names, ckanext-activity's by their module."""
    return {
        name: function for name, function in functions.items()
        if not (plugin := _plugin(name, function)) or is_enabled(plugin)
    }  # fmt: skip


def _plugin(name: str, function: Any) -> str:
    if name.startswith("dcat_"):
        return "dcat"
    return "activity" if function.__module__.endswith(_ACTIVITY) else ""
