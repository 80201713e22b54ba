"""One job that waits in the background workers' queue, however many changes it is for.

What is to be done stands in the database, and the job looks there; Redis only says that one waits
already. A job that is lost is made up for by the next change.
"""
from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import jobs as ckan_jobs
from ckan.lib.redis import connect_to_redis
from redis.exceptions import RedisError
from sqlalchemy import event

from ckanext.hanoi.background import bulk, time_slices

log = logging.getLogger(__name__)

#: In the session's ``info``: jobs that its commit is to queue.
_MARK = "hanoi_waiting"


def queue_name() -> str:
    """The queue of our background jobs: ``ckanext.hanoi.queue``; that of the harvester, which they
    shared before there was this option; else CKAN's own."""
    return (
        tk.config.get("ckanext.hanoi.queue")
        or tk.config.get("ckanext.hanoi.harvest.queue")
        or ckan_jobs.DEFAULT_QUEUE_NAME
    )


class CoalescedJob:
    """The function ``work`` (its path) in a worker; it calls ``begun`` first, so that
    later changes queue another one.

    ``lost_after``: seconds after which a job that never began is taken for lost; ``more``: options
    of RQ; ``queue``: the name of its queue, if it has one of its own.
    """

    def __init__(
        self, name: str, title: str, work: Any, *, lost_after: int,
        queue: Callable[[], str] = queue_name, **more: Any,
    ) -> None:  # fmt: skip
        self.name, self.title, self.lost_after = name, title, lost_after
        self.work, self.queue, self.more = work, queue, more

    def after_commit(self) -> None:
        """Queue the job when the session's transaction is committed, and not before. Inside of
        ``bulk.work`` nothing is queued: whoever does that says when it has ended."""
        if not event.contains(model.Session, "after_commit", _committed):
            event.listen(model.Session, "after_commit", _committed)
        model.Session().info.setdefault(_MARK, {})[self.name] = self

    def enqueue(self) -> None:
        """Queue the job, unless one waits in the queue already."""
        rq_kwargs = {
            "timeout": 3600, "result_ttl": 0, "failure_ttl": 86400,
            "job_id": time_slices.new_id(f"{self.name}-"), **self.more,
        }  # fmt: skip
        try:
            if connect_to_redis().set(self.key(), 1, nx=True, ex=self.lost_after):
                tk.enqueue_job(
                    self.work, title=self.title, queue=self.queue(), rq_kwargs=rq_kwargs
                )
        except RedisError as error:
            log.warning("The job queue does not answer: %s", error)

    def begun(self) -> None:
        """The job is no longer waiting: what changes from here on needs another one."""
        try:
            connect_to_redis().delete(self.key())
        except RedisError as error:
            log.warning("Redis does not answer: %s", error)

    def key(self) -> str:
        """The key in Redis that is there while the job waits."""
        return f"ckan:{tk.config['ckan.site_id']}:hanoi-{self.name}:waiting"


def _committed(session: Any) -> None:
    # the end of a savepoint is no commit yet
    if session.info.get(_MARK) and not session.in_nested_transaction():
        for job in session.info.pop(_MARK).values():
            if not bulk.is_under_way():
                job.enqueue()
