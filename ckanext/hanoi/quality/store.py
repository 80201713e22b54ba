"""Scores in the database: computed for many datasets at once, read back for pages and search."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan import plugins as p
from ckan.lib import uploader
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from ckanext.hanoi import quality
from ckanext.hanoi.catalog.batch_cache import about, cached
from ckanext.hanoi.messages import N_
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.quality import LinkCheck, Quality
from ckanext.hanoi.quality import loader
from ckanext.hanoi.quality.link_facts import Link, addresses, is_ours

BATCH = 500
LOST = N_("The uploaded file is not there any more.")
#: Publishers count their days by the clock of the city.
CITY = timezone(timedelta(hours=7))

Progress = Callable[[int, int], None]


def today() -> date:
    """The day it is in the city."""
    return datetime.now(CITY).date()


# -- one dataset -----------------------------------------------------------------------------


def score(dataset: Mapping[str, Any]) -> quality.Score:
    """The score of a dataset as it is shown now, with what is known of its links."""
    known = _links_of(dataset["id"]) if dataset.get("id") else {}
    return quality.score(dataset, links={**known, **lost(dataset)}, today=today())


def _links_of(id_: str) -> dict[str, Link]:
    ids = about(id_)
    return cached(("links", *ids), lambda: links(ids)).get(id_, {})


def links(ids: Collection[str]) -> dict[str, dict[str, Link]]:
    """Package id -> address -> what its last check found; only addresses that were checked."""
    if not ids:
        return {}
    columns = [getattr(LinkCheck, name) for name in (
        "package_id", "url", "answers", "status", "content_type", "problem", "checked"
    )]  # fmt: skip
    query = sa.select(*columns).where(LinkCheck.package_id.in_(ids), LinkCheck.checked.isnot(None))
    found: dict[str, dict[str, Link]] = {}
    for package_id, url, *rest in model.Session.execute(query):
        found.setdefault(package_id, {})[url] = Link(*rest)
    return found


def lost(dataset: Mapping[str, Any]) -> dict[str, Link]:
    """Uploads of the dataset whose file is not on the disk any more. Other storages than CKAN's
    folder can't be asked cheaply: there every upload is taken to be there."""
    uploads = [one for one in dataset.get("resources") or () if is_ours(one) and one.get("id")]
    folder = _folder_of_uploads() if uploads else None
    if folder is None:
        return {}
    return {
        one.get("url") or "": Link(False, problem=LOST)
        for one in uploads
        if not os.path.exists(os.path.join(folder, one["id"][:3], one["id"][3:6], one["id"][6:]))
    }


def _folder_of_uploads() -> str | None:
    # ours only names files
    others = [plugin for plugin in p.PluginImplementations(p.IUploader)
              if not type(plugin).__module__.startswith("ckanext.hanoi.")]  # fmt: skip
    if others:
        return None
    storage = getattr(uploader, "files", None)  # CKAN 2.12
    if storage is not None:
        try:
            storage.get_storage(tk.config["ckan.files.default_storages.resource"])
            return None
        except storage.exc.UnknownStorageError:
            pass
    path = tk.config.get("ckan.storage_path")
    return os.path.join(path, "resources") if path else None


# -- many ------------------------------------------------------------------------------------


def changed(after: str = "", limit: int | None = None) -> list[str]:
    """Ids of the active datasets that changed since they were measured, or never were; those
    behind ``after``, at most ``limit``."""
    different = sa.or_(
        Quality.package_id.is_(None),
        Quality.modified.is_distinct_from(model.Package.metadata_modified),
    )
    join = _active(after, limit).outerjoin(Quality, Quality.package_id == model.Package.id)
    return list(model.Session.execute(join.where(different)).scalars())


def everything(after: str = "", limit: int | None = None) -> list[str]:
    """Ids of all active datasets; those behind ``after``, at most ``limit``."""
    return list(model.Session.execute(_active(after, limit)).scalars())


def _active(after: str, limit: int | None) -> Any:
    package = model.Package
    query = sa.select(package.id).where(package.state == "active", package.type == "dataset")
    return query.where(package.id > after).order_by(package.id).limit(limit)


def measure_again(ids: Iterable[str]) -> None:
    """Something else than the datasets has changed that their scores depend on."""
    wanted = list(ids)
    model.Session.execute(
        sa.update(Quality).where(Quality.package_id.in_(wanted)).values(modified=None),
        execution_options={"synchronize_session": False},
    )
    model.Session.commit()


def update(
    ids: Iterable[str], progress: Progress | None = None, forget: bool = True
) -> Iterator[list[str]]:
    """Measure these datasets, a batch in a transaction; yields the ids of each batch.

    Datasets that are deleted, or of another type, lose what is kept of them (``forget``).
    """
    wanted = sorted(set(ids))
    if forget:
        forget_deleted()
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        _update(batch)
        model.Session.commit()
        if progress:
            progress(min(start + BATCH, len(wanted)), len(wanted))
        yield batch


def forget_deleted() -> int:
    """Remove what is kept of datasets that are not active any more; returns how many."""
    package = model.Package
    gone = 0
    for table in (Quality, LinkCheck):
        active = sa.select(package.id).where(
            package.id == table.package_id, package.state == "active", package.type == "dataset"
        )
        done = model.Session.execute(
            sa.delete(table).where(~active.exists()),
            execution_options={"synchronize_session": False},
        )
        gone += done.rowcount  # type: ignore[attr-defined]
    model.Session.commit()
    return gone


def _update(ids: list[str]) -> None:
    found = loader.datasets(ids)
    _update_links(found)
    known, day = links(list(found)), today()
    rows = [
        _row(dataset, quality.score(
            dataset, links={**known.get(id_, {}), **lost(dataset)}, today=day
        ))
        for id_, dataset in sorted(found.items())
    ]  # fmt: skip
    if not rows:
        return
    statement = insert(Quality.__table__)
    model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=["package_id"],
            set_={name: statement.excluded[name] for name in rows[0] if name != "package_id"},
        ),
        rows,
    )


def _row(dataset: dict[str, Any], found: quality.Score) -> dict[str, Any]:
    missing: dict[str, float] = {}
    for one in found.missing:
        if one.pending:
            continue
        missing[one.measure] = round(missing.get(one.measure, 0) + one.points, 1)
    return {
        "package_id": dataset["id"],
        "points": found.points,
        "band": found.band,
        "dimensions": {one.name: one.points for one in found.dimensions},
        "missing": missing,
        "pending": found.pending,
        "freshness": found.freshness.state,
        "updated": found.freshness.updated,
        "modified": dataset["metadata_modified"],
        "computed": now(),
    }


def digest(url: str) -> str:
    """The id of an address."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _update_links(found: dict[str, dict[str, Any]]) -> None:
    """Make the table have exactly the addresses that the datasets have now."""
    wanted = {
        (id_, digest(url)): url
        for id_, dataset in found.items()
        for resource in dataset["resources"]
        if not is_ours(resource)
        for url in addresses(resource)
    }
    query = sa.select(LinkCheck.package_id, LinkCheck.id).where(LinkCheck.package_id.in_(found))
    there = {(package_id, id_) for package_id, id_ in model.Session.execute(query)}
    for package_id, id_ in there - set(wanted):
        model.Session.execute(
            sa.delete(LinkCheck).where(LinkCheck.package_id == package_id, LinkCheck.id == id_),
            execution_options={"synchronize_session": False},
        )
    new = [
        {"package_id": package_id, "id": id_, "url": url, "host": host(url), "due": now()}
        for (package_id, id_), url in sorted(wanted.items())
        if (package_id, id_) not in there
    ]
    if new:
        model.Session.execute(insert(LinkCheck.__table__).on_conflict_do_nothing(), new)
    _copy_known([one["id"] for one in new])


def _copy_known(ids: list[str]) -> None:
    """An address that another dataset has too was perhaps checked already."""
    if not ids:
        return
    other = aliased(LinkCheck)
    names = ("answers", "status", "content_type", "problem", "params", "checked", "failing", "due")
    query = (
        sa.select(other.id, *(getattr(other, name) for name in names))
        .where(other.id.in_(ids), other.checked.isnot(None))
        .distinct(other.id)
        .order_by(other.id, other.checked.desc())
    )
    for row in model.Session.execute(query).all():
        values = {name: getattr(row, name) for name in names}
        model.Session.execute(
            sa.update(LinkCheck)
            .where(LinkCheck.id == row.id, LinkCheck.checked.is_(None))
            .values(**values),
            execution_options={"synchronize_session": False},
        )


def host(url: str) -> str:
    """The host of an address in lower case; '' where it has none."""
    try:
        return (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return ""
