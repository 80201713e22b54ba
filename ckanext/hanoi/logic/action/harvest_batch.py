"""CKAN's own actions, cheaper while the harvester writes a batch; at all other times untouched."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import datapreview
from ckan.logic.action import create, get

from ckanext.hanoi.catalog import show_cache


@tk.chained_action
@tk.side_effect_free
def package_show(original: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    batch = show_cache.current()
    # as the activity stream asks, when all is done: a hook that asks earlier, or for anything
    # special, gets it from CKAN
    last = data_dict.keys() == {"id", "include_tracking"} and context.get("for_view") is False
    if batch is None or not (last and context.get("ignore_auth")):
        return original(context, data_dict)
    tk.check_access("package_show", context, data_dict)
    dataset = batch.dataset(context, data_dict["id"])
    return original(context, data_dict) if dataset is None else dataset


@tk.chained_action
def package_create_default_resource_views(
    original: Any, context: Any, data_dict: dict[str, Any]
) -> Any:
    # CKAN asks the database for the views of each file before it asks whether any view could
    # show it
    package = data_dict.get("package")
    if show_cache.current() is None or not package:
        return original(context, data_dict)
    tk.check_access("package_create_default_resource_views", context, data_dict)
    with_datastore = tk.asbool(data_dict.get("create_datastore_views", False))
    views = datapreview.get_default_view_plugins(with_datastore)
    resources = [
        resource for resource in package.get("resources", ())
        if any(view.can_view({"resource": resource, "package": package}) for view in views)
    ]  # fmt: skip
    if not resources:
        return []
    return original(context, {**data_dict, "package": {**package, "resources": resources}})


# CKAN copies these to what it calls, and shows them as the action's help
package_show.__dict__["__doc__"] = get.package_show.__doc__
package_create_default_resource_views.__dict__["__doc__"] = (
    create.package_create_default_resource_views.__doc__
)
