"""Nothing grows for ever: old reports and raw records go, identities stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy import orm

from ckanext.hanoi.background import attempts
from ckanext.hanoi.harvest.engine import settings
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import OPEN, Identity, Run

_KEY = "ckanext.hanoi.harvest.cleaned"


def clean(days: int | None = None) -> dict[str, int]:
    """Delete reports of runs that ended more than ``days`` ago, and raw records of that age.

    ``days`` defaults to the configured retention. The newest run of each source stays, so that
    its state can be told. Returns how many ``runs`` and ``records`` were cleared.
    """
    days = int(settings.value("retention_days")) if days is None else days
    before = now() - timedelta(days=days)
    other = orm.aliased(Run)
    newest = (
        sa.select(sa.func.max(other.created))
        .where(other.source_id == Run.source_id)
        .scalar_subquery()
    )
    session = model.Session
    runs: Any = session.execute(
        sa.delete(Run)
        .where(
            Run.status.not_in((*OPEN, "held")),
            sa.func.coalesce(Run.finished, Run.created) < before,
            Run.created < newest,
        )
        .execution_options(synchronize_session=False)
    )
    records: Any = session.execute(
        sa.update(Identity)
        .where(Identity.raw.is_not(None), Identity.modified < before)
        .values(raw=None)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return {"runs": runs.rowcount, "records": records.rowcount}


def clean_if_due() -> None:
    """Clean once a day, whoever asks."""
    last = model.get_system_info(_KEY)
    today = now().date().isoformat()
    if last != today:
        model.set_system_info(_KEY, today)
        clean()
        attempts.clean()
