"""What can be done with runs: start, abort, approve, reject, retry, and what is due.

Actions, command line and jobs all come through here.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy import exc
from sqlalchemy.dialects.postgresql import insert

from ckanext.hanoi.background import bulk, locks
from ckanext.hanoi.background.attempts import Attempts
from ckanext.hanoi.background.retry import SEARCH_GONE
from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.fetch import is_local
from ckanext.hanoi.harvest.engine import (
    baseline,
    batches,
    careful,
    dataset_removal,
    failures,
    finalize,
    job_queue,
    notify,
    retention,
    settings,
    source_removal,
    worker,
)
from ckanext.hanoi.harvest.engine.schedule import next_due
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.messages import N_
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import OPEN, Batch, Identity, Run, Seen, Source
from ckanext.hanoi.model.packed import pack

log = logging.getLogger(__name__)

#: So many datasets are removed while an admin waits; more, by CKAN's background workers.
AT_ONCE = 25
#: Seconds that a person, and that a beat, spends on indexing what runs have left behind.
_REQUEST, _BEAT = 5.0, 60.0
#: A queued run of this age without a worker has lost its job.
_LOST_AFTER = timedelta(seconds=20)


class RunStateError(Exception):
    """The run can't do that now: English message id and parameters."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message, self.params = message, params


def start(
    source: Source,
    trigger: str = "manual",
    user_id: str | None = None,
    options: dict[str, Any] | None = None,
) -> Run:
    """A queued run of the source, not yet handed to a worker. ``RunStateError`` if one is open.

    A held run is superseded: the source is read anew, and what is still missing is judged anew.
    """
    if source_removal.is_leaving(source):
        raise RunStateError("The source is being removed")
    session = model.Session
    held = session.execute(
        sa.select(Run).where(Run.source_id == source.id, Run.status == "held")
    ).scalars()
    for old in held:
        old.status, old.message, old.params = "aborted", N_("A newer run has taken its place"), {}
    session.flush()
    known, handed_on = baseline.before(source.id)
    options = {**(options or {}), **({"unsettled": True} if handed_on else {})}
    run = Run(
        source_id=source.id, trigger=trigger, user_id=user_id, options=options, known=known
    )
    session.add(run)
    try:
        session.commit()
    except exc.IntegrityError as error:
        session.rollback()
        raise RunStateError("A run of this source is under way") from error
    return run


def queue(run: Run) -> None:
    """Hand the run to CKAN's background workers."""
    source = model.Session.get(Source, run.source_id)
    assert source
    job_queue.enqueue_read(run.id, source.name, run.trigger)


def open_run(source: Source) -> Run | None:
    """The source's run that is queued or running."""
    return model.Session.execute(
        sa.select(Run).where(Run.source_id == source.id, Run.status.in_(OPEN))
    ).scalar_one_or_none()


def latest(source: Source) -> Run | None:
    """The source's newest run."""
    return model.Session.execute(
        sa.select(Run).where(Run.source_id == source.id).order_by(Run.created.desc()).limit(1)
    ).scalar_one_or_none()


def abort(run: Run) -> None:
    """Stop an open or held run; what it has written stays."""
    _hold(run, (*OPEN, "held"), N_("The run has ended already"))
    finalize.close(run, "aborted")
    index_leftovers(_REQUEST)


def approve(run: Run) -> Run:
    """Let a held run go on: what is missing is removed when its grace period is over, by CKAN's
    background workers where it takes long. Returns the run as it is then."""
    _hold(run, ("held",), N_("The run is not on hold"))
    setup, run_id = SourceContext(_source(run)), run.id
    finalize.approve(run)
    if dataset_removal.waiting(setup.source.id, finalize.grace_days(setup)) > AT_ONCE:
        queue(run)
    else:
        worker.run(run_id)
    return model.Session.get(Run, run_id, populate_existing=True) or run


def reject(run: Run) -> None:
    """Nothing that a held run found missing is removed."""
    _hold(run, ("held",), N_("The run is not on hold"))
    finalize.reject(run)


def _hold(run: Run, statuses: tuple[str, ...], message: str) -> None:
    """Nobody else ends or decides the run in this transaction, which finds it in one of these."""
    # whoever writes a change of the run is not waited for
    query = sa.select(Run).where(Run.id == run.id).with_for_update(key_share=True)
    model.Session.execute(query.execution_options(populate_existing=True))
    if run.status not in statuses:
        model.Session.rollback()
        raise RunStateError(message)


def _source(run: Run) -> Source:
    source = model.Session.get(Source, run.source_id)
    assert source
    return source


def retry(run: Run, user_id: str | None = None, most: int | None = None) -> Run:
    """A new run of the records that failed in this one; the source is not read again.

    Records that could not even be read (no raw content) need a run of the whole source. What a
    later run or a person has changed since is left alone. ``most``: ``RunStateError``
    where more records failed.
    """
    if run.status in OPEN:
        raise RunStateError("The run is still under way")
    if most is not None and failures.number(run) > most:
        raise RunStateError(
            N_("More than %(most)s records failed: run the whole source, which tries them again"),
            most=most,
        )
    items, unindexed = failures.of_run(run), failures.unindexed(run)
    if not items and not unindexed:
        raise RunStateError("No record of this run can be tried again: run the whole source")
    options = {"retry_of": run.id, "force": True}
    fresh = start(_source(run), "retry", user_id, options)
    _fill(fresh, items, unindexed)
    return fresh


def _fill(run: Run, items: list[dict[str, Any]], unindexed: dict[str, str]) -> None:
    size = settings.batch_size()
    for first in range(0, len(items), size):
        model.Session.add(Batch(run_id=run.id, records=pack(items[first : first + size])))
    ids = list(unindexed)
    for first in range(0, len(ids), size):
        part = ids[first : first + size]
        model.Session.add(
            Batch(run_id=run.id, records=pack([]), status="written", packages=part)
        )
    guids = [*(item["guid"] for item in items), *unindexed.values()]
    seen = [{"run_id": run.id, "guid": guid, "title": ""} for guid in guids]
    model.Session.execute(insert(Seen.__table__).on_conflict_do_nothing(), seen)
    run.read_done = True
    model.Session.commit()


def resume() -> list[str]:
    """Queue again every open run that no process is working on; returns their ids."""
    rows = model.Session.execute(
        sa.select(Run.id, Run.status, Run.created, Source.name, Run.trigger)
        .join(Source, Source.id == Run.source_id)
        .where(Run.status.in_(OPEN))
    ).all()
    model.Session.commit()
    resumed = []
    for run_id, status, created, name, trigger in rows:
        # one of the future: the clock was set back
        fresh = status == "queued" and timedelta(0) <= now() - created < _LOST_AFTER
        if not fresh and locks.is_free(job_queue.lock_name(run_id)):
            job_queue.enqueue_read(run_id, name, trigger)
            resumed.append(run_id)
    return resumed


def due() -> dict[str, list[str]]:
    """Queue every source whose time has come and every run that lost its worker; clean up.

    Returns ``{"queued": [source names], "resumed": [run ids]}``.
    """
    job_queue.ensure_beat()
    job_queue.note_beat()
    _mend_schedules()
    queued = []
    sources = (
        model.Session.execute(
            sa.select(Source).where(Source.active.is_(True), Source.next_due <= now())
        )
        .scalars()
        .all()
    )
    for source in sources:
        if is_local(source.url):
            continue  # the command line alone reads a file of the machine
        source.next_due = next_due(source.schedule, now(), source.name)
        name = source.name
        model.Session.commit()
        try:
            run = start(source, "schedule")
        except RunStateError:
            continue
        queue(run)
        queued.append(name)
    index_leftovers()
    retention.clean_if_due()
    notify.digest_if_due()
    resumed = resume()
    source_removal.resume()
    bulk.beats.send("harvest")
    return {"queued": queued, "resumed": resumed}


def _mend_schedules() -> None:
    """A source that is due later than its schedule says was put off while the clock was wrong."""
    coming = model.Session.execute(
        sa.select(Source).where(
            Source.active.is_(True), Source.schedule != "", Source.next_due > now()
        )
    ).scalars()
    for source in coming:
        first = next_due(source.schedule, now(), source.name)
        if first and source.next_due > first:
            source.next_due = first
    model.Session.commit()


def index_leftovers(seconds: float = _BEAT) -> None:
    """Index what a run that has ended could not: it is in the database, Solr was away. Nothing else
    is left of its batches. After these seconds the rest is left to the next beat."""
    end = time.monotonic() + seconds
    left = (
        model.Session.execute(
            sa.select(Batch.id).join(Run, Run.id == Batch.run_id).where(Run.status.not_in(OPEN))
        )
        .scalars()
        .all()
    )
    for batch_id in left:
        if time.monotonic() > end:
            return
        attempts = Attempts(f"leftover-{batch_id}")
        try:
            careful.index(Catalog(), batches.packages(batch_id), attempts)
        except SEARCH_GONE as error:
            model.Session.rollback()
            log.warning("The search index does not answer: %s", error)
            return
        model.Session.execute(sa.delete(Batch).where(Batch.id == batch_id))
        model.Session.commit()
        attempts.forget()


def detach(identity: Identity) -> None:
    """The dataset is the catalog's own from now on: runs no longer touch it."""
    identity.state = "detached"
    model.Session.commit()


def attach(identity: Identity) -> None:
    """The dataset follows its source again, from the next run on."""
    identity.state, identity.hash = "active", None
    model.Session.commit()


def keep_fields(identity: Identity, fields: list[str]) -> None:
    """These fields stay as they are here; a field no longer named follows the source again."""
    identity.kept_fields, identity.hash = fields, None
    model.Session.commit()
