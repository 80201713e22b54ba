"""Takes a source out of the catalog: its datasets, if wanted, what is known of them, and itself.

That takes as long as the source is large, so a background job does it, in stints. It may end at any
instruction: a dataset leaves before its identity says so, and whoever comes next goes on with those
that are left. ``Source.fetch_state`` says that a source is leaving; no run of it begins any more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from redis.exceptions import RedisError

from ckanext.hanoi.background import bulk, locks, time_slices
from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.harvest.engine import claims, job_queue, source_priority
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import Change, Identity, Run, Source

log = logging.getLogger(__name__)

#: Datasets removed, and rows forgotten, that a request still waits for.
AT_ONCE, ROWS_AT_ONCE = 25, 5000
_PAGE = 100
_KEY = "leaving"
_LIVE = ("active", "missing")

#: Called with the number of datasets removed so far.
Progress = Callable[[int], None]


def _lock(source_id: str) -> str:
    return f"hanoi-leaving-{source_id}"


def is_leaving(source: Source) -> bool:
    return _KEY in (source.fetch_state or {})


def progress(source: Source) -> dict[str, Any] | None:
    """``datasets`` (keep or remove), how many there were in ``total``, how many are ``left``; None
    where the source stays."""
    told = (source.fetch_state or {}).get(_KEY)
    if told is None:
        return None
    left = _count(source.id) if told["datasets"] == "remove" else 0
    return {"datasets": told["datasets"], "left": left, "total": max(told["total"], left)}


def begin(source: Source, datasets: str) -> bool:
    """The source leaves from now on; ``datasets``: keep or remove. Returns whether that is a matter
    of seconds."""
    total = _count(source.id)
    state = dict(source.fetch_state or {})
    before = state.get(_KEY, {}).get("total", 0)
    begun = state.get(_KEY, {}).get("begun") or now().isoformat()
    state[_KEY] = {"datasets": datasets, "total": max(total, before), "begun": begun}
    source.fetch_state, source.active, source.next_due = state, False, None
    rows = model.Session.execute(
        sa.select(sa.func.count()).select_from(Identity).where(Identity.source_id == source.id)
    ).scalar_one()
    model.Session.commit()
    return rows <= ROWS_AT_ONCE and (datasets == "keep" or total <= AT_ONCE)


def enqueue(source_id: str) -> None:
    """Queue the job, unless it waits in the queue already."""
    # with a name of its own each time: a job that queues itself again ends only afterwards
    name = f"leaving-{source_id}-"
    try:
        if not any(id_.startswith(time_slices.PREFIX + name) for id_ in job_queue.waiting()):
            time_slices.enqueue(job, [source_id], "Removal of a source", job_queue.queue_name(),
                           job_id=time_slices.new_id(name))  # fmt: skip
    except RedisError as error:
        log.warning("The job queue does not answer: %s", error)


def resume() -> None:
    """Queue again what is leaving and nobody is at."""
    leaving = model.Session.execute(
        sa.select(Source.id).where(Source.active.is_(False), Source.fetch_state.has_key(_KEY))
    ).scalars().all()  # fmt: skip
    model.Session.commit()
    for source_id in leaving:
        if locks.is_free(_lock(source_id)):
            enqueue(source_id)


def job(source_id: str) -> None:
    """Job: go on as long as nobody waits."""
    done: int | None = None
    with time_slices.stint(job_queue.queue_name()) as stint:
        done = go_on(source_id, stint.over)
    if stint.gave_way or done is None:
        model.Session.rollback()
        if model.Session.get(Source, source_id) is not None:
            enqueue(source_id)


def go_on(
    source_id: str, over: Callable[[], bool] = lambda: False, shown: Progress | None = None,
    kept: list[str] | None = None,
) -> int | None:  # fmt: skip
    """Do what is left, until it is ``over``; returns how many datasets were removed, None where
    another process is at it. ``kept`` gets the names of those that people have made their own."""
    with locks.held(_lock(source_id)) as got:
        if not got:
            return None
        source = model.Session.get(Source, source_id, populate_existing=True)
        told = progress(source) if source else None
        if told is None:
            return 0
        removed = 0
        if told["datasets"] == "remove":
            removal = _Removal(source, [] if kept is None else kept)
            removed = removal.go(over, shown)
        if not over():
            _forget(source_id, over)
        if removed:
            bulk.ended.send(source_id)
        return removed


def _count(source_id: str) -> int:
    query = sa.select(sa.func.count()).select_from(Identity).where(_live(source_id))
    return model.Session.execute(query).scalar_one()


def _live(source_id: str) -> Any:
    return sa.and_(Identity.source_id == source_id, Identity.state.in_(_LIVE))


class _Removal:
    """Of the datasets of a source that leaves."""

    def __init__(self, source: Source, kept: list[str]) -> None:
        begun = source.fetch_state[_KEY].get("begun")
        self.begun = datetime.fromisoformat(begun) if begun else None
        # commits expire objects of the session; the source is read once and then let go
        model.Session.expunge(source)
        self.setup, self.source_id, self.kept = SourceContext(source), source.id, kept
        self.catalog = Catalog()

    def go(self, over: Callable[[], bool], shown: Progress | None) -> int:
        removed, after = 0, ""
        while not over():
            page = model.Session.execute(
                sa.select(Identity.guid, Identity.package_id)
                .where(_live(self.source_id), Identity.guid > after)
                .order_by(Identity.guid)
                .limit(_PAGE)
            ).all()
            if not page:
                break
            for guid, package_id in page:
                if over():
                    break
                removed += self._one(guid, package_id)
                if shown:
                    shown(removed)
            after = page[-1][0]
            model.Session.expunge_all()
        return removed

    def _one(self, guid: str, package_id: str) -> bool:
        """The dataset first: whoever comes after a crash finds it deleted, and puts that down."""
        heir = source_priority.heir(self.source_id, package_id)
        wanted = not heir and self._is_to_go(guid, package_id)
        if wanted:
            with bulk.work():
                self.catalog.remove(package_id)
        if heir:
            heir.state, heir.hash = "active", None
        model.Session.execute(
            sa.update(Identity)
            .where(Identity.source_id == self.source_id, Identity.guid == guid)
            .values(state="removed")
            .execution_options(synchronize_session=False)
        )
        model.Session.commit()
        return wanted

    def _is_to_go(self, guid: str, package_id: str) -> bool:
        """Whether the dataset is there and still the source's; nobody changes it then before it is
        removed."""
        held = self.catalog.hold([package_id]).get(package_id)
        if held is None or held.state != "active":
            return False
        identity = model.Session.get(Identity, (self.source_id, guid))
        kept = claims.reason_to_keep(self.setup, identity, held, self.begun) if identity else None
        if kept is None:
            return True
        name = model.Session.execute(
            sa.select(model.Package.name).where(model.Package.id == package_id)
        ).scalar_one()
        self.kept.append(name)
        message, params = kept
        log.warning("The source %s leaves without its dataset %s: %s", self.setup.source.name,
                    name, message % params)  # fmt: skip
        return False


def _forget(source_id: str, over: Callable[[], bool]) -> None:
    """What is known of the source, some rows at a time; at last the source."""
    of_source = sa.select(Run.id).where(Run.source_id == source_id)
    for table, mine in (
        (Change.__table__, Change.run_id.in_(of_source)),
        (Identity.__table__, Identity.source_id == source_id),
    ):
        some = sa.select(sa.literal_column("ctid")).select_from(table).where(mine)
        statement = sa.delete(table).where(
            sa.literal_column("ctid").in_(some.limit(ROWS_AT_ONCE).scalar_subquery())
        )
        while not over():
            gone: Any = model.Session.execute(statement)
            model.Session.commit()
            if gone.rowcount < ROWS_AT_ONCE:
                break
    if not over():
        model.Session.execute(sa.delete(Source).where(Source.id == source_id))
        model.Session.commit()
