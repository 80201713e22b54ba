"""Drives a run from beginning to end, in a worker or in the calling process.

Whoever has the run's lock reads the source, writes batches that nobody else has taken, and ends
the run. A worker that only writes looks afterwards whether the reader is still alive, and takes
its place if not. So a run goes on as long as any process touches it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy import exc

from ckanext.hanoi.background import locks, retry
from ckanext.hanoi.background.attempts import Attempts
from ckanext.hanoi.harvest.config import ConfigError
from ckanext.hanoi.harvest.engine import batches, fence, job_queue, notify, reading, report
from ckanext.hanoi.harvest.engine.batch_writer import BatchWriter
from ckanext.hanoi.harvest.engine.finalize import close, finish
from ckanext.hanoi.harvest.engine.reader import Reader
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.messages import N_, SourceError
from ckanext.hanoi.model.harvest import OPEN, Run, Source

log = logging.getLogger(__name__)

#: Batches that wait in the queue before the reader writes one itself: other runs get their turn.
BACKLOG = 4
#: Seconds that a worker's process goes on with batches of one run: beginning anew costs it half a
#: second each time, but other runs wait for it.
STINT = 15
#: Seconds to wait for a database or a search index that is down, and between two tries.
PATIENCE, PAUSE = 600, 2
#: After so many processes died at it a run is given up, whatever they died of.
GIVEN_UP = 100

#: Called with the run's counts now and then.
Progress = Callable[[dict[str, int]], None]


def run(run_id: str, inline: bool = False, progress: Progress | None = None) -> None:
    """Bring the run to its end; returns at once if another process is doing so."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            _run(run_id, inline, progress)
            return
        except Exception as error:
            if not retry.database_gone(error) or time.monotonic() > deadline:
                raise
            log.warning("The database went away during run %s: %s", run_id, error)
            model.Session.remove()
            engine: Any = model.meta.engine
            engine.dispose()
            time.sleep(PAUSE)


def write(run_id: str, batch_id: int) -> None:
    """Write this batch of the run and, for a while, those behind it that nobody else has taken;
    then see that somebody goes on with the run."""
    until = time.monotonic() + STINT
    setup = _setup(run_id)
    if setup is not None:
        with BatchWriter(run_id, setup) as writer:
            following: int | None = batch_id
            while following is not None:
                _index_later(partial(writer.write, following))
                more = time.monotonic() < until and _status(run_id) == "running"
                following = batches.following(run_id, after=following) if more else None
            _index_later(writer.settle)
    if _status(run_id) == "running" and locks.is_free(job_queue.lock_name(run_id)):
        run(run_id)


def _run(run_id: str, inline: bool, progress: Progress | None) -> None:
    with locks.held(job_queue.lock_name(run_id)) as got:
        number = fence.begin(run_id) if got else None
        if number is None:
            return
        attempts = Attempts(batches.run_attempts_name(run_id))
        try:
            with attempts.at("run"):
                if not _bring_to_its_end(run_id, number, attempts, inline, progress):
                    return
        finally:
            if _has_ended(run_id):
                attempts.forget()
    notify.run_ended(run_id)


def _bring_to_its_end(
    run_id: str, number: int, attempts: Attempts, inline: bool, progress: Progress | None
) -> bool:
    """False where the run is no longer ours."""
    setup = _setup(run_id)
    try:
        assert setup
        if attempts.died() >= GIVEN_UP:
            raise SourceError(
                N_("The run killed the background worker %(number)s times and is given up. What it"
                   " has written stays."),
                number=attempts.died(),
            )  # fmt: skip
        with BatchWriter(run_id, setup) as writer:
            _read(run_id, setup, number, writer, inline, progress, attempts)
            _drain(run_id, writer, progress)
        _patiently(lambda: finish(run_id, setup, number))
    except fence.RunStoppedError:
        log.info("Run %s was stopped", run_id)
        return False
    except Exception as error:
        if retry.database_gone(error):
            raise
        log.exception("Run %s failed", run_id)
        return _fail(run_id, number, error)
    return True


def _has_ended(run_id: str) -> bool:
    """False where nobody can tell."""
    try:
        return _status(run_id) not in OPEN
    except exc.SQLAlchemyError:
        return False


def _setup(run_id: str) -> SourceContext | None:
    source = model.Session.execute(
        sa.select(Source).join(Run, Run.source_id == Source.id).where(Run.id == run_id)
    ).scalar_one_or_none()
    if source is None:
        return None
    # commits expire objects of the session; the source is read once and then let go
    model.Session.expunge(source)
    return SourceContext(source)


def _status(run_id: str) -> str | None:
    model.Session.rollback()
    return model.Session.execute(sa.select(Run.status).where(Run.id == run_id)).scalar()


def _read(
    run_id: str, setup: SourceContext, number: int, writer: BatchWriter, inline: bool,
    progress: Progress | None, attempts: Attempts,
) -> None:  # fmt: skip
    done = model.Session.execute(sa.select(Run.read_done).where(Run.id == run_id)).scalar_one()
    if done:
        return

    def on_batch(batch_id: int, last: bool) -> None:
        # the reader comes to the last one itself before another process could begin with it
        if not inline and not last:
            job_queue.enqueue_write(run_id, batch_id)
            # a Redis that was emptied has forgotten it
            job_queue.ensure_beat()
        if inline or batches.waiting(run_id) > BACKLOG:
            sent = writer.sending.batch_id if writer.sending else 0
            first = batch_id if inline else batches.following(run_id, after=sent)
            if first is not None:
                with attempts.at("batch"):
                    _index_later(partial(writer.write, first))
        if progress:
            progress(report.count(run_id))

    try:
        reading.check(attempts)
        Reader(run_id, setup, number, on_batch, partial(reading.note, attempts)).read()
    except (SourceError, ConfigError, KeyError) as error:
        model.Session.rollback()
        _note_failure(run_id, number, error)


def _note_failure(run_id: str, number: int, error: Exception) -> None:
    """The source can't be read further: what was read is still written, nothing is removed."""
    message = error.message if isinstance(error, SourceError) else "%(error)s"
    params = error.params if isinstance(error, SourceError) else {"error": str(error)}
    fence.hold(run_id, number)
    model.Session.execute(
        sa.update(Run)
        .where(Run.id == run_id)
        .values(
            read_done=True,
            complete=False,
            message=message,
            params={key: str(value)[:1000] for key, value in params.items()},
        )
    )
    model.Session.commit()


def _index_later(work: Callable[[], Any]) -> None:
    """Do the work; what Solr did not take is in the database, and indexed when Solr is back."""
    try:
        work()
    except retry.SEARCH_GONE as error:
        model.Session.rollback()
        log.warning("A batch is written but not indexed yet: %s", error)


def _drain(run_id: str, writer: BatchWriter, progress: Progress | None) -> None:
    """Write what is left, and wait for what others are writing (or take it over if they die)."""

    def every_batch() -> None:
        while (batch_id := batches.following(run_id)) is not None:
            if _status(run_id) != "running":
                raise fence.RunStoppedError(run_id)
            wrote = False
            while batch_id is not None:
                wrote = writer.write(batch_id) or wrote
                if progress:
                    progress(report.count(run_id))
                batch_id = batches.following(run_id, after=batch_id)
            if not wrote:
                time.sleep(0.2)

    _patiently(every_batch)


def _patiently(work: Callable[[], None]) -> None:
    """Do the work again while the search index doesn't answer, up to ``PATIENCE`` seconds."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except retry.SEARCH_GONE:
            model.Session.rollback()
            if time.monotonic() > deadline:
                raise
            log.warning("The search index does not answer; trying again", exc_info=True)
            time.sleep(PAUSE)


def _fail(run_id: str, number: int, error: Exception) -> bool:
    """Whether the run was still ours to fail."""
    model.Session.rollback()
    try:
        fence.hold(run_id, number)
    except fence.RunStoppedError:
        return False
    entry = model.Session.get(Run, run_id, populate_existing=True)
    assert entry
    if isinstance(error, retry.SEARCH_GONE):
        entry.message = N_(
            "The search index does not answer; what was written is indexed when it does"
        )
        entry.params = {}
    elif isinstance(error, SourceError):
        entry.message = error.message
        entry.params = {key: str(value)[:1000] for key, value in error.params.items()}
    else:
        entry.message = "%(kind)s: %(error)s"
        entry.params = {"kind": type(error).__name__, "error": str(error)[:1000]}
    close(entry, "failed")
    return True
