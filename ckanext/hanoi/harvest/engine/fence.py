"""Who may go on with a run: whoever began with it last.

An advisory lock is lost with its connection, while the process that had it works on. So each who
begins with a run gets a number of its own, which is put down in the run; each of its transactions
looks whether that is still the number there, and holds the run's row until it ends. What somebody
with an older number wanted to write is not written.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import OPEN, Run


class RunStoppedError(Exception):
    """The run is no longer ours: aborted, taken over by another process, or its source is gone."""


def begin(run_id: str) -> int | None:
    """The number of who goes on with the run from now on; None where it has ended. Commits."""
    values: dict[str, Any] = {
        "status": "running",
        "started": sa.func.coalesce(Run.started, now()),
        "heartbeat": now(),
        "fence": Run.fence + 1,
    }
    statement = sa.update(Run).where(Run.id == run_id, Run.status.in_(OPEN)).values(**values)
    number = model.Session.execute(
        statement.returning(Run.fence).execution_options(synchronize_session=False)
    ).scalar()
    model.Session.commit()
    return number


def hold(run_id: str, number: int) -> None:
    """The run is ours until this transaction ends; raises ``RunStoppedError`` where it is not, with
    nothing
    of the transaction written."""
    ours: Any = model.Session.execute(
        sa.update(Run)
        .where(Run.id == run_id, Run.fence == number, Run.status == "running")
        .values(heartbeat=now())
        .execution_options(synchronize_session=False)
    )
    if not ours.rowcount:
        model.Session.rollback()
        raise RunStoppedError(run_id)
