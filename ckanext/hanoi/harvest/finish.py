"""Ends a run: what the source no longer shows, and the run's final numbers.

Everything here may be done again after a crash; nothing is done twice.
"""

from __future__ import annotations

import logging
from datetime import datetime

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi import bulk
from ckanext.hanoi.harvest import guard, locks, report, settings
from ckanext.hanoi.harvest.record import N_
from ckanext.hanoi.harvest.schedule import next_due
from ckanext.hanoi.harvest.setup import Setup
from ckanext.hanoi.harvest.writing import batches, priority
from ckanext.hanoi.harvest.writing.catalog import Catalog
from ckanext.hanoi.model.harvest import DELETED, Batch, Change, Identity, Run, Seen, Source, now

log = logging.getLogger(__name__)

#: Numbers of a run that has changed datasets.
_WRITTEN = ("created", "updated", "removed")


def finish(run_id: str, setup: Setup) -> None:
    """Bring a run whose source was read and whose batches are done to its end."""
    with locks.held(f"hanoi-finish-{run_id}") as got:
        run = model.Session.get(Run, run_id) if got else None
        if run is None or run.status != "running" or not run.read_done:
            return
        if run.message:
            close(run, "failed")
            return
        verdict = _judge_missing(run, setup)
        if verdict.hold:
            run.message, run.params = verdict.message, verdict.params or {}
            close(run, "held")
            return
        remove_overdue(run, grace_days(setup))
        close(run, "finished")


def grace_days(setup: Setup) -> int:
    """Days a dataset of the source must have been missing before it is removed."""
    own = setup.config.grace_days
    return int(settings.value("grace_days")) if own is None else own


def removal_threshold(setup: Setup) -> float:
    """Share of the source's datasets (0 to 1) that may be missing without a hold."""
    own = setup.config.removal_threshold
    return float(settings.value("removal_threshold")) if own is None else own


def _judge_missing(run: Run, setup: Setup) -> guard.Verdict:
    """Put down what is missing; where the guard allows it, its grace period begins."""
    gone = _gone(run)
    if gone is None:
        return guard.Verdict(False)
    session = model.Session
    mine = sa.and_(Identity.source_id == run.source_id, Identity.state.in_(("active", "missing")))
    known = session.execute(
        sa.select(sa.func.count()).where(mine, Identity.approved.is_(False))
    ).scalar_one()
    missing = session.execute(sa.select(Identity).where(mine, gone)).scalars().all()
    new = [identity for identity in missing if not identity.approved]
    counts = report.count(run.id)
    seen = counts["seen"] - counts.get("excluded", 0)
    verdict = guard.judge(known, len(new), seen, removal_threshold(setup))
    report.put(
        report.change(run.id, i.guid, "missing", i.title, package_id=i.package_id) for i in missing
    )
    for identity in missing:
        if not verdict.hold:
            identity.state = "missing"
            identity.missing_since = identity.missing_since or now()
    session.execute(
        sa.update(Identity)
        .where(Identity.source_id == run.source_id, Identity.state == "yielded", gone)
        .values(state="removed")
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return verdict


def _gone(run: Run):
    """The condition "the source does not show this identity", or None where that isn't known."""
    seen = sa.select(Seen.guid).where(Seen.run_id == run.id)
    deleted = Identity.guid.in_(seen.where(Seen.title == DELETED))
    excluded = Identity.guid.in_(
        sa.select(Change.guid).where(Change.run_id == run.id, Change.action == "excluded")
    )
    if run.not_modified:
        return None
    if not run.complete:
        return sa.or_(deleted, excluded)
    return sa.or_(Identity.guid.not_in(seen), deleted, excluded)


def remove_overdue(run: Run, days: int) -> None:
    """Remove the datasets whose grace is over; one that another source has too passes to it."""
    session, catalog, at = model.Session, Catalog(), now()
    run_id, source_id = run.id, run.source_id
    overdue = session.execute(
        sa.select(Identity.guid, Identity.missing_since).where(
            Identity.source_id == source_id, Identity.state == "missing"
        )
    ).all()
    for guid, missing_since in overdue:
        if guard.grace_is_over(missing_since, days, at):
            _remove(run_id, source_id, guid)
    # said to be removed, but the process died before it was
    package = model.Package
    left = (
        session.execute(
            sa.select(package.id)
            .join(Identity, Identity.package_id == package.id)
            .join(Change, sa.and_(Change.run_id == run_id, Change.guid == Identity.guid))
            .where(
                Identity.source_id == source_id,
                Identity.state == "removed",
                Change.action == "removed",
                package.state == "active",
            )
        )
        .scalars()
        .all()
    )
    for package_id in left:
        catalog.remove(package_id)


def _remove(run_id: str, source_id: str, guid: str) -> None:
    session = model.Session
    identity = session.get(Identity, (source_id, guid))
    if identity is None:
        return
    heir = priority.heir(source_id, identity.package_id)
    title, package_id = identity.title, identity.package_id
    if heir:
        heir.state, heir.hash = "active", None
        action = "missing"
    else:
        action = "removed"
    identity.state, identity.hash = "removed", None
    report.put([report.change(run_id, guid, action, title, package_id=package_id)])
    session.commit()


def close(run: Run, status: str) -> None:
    """Give the run its final status and numbers, and clear its work table."""
    session, source = model.Session, model.Session.get(Source, run.source_id)
    fetched = run.options.get("fetched")
    run.status, run.finished, run.counts = status, now(), report.count(run.id)
    run.options = {key: value for key, value in run.options.items() if key != "fetched"}
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
            Change.run_id == run.id, Change.action == "failed", Change.stage == "writing"
        )
    ).scalar_one()
    return not transient


def approve(run: Run, setup: Setup) -> None:
    """An admin agrees that what the held run found missing is removed, each after its grace."""
    since: datetime = run.started or run.created
    model.Session.execute(
        sa.update(Identity)
        .where(
            Identity.source_id == run.source_id,
            Identity.state.in_(("active", "missing")),
            Identity.guid.in_(
                sa.select(Change.guid).where(Change.run_id == run.id, Change.action == "missing")
            ),
        )
        .values(
            state="missing",
            approved=True,
            missing_since=sa.func.coalesce(Identity.missing_since, since),
        )
        .execution_options(synchronize_session=False)
    )
    model.Session.commit()
    remove_overdue(run, grace_days(setup))
    run.message, run.params = None, {}
    close(run, "finished")


def reject(run: Run) -> None:
    """An admin says that nothing is to be removed: all stays, and the next run judges anew."""
    model.Session.execute(
        sa.update(Identity)
        .where(
            Identity.source_id == run.source_id,
            Identity.state == "missing",
            Identity.guid.in_(
                sa.select(Change.guid).where(Change.run_id == run.id, Change.action == "missing")
            ),
        )
        .values(state="active", missing_since=None)
        .execution_options(synchronize_session=False)
    )
    run.message, run.params = N_("The removal was rejected: all datasets stay"), {}
    close(run, "finished")
