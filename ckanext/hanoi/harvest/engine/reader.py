"""Reads a source to its end: what is unchanged is passed over, what changed is put into batches.

A reader that dies is followed by another that starts from the beginning: what was written
meanwhile is then unchanged. One page of records and one batch are in memory, however long the
source.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import ARRAY, insert

from ckanext.hanoi.fetch import Fetcher, NotModifiedError
from ckanext.hanoi.harvest import ownership
from ckanext.hanoi.harvest.connectors import Record, SourceError, Unreadable
from ckanext.hanoi.harvest.engine import batches, failures, fence, report, settings
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.harvest.record import guid_of, pack_record, unpack_record
from ckanext.hanoi.model.base import Text, now
from ckanext.hanoi.model.harvest import DELETED, Batch, Identity, Run, Seen
from ckanext.hanoi.model.packed import pack
from ckanext.hanoi.vietnamese import fold

log = logging.getLogger(__name__)

#: Records compared with the database in one query.
CHUNK = 250
#: Seconds after which a slow source's records are looked at although they are few: so people see
#: the run going on, and a run that is stopped stops.
_SLOW = 2
#: A source's clock may be behind ours: what changed shortly before the last read is read again.
_OVERLAP = timedelta(hours=24)


class Reader:
    """Reads the source of one run, as who has its ``number`` (``fence``). ``on_batch(id, last)`` is
    called for each batch it filled, ``on_answer(address)`` as ``Fetcher.watch``. Raises
    ``fence.Stopped`` when the run is no longer ours."""

    def __init__(
        self, run_id: str, setup: SourceContext, number: int, on_batch: Callable[[int, bool], None],
        on_answer: Callable[[str], None] = lambda address: None,
    ) -> None:  # fmt: skip
        self.run_id, self.setup, self.number, self.on_batch = run_id, setup, number, on_batch
        self.on_answer, self._thread = on_answer, threading.get_ident()
        self.pending: list[dict[str, Any]] = []
        self.size = settings.batch_size()

    def read(self) -> None:
        """Read all; on return the run's ``read_done`` is set. Raises what the source raises."""
        run = model.Session.get(Run, self.run_id)
        assert run
        force = bool(run.options.get("force"))
        since = self._since(run)
        self._start_over()
        with self.setup.fetcher() as fetcher:
            self._remind(fetcher, force)
            fetcher.watch = self._watch
            not_modified = False
            try:
                for chunk in _chunks(self.setup.connector.records(fetcher, since)):
                    self._take(chunk, force)
            except NotModifiedError:
                not_modified = True
            except SourceError:
                # what came before the error is written all the same
                self._flush(last=True)
                raise
            if since is not None or not_modified:
                self._try_again()
            self._flush(last=True)
            self._finish(fetcher, complete=since is None, not_modified=not_modified)

    def _watch(self, address: str) -> None:
        # what is asked for ahead, in another thread, nobody works on yet
        if threading.get_ident() == self._thread:
            self.on_answer(address)

    def _since(self, run: Run) -> str | None:
        source, config = self.setup.source, self.setup.config
        if not (self.setup.connector.incremental and config.incremental and source.last_read):
            return None
        # later than now: the clock was wrong, and nobody knows since when
        full_is_due = source.last_complete is None or source.last_read > now() or not (
            timedelta(0) <= now() - source.last_complete < timedelta(days=config.full_every_days)
        )  # fmt: skip
        if run.options.get("force") or run.options.get("full") or full_is_due:
            return None
        if source.fetch_state.get("fingerprint") != self.setup.reading:
            return None
        return (source.last_read - _OVERLAP).isoformat(timespec="seconds") + "Z"

    def _start_over(self) -> None:
        """Forget what an earlier reader of this run had put down, except what writers have."""
        session = model.Session
        fence.hold(self.run_id, self.number)
        session.execute(sa.delete(Seen).where(Seen.run_id == self.run_id))
        batches.forget_unwritten(self.run_id)
        session.execute(
            sa.update(Run)
            .where(Run.id == self.run_id)
            .values(read_done=False, complete=False, not_modified=False)
        )
        session.commit()

    def _remind(self, fetcher: Fetcher, force: bool) -> None:
        state = self.setup.source.fetch_state or {}
        if force or state.get("fingerprint") != self.setup.reading:
            return
        fetcher.validators = {key: tuple(pair) for key, pair in state.get("validators", {}).items()}
        fetcher.known_hashes = dict(state.get("hashes", {}))

    # -- records -----------------------------------------------------------------------------

    def _take(self, chunk: list[Record | Unreadable], force: bool) -> None:
        records: dict[str, tuple[Record, str]] = {}
        for item in chunk:
            if isinstance(item, Unreadable):
                self._unreadable(item)
                continue
            guid, title = guid_of(item.guid), title_digest(item)
            if item.deleted:
                records.setdefault(guid, (item, DELETED))
            elif not guid:
                self._unreadable(Unreadable("The record has no identity", title=item.title))
            elif guid in records and records[guid][1] != title:
                # a second dataset under an identifier that is taken: both are kept
                records.setdefault(f"{guid}#{title}", (item, title))
            else:
                records.setdefault(guid, (item, title))
        fresh = self._note_seen(records)
        known = self._known(fresh)
        for guid, record in fresh.items():
            self._consider(guid, record, known.get(guid), force)
        self._heartbeat()

    def _note_seen(self, records: dict[str, tuple[Record, str]]) -> dict[str, Record]:
        """Put down the identities; returns the records not seen before in this reading."""
        fresh: dict[str, Record] = {}
        while records:
            new = _put_down(self.run_id, {guid: title for guid, (_, title) in records.items()})
            fresh.update({guid: records[guid][0] for guid in new})
            old = {guid: pair for guid, pair in records.items() if guid not in new}
            titles = (
                {
                    row.guid: row.title
                    for row in model.Session.execute(
                        sa.select(Seen.guid, Seen.title).where(
                            Seen.run_id == self.run_id, Seen.guid.in_(list(old))
                        )
                    )
                }
                if old
                else {}
            )
            records = {
                f"{guid}#{title}": (record, title)
                for guid, (record, title) in old.items()
                if titles.get(guid) != title and not guid.endswith(f"#{title}")
            }
        return fresh

    def _known(self, records: dict[str, Record]) -> dict[str, tuple[str, str | None, str | None]]:
        """``{guid: (state, hash, state of the package)}`` in one query."""
        package = model.Package
        rows = model.Session.execute(
            sa.select(Identity.guid, Identity.state, Identity.hash, package.state)
            .outerjoin(package, package.id == Identity.package_id)
            .where(Identity.source_id == self.setup.source.id, Identity.guid.in_(list(records)))
        )
        return {guid: (state, hash_, package_state) for guid, state, hash_, package_state in rows}

    def _consider(
        self,
        guid: str,
        record: Record,
        known: tuple[str, str | None, str | None] | None,
        force: bool,
    ) -> None:
        if record.deleted:
            return
        hash_ = self._hash_of(guid, record)
        if hash_ is None:
            return
        if known:
            state, known_hash, package_state = known
            as_it_was = package_state == "active" and known_hash == hash_
            settled = state in ("active", "yielded") and as_it_was and not force
            if settled or ownership.is_kept_here(state, package_state):
                return
        self.pending.append({**pack_record(record), "guid": guid, "hash": hash_})
        if len(self.pending) >= self.size:
            self._flush()

    def _hash_of(self, guid: str, record: Record) -> str | None:
        """None where the record can't be taken, which is reported."""
        try:
            return self.setup.hash_of(record)
        except SourceError as error:
            self._unreadable(Unreadable(error.message, error.params, guid, record.title[:500]))
            return None

    def _unreadable(self, item: Unreadable) -> None:
        guid = (
            guid_of(item.guid or "")
            or f"unreadable:{_short(repr((item.message, sorted(item.params.items()))))}"
        )
        report.fail(self.run_id, guid, item.title, "reading", item.message, item.params)
        if item.guid:
            _put_down(self.run_id, {guid: ""})

    def _try_again(self) -> None:
        """What failed earlier and the source does not tell again."""
        run = model.Session.get(Run, self.run_id)
        items = failures.left(run) if run else []
        if items:
            _put_down(self.run_id, {item["guid"]: "" for item in items})
        for item in items:
            record = unpack_record({key: item[key] for key in item if key != "hash"})
            hash_ = self._hash_of(item["guid"], record)
            if hash_ is None:
                continue
            self.pending.append({**item, "hash": hash_})
            if len(self.pending) >= self.size:
                self._flush()

    def _flush(self, last: bool = False) -> None:
        if not self.pending:
            return
        batch = Batch(run_id=self.run_id, records=pack(self.pending))
        model.Session.add(batch)
        model.Session.flush()
        batch_id = batch.id
        fence.hold(self.run_id, self.number)
        model.Session.commit()
        self.pending = []
        self.on_batch(batch_id, last)

    def _heartbeat(self) -> None:
        fence.hold(self.run_id, self.number)
        model.Session.commit()
        # the records of this page are no longer needed by the session
        model.Session.expunge_all()

    def _finish(self, fetcher: Fetcher, complete: bool, not_modified: bool) -> None:
        remembered = {
            "fingerprint": self.setup.reading,
            "validators": {key: list(pair) for key, pair in fetcher.remember.items()},
            "hashes": fetcher.hashes,
        }
        fence.hold(self.run_id, self.number)
        run = model.Session.get(Run, self.run_id, populate_existing=True)
        assert run
        run.read_done, run.complete, run.not_modified = True, complete, not_modified
        run.options = {**run.options, "fetched": remembered}
        model.Session.commit()


def _chunks(records: Iterable[Record | Unreadable]) -> Iterator[list[Record | Unreadable]]:
    """``CHUNK`` records at a time (fewer of a slow source); before an error those, then it."""
    chunk: list[Record | Unreadable] = []
    yielded = time.monotonic()
    try:
        for record in records:
            chunk.append(record)
            if len(chunk) == CHUNK or time.monotonic() - yielded > _SLOW:
                yield chunk
                chunk, yielded = [], time.monotonic()
    except SourceError:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk


def _put_down(run_id: str, titles: dict[str, str]) -> set[str]:
    """Note that records with these identities were seen; returns the identities that were not
    there yet. As arrays they are one statement however many they are, so it is built but once."""
    texts = ARRAY(Text)
    rows = sa.select(
        sa.literal(run_id),
        sa.func.unnest(sa.literal(list(titles), texts)),
        sa.func.unnest(sa.literal(list(titles.values()), texts)),
    )
    columns = [Seen.run_id.key, Seen.guid.key, Seen.title.key]
    statement = insert(Seen.__table__).from_select(columns, rows).on_conflict_do_nothing()
    return set(model.Session.execute(statement.returning(Seen.__table__.c.guid)).scalars())


def title_digest(record: Record) -> str:
    """Tells a repeated record from a second dataset under the same identifier."""
    return _short(fold(record.title)) if record.title else ""


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
