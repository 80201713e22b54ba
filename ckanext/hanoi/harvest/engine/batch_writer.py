"""Writes the batches of a run into the catalog.

A batch is written in one transaction; only when something in it is refused is it divided, again and
again, so that the refused record is reported and all others are written. Doing a batch again
changes nothing: dataset ids are derived from source and identity, and what has been written is
recognised by its hash.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi import language
from ckanext.hanoi.background import locks, retry
from ckanext.hanoi.background.attempts import Attempts, Deadly
from ckanext.hanoi.catalog.bulk_index import Documents
from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.dataset import diff
from ckanext.hanoi.harvest import ownership
from ckanext.hanoi.harvest.engine import batch_items as items_of
from ckanext.hanoi.harvest.engine import (
    batches,
    careful,
    errors,
    report,
    source_priority,
    visibility,
)
from ckanext.hanoi.harvest.engine.batch_items import Item
from ckanext.hanoi.harvest.engine.merge import kept_fields
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.harvest.secrets import mask
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import Change, Identity, Run
from ckanext.hanoi.model.packed import pack

log = logging.getLogger(__name__)

#: Transactions in which a part of a batch is tried while others are in its way.
_TRIES = 8


@dataclass
class _Transaction:
    """One transaction: the states it found, the rows it puts down, the ids to be indexed."""

    states: dict[str, str]
    changes: list[dict[str, Any]] = field(default_factory=list)
    identities: list[dict[str, Any]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


@dataclass
class PendingIndex:
    """A batch that is on its way to Solr, under its lock; ``refused`` is {package id: reason}."""

    batch_id: int
    documents: Documents
    refused: Future[dict[str, str]]
    lock: ExitStack


def _known_resources(identity: Identity | None, original: dict[str, Any]) -> list[dict[str, str]]:
    """What was remembered of the resources; else what the dataset has, known by its addresses."""
    if identity and identity.resources:
        return identity.resources
    return diff.remember_resources(
        [resource["id"] for resource in original["resources"]],
        [{"url": resource["url"]} for resource in original["resources"]],
    )


class BatchWriter:
    """``with Writer(run_id, setup) as writer``: writes batches of one run. Safe to use from
    several processes at once."""

    def __init__(self, run_id: str, setup: SourceContext) -> None:
        self.run_id, self.setup = run_id, setup
        self.catalog = Catalog()
        self.sending: PendingIndex | None = None

    def write(self, batch_id: int) -> bool:
        """Write and index the batch; False if another process is at it (or has done it).

        On return Solr may still be at it, until ``settle``, which the next call includes. Raises
        ``SearchIndexError`` when Solr does not answer: the datasets are in the database then, and
        the next call with the batch only indexes.
        """
        if self.sending and self.sending.batch_id == batch_id:
            self.settle()
            return True
        with ExitStack() as stack:
            if not stack.enter_context(locks.held(batches.lock_name(batch_id))):
                return False
            status = batches.status(batch_id)
            if status in (None, "done"):
                return False
            attempts = Attempts(batches.attempts_name(self.run_id, batch_id))
            with self.catalog.batch():
                if status == "open":
                    self._write(batch_id, attempts)
                documents = self._documents(batches.packages(batch_id), attempts)
            self.settle()
            sent = self._thread.submit(documents.send)
            self.sending = PendingIndex(batch_id, documents, sent, stack.pop_all())
            return True

    def settle(self) -> None:
        """Wait until search finds what was written last. Raises ``SearchIndexError``."""
        sending, self.sending = self.sending, None
        if sending is None:
            return
        with sending.lock:
            refused = self.catalog.follow(sending.documents, sending.refused.result())
            for package_id, reason in refused.items():
                self._not_indexed(package_id, *careful.refused(reason))
            # in this order, as whoever ends the run takes their rows
            model.Session.execute(
                sa.update(Run).where(Run.id == self.run_id).values(heartbeat=now())
            )
            batches.put(sending.batch_id, "done")
            self.catalog.commit()

    def __enter__(self) -> BatchWriter:
        return self

    def __exit__(self, *_: object) -> None:
        """What was not settled is left to others: its lock must not stay."""
        if self.sending:
            self.sending.lock.close()
        self._thread.shutdown()

    @cached_property
    def _thread(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "hanoi-solr")

    def _documents(self, ids: list[str], attempts: Attempts) -> Documents:
        """What is to be sent to Solr; nothing of it, where that was done one by one."""
        if not ids:
            return self.catalog.documents(())
        if not attempts.suspicious:
            with attempts.at(*ids):
                return self.catalog.documents(ids)
        for package_id, (message, params) in careful.index(self.catalog, ids, attempts).items():
            self._not_indexed(package_id, message, params)
        return self.catalog.documents(())

    def _write(self, batch_id: int, attempts: Attempts) -> None:
        items = batches.claim(batch_id)
        if items is None:
            return
        suspects = careful.Suspects(attempts, {} if self.force else self.deadly.known)
        parts = suspects.parts(items)
        while parts:
            part = parts.pop()
            if not batches.hold(batch_id):
                self.catalog.rollback()
                return
            if len(part) == 1 and (deaths := suspects.deaths(part[0])):
                self._killed(part[0], deaths)
                continue
            with attempts.at(*(item["guid"] for item in part)):
                error = self._write_part(batch_id, part, "open" if parts else "written")
                if error is None:
                    continue
                if len(part) == 1:  # one record's failure is that record's alone
                    self._failed(part[0], error)
                    continue
            log.info("Batch %s is divided: %s", batch_id, error)
            half = len(part) // 2
            parts += [part[half:], part[:half]]
        if batches.hold(batch_id):
            batches.put(batch_id, "written")
        self.catalog.commit()

    def _killed(self, item: dict[str, Any], deaths: int) -> None:
        """The record is reported without being looked at, and known to later runs."""
        self.deadly.add(item["hash"], deaths)
        log.error("Record %s of run %s killed the worker %s times", mask(item["guid"]),
                  self.run_id, deaths)  # fmt: skip
        params = {"number": deaths, **visibility.mark()}
        title = item.get("title") or ""
        report.fail(self.run_id, item["guid"], title, "writing", report.KILLED, params, pack(item))
        self.catalog.commit()

    def _write_part(
        self, batch_id: int, part: list[dict[str, Any]], then: str
    ) -> Exception | None:
        """Write the records in one transaction, anew where another one was in the way; returns what
        they met with. The batch is held."""
        error: Exception | None = None
        for attempt in range(_TRIES):
            try:
                batches.put(batch_id, then, self._write_some(part))
                self.catalog.commit()
                return None
            except Exception as met:  # whatever a validator, a hook or a connector may raise
                error = met
            again = retry.may_succeed_anew(error)
            if retry.is_passing(error) and not again:
                raise error
            self.catalog.rollback()
            if not again:
                return error
            log.info("Batch %s once more: %s", batch_id, error)
            # of two that are in each other's way, one comes first
            time.sleep(random.uniform(0, 0.05 * 2**attempt))
            if not batches.hold(batch_id):
                return None
        if error and retry.is_passing(error):
            raise error
        return error

    def _failed(self, item: dict[str, Any], error: Exception) -> None:
        stage, message, params = errors.explain(error)
        if stage == "validation":
            params.update(self._in_every_language(item))
        if self._may_be_private(item):
            params.update(visibility.mark())
        if stage == "writing":
            log.warning("Record %s of run %s", mask(item["guid"]), self.run_id, exc_info=error)
        title = item.get("title") or ""
        report.fail(self.run_id, item["guid"], title, stage, message, params, pack(item))
        self.catalog.commit()

    def _may_be_private(self, item: dict[str, Any]) -> bool:
        """Whether the record that failed would be private here; True where nobody knows."""
        try:
            (known,) = items_of.lookup(self.setup.source.id, [item])
            return bool(self.setup.map(known.record).dataset.get("private"))
        except Exception:  # a connector may raise anything
            return True
        finally:
            model.Session.rollback()

    def _in_every_language(self, item: dict[str, Any]) -> dict[str, str]:
        """What the dataset's rules say of the record to readers of each language."""
        (known,) = items_of.lookup(self.setup.source.id, [item])
        dataset = {**self.setup.map(known.record).dataset, "id": known.package_id}
        found = {}
        for locale in language.offered():
            with language.spoken(locale):
                found[f"errors@{locale}"] = errors.in_words(self.catalog.problems(dataset))
        model.Session.rollback()
        return {name: text for name, text in found.items() if text}

    def _not_indexed(self, package_id: str, message: str, params: dict[str, Any]) -> None:
        """Of a run that has only indexed the dataset, its identity says which record it is."""
        ours = (
            sa.select(Change.guid, Change.title).where(
                Change.run_id == self.run_id, Change.package_id == package_id
            ),
            sa.select(Identity.guid, Identity.title).where(
                Identity.source_id == self.setup.source.id, Identity.package_id == package_id
            ),
        )
        rows = (model.Session.execute(query.limit(1)).first() for query in ours)
        found = next((row for row in rows if row), None)
        if found:
            report.fail(
                self.run_id, found[0], found[1], "indexing", message, params,
                package_id=package_id,
            )  # fmt: skip

    # -- one transaction ---------------------------------------------------------------------

    def _write_some(self, items: list[dict[str, Any]]) -> list[str]:
        """Put the records into the session; returns the ids of datasets to be indexed."""
        work = items_of.lookup(self.setup.source.id, items)
        transaction = _Transaction(self.catalog.held_states(item.package_id for item in work))
        todo: list[tuple[Item, dict[str, Any]]] = []
        for item in work:
            state = transaction.states.get(item.package_id)
            if item.identity and ownership.is_kept_here(item.identity.state, state):
                continue
            if self._is_written(item, transaction.states):
                # perhaps by a process that died before it could index it
                transaction.written.append(item.package_id)
                continue
            with errors.during("mapping"):
                mapped = self.setup.map(item.record)
            if mapped.excluded:
                guid, title = item.record.guid, item.record.title
                more: dict[str, Any] = {"params": visibility.mark()}
                change = report.change(self.run_id, guid, "excluded", title, **more)
                transaction.changes.append(change)
            elif self._is_ours(item, mapped.dataset, transaction):
                todo.append((item, {**mapped.dataset, "id": item.package_id}))
        self.catalog.prepare(dataset for _, dataset in todo)
        self._create([pair for pair in todo if pair[1]["id"] not in transaction.states],
                     transaction)  # fmt: skip
        known = [pair for pair in todo if pair[1]["id"] in transaction.states]
        originals = self.catalog.originals(dataset["id"] for _, dataset in known)
        for item, dataset in known:
            self._update(item, originals[dataset["id"]], dataset, transaction)
        items_of.save(transaction.identities)
        report.put(transaction.changes)
        return transaction.written

    def _is_written(self, item: Item, states: dict[str, str]) -> bool:
        identity = item.identity
        return (
            identity is not None
            and not self.force
            and identity.hash == item.hash
            and identity.state == "active"
            and states.get(item.package_id) == "active"
        )

    def _is_ours(self, item: Item, dataset: dict[str, Any], transaction: _Transaction) -> bool:
        """False where another source of higher priority carries the dataset."""
        if item.identity or not self.has_rivals:
            return True
        elsewhere = source_priority.carried_by(self.setup.source, item.record.guid, dataset)
        if elsewhere is None:
            return True
        item.package_id = elsewhere.package_id
        if not elsewhere.ours:
            transaction.identities.append(items_of.row(self.setup.source.id, item, "yielded", []))
            return False
        transaction.states.update(self.catalog.held_states([item.package_id]))
        if transaction.states.get(item.package_id) == "deleted":
            # by a person: another source doesn't bring it back either
            transaction.identities.append(items_of.row(self.setup.source.id, item, "deleted", []))
            return False
        source_priority.take_over(self.setup.source, item.package_id)
        return True

    def _create(
        self, todo: list[tuple[Item, dict[str, Any]]], transaction: _Transaction
    ) -> None:
        datasets = [dataset for _, dataset in todo]
        names = self.catalog.free_names([dataset["name"] for dataset in datasets])
        for dataset, name in zip(datasets, names, strict=True):
            dataset["name"] = name
        with errors.during("validation"):
            ids = self.catalog.create(datasets)
        for (item, dataset), own in zip(todo, ids, strict=True):
            resources = diff.remember_resources(own, dataset["resources"])
            self._note("created", item, dataset, resources, transaction)

    def _update(
        self, item: Item, original: dict[str, Any], dataset: dict[str, Any],
        transaction: _Transaction,
    ) -> None:
        keep = kept_fields(self.setup.config, item.identity, original)
        with errors.during("mapping"):
            self.setup.check_dataset(item.identity, original.get("owner_org"), keep)
        resources = diff.keep_resource_ids(
            _known_resources(item.identity, original), dataset["resources"], item.package_id
        )
        with errors.during("validation"):
            fields = self.catalog.update(original, dataset, keep)
        if "owner_org" in keep:
            dataset = {**dataset, "owner_org": original.get("owner_org")}
        action = "updated" if fields else ""
        self._note(action, item, dataset, resources, transaction, fields)

    def _note(
        self, action: str, item: Item, dataset: dict[str, Any], resources: list[dict[str, str]],
        transaction: _Transaction, fields: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """The identity, and what was done, if anything was."""
        row = items_of.row(self.setup.source.id, item, "active", resources)
        private, owner = bool(dataset.get("private")), dataset.get("owner_org")
        transaction.identities.append({**row, "private": private, "owner_org": owner})
        if action:
            title = dataset.get("title") or item.record.title
            more = {"package_id": item.package_id, "fields": list(fields)}
            transaction.changes.append(
                report.change(self.run_id, item.record.guid, action, title, **more)
            )
            transaction.written.append(item.package_id)

    @cached_property
    def has_rivals(self) -> bool:
        return source_priority.has_rivals(self.setup.source)

    @cached_property
    def deadly(self) -> Deadly:
        return Deadly(self.setup.source.id)

    @cached_property
    def force(self) -> bool:
        options = model.Session.execute(
            sa.select(Run.options).where(Run.id == self.run_id)
        ).scalar()
        return bool(options and options.get("force"))
