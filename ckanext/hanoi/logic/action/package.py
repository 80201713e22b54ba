"""CKAN's own actions: files are recognised, and what makes a dataset public is watched."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.dataset import upload
from ckanext.hanoi.review import gate


@tk.chained_action
def package_create(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; a dataset that may not be public yet is made private and submitted."""
    upload.fill_in(data_dict)
    return gate.watched(next_, context, data_dict)


@tk.chained_action
def package_update(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; a dataset that may not be public yet stays private and is submitted."""
    upload.fill_in(data_dict)
    return gate.watched(next_, context, data_dict)


@tk.side_effect_free
@tk.chained_action
def package_show(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; whoever shows a dataset to change it gets it from the database.

    CKAN's patch, revise and resource actions (2.11, 2.12) would build on what the search index
    has, which may be from a time when another schema was enabled: they would drop its fields.
    """
    if context.get("for_update"):
        context["use_cache"] = False
    return next_(context, data_dict)
