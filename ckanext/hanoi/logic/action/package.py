"""CKAN's own actions: files are recognised, and what makes a dataset public is watched."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic.action import create, get, update

from ckanext.hanoi.dataset import types, unreadable_addresses, upload
from ckanext.hanoi.review import gate


@tk.chained_action
def package_create(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; a dataset that may not be public yet is made private and submitted."""
    types.check_dataset(data_dict)
    unreadable_addresses.check(data_dict)
    upload.fill_in(data_dict)
    return gate.watched(next_, context, data_dict)


@tk.chained_action
def package_update(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; a dataset that may not be public yet stays private and is submitted."""
    reference = data_dict.get("id") or data_dict.get("name")
    package = model.Package.get(reference) if isinstance(reference, str) else None
    types.check_dataset(data_dict, package.type if package is not None else None)
    if package is not None and package.type not in types.of_datasets():
        tk.check_access("package_update", context, {"id": package.id})
        package.type = data_dict["type"]  # CKAN takes the rules of the type that is stored
    unreadable_addresses.check(data_dict)
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
    reference = data_dict.get("id") or data_dict.get("name_or_id")
    return unreadable_addresses.shown(
        next_, context, data_dict, reference if isinstance(reference, str) else None
    )


@tk.chained_action
def resource_create(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; an address that can't be taken apart is refused, no error."""
    unreadable_addresses.check_file(data_dict)
    return next_(context, data_dict)


@tk.chained_action
def resource_update(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; an address that can't be taken apart is refused, no error."""
    unreadable_addresses.check_file(data_dict)
    return next_(context, data_dict)


@tk.side_effect_free
@tk.chained_action
def resource_search(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; an address that can't be taken apart is no error."""
    return unreadable_addresses.shown(next_, context, data_dict)


# CKAN copies these to what it calls, and shows them as the action's help
package_create.__dict__["__doc__"] = create.package_create.__doc__
package_update.__dict__["__doc__"] = update.package_update.__doc__
package_show.__dict__["__doc__"] = get.package_show.__doc__
resource_create.__dict__["__doc__"] = create.resource_create.__doc__
resource_update.__dict__["__doc__"] = update.resource_update.__doc__
resource_search.__dict__["__doc__"] = get.resource_search.__doc__
