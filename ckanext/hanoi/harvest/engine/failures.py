"""Records that failed and may be tried again: as they were read then, without their source."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy import orm

from ckanext.hanoi.model.harvest import Change, Identity, Run, Seen
from ckanext.hanoi.model.packed import unpack


def _untouched(source_id: Any) -> Any:
    """The condition that nothing newer has happened to the record: no later run has written it or
    removed its dataset, no person has made that the catalog's own or deleted it."""
    package = model.Package
    gone = sa.select(package.id).where(
        package.id == Identity.package_id, package.state == "deleted"
    )
    touched = sa.select(Identity.guid).where(
        Identity.source_id == source_id,
        Identity.guid == Change.guid,
        sa.or_(
            Identity.state.in_(("detached", "deleted", "yielded")),
            Identity.modified > Change.created,
            sa.and_(Identity.state != "removed", gone.exists()),
        ),
    )
    return sa.and_(Change.action == "failed", ~touched.exists())


def of_run(run: Run) -> list[dict[str, Any]]:
    """The records of the run that can be tried again, as they lie in batches."""
    query = sa.select(Change.raw).where(
        Change.run_id == run.id, Change.raw.is_not(None), _untouched(run.source_id)
    )
    return [unpack(raw) for raw in model.Session.execute(query).scalars() if raw]


def number(run: Run) -> int:
    """How many records failed in the run."""
    query = sa.select(sa.func.count()).where(Change.run_id == run.id, Change.action == "failed")
    return model.Session.execute(query).scalar_one()


def unindexed(run: Run) -> dict[str, str]:
    """``{package id: guid}`` of what the run wrote as it should be, and only search lacks."""
    query = sa.select(Change.package_id, Change.guid).where(
        Change.run_id == run.id,
        Change.action == "failed",
        Change.stage == "indexing",
        Change.package_id.is_not(None),
    )
    rows: Any = model.Session.execute(query).all()
    return dict(rows)


def left(run: Run) -> list[dict[str, Any]]:
    """What failed in the runs before this one, and this one has not seen: of a source that tells
    only its changes it would not be seen again. Since the last run that came to its end, which has
    tried again what failed before it."""
    earlier = orm.aliased(Run)
    read = sa.and_(
        earlier.source_id == run.source_id,
        earlier.created < run.created,
        earlier.trigger != "retry",
        earlier.status.in_(("finished", "held")),
    )
    last = sa.select(sa.func.max(earlier.created)).where(read).scalar_subquery()
    seen = sa.select(Seen.guid).where(Seen.run_id == run.id, Seen.guid == Change.guid)
    rows = model.Session.execute(
        sa.select(Change.guid, Change.raw)
        .join(Run, Run.id == Change.run_id)
        .where(
            Run.source_id == run.source_id,
            Run.created >= last,
            Run.created < run.created,
            Change.raw.is_not(None),
            _untouched(run.source_id),
            ~seen.exists(),
        )
        .order_by(Change.created)
    )
    return [unpack(raw) for raw in {row.guid: row.raw for row in rows}.values()]


def are_new_in_reading(run: Run) -> bool:
    """Whether the run could not read a record that the run before it did read, or did not meet: to
    be asked for once more. What can't be read twice is the source's to mend."""
    before, same = orm.aliased(Run), orm.aliased(Change)
    earlier = sa.select(before.id).where(
        before.source_id == run.source_id, before.created < run.created
    )
    newest = earlier.order_by(before.created.desc()).limit(1).scalar_subquery()
    known = sa.select(same.guid).where(
        same.run_id == newest, same.guid == Change.guid, same.action == "failed"
    )
    query = sa.select(Change.guid).where(
        Change.run_id == run.id, Change.action == "failed", Change.stage == "reading",
        ~known.exists(),
    )  # fmt: skip
    return model.Session.execute(query.limit(1)).first() is not None
