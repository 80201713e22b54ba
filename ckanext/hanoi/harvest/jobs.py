"""CKAN's background workers (RQ) carry ids; what is to be done stands in the database."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs as ckan_jobs
from redis.exceptions import RedisError
from rq import Queue, Retry
from rq.job import Job
from rq.scheduler import RQScheduler
from rq.utils import utcparse

from ckanext.hanoi.harvest import locks, settings
from ckanext.hanoi.model.harvest import OPEN, Run, now

log = logging.getLogger(__name__)

#: A queued run of this age without a worker has lost its job.
_LOST_AFTER = timedelta(seconds=20)
_BEAT_SECONDS = 20
#: RQ's scheduler gives a sign of life each second.
_SCHEDULER_SILENT = timedelta(seconds=10)
#: Seconds between two looks of a web process.
_LOOK_AFTER = 30
_LAST_BEAT = "ckanext.hanoi.beat"
_has_begun = False
_looked = float("-inf")


def queue_name() -> str:
    return settings.value("queue") or ckan_jobs.DEFAULT_QUEUE_NAME


def enqueue_read(run_id: str, source_name: str, trigger: str = "") -> None:
    """Queue the run, unless it is waiting in the queue already; before all others, where a person
    has started it."""
    title = f"Harvest {source_name}"
    front = trigger in ("manual", "retry")
    _enqueue(read_id(run_id), read, [run_id], title, timeout=-1, front=front)
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
        _enqueue(job_id, write, [run_id, batch_id], "Harvest: batch", timeout=3600)


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
            "retry": Retry(max=10),
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


def read(run_id: str) -> None:
    """Job: bring the run to its end."""
    from ckanext.hanoi.harvest import work

    work.run(run_id)


def write(run_id: str, batch_id: int) -> None:
    """Job: write one batch of the run."""
    from ckanext.hanoi.harvest import work

    work.write(run_id, batch_id)


def resume() -> list[str]:
    """Queue again every open run that no process is working on; returns their ids."""
    from ckanext.hanoi.harvest.work import lock_name
    from ckanext.hanoi.model.harvest import Source

    rows = model.Session.execute(
        sa.select(Run.id, Run.status, Run.created, Source.name, Run.trigger)
        .join(Source, Source.id == Run.source_id)
        .where(Run.status.in_(OPEN))
    ).all()
    model.Session.commit()
    resumed = []
    for run_id, status, created, name, trigger in rows:
        # one of the future: the clock was set back
        fresh = status == "queued" and timedelta(0) <= now() - created < _LOST_AFTER
        if not fresh and locks.is_free(lock_name(run_id)):
            enqueue_read(run_id, name, trigger)
            resumed.append(run_id)
    return resumed


def beat() -> None:
    """Job: what cron does too (``ckan hanoi harvest due``), by the worker's own scheduler."""
    from ckanext.hanoi.harvest import runs

    # first of all: whatever goes wrong below, there will be a next time
    ensure_beat()
    runs.due()


def note_beat() -> None:
    """Somebody has looked after schedules and runs."""
    model.set_system_info(_LAST_BEAT, now().isoformat(timespec="seconds"))


def last_beat() -> datetime | None:
    """When somebody last did; None before the first time."""
    told = model.get_system_info(_LAST_BEAT)
    return datetime.fromisoformat(told) if told else None


def ensure_beat() -> None:
    """See that the worker's scheduler (CKAN 2.12) will look after runs and schedules."""
    try:
        queue = ckan_jobs.get_queue(queue_name())
        # named after its moment: the running beat and several processes agree on one next beat
        name = f"hanoi-harvest-beat-{int(time.time() // _BEAT_SECONDS) + 1}"
        if not Job.exists(name, connection=queue.connection):
            queue.enqueue_in(
                timedelta(seconds=_BEAT_SECONDS), beat, job_id=name, result_ttl=0, job_timeout=600,
                # a worker can't even begin a job while the database is away
                retry=Retry(max=100, interval=_BEAT_SECONDS), failure_ttl=86400,
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


def worker_starts() -> None:
    """A worker's process begins: it looks after what another may have left, before anything else.

    RQ alone would not: the scheduler of a machine that lost its power keeps its lock for a
    minute, and a worker that does not get the lock asks again ten minutes later.
    """
    global _has_begun
    if _has_begun or not {"jobs", "worker"} <= set(sys.argv[1:]):
        return
    # the processes that it forks for its jobs set CKAN up again
    _has_begun = True
    _load_what_jobs_need()
    try:
        queue = ckan_jobs.get_queue(queue_name())
        _unlock_dead_scheduler(queue)
        queue.enqueue_call(
            beat, job_id=f"hanoi-harvest-beat-{os.getpid()}", at_front=True, timeout=600,
            retry=Retry(max=10), result_ttl=0, failure_ttl=86400,
        )  # fmt: skip
    except RedisError as error:
        log.warning("The job queue does not answer: %s", error)


def _load_what_jobs_need() -> None:
    """The worker forks a process for each job: what it has loaded, they have too."""
    from ckanext.hanoi import vocabulary
    from ckanext.hanoi.agencies.registry import registry
    from ckanext.hanoi.harvest import work  # noqa: F401
    from ckanext.hanoi.harvest.connectors import kinds

    kinds()
    registry().match("")
    for name in vocabulary.names():
        # builds its indexes too
        vocabulary.vocabulary(name).find("")
    # what is there now, stays: no process needs to look for garbage in it, nor to copy it for that
    gc.collect()
    gc.freeze()


def _unlock_dead_scheduler(queue: Queue) -> None:
    redis: Any = queue.connection
    lock = RQScheduler.get_locking_key(queue.name)
    name = redis.get(lock)
    if name is None:
        return
    # RQ before 2.10 writes no such sign of life: then the lock is left to expire
    key = f"rq:scheduler:{name.decode()}"
    host, pid, beaten = redis.hmget(key, "hostname", "pid", "last_heartbeat")
    if not (host and pid and beaten):
        return
    here = host.decode() == socket.gethostname()
    silent = datetime.now(timezone.utc) - utcparse(beaten.decode()) > _SCHEDULER_SILENT
    if silent or (here and not _lives(int(pid))):
        redis.delete(lock, key)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True
