"""Ends a run: what the source no longer shows, and the run's final numbers.

Everything here may be done again after a crash; nothing is done twice. Whoever ends a run holds it
(``fence``) in each transaction.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import JSONB, insert

from ckanext.hanoi.background import bulk
from ckanext.hanoi.harvest.connectors import kinds
from ckanext.hanoi.harvest.engine import (
    batches,
    dataset_removal,
    failures,
    fence,
    removal_guard,
    report,
    settings,
)
from ckanext.hanoi.harvest.engine.schedule import next_due
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.messages import N_
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import DELETED, Batch, Change, Identity, Run, Seen, Source

log = logging.getLogger(__name__)

#: Numbers of a run that has changed datasets.
_WRITTEN = ("created", "updated", "removed")
#: What an admin decides on: not shown by the source, or left out by its filters.
_LACKING = ("missing", "excluded")


def finish(run_id: str, setup: SourceContext, number: int) -> None:
    """Bring a run whose source was read and whose batches are done to its end; ``number`` is that
    of who goes on with it."""
    fence.hold(run_id, number)
    run = model.Session.get(Run, run_id, populate_existing=True)
    if run is None or not run.read_done:
        model.Session.rollback()
        return
    if run.message:
        close(run, "failed")
        return
    if not run.options.get("approved"):
        verdict = _judge_missing(run, setup)
        if verdict.hold:
            run.message, run.params = verdict.message, verdict.params or {}
            close(run, "held")
            return
        model.Session.commit()
    dataset_removal.Removal(run_id, setup, number).go(grace_days(setup))
    fence.hold(run_id, number)
    run = model.Session.get(Run, run_id, populate_existing=True)
    assert run
    close(run, "finished")


def grace_days(setup: SourceContext) -> int:
    """Days a dataset of the source must have been missing before it is removed."""
    own = setup.config.grace_days
    return int(settings.value("grace_days")) if own is None else own


def removal_threshold(setup: SourceContext) -> float:
    """Share of the source's datasets (0 to 1) that may be missing without a hold."""
    own = setup.config.removal_threshold
    return float(settings.value("removal_threshold")) if own is None else own


def _judge_missing(run: Run, setup: SourceContext) -> removal_guard.Verdict:
    """Put down what is missing; where the guard allows it, its grace period begins. Not committed:
    whoever begins with the run anew waits for it."""
    gone = _gone(run)
    if gone is None:
        return removal_guard.Verdict(False)
    session = model.Session
    missing = sa.and_(
        Identity.source_id == run.source_id, Identity.state.in_(("active", "missing")), gone
    )
    new = session.execute(
        sa.select(sa.func.count()).where(missing, Identity.approved.is_(False))
    ).scalar_one()
    left_out = sa.select(Change.guid).where(Change.run_id == run.id, Change.action == "excluded")
    excluded = session.execute(
        sa.select(sa.func.count()).where(
            missing, Identity.approved.is_(False), Identity.guid.in_(left_out)
        )
    ).scalar_one()
    counts = report.count(run.id)
    seen = counts["seen"] - counts.get("excluded", 0)
    verdict = removal_guard.judge(run.known or 0, new, seen, removal_threshold(setup), excluded)
    _report_missing(run, missing)
    values: dict[str, Any] = {
        "state": "missing", "missing_since": sa.func.coalesce(Identity.missing_since, now()),
    }  # fmt: skip
    if not verdict.hold:
        _change(missing, values)
    _change(
        sa.and_(Identity.source_id == run.source_id, Identity.state == "yielded", gone),
        {"state": "removed"},
    )
    _shown_again(run, gone)
    _restored(run)
    return verdict


def _shown_again(run: Run, gone: Any) -> None:
    """Nothing is missing that the source shows, though it could not be written."""
    seen = sa.select(Seen.guid).where(Seen.run_id == run.id, Seen.guid == Identity.guid)
    there = sa.and_(Identity.state == "missing", ~gone, seen.exists())
    values: dict[str, Any] = {"state": "active", "missing_since": None, "approved": False}
    if not run.options.get("retry_of"):
        _change(sa.and_(Identity.source_id == run.source_id, there), values)


def _restored(run: Run) -> None:
    """What a run removed and a person has brought back is the catalog's own."""
    other, package = Identity.__table__.alias("other"), model.Package
    carried = sa.select(other.c.guid).where(
        other.c.package_id == Identity.package_id, other.c.state != "removed"
    )
    active = sa.select(package.id).where(
        package.id == Identity.package_id, package.state == "active"
    )
    removed = sa.and_(Identity.source_id == run.source_id, Identity.state == "removed")
    _change(sa.and_(removed, active.exists(), ~carried.exists()), {"state": "detached"})


def _report_missing(run: Run, missing: Any) -> None:
    """In the database alone: they may be a hundred thousand."""
    columns: dict[str, Any] = {
        "run_id": sa.literal(run.id), "guid": Identity.guid, "action": sa.literal("missing"),
        "package_id": Identity.package_id, "title": Identity.title,
        "fields": sa.cast([], JSONB), "params": sa.cast({}, JSONB), "created": sa.literal(now()),
    }  # fmt: skip
    rows = sa.select(*(value.label(name) for name, value in columns.items())).where(missing)
    statement = insert(Change.__table__).from_select(list(columns), rows)
    model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=["run_id", "guid"],
            set_={name: statement.excluded[name] for name in ("action", "package_id", "title")},
            # what a filter leaves out is at the source
            where=Change.__table__.c.action != "excluded",
        )
    )


def _change(which: Any, values: dict[str, Any]) -> None:
    model.Session.execute(
        sa.update(Identity)
        .where(which)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _gone(run: Run) -> Any:
    """The condition "the source does not show this identity", or None where that isn't known."""
    seen, change = Seen.__table__.alias("seen"), Change.__table__.alias("change")
    excluded = sa.select(change.c.guid).where(
        change.c.run_id == run.id, change.c.action == "excluded"
    )
    of_run = seen.c.run_id == run.id
    if run.not_modified:
        return None
    if not run.complete:
        deleted = sa.select(seen.c.guid).where(of_run, seen.c.title == DELETED)
        return Identity.guid.in_(deleted.union(excluded))
    # joins, however many rows: NOT IN would go through all of them for each identity
    shown = sa.select(seen.c.guid).where(
        of_run,
        seen.c.title != DELETED,
        seen.c.guid == Identity.guid,
        ~excluded.where(change.c.guid == seen.c.guid).correlate(seen).exists(),
    )
    return ~shown.correlate(Identity.__table__).exists()


def close(run: Run, status: str) -> None:
    """Give the run its final status and numbers, and clear its work table. The caller holds it."""
    session, source = model.Session, model.Session.get(Source, run.source_id)
    fetched = run.options.get("fetched")
    run.counts = report.final(run)
    run.status, run.finished = status, now()
    kept = {key: value for key, value in run.options.items() if key != "fetched"}
    if status == "finished" and run.complete and not kept.get("rejected"):
        # judged, and passed: the next run counts from here
        kept.pop("unsettled", None)
    run.options = kept
    # a retry has not read the source: what the run before it remembered still holds
    if source and status in ("finished", "held") and not run.options.get("retry_of"):
        _remember(source, run, fetched)
    session.execute(sa.delete(Seen).where(Seen.run_id == run.id))
    batches.forget_unwritten(run.id)
    session.execute(sa.delete(Batch).where(Batch.run_id == run.id, Batch.status == "done"))
    session.commit()
    if any(run.counts[name] for name in _WRITTEN):
        bulk.ended.send(run.id)
    log.info("Run %s of %s: %s %s", run.id, source.name if source else "?", status, run.counts)


def _remember(source: Source, run: Run, fetched: dict | None) -> None:
    # what changed since is all that the next run will ask for
    partly = getattr(kinds().get(source.kind), "incremental", False)
    if not (partly and run.counts["failed"] and failures.are_new_in_reading(run)):
        source.last_read = run.started
    if run.complete and status_is_clean(run):
        source.last_complete = run.started
        source.fetch_state = fetched or {}
    else:
        source.fetch_state = {"fingerprint": (fetched or {}).get("fingerprint")}
    if source.schedule and (source.next_due is None or source.next_due <= now()):
        source.next_due = next_due(source.schedule, now(), source.name)


def status_is_clean(run: Run) -> bool:
    """True when the next run may skip what this one saw: nothing is to be tried or judged again."""
    if run.status == "held":
        return False
    transient = model.Session.execute(
        sa.select(sa.func.count()).where(
            Change.run_id == run.id, Change.action == "failed", Change.stage == "writing",
            Change.message != report.KILLED,
        )
    ).scalar_one()
    return not transient


def approve(run: Run) -> None:
    """An admin agrees that what the held run found missing is removed, each after its grace. The
    run goes on with that: commits, and whoever takes the run up removes."""
    since: datetime = run.started or run.created
    values: dict[str, Any] = {
        "state": "missing", "approved": True,
        "missing_since": sa.func.coalesce(Identity.missing_since, since),
    }  # fmt: skip
    _change(_found_missing(run, ("active", "missing")), values)
    run.message, run.params, run.status, run.finished = None, {}, "running", None
    run.options = {**run.options, "approved": True}
    model.Session.commit()


def reject(run: Run) -> None:
    """An admin says that nothing is to be removed: all stays, and the next run judges anew."""
    _change(_found_missing(run, ("missing",)), {"state": "active", "missing_since": None})
    run.message, run.params = N_("The removal was rejected: all datasets stay"), {}
    run.options = {**run.options, "rejected": True, "unsettled": True}
    close(run, "finished")


def _found_missing(run: Run, states: tuple[str, ...]) -> Any:
    found = sa.select(Change.guid).where(Change.run_id == run.id, Change.action.in_(_LACKING))
    return sa.and_(
        Identity.source_id == run.source_id, Identity.state.in_(states), Identity.guid.in_(found)
    )
