"""The queue of the harvester: which job is to be done next, by which name, and the beat that looks
after runs and schedules.

The jobs are named by their path (``jobs``): whoever queues them needs not know them.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs as ckan_jobs
from redis.exceptions import RedisError
from rq.job import Job

from ckanext.hanoi.background import unknown_jobs
from ckanext.hanoi.harvest.engine import settings
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import Run

log = logging.getLogger(__name__)

_JOBS = "ckanext.hanoi.harvest.engine.jobs"
BEAT_SECONDS = 20
#: Seconds between two looks of a web process.
_LOOK_AFTER = 30
#: A worker that has given no sign of life for so long is gone.
_LIVES = timedelta(minutes=1)
_LAST_BEAT, _WORKER = "ckanext.hanoi.beat", "ckanext.hanoi.worker"
_looked = float("-inf")


def queue_name() -> str:
    return settings.value("queue") or ckan_jobs.DEFAULT_QUEUE_NAME


def enqueue_read(run_id: str, source_name: str, trigger: str = "") -> None:
    """Queue the run, unless it is waiting in the queue already; before all others, where a person
    has started it."""
    title = f"Harvest {source_name}"
    front = trigger in ("manual", "retry")
    _enqueue(read_id(run_id), f"{_JOBS}.read", [run_id], title, timeout=-1, front=front)
    ensure_beat()


def read_id(run_id: str) -> str:
    """The id of the job that reads the run's source."""
    return f"hanoi-read-{run_id}"


def enqueue_write(run_id: str, batch_id: int) -> None:
    """Queue one batch, unless another of the run is waiting in the queue: who takes that one goes
    on with those behind it. A batch whose job gets lost is written by the run's reader."""
    of_run = f"hanoi-write-{run_id}-"
    if not any(job_id.startswith(of_run) for job_id in waiting()):
        job_id = f"{of_run}{batch_id}"
        _enqueue(job_id, f"{_JOBS}.write", [run_id, batch_id], "Harvest: batch", timeout=3600)


def _enqueue(
    job_id: str, function: Any, args: list[Any], title: str, timeout: int, front: bool = False
) -> None:
    try:
        if job_id in waiting():
            return
        rq_kwargs = {
            "job_id": job_id,
            "timeout": timeout,
            # a worker's process that is killed gives its job back at once
            **unknown_jobs.tried_again(10),
            "result_ttl": 0,
            "failure_ttl": 86400,
            "at_front": front,
        }
        tk.enqueue_job(function, args, title=title, queue=queue_name(), rq_kwargs=rq_kwargs)
    except RedisError as error:
        # the database knows what is to be done: ``harvest due`` or the reader goes on with it
        log.warning("The job queue does not answer: %s", error)


def waiting() -> list[str]:
    """The ids of the jobs in the queue."""
    try:
        queue = ckan_jobs.get_queue(queue_name())
        return queue.get_job_ids() if len(queue) else []
    except RedisError:
        return []


def lock_name(run_id: str) -> str:
    """The lock that the reader of the run has."""
    return f"hanoi-read-{run_id}"


def note_beat() -> None:
    """Somebody has looked after schedules and runs."""
    model.set_system_info(_LAST_BEAT, now().isoformat(timespec="seconds"))


def note_worker() -> None:
    """A worker lives."""
    model.set_system_info(_WORKER, now().isoformat(timespec="seconds"))


def last_beat() -> datetime | None:
    """When somebody last did; None before the first time."""
    told = model.get_system_info(_LAST_BEAT)
    return datetime.fromisoformat(told) if told else None


def is_looked_after() -> bool:
    """Whether a worker has given a sign of life in the database a short time ago, whatever Redis
    knows of it: RQ lists no worker after Redis was emptied, until the worker starts anew."""
    told = model.get_system_info(_WORKER)
    last = datetime.fromisoformat(told) if told else None
    if last is not None and timedelta(0) <= now() - last < _LIVES:
        return True
    moved = sa.select(Run.id).where(Run.status == "running", Run.heartbeat > now() - _LIVES)
    return model.Session.execute(moved.limit(1)).first() is not None


def ensure_beat() -> None:
    """See that the worker's scheduler (CKAN 2.12) will look after runs and schedules."""
    try:
        queue = ckan_jobs.get_queue(queue_name())
        # named after its moment: the running beat and several processes agree on one next beat
        name = f"hanoi-harvest-beat-{int(time.time() // BEAT_SECONDS) + 1}"
        if not Job.exists(name, connection=queue.connection):
            queue.enqueue_in(
                timedelta(seconds=BEAT_SECONDS), f"{_JOBS}.beat", job_id=name, result_ttl=0,
                job_timeout=600,
                # a worker can't even begin a job while the database is away
                **unknown_jobs.tried_again(100, BEAT_SECONDS), failure_ttl=86400,
            )  # fmt: skip
    except RedisError as error:
        log.warning("The job queue does not answer: %s", error)


def look_after() -> None:
    """Before a request, at most twice a minute in each web process: Redis may have been emptied,
    and nobody else knows then that there is something to look after. The request does not wait."""
    global _looked
    if time.monotonic() - _looked > _LOOK_AFTER:
        _looked = time.monotonic()
        threading.Thread(target=ensure_beat, name="hanoi-beat", daemon=True).start()
