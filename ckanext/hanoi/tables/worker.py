"""The background job: takes what is due, one file after another, however many there are.

One process of all workers looks at a time, so that no host is asked by two at once. Each file is
looked at in a child process (``child``): what is hostile in it ends there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.background import locks, retry, time_slices
from ckanext.hanoi.fetch import Fetcher, FetchError
from ckanext.hanoi.messages import N_, SourceError
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.tables import Table
from ckanext.hanoi.tables import files, pending, settings
from ckanext.hanoi.tables.sandbox import SandboxedInspector

log = logging.getLogger(__name__)

LOCK = "hanoi-tables"
#: Seconds after which a job gives the worker back and queues the next one.
BUDGET = 240
#: Looks without an answer before the reason stands; failures of a host before it is left alone.
ATTEMPTS, HOST_FAILURES = 3, 3
_PATIENCE = timedelta(hours=1)
#: Seconds between two questions whether the round is over.
_LISTEN = 0.5
_CHOICE = 100

#: Called with the number of files looked at, and the last one's entry, after each file.
Progress = Callable[[int, Table], None]


def job() -> None:
    """Look at what is due; then queue another job if there is more."""
    pending.WAITING.begun()
    if not settings.enabled():
        return
    with time_slices.stint(settings.queue()) as stint:
        run(seconds=BUDGET, over=stint.over)
    model.Session.rollback()
    if pending.waiting():
        pending.WAITING.enqueue()


def run(
    seconds: float | None = None, progress: Progress | None = None,
    over: Callable[[], bool] = lambda: False,
) -> bool:  # fmt: skip
    """Look at everything due, for so many seconds or until it is ``over``; False where another
    process is doing so."""
    with locks.held(LOCK) as got:
        if not got:
            return False
        _adopt()
        memory = int(settings.value("memory")) << 20
        limit = float(settings.value("seconds"))
        with SandboxedInspector(memory, limit) as looker, settings.fetcher() as web:
            _InspectionRun(looker, web, seconds, progress, over).go()
        pending.clean()
    return True


def _adopt() -> None:
    """What a process left that died while it looked. What it died of may be the file: it has
    only so many attempts."""
    left = sa.update(Table).where(Table.state == "running")
    values = {"attempts": Table.attempts + 1, "state": "queued", "due": now()}
    for statement in (
        left.where(Table.attempts + 1 < ATTEMPTS).values(**values),
        left.values(state="failed", due=None, message=N_("The look at the file ended without an "
                    "answer, several times."), params={}),
    ):  # fmt: skip
        model.Session.execute(statement.execution_options(synchronize_session=False))
    model.Session.commit()


class _InspectionRun:
    """Goes through what is due, in an order in which no host is asked twice in a row."""

    def __init__(
        self, looker: SandboxedInspector, fetcher: Fetcher, seconds: float | None,
        progress: Progress | None,
        over: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.over = over
        self.looker, self.fetcher, self.progress = looker, fetcher, progress
        self.deadline = time.monotonic() + seconds if seconds else None
        self.pause = float(settings.value("pause"))
        self.free: dict[str, float] = {}  # when a host may be asked again
        self.failures: dict[str, int] = {}
        self.wishes = settings.wishes()
        self.looked = 0

    def go(self) -> None:
        while not self.over() and (self.deadline is None or time.monotonic() < self.deadline):
            found = self._next()
            if found is None:
                return
            self._look(*found)

    def _next(self) -> tuple[Table, dict[str, Any]] | None:
        """The next entry and its resource; waits where only hosts are left that need a pause."""
        while not self.over():
            entries = model.Session.execute(
                sa.select(Table).where(Table.due <= now())
                .order_by(Table.urgent.desc(), Table.due, Table.resource_id).limit(_CHOICE)
                .execution_options(populate_existing=True)
            ).scalars().all()  # fmt: skip
            waits: list[float] = []
            for entry in entries:
                resource = _resource(entry.resource_id)
                if resource is None:
                    model.Session.delete(entry)
                    continue
                host = files.host_of(resource)
                if self.failures.get(host, 0) >= HOST_FAILURES:
                    # a host in trouble is left alone for a while
                    entry.due = now() + _PATIENCE
                    continue
                wait = self.free.get(host, 0) - time.monotonic()
                if wait <= 0:
                    return entry, resource
                waits.append(wait)
            model.Session.commit()
            if not entries:
                return None
            if waits:
                time.sleep(min(*waits, _LISTEN))
        return None

    def _look(self, entry: Table, resource: dict[str, Any]) -> None:
        id_, seen, host = entry.resource_id, entry.fingerprint, files.host_of(resource)
        attempts, urgent = entry.attempts, entry.urgent
        # asked for by a person, or without an answer so far: in full
        anew = entry.urgent or entry.message or not entry.report
        before = {} if anew else dict(entry.fetched or {})
        entry.state, entry.started = "running", now()
        # no transaction stays open while others are waited for
        model.Session.commit()
        try:
            values = self._values(resource, before)
            self.failures[host] = 0
        except SourceError as error:
            values = self._failed(attempts, host, error)
        except Exception as error:
            values = self._failed(attempts, "", _its_own(error))
        except time_slices.GaveWay:
            # not the file's fault; others that are due go first
            model.Session.rollback()
            _save(id_, seen, {"state": "queued", "due": now()}, urgent)
            raise
        if host:
            self.free[host] = time.monotonic() + self.pause
        try:
            _save(id_, seen, values)
        except Exception as error:
            _save(id_, seen, self._failed(attempts, "", _its_own(error)))
        self.looked += 1
        fresh = model.Session.get(Table, id_, populate_existing=True)
        if self.progress and fresh is not None:
            self.progress(self.looked, fresh)

    def _values(self, resource: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
        with files.opened(resource, self.fetcher, before, self.wishes.max_bytes) as file:
            values: dict[str, Any] = {"attempts": 0, "looked_at": now(), "fetched": file.fetched,
                                      "due": _again(resource)}  # fmt: skip
            if not file.path:  # it is what it was: a table
                return {**values, "state": "table"}
            claimed = str(resource.get("format") or "")
            report = self.looker.look(file.path, claimed, self.wishes)
        message, params = report.pop("message", None), report.pop("params", {})
        return {
            **values,
            "state": "none" if message else "table",
            "message": message,
            "params": params,
            "kind": report.get("kind"),
            "encoding": report.get("encoding"),
            "rows": report.get("rows"),
            "columns": report.get("columns_total"),
            "errors": report.get("errors_total"),
            "size": report.get("size"),
            "hash": report.get("hash"),
            "report": report,
        }

    def _failed(self, attempts: int, host: str, error: SourceError) -> dict[str, Any]:
        """It could not be had: later once more, if that may help. What was found before stays."""
        if host:
            self.failures[host] = self.failures.get(host, 0) + 1
        again = isinstance(error, FetchError) and error.retryable and attempts + 1 < ATTEMPTS
        days = int(settings.value("refresh_days"))
        later = now() + timedelta(days=days) if host and days else None
        return {
            "state": "failed",
            "attempts": attempts + 1,
            "due": now() + _PATIENCE * 4**attempts if again else later,
            "message": error.message,
            "params": {key: str(value)[:500] for key, value in error.params.items()},
        }


def _its_own(error: Exception) -> SourceError:
    """What no code foresaw is this file's trouble alone: the others are looked at all the same. A
    server that is away is nobody's."""
    if retry.is_passing(error):
        raise error
    log.error("The look at a file", exc_info=error)
    model.Session.rollback()
    words = f"{type(error).__name__}: {error}"[:500]
    return SourceError(N_("The look at the file failed: %(error)s"), error=words)


def _resource(id_: str) -> dict[str, Any] | None:
    """The resource of a dataset that is there, as a flat dictionary."""
    resource = model.Session.get(model.Resource, id_, populate_existing=True)
    if resource is None or resource.state != "active":
        return None
    return {
        **(resource.extras or {}),
        "id": resource.id,
        "url": resource.url,
        "url_type": resource.url_type,
        "format": resource.format,
    }


def _again(resource: dict[str, Any]) -> datetime | None:
    """When the file is looked at next although the catalog hears of no change."""
    days = int(settings.value("refresh_days"))
    return now() + timedelta(days=days) if days and files.host_of(resource) else None


def _save(
    resource_id: str, seen: str, values: dict[str, Any], urgent: bool = False
) -> None:
    """Write what was found, unless the resource has changed meanwhile: then it is due again."""
    mine = sa.update(Table).where(Table.resource_id == resource_id)
    kept: Any = model.Session.execute(
        mine.where(Table.fingerprint == seen, Table.state == "running", Table.gone.is_(None))
        .values(urgent=urgent, **values)
        .execution_options(synchronize_session=False)
    )
    if not kept.rowcount:
        model.Session.execute(
            mine.where(Table.state == "running").values(state="queued")
            .execution_options(synchronize_session=False)
        )  # fmt: skip
    model.Session.commit()
