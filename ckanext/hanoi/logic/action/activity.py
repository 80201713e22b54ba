"""CKAN's lists of activities: what is withdrawn is withdrawn there too.

Where ckanext-activity is not enabled these are left out (see plugin.py).
"""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi import activity

_List = list[dict[str, Any]]


def _readable(next_: Any, context: Any, data_dict: dict[str, Any]) -> _List:
    found, mended = activity.readable(next_(context, dict(data_dict)), context)
    if mended:  # those that are left out now make room for others
        found, _again = activity.readable(next_(context, dict(data_dict)), context)
    return found


@tk.side_effect_free
@tk.chained_action
def user_activity_list(next_: Any, context: Any, data_dict: dict[str, Any]) -> _List:
    """CKAN's action, of what the reader may see now."""
    return _readable(next_, context, data_dict)


@tk.side_effect_free
@tk.chained_action
def package_activity_list(next_: Any, context: Any, data_dict: dict[str, Any]) -> _List:
    """CKAN's action, of what the reader may see now."""
    return _readable(next_, context, data_dict)


@tk.side_effect_free
@tk.chained_action
def group_activity_list(next_: Any, context: Any, data_dict: dict[str, Any]) -> _List:
    """CKAN's action, of what the reader may see now."""
    return _readable(next_, context, data_dict)


@tk.side_effect_free
@tk.chained_action
def organization_activity_list(next_: Any, context: Any, data_dict: dict[str, Any]) -> _List:
    """CKAN's action, of what the reader may see now."""
    return _readable(next_, context, data_dict)


@tk.side_effect_free
@tk.chained_action
def recently_changed_packages_activity_list(
    next_: Any, context: Any, data_dict: dict[str, Any]
) -> _List:
    """CKAN's action, of what the reader may see now."""
    return _readable(next_, context, data_dict)


@tk.side_effect_free
@tk.chained_action
def dashboard_activity_list(next_: Any, context: Any, data_dict: dict[str, Any]) -> _List:
    """CKAN's action, of what the reader may see now; e-mail of activities comes from it."""
    return _readable(next_, context, data_dict)
