"""Datasets deleted, many at once: what CKAN's ``package_delete`` does for each of them, but its
commit and its request to the search index, which follow for all together.

Every other plugin is asked and told of each dataset as ever: IPackageController,
IDomainObjectModification, the signal of the action and by it the activity stream.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import signals

from ckanext.hanoi.catalog.bulk_create import is_overridden

_ACTION = "package_delete"


def is_possible() -> bool:
    """Whether CKAN does no more than is done here: no other plugin has its own action."""
    return not is_overridden(frozenset({_ACTION}))


def delete(context: Any, ids: Iterable[str]) -> None:
    """Delete (not purge) the datasets. Not committed, and no longer searched for when indexed."""
    for id_ in ids:
        entity: Any = model.Session.get(model.Package, id_)
        if entity is None or entity.state == "deleted":
            continue
        data: dict[str, Any] = {"id": id_}
        # what CKAN gives each action
        own: Any = {"model": model, "session": model.Session, **context}
        for plugin in p.PluginImplementations(p.IPackageController):
            plugin.delete(entity)
            plugin.after_dataset_delete(own, data)
        entity.delete()
        _loosen(id_)
        model.Session.flush()
        signals.action_succeeded.send(_ACTION, context=own, data_dict=data, result=None)


def delete_one(context: Any, id_: str) -> None:
    """The same by the action itself, which commits."""
    tk.get_action(_ACTION)(context, {"id": id_})


def _loosen(id_: str) -> None:
    """The dataset is in no organization's and no group's list, and nobody's to edit."""
    member: Any = model.Member
    active = sa.select(member).where(member.table_id == id_, member.state == "active")
    for membership in model.Session.execute(active).scalars():
        membership.delete()
    collaborator: Any = model.PackageMember
    theirs = sa.select(collaborator).where(collaborator.package_id == id_)
    for one in model.Session.execute(theirs).scalars():
        one.delete()
