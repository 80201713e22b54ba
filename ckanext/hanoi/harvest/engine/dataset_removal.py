"""Removes the datasets whose grace is over.

A batch at a time: identities, datasets, the report and the note that the search index is to follow
are one transaction. Whatever becomes of the process, what is said to be removed is removed, and the
next run of the source goes on with the rest.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.background import retry
from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.harvest.engine import claims, errors, fence, report, source_priority
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import Batch, Identity
from ckanext.hanoi.model.packed import pack

log = logging.getLogger(__name__)

#: Datasets that are removed in one transaction.
AT_ONCE = 50


def _overdue(source_id: str, days: int) -> Any:
    """The condition that an identity's grace is over."""
    return sa.and_(
        Identity.source_id == source_id,
        Identity.state == "missing",
        Identity.missing_since <= now() - timedelta(days=days),
    )


def waiting(source_id: str, days: int) -> int:
    """How many datasets are to be removed now."""
    query = sa.select(sa.func.count()).select_from(Identity).where(_overdue(source_id, days))
    return model.Session.execute(query).scalar_one()


class Removal:
    """Of the source of a run; ``number`` is that of who goes on with the run."""

    def __init__(self, run_id: str, setup: SourceContext, number: int) -> None:
        self.run_id, self.setup, self.number = run_id, setup, number
        self.source_id = setup.source.id
        self.catalog = Catalog()
        self.at_once = AT_ONCE if self.catalog.deletes_together else 1

    def go(self, days: int) -> None:
        """Remove all that is overdue; raises ``fence.Stopped`` when the run is no longer ours."""
        overdue, after = _overdue(self.source_id, days), ""
        while True:
            query = sa.select(Identity.guid).where(overdue, Identity.guid > after)
            guids = list(
                model.Session.execute(query.order_by(Identity.guid).limit(self.at_once)).scalars()
            )
            if not guids:
                model.Session.commit()
                return
            self._batch(guids)
            after = guids[-1]

    def _batch(self, guids: list[str]) -> None:
        parts = [guids]
        while parts:
            part = parts.pop()
            error = self._part(part)
            if error and len(part) > 1:
                parts += [part[len(part) // 2 :], part[: len(part) // 2]]
            elif error:
                self._failed(part[0], error)

    def _part(self, guids: list[str]) -> Exception | None:
        """One transaction; then the search index. Returns what another plugin's hook raised."""
        try:
            with self.catalog.batch():
                fence.hold(self.run_id, self.number)
                batch_id = self._remove(guids)
                self.catalog.commit()
        except fence.RunStoppedError:
            raise
        except Exception as error:
            if retry.is_passing(error):
                raise
            self.catalog.rollback()
            return error
        if batch_id is not None:
            self._index(batch_id)
        # nothing of this batch is needed any more
        model.Session.expunge_all()
        return None

    def _remove(self, guids: list[str]) -> int | None:
        rows = model.Session.execute(
            sa.select(Identity)
            .where(
                Identity.source_id == self.source_id,
                Identity.guid.in_(guids),
                Identity.state == "missing",
            )
            .order_by(Identity.guid)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).scalars()
        identities = list(rows)
        held = self.catalog.hold(identity.package_id for identity in identities)
        gone, changes = [], []
        for identity in identities:
            title, package_id = identity.title, identity.package_id
            identity.hash = None
            here = held.get(package_id)
            if here and here.state == "deleted":
                # a person was first: no run brings it back
                identity.state = "deleted"
                continue
            if here and (kept := claims.reason_to_keep(
                self.setup, identity, here, identity.missing_since
            )):  # fmt: skip
                # … nor takes away what a person has made his or her own
                identity.state, identity.missing_since = "detached", None
                report.fail(self.run_id, identity.guid, title, "removal", *kept,
                            package_id=package_id)  # fmt: skip
                continue
            identity.state, identity.modified = "removed", now()
            if heir := source_priority.heir(self.source_id, package_id):
                heir.state, heir.hash = "active", None
                continue
            changes.append(
                report.change(self.run_id, identity.guid, "removed", title, package_id=package_id)
            )
            if here:
                gone.append(package_id)
        report.put(changes)
        if not gone:
            return None
        batch = Batch(run_id=self.run_id, records=pack([]), status="written", packages=gone)
        model.Session.add(batch)
        model.Session.flush()
        self.catalog.delete(gone)
        return batch.id

    def _index(self, batch_id: int) -> None:
        """If the process dies before, whoever goes on finds the batch."""
        packages = model.Session.execute(
            sa.select(Batch.packages).where(Batch.id == batch_id)
        ).scalar()
        try:
            with self.catalog.batch():
                self.catalog.index(packages or ())
        except Exception as error:
            if not retry.search_gone(error):
                raise
            model.Session.rollback()
            log.warning("Datasets are removed, but not from the search index yet: %s", error)
            return
        model.Session.execute(
            sa.delete(Batch)
            .where(Batch.id == batch_id)
            .execution_options(synchronize_session=False)
        )
        model.Session.commit()

    def _failed(self, guid: str, error: Exception) -> None:
        log.warning("Removal of %s by run %s", guid, self.run_id, exc_info=error)
        fence.hold(self.run_id, self.number)
        row = model.Session.execute(
            sa.select(Identity.title, Identity.package_id).where(
                Identity.source_id == self.source_id, Identity.guid == guid
            )
        ).first()
        _stage, message, params = errors.explain(error)
        report.fail(
            self.run_id, guid, row.title if row else "", "writing", message, params,
            package_id=row.package_id if row else None,
        )  # fmt: skip
        model.Session.commit()
