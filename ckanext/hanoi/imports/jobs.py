"""CKAN's background workers (RQ) carry ids; what is to be done stands in the database."""

from __future__ import annotations

import logging
import os
import sys
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs as ckan_jobs
from redis.exceptions import RedisError

from ckanext.hanoi.background import locks, unknown_jobs
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.imports import OPEN, Import

log = logging.getLogger(__name__)

#: An open import that nobody has touched for so long has lost its job.
_LOST_AFTER = timedelta(seconds=10)
_has_begun = False


def enqueue(import_id: str) -> None:
    """Queue the import, unless it is waiting in the queue already."""
    job_id = f"hanoi-import-{import_id}"
    try:
        queue = ckan_jobs.get_queue()
        if len(queue) and job_id in queue.get_job_ids():
            return
        rq_kwargs = {
            "job_id": job_id,
            "timeout": -1,
            # a worker's process that is killed gives its job back at once
            **unknown_jobs.tried_again(10),
            "result_ttl": 0,
            "failure_ttl": 86400,
            # a person waits for it
            "at_front": True,
        }
        tk.enqueue_job(run, [import_id], title="Import of a workbook", rq_kwargs=rq_kwargs)
    except RedisError as error:
        # the database knows what is to be done: whoever looks at the import queues it again
        log.warning("The job queue does not answer: %s", error)


def run(import_id: str) -> None:
    """Job: do what can be done of the import now."""
    from ckanext.hanoi.imports import worker

    worker.run_import(import_id)


def resume(import_id: str | None = None) -> list[str]:
    """Queue again the open imports (or this one, when nothing has happened to it for a while) that
    no process is working on; their ids."""
    from ckanext.hanoi.imports.worker import lock_name

    query = sa.select(Import.id).where(Import.status.in_(OPEN))
    if import_id:
        # one of the future: the clock was set back
        lost = sa.or_(Import.heartbeat < now() - _LOST_AFTER, Import.heartbeat > now())
        query = query.where(Import.id == import_id, lost)
    ids: Any = model.Session.execute(query).scalars().all()
    lost = [id_ for id_ in ids if locks.is_free(lock_name(id_))]
    for id_ in lost:
        enqueue(id_)
    return lost


def look_after() -> None:
    """Job: what an earlier worker may have left."""
    resume()


def beats(_sender: Any) -> None:
    """Redis may have been emptied."""
    resume()


def worker_starts() -> None:
    """A worker's process begins: it looks after what another may have left."""
    global _has_begun
    if _has_begun or not {"jobs", "worker"} <= set(sys.argv[1:]):
        return
    # the processes that it forks for its jobs set CKAN up again
    _has_begun = True
    try:
        ckan_jobs.get_queue().enqueue_call(
            look_after, job_id=f"hanoi-imports-{os.getpid()}", timeout=600, result_ttl=0,
            failure_ttl=86400,
        )  # fmt: skip
    except RedisError as error:
        log.warning("The job queue does not answer: %s", error)
