"""New datasets, many at once: what CKAN's ``package_create`` does for each of them.

The validators are CKAN's, so is the code that saves. Every other plugin is asked and told of each
dataset as ever: IDatasetForm, IPackageController, IDomainObjectModification, default views, the
signal of the action and by it the activity stream. What is left out are CKAN's questions to the
database whether something is there of a dataset that is known to be new, and a flush for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import plugins as lib_plugins
from ckan.lib import signals
from ckan.lib.dictization import model_save
from sqlalchemy.orm.util import identity_key

_ACTIONS = frozenset({"package_create", "package_owner_org_update"})


def is_supported(datasets: Iterable[dict[str, Any]]) -> bool:
    """Whether CKAN does with these no more than is done here: no other plugin has its own action,
    no dataset comes with groups, and package extras are a column (CKAN 2.12)."""
    return (
        tk.check_ckan_version(min_version="2.12")
        and not is_overridden(_ACTIONS)
        and not any(dataset.get("groups") for dataset in datasets)
    )


def is_overridden(actions: frozenset[str]) -> bool:
    """Whether a plugin that isn't ours has, or chains, one of CKAN's ``actions``."""
    return any(
        not actions.isdisjoint(plugin.get_actions())
        for plugin in p.PluginImplementations(p.IActions)
        if not type(plugin).__module__.startswith("ckanext.hanoi.")
    )


@dataclass
class _New:
    """A dataset, as it was given and as it was validated, on its way into the database."""

    context: Any
    given: dict[str, Any]
    data: dict[str, Any]
    package: Any


def create(
    pairs: Iterable[tuple[Any, dict[str, Any]]], on_written: Callable[[list[str]], object]
) -> list[list[str]]:
    """Create the datasets; returns the ids of each one's resources.

    ``pairs`` are a context for ``package_create``, with its schema, and the dataset, whose id,
    owner and type are known to be right. ``on_written`` gets the ids of all when they are in the
    database and hooks have seen them, before signals are sent. Raises ``tk.ValidationError``.
    """
    owners: dict[str, Any] = {}
    new = [_New(context, given, _valid(context, given), None) for context, given in pairs]
    for one in new:
        one.package = _save(one, owners)
    model.Session.flush()
    for one in new:
        one.data["id"] = one.package.id
        for known, stored in zip(
            one.data.get("resources") or (), one.package.resources, strict=True
        ):
            known["id"] = stored.id
    for one in new:
        _tell_plugins(one)
    model.Session.flush()
    on_written([one.package.id for one in new])
    for one in new:
        _send_signals(one)
    return [[resource.id for resource in one.package.resources] for one in new]


def _valid(context: Any, given: dict[str, Any]) -> dict[str, Any]:
    plugin = lib_plugins.lookup_package_plugin(given["type"])
    data, errors = lib_plugins.plugin_validate(
        plugin, context, given, context["schema"], "package_create"
    )
    if errors:
        raise tk.ValidationError(errors)
    return {**data, "creator_user_id": context["auth_user_obj"].id}


def _save(one: _New, owners: dict[str, Any]) -> model.Package:
    tags = one.data.get("tags") or ()
    session = _NullLookupSession() if all(tag.get("id") for tag in tags) else model.Session
    context: Any = {**one.context, "session": session}
    package, _ = model_save.package_dict_save(one.data, context)
    if package.owner_org:
        owner = owners.get(package.owner_org)
        if owner is None:
            owner = owners[package.owner_org] = model.Group.get(package.owner_org)
        if owner is None or not owner.is_organization:
            raise tk.ObjectNotFound(tk._("Organization was not found."))
        model.Session.add(model.Member(
            table_id=package.id, table_name="package", group=owner, group_id=owner.id,
            capacity="organization", state="active",
        ))  # fmt: skip
    return package


def _tell_plugins(one: _New) -> None:
    for plugin in p.PluginImplementations(p.IPackageController):
        plugin.create(one.package)
        plugin.after_dataset_create(one.context, one.data)
    if one.data.get("resources"):
        tk.get_action("package_create_default_resource_views")(
            tk.fresh_context(one.context, ignore_auth=True), {"package": one.data}
        )


def _send_signals(one: _New) -> None:
    id_, owner = one.package.id, one.package.owner_org
    for action, data, result in (
        ("package_owner_org_update", {"id": id_, "organization_id": owner}, None),
        ("package_create", one.given, id_),
    ):
        signals.action_succeeded.send(action, context=one.context, data_dict=data, result=result)


class _NullLookupSession:
    """The session as CKAN asks it when it saves a dataset, where nothing is there of it but
    keywords, which are in the session already."""

    def get(self, entity: Any, id_: str) -> Any:
        return model.Session.identity_map.get(identity_key(entity, id_))

    def add(self, entity: Any) -> None:
        model.Session.add(entity)

    def query(self, *_: Any) -> _EmptyQuery:
        return _EmptyQuery()


class _EmptyQuery:
    """A query that finds nothing."""

    def filter(self, *_: Any) -> _EmptyQuery:
        return self

    order_by = filter

    def filter_by(self, **_: Any) -> _EmptyQuery:
        return self

    def first(self) -> None:
        return None

    def __getitem__(self, _: slice) -> list[Any]:
        return []

    def __iter__(self) -> Iterator[Any]:
        return iter(())
