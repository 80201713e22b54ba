"""How many datasets of a source the guard counts from: those before the run.

What a run creates itself must not hide what it misses; nor what an earlier run created whose
missing datasets nobody has agreed to: one that failed, was aborted, held or rejected. So the number
is taken once, when a run is started, and handed on until a run has been judged and has passed.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.model.harvest import Identity, Run


def known(source_id: str) -> int:
    """Datasets of the source that are here now, but those whose removal an admin has approved."""
    query = sa.select(sa.func.count()).where(
        Identity.source_id == source_id,
        Identity.state.in_(("active", "missing")),
        Identity.approved.is_(False),
    )
    return model.Session.execute(query).scalar_one()


def before(source_id: str) -> tuple[int, bool]:
    """The number for a run that begins now, and whether it is one handed on."""
    query = sa.select(Run.status, Run.options, Run.known).where(Run.source_id == source_id)
    last = model.Session.execute(query.order_by(Run.created.desc()).limit(1)).first()
    if last is None or last.known is None or is_settled(last):
        return known(source_id), False
    return last.known, True


def is_settled(run: Any) -> bool:
    """Whether what the run found missing, or created, is agreed to."""
    return run.status == "finished" and not (run.options or {}).get("unsettled")
