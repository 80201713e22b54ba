"""Which activities a reader may see: those of datasets that the reader may see now.

ckanext-activity keeps the whole dataset with each activity, and with it who could read the dataset
at that time (CKAN's permission labels). Made private, deleted or purged since, the dataset is gone
from every page but stays readable there. Here both must hold: the reader could see it then, and
can see it now.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.lib.plugins import get_permission_labels

_OF_DATASETS = ("package", "resource view")
_PUBLIC = "public"


def readable(
    activities: list[dict[str, Any]], context: Any
) -> tuple[list[dict[str, Any]], bool]:
    """Those of them that the reader may see; and whether the labels of others were mended, so
    that asking again gives as many as there are."""
    labels = _labels_of_reader(context)
    ids = {entry["object_id"] for entry in activities if is_of_dataset(entry["activity_type"])}
    if labels is None or not ids:
        return activities, False
    hidden = _hidden(ids, labels)
    if not hidden:
        return activities, False
    shown = [entry for entry in activities if entry["object_id"] not in hidden]
    return shown, bool(mend_labels())


def is_of_dataset(activity_type: str | None) -> bool:
    """Whether an activity of this type is about a dataset (or a view of one of its files)."""
    return bool(activity_type) and str(activity_type).endswith(_OF_DATASETS)


def may_see(activity: Any, context: Any) -> bool:
    """Whether the reader could see the dataset when that happened, and can see it now."""
    labels = _labels_of_reader(context)
    if labels is None or not is_of_dataset(activity.activity_type):
        return True
    then = set(activity.permission_labels or ())
    return bool(then & labels) and not _hidden({activity.object_id}, labels)


def _labels_of_reader(context: Any) -> set[str] | None:
    """None for a sysadmin, who sees everything."""
    user = context.get("user")
    if authz.is_sysadmin(user):
        return None
    reader = context.get("auth_user_obj") or (model.User.get(user) if user else None)
    return set(get_permission_labels().get_user_dataset_labels(reader))


def _hidden(ids: Iterable[str], labels: set[str]) -> set[str]:
    """Those of the datasets that somebody with these labels can't see; purged ones too."""
    package: Any = model.Package
    hidden = set(ids)
    for dataset in model.Session.query(package).filter(package.id.in_(hidden)):
        if labels.intersection(get_permission_labels().get_dataset_labels(dataset)):
            hidden.discard(dataset.id)
    return hidden


def mend_labels() -> int:
    """Activities that everybody may read, of datasets that not everybody may read any more, get
    the labels of now. How many there were.

    So CKAN's own queries leave them out, and a list has as many entries as its reader asked for.
    Committed by itself: nothing of the caller's transaction is.
    """
    from ckanext.activity.model import Activity

    table: Any = Activity.__table__
    packages: Any = model.Package
    package = packages.__table__
    of_public = sa.select(package.c.id).where(
        package.c.state == "active", package.c.private.is_(False)
    )
    stale = sa.and_(
        sa.literal(_PUBLIC) == sa.any_(table.c.permission_labels),
        table.c.activity_type.like("%package"),
        table.c.object_id.not_in(of_public),
    )
    engine: Any = model.meta.engine
    mended = 0
    with engine.begin() as connection:
        ids = connection.execute(sa.select(table.c.object_id).where(stale).distinct()).scalars()
        for id_ in ids.all():
            change = table.update().where(stale, table.c.object_id == id_)
            labels = _labels_of_dataset(id_)
            if _PUBLIC not in labels:  # or a plugin of the site has its own opinion
                mended += connection.execute(change.values(permission_labels=labels)).rowcount
    return mended


def _labels_of_dataset(id_: str) -> list[str]:
    dataset = model.Session.get(model.Package, id_)
    return get_permission_labels().get_dataset_labels(dataset) if dataset is not None else []
