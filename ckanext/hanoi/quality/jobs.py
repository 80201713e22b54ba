"""When scores are computed: after every commit that changed a dataset, and each night.

However many datasets a harvest writes, one job waits in the queue: it measures whatever the
database says has changed. A lost job is made up for by the next one, or at night.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import jobs as ckan_jobs
from redis.exceptions import RedisError
from rq.job import Job

from ckanext.hanoi.quality import checking, store, update
from ckanext.hanoi.waiting import WaitingJob, queue_name

log = logging.getLogger(__name__)

_CHECK_SECONDS = 300
_NIGHT = 3  # o'clock in the city


def changed() -> None:
    """This transaction changes a dataset."""
    WAITING.after_commit()


def bulk_ended(_sender: Any) -> None:
    """A harvest has changed datasets."""
    WAITING.enqueue()


def measure_changed() -> None:
    """Job: measure the datasets that changed."""
    WAITING.begun()
    update.run(store.changed())
    ensure_night()


WAITING = WaitingJob(
    "quality", "Quality of changed datasets", lambda: measure_changed, lost_after=600
)


def night() -> None:
    """Job: what cron does too (``ckan hanoi quality update``), by the worker's own scheduler."""
    ensure_night()
    update.run(store.everything())
    if tk.config.get("ckanext.hanoi.links.nightly"):
        enqueue_check()


def check_links(package_id: str | None = None, organization_id: str | None = None) -> None:
    """Job: check links for some minutes, of one dataset, one agency or all, and go to the end of
    the queue if there are more."""
    where = checking.scope(package_id, organization_id)
    counts = checking.run(seconds=_CHECK_SECONDS, where=where)
    if counts is None:
        _check_later(package_id, organization_id)
    elif 0 < counts.checked < counts.due:
        enqueue_check(package_id, organization_id)


def enqueue_check(package_id: str | None = None, organization_id: str | None = None) -> None:
    """Queue a check of the links that are due, of one dataset, one agency or all."""
    tk.enqueue_job(
        check_links, [package_id, organization_id], title="Links of the datasets",
        queue=queue_name(), rq_kwargs={"timeout": 3600, "result_ttl": 0, "failure_ttl": 86400},
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


def next_night(now: datetime) -> datetime:
    """The first moment after ``now`` (UTC) at which it is three in the morning in the city."""
    here = now.astimezone(store.CITY)
    night = here.replace(hour=_NIGHT, minute=0, second=0, microsecond=0)
    return (night if night > here else night + timedelta(days=1)).astimezone(timezone.utc)
