"""Nothing grows for ever: old reports and raw records go, identities stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy import orm

from ckanext.hanoi.background import attempts
from ckanext.hanoi.background.pages import all_pages
from ckanext.hanoi.harvest.engine import settings
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import OPEN, Identity, Run

_KEY = "ckanext.hanoi.harvest.cleaned"
#: How many are cleared in one transaction.
_RUNS, _RECORDS = 10, 2_000


def clean(days: int | None = None, seconds: float | None = None) -> dict[str, Any]:
    """Delete reports of runs that ended more than ``days`` ago, and raw records of that age.

    ``days`` defaults to the configured retention. The newest run of each source stays, so that
    its state can be told. Returns how many ``runs`` and ``records`` were cleared, and whether some
    are ``left`` since the ``seconds`` were over.
    """
    days = int(settings.value("retention_days")) if days is None else days
    before = now() - timedelta(days=days)
    runs, runs_left = all_pages(lambda: _delete_runs(before), seconds)
    records, records_left = all_pages(lambda: _forget_records(before), seconds)
    return {"runs": runs, "records": records, "left": runs_left or records_left}


def _delete_runs(before: datetime) -> int:
    """Some of them: each takes its report along, which may have a hundred thousand rows."""
    other = orm.aliased(Run)
    newest = (
        sa.select(sa.func.max(other.created))
        .where(other.source_id == Run.source_id)
        .scalar_subquery()
    )
    some = (
        sa.select(Run.id)
        .where(
            Run.status.not_in((*OPEN, "held")),
            sa.func.coalesce(Run.finished, Run.created) < before,
            Run.created < newest,
        )
        .limit(_RUNS)
    )
    ids = model.Session.execute(some).scalars().all()
    model.Session.execute(
        sa.delete(Run).where(Run.id.in_(ids)).execution_options(synchronize_session=False)
    )
    model.Session.commit()
    return len(ids)


def _forget_records(before: datetime) -> int:
    some = (
        sa.select(Identity.source_id, Identity.guid)
        .where(Identity.raw.is_not(None), Identity.modified < before)
        .limit(_RECORDS)
        .with_for_update(skip_locked=True)
    )
    keys = [tuple(row) for row in model.Session.execute(some)]
    model.Session.execute(
        sa.update(Identity)
        .where(sa.tuple_(Identity.source_id, Identity.guid).in_(keys))
        .values(raw=None)
        .execution_options(synchronize_session=False)
    )
    model.Session.commit()
    return len(keys)


def clean_if_due() -> None:
    """Clean once a day, whoever asks."""
    last = model.get_system_info(_KEY)
    today = now().date().isoformat()
    if last != today:
        model.set_system_info(_KEY, today)
        clean(seconds=60)
        attempts.clean()
