"""The jobs of the harvester: what CKAN's background workers (RQ) run, and how a worker begins.

They carry ids; what is to be done stands in the database. ``job_queue`` queues them.
"""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

from ckan.lib import jobs as ckan_jobs
from redis.exceptions import RedisError
from rq import Queue
from rq.scheduler import RQScheduler
from rq.utils import utcparse

from ckanext.hanoi.background import unknown_jobs
from ckanext.hanoi.harvest.engine import job_queue

log = logging.getLogger(__name__)

#: RQ's scheduler gives a sign of life each second.
_SCHEDULER_SILENT = timedelta(seconds=10)
_has_begun = False


def read(run_id: str) -> None:
    """Job: bring the run to its end."""
    from ckanext.hanoi.harvest.engine import worker

    worker.run(run_id)


def write(run_id: str, batch_id: int) -> None:
    """Job: write one batch of the run."""
    from ckanext.hanoi.harvest.engine import worker

    worker.write(run_id, batch_id)


def beat() -> None:
    """Job: what cron does too (``ckan hanoi harvest due``), by the worker's own scheduler."""
    from ckanext.hanoi.harvest.engine import runs

    # first of all: whatever goes wrong below, there will be a next time
    job_queue.ensure_beat()
    job_queue.note_worker()
    runs.due()


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
        queue = ckan_jobs.get_queue(job_queue.queue_name())
        _unlock_dead_scheduler(queue)
        unknown_jobs.clear(queue)
        queue.enqueue_call(
            beat, job_id=f"hanoi-harvest-beat-{os.getpid()}", at_front=True, timeout=600,
            result_ttl=0, failure_ttl=86400, **unknown_jobs.tried_again(10),
        )  # fmt: skip
    except RedisError as error:
        log.warning("The job queue does not answer: %s", error)


def _load_what_jobs_need() -> None:
    """The worker forks a process for each job: what it has loaded, they have too."""
    from ckanext.hanoi import vocabulary
    from ckanext.hanoi.agencies.registry import registry
    from ckanext.hanoi.harvest.connectors import kinds
    from ckanext.hanoi.harvest.engine import worker  # noqa: F401

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
