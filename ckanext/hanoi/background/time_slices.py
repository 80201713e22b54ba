"""Long work gives way: what people wait for begins within seconds, although all of a site's workers
may be busy with links, tables, scores or the search index.

Such housekeeping goes to the end of the queue; in a worker it goes on as long as nobody else waits
there, and ends soon when somebody does. What is to be done stands in the database, so a stint may
end at any instruction: what it was at is done again by the next one.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import jobs as ckan_jobs
from redis.exceptions import RedisError
from rq import get_current_job

log = logging.getLogger(__name__)

#: Of the ids of such jobs: whoever waits under another name goes first.
PREFIX = "hanoi-low-"
#: Seconds of a stint although people wait, although other housekeeping waits, and in any case.
_PEOPLE_WAIT, _OTHERS_WAIT, _LONGEST = 1.0, 20.0, 300.0
#: Seconds between two looks at the queue; seconds that work has to end by itself.
_LOOK, _GRACE = 0.25, 1.5
_FIRST = 50


class GaveWay(BaseException):
    """The stint is over; whatever was being done is broken off. No work catches it."""


class Stint:
    """Some seconds of long work; outside of a worker it has no end."""

    def __init__(self, queues: tuple[str, ...] = (), longest: float = _LONGEST) -> None:
        self._queues, self._longest = queues, longest
        self._began = time.monotonic()
        self._over = threading.Event()
        #: Somebody else has had to wait for it.
        self.gave_way = False

    def over(self) -> bool:
        """Whether to come to an end; ask often."""
        return self._over.is_set()

    def watch(self, ended: threading.Event, main: int | None) -> None:
        """In a thread of its own: looks at the queue, and breaks the work off that does not end."""
        while not ended.wait(_LOOK):
            if self._must_end():
                self.gave_way = True
                self._over.set()
                if not ended.wait(_GRACE) and main is not None:
                    signal.pthread_kill(main, signal.SIGUSR2)
                return

    def _must_end(self) -> bool:
        age = time.monotonic() - self._began
        if age < _PEOPLE_WAIT:
            return False
        if age > self._longest:
            return True
        waiting = [id_ for name in self._queues for id_ in _first(name)]
        people = any(not id_.startswith(PREFIX) for id_ in waiting)
        return people or bool(waiting and age > _OTHERS_WAIT)


def _first(queue: str) -> list[str]:
    with suppress(RedisError):
        return ckan_jobs.get_queue(queue).get_job_ids(0, _FIRST)
    return []


@contextmanager
def stint(queue: str, longest: float = _LONGEST) -> Iterator[Stint]:
    """Inside the block, in a worker, work that is broken off leaves the block; its transaction is
    rolled back. ``queue``: the one to which the job goes back."""
    if get_current_job() is None:
        yield Stint()
        return
    made = Stint(tuple({queue, ckan_jobs.DEFAULT_QUEUE_NAME}), longest)
    ended, main = threading.Event(), threading.main_thread()
    mine = threading.current_thread() is main
    before = signal.signal(signal.SIGUSR2, _break_off) if mine else None
    watcher = threading.Thread(target=made.watch, args=(ended, main.ident if mine else None),
                               name="hanoi-stint", daemon=True)  # fmt: skip
    watcher.start()
    try:
        yield made
    except GaveWay:
        log.info("A stint was broken off: somebody waits")
        model.Session.remove()
    finally:
        ended.set()
        with suppress(GaveWay):
            watcher.join()
        if before is not None:
            signal.signal(signal.SIGUSR2, before)


def _break_off(*_: Any) -> None:
    raise GaveWay


def enqueue(
    function: Callable[..., Any], args: list[Any], title: str, queue: str, **more: Any
) -> None:
    """Queue such work, behind all others. Raises RedisError."""
    options = {"timeout": 3600, "result_ttl": 0, "failure_ttl": 86400, "job_id": new_id(), **more}
    tk.enqueue_job(function, args, title=title, queue=queue, rq_kwargs=options)


def new_id(name: str = "") -> str:
    """The id of such a job."""
    return f"{PREFIX}{name}{uuid.uuid4()}"
