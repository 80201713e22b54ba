"""Carries out the plan of the agencies: at once, or in the background in stints where many datasets
follow their organizations.

That it is wanted, and by whom, stands in CKAN's table ``system_info`` until it is done; how much is
left, the plan itself says.
"""
from __future__ import annotations

from typing import Any

import ckan.model as model

from ckanext.hanoi.agencies import dataset_transfer, seed, store
from ckanext.hanoi.agencies.plan import Plan
from ckanext.hanoi.background import locks, time_slices
from ckanext.hanoi.background.coalesced import CoalescedJob, queue_name

#: Datasets to be moved or indexed that a request still waits for.
AT_ONCE = 25
_WANTED = "hanoi_agencies_wanted_by"
_LOCK = "hanoi-agencies"


def left(todo: Plan) -> int:
    """How many datasets are to be moved or indexed before the plan is carried out."""
    rows = {row.id: row for row in store.rows()}
    concerned = set(dataset_transfer.pending())
    number = sum(dataset_transfer.left(id_) for id_ in concerned)
    for change in todo.changes:
        if change.id and change.id not in concerned:
            if change.action == "merge":
                moved = rows[change.id].seed.get("moved") or ()
                number += len({*moved, *store.dataset_ids(change.id)})
            elif seed.concerns_datasets(change):
                number += len(store.dataset_ids(change.id))
    return number


def is_under_way() -> bool:
    """Whether the background job has something to do."""
    return model.get_system_info(_WANTED) is not None


def now(user: str | None, progress: seed.Progress | None = None) -> Plan | None:
    """Do all of it; None where another process is at it."""
    with locks.held(_LOCK) as got:
        return seed.apply(user=user, progress=progress) if got else None


def later(user: str | None) -> None:
    """Have the background job do it."""
    model.set_system_info(_WANTED, f":{user or ''}")
    WAITING.enqueue()


def resume(_sender: Any = None) -> None:
    """Queue again what is wanted and nobody is at."""
    if dataset_transfer.pending() and locks.is_free(_LOCK):
        INDEXING.enqueue()
    if is_under_way() and locks.is_free(_LOCK):
        WAITING.enqueue()


def index_pending() -> None:
    """Job: index the datasets of organizations that got another title. Where the agencies are being
    seeded, that does it too."""
    INDEXING.begun()
    again = False
    with time_slices.stint(queue_name()) as stint, locks.held(_LOCK) as got:
        for organization_id in dataset_transfer.pending() if got else ():
            again = not dataset_transfer.index(organization_id, stint.over)
            if again:
                break
    if again:
        model.Session.rollback()
        INDEXING.enqueue()


def job() -> None:
    """Job: go on as long as nobody waits. Whoever has the lock does all of it."""
    WAITING.begun()
    again = False
    with time_slices.stint(queue_name()) as stint, locks.held(_LOCK) as got:
        if got:
            again = True
            again = not _go_on(stint)
    if again:
        model.Session.rollback()
        WAITING.enqueue()


def _go_on(stint: time_slices.Stint) -> bool:
    """Returns whether nothing is left."""
    wanted = model.get_system_info(_WANTED)
    if wanted is None:
        return True
    try:
        seed.apply(user=wanted[1:] or None, over=stint.over)
    except Exception:
        # it would fail again: whoever looks into the plan sees what is left, and the log has why
        model.Session.rollback()
        model.delete_system_info(_WANTED)
        raise
    if stint.over():
        return False
    model.delete_system_info(_WANTED)
    return True


WAITING = CoalescedJob("agencies", "Agencies of the catalog", f"{__name__}.job", lost_after=600)
INDEXING = CoalescedJob(
    "agency-titles", "Datasets of renamed agencies", f"{__name__}.index_pending", lost_after=600
)
