"""When scores are computed: after every commit that changed a dataset, and each night.

However many datasets a harvest writes, one job waits in the queue: it measures whatever the
database says has changed. A lost job is made up for by the next one, or at night.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import jobs as ckan_jobs
from redis.exceptions import RedisError
from rq.job import Job

from ckanext.hanoi.background import time_slices
from ckanext.hanoi.background.coalesced import CoalescedJob, queue_name
from ckanext.hanoi.quality import link_checker, recompute, store

log = logging.getLogger(__name__)

_CHECK_SECONDS = 300
#: Datasets that are measured, and links that are checked, before the database is asked for more.
_AT_ONCE, _LINKS = 100, 20_000
_NIGHT = 3  # o'clock in the city


def changed() -> None:
    """This transaction changes a dataset."""
    WAITING.after_commit()


def bulk_ended(_sender: Any) -> None:
    """A harvest has changed datasets."""
    WAITING.enqueue()


def measure_changed(after: str = "") -> None:
    """Job: measure the datasets that changed."""
    if not after:
        WAITING.begun()
    _measure(store.changed, measure_changed, after)
    ensure_night()


WAITING = CoalescedJob(
    "quality", "Quality of changed datasets", f"{__name__}.measure_changed", lost_after=600
)


def night() -> None:
    """Job: what cron does too (``ckan hanoi quality update``), by the worker's own scheduler."""
    ensure_night()
    _later(measure_all, "", title="Quality of all datasets")
    _later(reconcile, "", {}, title="Search index")
    if tk.config.get("ckanext.hanoi.links.nightly"):
        enqueue_check()


def measure_all(after: str = "") -> None:
    """Job: measure all datasets, those behind ``after``."""
    _measure(store.everything, measure_all, after)


def _measure(find: Callable[[str, int], list[str]], job: Callable[[str], None], after: str) -> None:
    """Some datasets at a time, as long as nobody waits; then ``job`` goes on behind the last."""
    with time_slices.stint(queue_name()) as stint:
        if not after:
            store.forget_deleted()
        while (ids := find(after, _AT_ONCE)) and not stint.over():
            recompute.run(ids, forget=False)
            after = ids[-1]
    if stint.gave_way:
        _later(job, after, title="Quality of datasets")


def reconcile(start: str, so_far: dict[str, Any]) -> None:
    """Job: compare database and search index from there on; ``so_far``: what the parts before have
    found."""
    from ckanext.hanoi.catalog.reconcile import Found, part, remember

    found = Found(**so_far)
    with time_slices.stint(queue_name()) as stint:
        while not stint.over():
            found.add(part(found.next or start, seconds=0))
            if not found.next:
                remember(found)
                if not found.agrees:
                    log.warning("Database and search index: %s", found)
                return
    _later(reconcile, found.next or start, found.as_dict(), title="Search index")


def _later(job: Callable[..., None], *args: Any, title: str) -> None:
    try:
        time_slices.enqueue(job, list(args), title, queue_name())
    except RedisError as error:
        log.warning("The job queue does not answer: %s", error)


def check_links(package_id: str | None = None, organization_id: str | None = None) -> None:
    """Job: check links as long as nobody waits, of one dataset, one agency or all, and go to the
    end of the queue if there are more."""
    where, counts, asked = link_checker.scope(package_id, organization_id), None, False
    with time_slices.stint(queue_name()) as stint:
        counts = link_checker.run(_LINKS, _CHECK_SECONDS, where=where, over=stint.over)
        asked = counts is not None
    if stint.gave_way:
        _again(package_id, organization_id)
    elif not asked or counts is None:
        _check_later(package_id, organization_id)
    elif 0 < counts.checked < counts.due or counts.checked == _LINKS:
        enqueue_check(package_id, organization_id)


def _again(package_id: str | None, organization_id: str | None) -> None:
    try:
        enqueue_check(package_id, organization_id)
        # their links are known, their scores not yet
        WAITING.enqueue()
    except RedisError as error:
        log.warning("The job queue does not answer: %s", error)


def enqueue_check(package_id: str | None = None, organization_id: str | None = None) -> None:
    """Queue a check of the links that are due, of one dataset, one agency or all."""
    time_slices.enqueue(
        check_links, [package_id, organization_id], "Links of the datasets", queue_name(),
        # a person waits for one dataset; for many, nobody sits and waits
        **({"job_id": f"hanoi-links-{uuid.uuid4()}"} if package_id else {}),
    )  # fmt: skip


def _check_later(package_id: str | None, organization_id: str | None) -> None:
    """Another check is at work, and has perhaps not what is asked for: the worker's scheduler
    (CKAN 2.12) tries again; elsewhere the next night does."""
    queue = ckan_jobs.get_queue(queue_name())
    name = f"{tk.config['ckan.site_id']}-hanoi-links-{package_id or organization_id or 'all'}"
    if not Job.exists(name, connection=queue.connection):
        queue.enqueue_in(
            timedelta(seconds=_CHECK_SECONDS), check_links, package_id, organization_id,
            job_id=name, result_ttl=0, job_timeout=3600, failure_ttl=86400,
        )  # fmt: skip


def ensure_night() -> None:
    """See that the worker's scheduler (CKAN 2.12) will measure everything next night."""
    moment = next_night(datetime.now(timezone.utc))
    try:
        queue = ckan_jobs.get_queue(queue_name())
        # named after its day: several processes agree on one
        name = f"{tk.config['ckan.site_id']}-hanoi-quality-{moment:%Y%m%d}"
        if not Job.exists(name, connection=queue.connection):
            queue.enqueue_at(
                moment, night, job_id=name, result_ttl=0, job_timeout=7200, failure_ttl=86400
            )
    except RedisError as error:
        log.warning("The job queue does not answer: %s", error)


def beats(_sender: Any) -> None:
    """Redis may have been emptied."""
    ensure_night()


def next_night(now: datetime) -> datetime:
    """The first moment after ``now`` (UTC) at which it is three in the morning in the city."""
    here = now.astimezone(store.CITY)
    night = here.replace(hour=_NIGHT, minute=0, second=0, microsecond=0)
    return (night if night > here else night + timedelta(days=1)).astimezone(timezone.utc)
