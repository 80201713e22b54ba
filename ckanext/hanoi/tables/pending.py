"""Which resources are to be looked at: noted with the change of a dataset, in one statement, so
that a harvest of thousands isn't slowed; one waiting job, however many there are.

Nothing here may keep a dataset from being saved.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from ckanext.hanoi.background import unknown_jobs
from ckanext.hanoi.background.coalesced import CoalescedJob
from ckanext.hanoi.background.pages import all_pages
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.tables import Table
from ckanext.hanoi.tables import settings

log = logging.getLogger(__name__)

#: Formats (in capitals) and suffixes of files that hold a table.
FORMATS = ("CSV", "TSV", "XLS", "XLSX", "ODS", "JSON", "GEOJSON")
_SUFFIX = r"\.(csv|tsv|tab|xls|xlsx|ods|geojson)$"
#: In the session's ``info``: ids of datasets that were changed.
_DATASETS = "hanoi_tables_datasets"
_listening = False

#: Resources that may hold a table, and the fingerprint of each.
_FOUND = """
    SELECT r.id, r.package_id, md5(concat_ws('|', r.url, r.url_type, r.last_modified, r.hash,
               r.format, extra->>'download_url', extra->>'modified')) AS fingerprint
    FROM resource r
    JOIN package p ON p.id = r.package_id
    CROSS JOIN LATERAL (SELECT NULLIF(r.extras::text, '')::json AS extra) more
    WHERE r.state = 'active' AND p.state IN ('active', 'draft') AND {which}
      AND coalesce(r.url_type, '') IN ('', 'upload', 'link', 'api')
      AND (upper(coalesce(r.format, '')) = ANY(:formats)
           OR (coalesce(r.format, '') = '' AND r.url_type = 'upload')
           OR lower(split_part(split_part(
                coalesce(NULLIF(extra->>'download_url', ''), r.url), '#', 1), '?', 1)) ~ :suffix)
"""
_NOTE = """
    INSERT INTO hanoi_table AS t (resource_id, package_id, fingerprint, state, due, created)
    SELECT id, package_id, fingerprint, 'queued', :now, :now FROM ({found}) found
    ON CONFLICT (resource_id) DO UPDATE
    SET package_id = excluded.package_id, fingerprint = excluded.fingerprint, state = 'queued',
        due = :now, attempts = 0, gone = NULL
    WHERE {changed}
"""
_CHANGED = "t.fingerprint <> excluded.fingerprint OR t.gone IS NOT NULL"
_FORGET = """
    DELETE FROM hanoi_table t WHERE t.package_id = ANY(:ids) AND NOT EXISTS (
        SELECT 1 FROM resource r
        WHERE r.id = t.resource_id AND r.package_id = t.package_id AND r.state = 'active')
"""


def _note(which: str, changed: str, **values: Any) -> int:
    statement = _NOTE.format(found=_FOUND.format(which=which), changed=changed)
    result: Any = model.Session.execute(
        sa.text(statement),
        {"now": now(), "formats": list(FORMATS), "suffix": _SUFFIX, **values},
    )
    return result.rowcount


def dataset_changed(id_: str) -> None:
    """Note what of a dataset that was created or changed is to be looked at: with all others of
    the session's transaction, when that is committed; the job is queued then."""
    if settings.enabled():
        _listen()
        model.Session().info.setdefault(_DATASETS, set()).add(id_)


def _datasets_changed(ids: list[str]) -> None:
    if _note("r.package_id = ANY(:ids)", _CHANGED, ids=ids):
        WAITING.after_commit()
    model.Session.execute(sa.text(_FORGET), {"ids": ids})


def dataset_deleted(id_: str) -> None:
    """What was found stays for a while: a dataset may come back."""
    _safely(_dataset_deleted, id_)


def _dataset_deleted(id_: str) -> None:
    model.Session.execute(
        sa.update(Table)
        .where(Table.package_id == id_, Table.gone.is_(None))
        .values(gone=now(), due=None)
        .execution_options(synchronize_session=False)
    )


def file_stored(resource: dict[str, Any]) -> None:
    """CKAN 2.11 stores a file after it has committed the dataset: look again where it is another
    one than was looked at."""
    if resource.get("url_type") == "upload" and settings.enabled():
        _safely(_file_stored, resource)


def _file_stored(resource: dict[str, Any]) -> None:
    from ckanext.hanoi.tables.files import stamp

    entry = model.Session.execute(
        sa.select(Table.state, Table.fetched).where(Table.resource_id == resource["id"])
    ).first()
    seen = entry.fetched.get("stamp") if entry else None
    if entry and entry.state not in ("queued", "running") and seen != stamp(resource):
        model.Session.execute(
            sa.update(Table)
            .where(Table.resource_id == resource["id"])
            .values(due=now(), state="queued", attempts=0)
            .execution_options(synchronize_session=False)
        )
        model.Session.commit()
        WAITING.enqueue()


def _safely(work: Any, argument: Any) -> None:
    if not settings.enabled():
        return
    session: Any = model.Session
    try:
        session.flush()
        # no savepoint of the ORM: CKAN takes its end for a commit
        session.execute(sa.text("SAVEPOINT hanoi_tables"))
        try:
            work(argument)
        except SQLAlchemyError:
            session.execute(sa.text("ROLLBACK TO SAVEPOINT hanoi_tables"))
            raise
        session.execute(sa.text("RELEASE SAVEPOINT hanoi_tables"))
    except Exception:
        log.exception("The look at tables takes no notice of %s", argument)


def request_inspection(*, urgent: bool, **which: Any) -> int:
    """Have resources looked at now, changed or not; commits, queues the job, returns how many.

    ``resource_id`` (of whatever format), ``package_id``, ``owner_org``, or nothing for all.
    """
    if "resource_id" in which:
        count = _ask_for(which["resource_id"])
    else:
        where = {
            "package_id": "r.package_id = :package_id",
            "owner_org": "p.owner_org = :owner_org",
        }
        found = next((text for name, text in where.items() if name in which), "true")
        count = _note(found, "t.state <> 'running'", **which)
    if urgent:
        key = "resource_id" if "resource_id" in which else "package_id"
        model.Session.execute(
            sa.update(Table).where(getattr(Table, key) == which.get(key)).values(urgent=True)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
    model.Session.commit()
    WAITING.enqueue()
    return count


def _ask_for(resource_id: str) -> int:
    count = _note("r.id = :id", "t.state <> 'running'", id=resource_id)
    if count:
        return count
    resource = model.Resource.get(resource_id)
    entry = model.Session.get(Table, resource_id)
    if entry is None and resource is not None:
        model.Session.add(Table(resource_id=resource_id, package_id=resource.package_id,
                                fingerprint="", state="queued", due=now()))  # fmt: skip
        return 1
    if entry is not None and entry.state != "running":
        entry.state, entry.due, entry.attempts = "queued", now(), 0
        return 1
    return 0


# -- the job ---------------------------------------------------------------------------------


#: What is due stands in the database: ``ckan hanoi tables check`` sees it, too.
WAITING = CoalescedJob(
    "tables", "Look at tables", "ckanext.hanoi.tables.worker.job", lost_after=3600,
    queue=settings.queue, **unknown_jobs.tried_again(3),
)  # fmt: skip


def _listen() -> None:
    global _listening
    if not _listening:
        event.listen(model.Session, "before_commit", _before_commit)
        event.listen(model.Session, "after_soft_rollback", _after_rollback)
        _listening = True


def _before_commit(session: Any) -> None:
    if session.info.get(_DATASETS) and not session.in_nested_transaction():
        _safely(_datasets_changed, sorted(session.info.pop(_DATASETS)))


def _after_rollback(session: Any, _previous: Any) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_DATASETS, None)


def bulk_ended(_sender: Any) -> None:
    """A harvest has changed datasets."""
    if settings.enabled() and waiting():
        WAITING.enqueue()


def waiting() -> int:
    """How many resources are due now."""
    query = sa.select(sa.func.count()).where(Table.due <= now())
    return model.Session.execute(query).scalar_one()


def clean(days: int | None = None, seconds: float | None = None) -> tuple[int, bool]:
    """Delete what was found in resources that are no more, and in datasets deleted long ago.

    Returns (how many, whether some are left since the ``seconds`` were over).
    """
    kept = int(settings.value("retention_days")) if days is None else days
    long_ago = now() - timedelta(days=kept)

    def page() -> int:
        result: Any = model.Session.execute(
            sa.text(
                "DELETE FROM hanoi_table WHERE resource_id IN ("
                " SELECT resource_id FROM hanoi_table t WHERE gone < :long_ago OR NOT EXISTS ("
                "  SELECT 1 FROM resource r WHERE r.id = t.resource_id AND r.state = 'active')"
                " LIMIT 1000)"
            ),
            {"long_ago": long_ago},
        )
        model.Session.commit()
        return result.rowcount

    return all_pages(page, seconds)
