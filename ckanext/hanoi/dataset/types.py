"""Types of datasets (and of groups) that are there, and what becomes of those that are not.

CKAN stores any word as the type, validates such a dataset by the rules of none, and its pages then
ask for addresses that nobody serves: each page that lists it is an error.
"""
from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from flask import Blueprint, current_app

_RESOURCE = "_resource"


def of_datasets() -> set[str]:
    """Types of datasets that a plugin (or CKAN itself) registers."""
    found = {"dataset", tk.h.default_package_type()}
    for plugin in p.PluginImplementations(p.IDatasetForm):
        found.update(plugin.package_types())
    return found


def of_groups() -> set[str]:
    """Types of groups and organizations that a plugin (or CKAN itself) registers."""
    found = {"group", "organization", tk.h.default_group_type("group"),
             tk.h.default_group_type("organization")}  # fmt: skip
    for plugin in p.PluginImplementations(p.IGroupForm):
        found.update(plugin.group_types())
    return found


def check_dataset(data_dict: dict[str, Any], stored: str | None = None) -> None:
    """``tk.ValidationError`` for a type that is none; ``stored`` is that of the dataset now.

    A dataset keeps its type, whatever is sent, as CKAN has it. One that has a type which is none
    becomes one of the usual type when it is saved.
    """
    given, known = data_dict.get("type"), of_datasets()
    if stored in known:
        if "type" in data_dict:
            data_dict["type"] = stored
        return
    if stored:
        if given in (None, "", stored):
            data_dict["type"] = tk.h.default_package_type()
            _extras_to_fields(data_dict)
            return
    elif given in (None, ""):
        data_dict.pop("type", None)
        return
    _refuse_unknown(given, known)


def _extras_to_fields(data_dict: dict[str, Any]) -> None:
    """CKAN shows the fields of a dataset of unknown type as extras."""
    schema = tk.h.scheming_get_dataset_schema(data_dict["type"]) or {}
    fields = {field["field_name"] for field in schema.get("dataset_fields", ())}
    extras = data_dict.get("extras")
    if not isinstance(extras, list):
        return
    data_dict["extras"] = []
    for extra in extras:
        if isinstance(extra, dict) and extra.get("key") in fields:
            data_dict.setdefault(extra["key"], extra.get("value"))
        else:
            data_dict["extras"].append(extra)


def check_group(data_dict: dict[str, Any]) -> None:
    """``tk.ValidationError`` for a type of group that is none."""
    if data_dict.get("type") not in (None, ""):
        _refuse_unknown(data_dict["type"], of_groups())


def _refuse_unknown(given: Any, known: set[str]) -> None:
    if not isinstance(given, str) or given not in known:
        raise tk.ValidationError({"type": [
            tk._("There is no type %(type)s here: leave it out, or write one of %(types)s")
            % {"type": str(given)[:60], "types": ", ".join(sorted(known))}
        ]})  # fmt: skip


def address_of_unknown(error: Exception, endpoint: str, values: dict[str, Any]) -> str:
    """The address of a page of a dataset or group whose type nobody registers: that of CKAN's own
    page. Any other address that can't be built stays the error that it is."""
    kind, dot, view = endpoint.rpartition(".")
    if not dot or kind in current_app.blueprints:
        raise error
    usual = ""
    if kind.endswith(_RESOURCE) and _is_stored(model.Package, kind.removesuffix(_RESOURCE)):
        usual = f"dataset{_RESOURCE}.{view}"
    elif _is_stored(model.Package, kind):
        usual = f"dataset.{view}"
    elif _is_stored(model.Group, kind):
        usual = f"group.{view}"
    if usual not in current_app.view_functions:
        raise error
    return current_app.url_for(usual, **values)


def _is_stored(kind: Any, type_: str) -> bool:
    return bool(model.Session.execute(
        sa.select(sa.exists().where(kind.type == type_))
    ).scalar())  # fmt: skip


def serve(blueprint: Blueprint) -> None:
    """The app that gets ``blueprint`` builds the addresses of unknown types too."""
    blueprint.record_once(
        lambda state: state.app.url_build_error_handlers.append(address_of_unknown)
    )
