"""Jobs that another version of the code has queued: a worker that knows no such function says so
once, instead of trying again and again.

What a job of ours was to do stands in the database: whoever looks after that queues it anew, under
the name that its own version knows.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterable
from typing import Any

from redis.exceptions import RedisError
from rq import Callback, Queue, Retry
from rq.job import Job

log = logging.getLogger(__name__)

#: Never moved: a job that waits names it.
_FAILED = "ckanext.hanoi.background.unknown_jobs.failed"
_OURS = "ckanext.hanoi."
#: Beginnings of ids of jobs that are queued anew by whoever looks into the database.
_QUEUED_ANEW = ("hanoi-read-", "hanoi-write-", "hanoi-harvest-beat-", "hanoi-import")


def tried_again(times: int, interval: int = 0) -> dict[str, Any]:
    """Options of RQ for a job that is begun again when its process was killed or it failed, but not
    where the worker does not know it."""
    return {"retry": Retry(max=times, interval=interval), "on_failure": Callback(_FAILED)}


def failed(job: Any, *_: Any) -> None:
    """RQ calls it when a job has failed, before it asks whether to try again."""
    reason = why_not(job)
    if reason:
        job.retries_left = 0
        _tell([(job, reason)])


def why_not(job: Any) -> str:
    """Why this worker can't begin the job; empty where it can."""
    try:
        function = job.func
    except Exception as error:  # of an import that goes wrong, or of what RQ unpacks
        return f"{type(error).__name__}: {error}"
    try:
        inspect.signature(function).bind(*job.args, **job.kwargs)
    except TypeError as error:
        return f"{error}"
    except ValueError:  # built in, without a signature
        pass
    return ""


def clear(queue: Queue) -> None:
    """A worker begins: of the jobs that wait, those that it does not know are tried once at most,
    and not at all where they are queued anew."""
    try:
        ids = [*queue.get_job_ids(), *queue.scheduled_job_registry.get_job_ids()]
        unknown = []
        for job in _fetched(ids, queue):
            if _is_ours(job) and (reason := why_not(job)):
                unknown.append((job, reason))
                if str(job.id).startswith(_QUEUED_ANEW):
                    job.delete()
                elif job.retries_left:
                    job.retries_left = 0
                    job.save()
        _tell(unknown)
    except RedisError as error:
        log.warning("The job queue does not answer: %s", error)


def _fetched(ids: Iterable[str], queue: Queue) -> list[Any]:
    found = Job.fetch_many(list(ids), connection=queue.connection)
    return [job for job in found if job is not None]


def _is_ours(job: Any) -> bool:
    try:
        return str(job.func_name).startswith(_OURS)
    except Exception:  # what RQ can't unpack
        return False


def _tell(unknown: Iterable[tuple[Any, str]]) -> None:
    for job, reason in unknown:
        log.error(
            "Job %s was queued by another version of ckanext-hanoi and can't be begun by this one,"
            " which does not try it again: %s (%s). What it was to do is not lost: it stands in the"
            " database. Restart all workers and web processes, so that they have one version.",
            job.id, job.func_name if _is_ours(job) else "?", reason,
        )  # fmt: skip
