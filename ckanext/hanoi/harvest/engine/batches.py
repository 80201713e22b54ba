"""The batches of runs: rows that wait to be written and indexed.

Whoever writes a batch has its lock, and holds its row in each transaction. So a reader that starts
over, or an admin who aborts the run, takes no batch away under a writer: what the writer commits is
put down with the batch, and indexed whatever becomes of the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.hanoi.model.harvest import Batch, Run
from ckanext.hanoi.model.packed import unpack


def lock_name(batch_id: int) -> str:
    """The lock that whoever writes this batch has."""
    return f"hanoi-batch-{batch_id}"


def attempts_name(run_id: str, batch_id: int) -> str:
    """Under which it is counted how many processes died at the batch."""
    return f"{run_attempts_name(run_id)}-batch-{batch_id}"


def run_attempts_name(run_id: str) -> str:
    """The same for the whole run."""
    return f"run-{run_id}"


def following(run_id: str, after: int = 0) -> int | None:
    """The first batch of the run behind ``after`` that is not yet done."""
    return model.Session.execute(
        sa.select(sa.func.min(Batch.id)).where(
            Batch.run_id == run_id, Batch.id > after, Batch.status != "done"
        )
    ).scalar()


def waiting(run_id: str) -> int:
    """How many batches of the run are not yet written."""
    query = sa.select(sa.func.count()).where(Batch.run_id == run_id, Batch.status == "open")
    return model.Session.execute(query).scalar_one()


def status(batch_id: int) -> str | None:
    """None where the batch is gone."""
    return model.Session.execute(sa.select(Batch.status).where(Batch.id == batch_id)).scalar()


def packages(batch_id: int) -> list[str]:
    """The ids of what was written of the batch, to be indexed."""
    query = sa.select(Batch.packages).where(Batch.id == batch_id)
    return list(dict.fromkeys(model.Session.execute(query).scalar() or ()))


def claim(batch_id: int) -> list[dict[str, Any]] | None:
    """The records of the batch, which is held; None where there is nothing to be written."""
    records = _held(batch_id, Batch.records)
    return None if records is None else [dict(item) for item in unpack(records)]


def hold(batch_id: int) -> bool:
    """Whether the batch is open and its run goes on; then nobody else touches its row until the
    transaction ends."""
    return _held(batch_id, Batch.id) is not None


def _held(batch_id: int, column: Any) -> Any:
    query = (
        sa.select(column)
        .join(Run, Run.id == Batch.run_id)
        .where(Batch.id == batch_id, Batch.status == "open", Run.status == "running")
        .with_for_update(of=Batch)
    )
    return model.Session.execute(query).scalar()


def put(batch_id: int, status: str, written: Iterable[str] = ()) -> None:
    """Put down how far the batch is, and what was written of it; not committed."""
    more = sa.cast(list(written), JSONB)
    model.Session.execute(
        sa.update(Batch)
        .where(Batch.id == batch_id)
        .values(status=status, packages=Batch.packages + more)
        .execution_options(synchronize_session=False)
    )


def forget_unwritten(run_id: str) -> None:
    """Drop the open batches of which nothing is written, and the rest of those of which something
    is; waits for who writes them. Not committed."""
    of_run = sa.and_(Batch.run_id == run_id, Batch.status == "open")
    model.Session.execute(sa.select(Batch.id).where(of_run).with_for_update())
    some = Batch.packages != sa.cast([], JSONB)
    for change in (sa.update(Batch).where(some).values(status="written"), sa.delete(Batch)):
        model.Session.execute(
            change.where(of_run).execution_options(synchronize_session=False)
        )
