"""Brings an import forward, in a worker or in the calling process: first its preview, then, when
somebody said go, its datasets.

A dataset, and the note that its row is done, are written in one transaction; the search index
follows in batches. So a process that is killed at any instruction loses nothing and does nothing
twice: whoever comes next goes on behind the last row that is done. One process at a time has an
import, by an advisory lock that dies with it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from flask_babel import force_locale

from ckanext.hanoi.background import bulk, locks, retry
from ckanext.hanoi.background.attempts import Attempts
from ckanext.hanoi.imports import store
from ckanext.hanoi.imports.plan import ImportScope, explain, plan
from ckanext.hanoi.imports.report import put, put_many
from ckanext.hanoi.imports.row_writer import RowWriter
from ckanext.hanoi.imports.serialize import from_json
from ckanext.hanoi.messages import N_
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.imports import Import, ImportRow
from ckanext.hanoi.model.packed import unpack
from ckanext.hanoi.review import mail
from ckanext.hanoi.workbook import DatasetRow, Problem

log = logging.getLogger(__name__)

#: Rows that are looked at in one transaction; datasets that are indexed with one request.
BATCH = 50
#: Seconds to wait for a database or a search index that is down, and between two tries.
PATIENCE, PAUSE = 600, 2

#: Transactions in which a row is tried while others are in its way.
TRIES = 5
#: After so many processes died at it an import is given up, whatever they died of.
GIVEN_UP = 100

#: Called with the import's counts now and then.
Progress = Callable[[dict[str, int]], None]


def lock_name(import_id: str) -> str:
    """The lock that whoever works on the import has."""
    return f"hanoi-import-{import_id}"


def run_import(import_id: str, progress: Progress | None = None) -> None:
    """Do all that can be done now; returns at once if another process is at it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with locks.held(lock_name(import_id)) as got:
                if got:
                    _go_on(import_id, progress)
            return
        except Exception as error:
            if not retry.is_passing(error) or time.monotonic() > deadline:
                raise
            log.warning("Import %s waits for its servers: %s", import_id, error)
            model.Session.remove()
            engine: Any = model.meta.engine
            engine.dispose()
            time.sleep(PAUSE)


def _go_on(import_id: str, progress: Progress | None) -> None:
    model.Session.rollback()
    model.Session.expire_all()
    entry = model.Session.get(Import, import_id)
    if entry is None:
        return
    # commits expire objects of the session; the import is read once and then let go
    model.Session.expunge(entry)
    attempts = Attempts(f"import-{import_id}")
    job = Job(entry, attempts, progress)
    try:
        with force_locale(entry.lang), attempts.at("import"):
            if attempts.died() >= GIVEN_UP:
                raise DeadlyImportError(str(attempts.died()))
            job.index()
            if entry.status == "checking":
                job.check()
            elif store.move(import_id, "running", "queued", "running",
                            started=sa.func.coalesce(Import.started, now())):  # fmt: skip
                job.write()
    except Exception as error:
        if retry.is_passing(error):
            raise
        log.exception("Import %s failed", import_id)
        model.Session.rollback()
        _fail(import_id, error)
    if store.status(import_id) not in ("checking", "ready", "queued", "running"):
        attempts.forget()


def _fail(import_id: str, error: Exception) -> None:
    message = "%(kind)s: %(error)s"
    params = {"kind": type(error).__name__, "error": str(error)[:1000]}
    if isinstance(error, DeadlyImportError):
        message = N_("The import killed the background worker %(number)s times and is given up."
                     " What it has written stays.")  # fmt: skip
        params = {"number": str(error)}
    store.move(import_id, "failed", "checking", "queued", "running", finished=now(),
               message=message, params=params)  # fmt: skip


class DeadlyImportError(Exception):
    """So many processes died at the import."""


class Job:
    """One import, and what is needed of it at each row."""

    def __init__(
        self, entry: Import, attempts: Attempts, progress: Progress | None = None
    ) -> None:
        self.id, self.attempts, self.progress = entry.id, attempts, progress
        self.places = entry.columns
        user = model.User.get(entry.user_id)
        options = entry.options or {}
        self.agency = ImportScope(
            entry.owner_org, user.name if user else "",
            bool(options.get("private")), bool(options.get("overwrite")),
        )  # fmt: skip
        self.written = _earlier(entry)
        self.writer = RowWriter(self.agency, self.places, self.written)

    # -- the preview -----------------------------------------------------------------------------

    def check(self) -> None:
        """Look at every row that waits; then the import is ready."""
        while store.status(self.id) == "checking":
            waiting = self._next("waiting")
            if not waiting:
                store.move(self.id, "ready", "checking")
                return
            rows = {str(number): data for number, data, _ in waiting}
            deadly, parts = self.attempts.apart(rows)
            for name in deadly:
                put(self.id, int(name), **self._killed(name, rows[name]))
            self._beat()
            for part in parts:
                with self.attempts.at(*part):
                    found = {int(name): self._checked(rows[name]) for name in part}
                # what the validators may have put into the session
                model.Session.rollback()
                for number, values in found.items():
                    put(self.id, number, **values)
                self._beat()

    def _killed(self, name: str, data: bytes) -> dict[str, Any]:
        """Of a row at which processes died: it is not looked at any more."""
        row, deaths = from_json(unpack(data)), self.attempts.died_at(name)
        log.error("Row %s of import %s killed the worker %s times", row.row, self.id, deaths)
        problem = Problem(
            "Sheet %(sheet)s, row %(row)s: the row killed the background worker %(number)s times "
            "and is left out. Send it again with less in it, or tell the administrators of this "
            "site.",
            {"sheet": row.sheet, "row": row.row, "number": deaths},
        )
        return {"status": "error", "problems": [problem]}

    def _checked(self, data: bytes) -> dict[str, Any]:
        row = from_json(unpack(data))
        try:
            made = plan(self.agency, row, self.places, self.written.get(row.id or ""))
        except Exception as error:  # one row's failure is that row's alone
            if retry.is_passing(error):
                raise
            model.Session.rollback()
            return {"status": "error", "problems": [self._failure(row, error)]}
        status = "unchanged" if made.action == "none" else "ready"
        return {
            "action": made.action,
            "status": "error" if made.problems else status,
            "package_id": made.package_id,
            "title": row.title or made.current.get("title") or "",
            "entries": made.change.entries,
            "problems": made.problems,
        }  # fmt: skip

    # -- the datasets ----------------------------------------------------------------------------

    def write(self) -> None:
        """Write every row that is ready; then the import is finished."""
        together = self.writer.many.is_possible()
        while True:
            ready = self._next("ready")
            with self.writer.batch():
                done = self._write_new(ready) if together else set()
                for number, data, previewed in ready:
                    if number in done:
                        continue
                    if store.status(self.id) != "running":
                        self.index()
                        return
                    if self.attempts.is_deadly(str(number)):
                        put(self.id, number, **self._killed(str(number), data))
                        model.Session.commit()
                        continue
                    with self.attempts.at(str(number)):
                        self._write(number, data, previewed)
                self.index()
            self._beat()
            if not ready:
                if store.move(self.id, "finished", "running", finished=now()):
                    bulk.ended.send(self.id)
                return

    def _write_new(self, ready: list[tuple[int, bytes, tuple[str, str | None, bytes]]]) -> set[int]:
        """The new datasets among these in one transaction, with the note that they are done; the
        numbers of the rows. None of them where one is refused: then each is written by itself."""
        rows = [
            (number, from_json(unpack(data)))
            for number, data, (action, package_id, _entries) in ready
            if action == "create" and not package_id
        ]
        if len(rows) < 2 or self.attempts.suspicious or store.status(self.id) != "running":
            return set()
        try:
            with self.attempts.at(*(str(number) for number, _ in rows)):
                made = self.writer.many.create(rows)
                put_many(self.id, made.values)
                model.Session.commit()
        except Exception as error:  # whatever a validator or a hook may raise: of one row
            if retry.is_passing(error):
                raise
            self.writer.rollback()
            log.info("Rows of import %s are written one by one: %s", self.id, error)
            return set()
        for review in made.reviews:
            mail.enqueue(review)
        return set(made.values)

    def _write(
        self, number: int, data: bytes, previewed: tuple[str, str | None, bytes],
        tries: int = TRIES,
    ) -> None:  # fmt: skip
        row = from_json(unpack(data))
        action, package_id, entries = previewed
        try:
            values = self.writer.write(row, action, package_id, unpack(entries) if entries else [])
        except tk.ValidationError as error:
            self.writer.rollback()
            problems = explain(error, row, self.places, self.writer.files)
            values = {"status": "error", "problems": problems}
        except Exception as error:  # whatever a hook of another plugin may raise
            if tries > 1 and retry.may_succeed_anew(error):
                # another process has taken the name, or was in the way
                self.writer.rollback()
                self._write(number, data, previewed, tries - 1)
                return
            if retry.is_passing(error):
                raise
            self.writer.rollback()
            values = {"status": "error", "problems": [self._failure(row, error)]}
        put(self.id, number, **values)
        model.Session.commit()

    def index(self) -> None:
        """What is in the database and not yet in the search index."""
        rows: Any = model.Session.execute(
            sa.select(ImportRow.number, ImportRow.package_id)
            .where(ImportRow.import_id == self.id, ImportRow.status == "written")
            .order_by(ImportRow.number)
        ).all()
        for first in range(0, len(rows), BATCH):
            numbers: dict[str, list[int]] = {}
            for number, package_id in rows[first : first + BATCH]:
                numbers.setdefault(package_id, []).append(number)
            deadly, parts = self.attempts.apart(numbers)
            problems = {id_: Problem(
                "To put the dataset into the search index killed the background worker %(number)s "
                "times, so it is left out there.",
                {"number": self.attempts.died_at(id_)},
            ) for id_ in deadly}  # fmt: skip
            for part in parts:
                with self.attempts.at(*part):
                    refused = self.writer.index(part)
                problems.update({id_: Problem(
                    "The search index refuses the dataset: %(reason)s", {"reason": reason}
                ) for id_, reason in refused.items()})  # fmt: skip
            for id_ in numbers:
                values: dict[str, Any] = {"status": "done", "data": None}
                if id_ in problems:
                    values = {"status": "error", "problems": [problems[id_]]}
                for number in numbers[id_]:
                    put(self.id, number, **values)
            self._beat()

    # -- what both need --------------------------------------------------------------------------

    def _next(self, status: str) -> list[tuple[int, bytes, tuple[str, str | None, bytes]]]:
        columns = (
            ImportRow.number, ImportRow.data, ImportRow.action, ImportRow.package_id,
            ImportRow.entries,
        )  # fmt: skip
        rows: Any = model.Session.execute(
            sa.select(*columns)
            .where(ImportRow.import_id == self.id, ImportRow.status == status)
            .order_by(ImportRow.number)
            .limit(BATCH)
        ).all()
        model.Session.commit()
        return [(number, data, tuple(more)) for number, data, *more in rows]

    def _beat(self) -> None:
        model.Session.execute(
            sa.update(Import).where(Import.id == self.id).values(heartbeat=now())
        )
        model.Session.commit()
        if self.progress:
            self.progress(store.counts(self.id))

    def _failure(self, row: DatasetRow, error: Exception) -> Problem:
        where = {"sheet": row.sheet, "row": row.row}
        if isinstance(error, tk.NotAuthorized):
            return Problem(
                "Sheet %(sheet)s, row %(row)s: you may not write this dataset: %(error)s. Ask an "
                "admin of the agency.",
                where | {"error": str(error)},
            )
        log.error("Row %s of import %s", row.row, self.id, exc_info=error)
        return Problem(
            "Sheet %(sheet)s, row %(row)s: the catalog could not take this row: %(error)s. Send it "
            "again later, or tell the administrators of this site.",
            where | {"error": f"{type(error).__name__}: {error}"[:500]},
        )


def _earlier(entry: Import) -> dict[str, dict[str, str]]:
    """What the same person's imports of the same workbooks have written, by dataset."""
    mine = sa.select(ImportRow.workbook).where(
        ImportRow.import_id == entry.id, ImportRow.workbook.is_not(None)
    )
    rows: Iterable[Any] = model.Session.execute(
        sa.select(ImportRow.package_id, ImportRow.written)
        .join(Import, Import.id == ImportRow.import_id)
        .where(
            ImportRow.workbook.in_(mine), ImportRow.status.in_(("written", "done")),
            Import.user_id == entry.user_id,
        )
        .order_by(Import.created)
    ).all()  # fmt: skip
    found: dict[str, dict[str, str]] = {}
    for package_id, written in rows:
        found.setdefault(package_id, {}).update(written)
    return found
