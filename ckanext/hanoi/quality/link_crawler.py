"""Looks at many addresses and is a good guest everywhere. Knows no CKAN.

A host is asked by one connection at a time, with a pause, as its robots.txt wishes; different
hosts at the same time. HEAD first; GET where a server does not answer that properly.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ckanext.hanoi.fetch import FetchError
from ckanext.hanoi.fetch.link_probe import Look, Prober
from ckanext.hanoi.messages import N_
from ckanext.hanoi.quality import robots

AGENT = "ckanext-hanoi"
_HOPS = 6
#: Seconds between two questions whether the run is over.
_LISTEN = 0.25

NO_ADDRESS = N_("This is no web address.")
NOT_HTTP = N_("Only http and https addresses are checked.")
ROBOTS = N_("The site does not wish programs to ask for this address (robots.txt).")
NO_ROBOTS = N_("The site does not say what programs may ask for: its robots.txt gives an error.")
BUSY = N_("The site asks to come back later.")
REFUSED = N_("The address answers with status %(status)s.")
CIRCLE = N_("The address redirects too often.")


@dataclass(frozen=True, slots=True)
class Target:
    """An address to be checked; ``id`` is the caller's."""

    id: str
    url: str

    @property
    def host(self) -> str:
        try:
            return (urlsplit(self.url.strip()).hostname or "").lower()
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class Result:
    """What was found; ``answers`` None where the site was not asked, or asks to come later."""

    target: Target
    answers: bool | None
    status: int | None = None
    content_type: str = ""
    problem: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class _RetryLaterError(Exception):
    """Nothing more is asked of this host in this run."""


class _Lane:
    """One host: its connection, its pause, its wishes. Used by one thread at a time."""

    def __init__(self, prober: Prober, pause: float, until: float, asked: float) -> None:
        self.lock = threading.Lock()
        self._prober, self._pause, self._until = prober, pause, until
        #: When it was last asked for one of our addresses, and when it may be asked again.
        self._asked, self._free = asked, 0.0
        self._wishes: dict[str, robots.Robots | FetchError] = {}

    def close(self) -> None:
        self._prober.close()

    def look(self, url: str) -> Look:
        """What the server says of the address. Raises FetchError, ``_RetryLaterError``."""
        try:
            found = self._ask(lambda: self._prober.look(url, "HEAD"))
        except FetchError as error:
            if not error.retryable:
                raise
            found = None
        if found is None or not (200 <= found.status < 300 or found.location):
            if found is not None and found.status == 429:
                return found
            found = self._ask(lambda: self._prober.look(url, "GET"))
        return found

    def wishes(self, url: str) -> robots.Robots:
        """What the robots.txt beside this address asks for. Raises FetchError of a host that can't
        be reached, ``_RetryLaterError``."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        if origin not in self._wishes:
            try:
                found = self._ask(lambda: self._read(f"{origin}/robots.txt"))
                self._wishes[origin] = found
                self._pause = max(self._pause, found.delay)
                self._free = max(self._free, self._asked + self._pause)
            except FetchError as error:
                self._wishes[origin] = error
        found = self._wishes[origin]
        if isinstance(found, FetchError):
            raise found
        return found

    def _read(self, url: str) -> robots.Robots:
        try:
            return robots.parse(self._prober.get(url).text, AGENT)
        except FetchError as error:
            # RFC 9309: a file that is not there forbids nothing, one that can't be had everything
            if error.status is None:
                raise
            forbidden = error.status == 429 or error.status >= 500
            return robots.NOTHING if forbidden else robots.EVERYTHING

    def _ask(self, question: Callable[[], Any]) -> Any:
        wait = self._free - time.monotonic()
        if time.monotonic() + max(0.0, wait) > self._until:
            raise _RetryLaterError
        if wait > 0:
            time.sleep(wait)
        try:
            return question()
        finally:
            self._free = time.monotonic() + self._pause


class Crawl:
    """One run. ``prober`` makes a new prober; ``pause``: seconds between two requests to a host;
    ``seconds``: what is not asked by then is not asked; ``asked``: seconds since the run before
    last asked a host, for those that wish a longer pause than a run takes; ``over``: when it says
    so, nobody is waited for any longer, and ``asking`` has who was being asked."""

    def __init__(
        self,
        prober: Callable[[], Prober],
        pause: float = 1.0,
        workers: int = 8,
        seconds: float = float("inf"),
        asked: Mapping[str, float] | None = None,
        over: Callable[[], bool] = lambda: False,
    ) -> None:
        self._over = over
        self.asking: set[Target] = set()
        self._prober, self._pause, self._workers = prober, pause, workers
        self._began = time.monotonic()
        self._until = self._began + seconds
        self._asked = asked or {}
        self._lanes: dict[str, _Lane] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def run(self, targets: Iterable[Target]) -> Generator[Result, None, None]:
        """The results as they come. Who stops reading stops the run."""
        hosts: dict[str, list[Target]] = {}
        for target in targets:
            hosts.setdefault(target.host, []).append(target)
        done: queue.Queue[Result | Exception | None] = queue.Queue()
        ordered = sorted(hosts.values(), key=len, reverse=True)
        pool = ThreadPoolExecutor(max_workers=self._workers)
        broken_off = False
        try:
            for group in ordered:
                pool.submit(self._host, group, done)
            left = len(ordered)
            while left and not (broken_off := self._over()):
                with suppress(queue.Empty):
                    result = done.get(timeout=_LISTEN)
                    if isinstance(result, Exception):
                        raise result
                    if result is None:
                        left -= 1
                    else:
                        yield result
        finally:
            self._stopped.set()
            pool.shutdown(wait=not (broken_off or self._over()), cancel_futures=True)
        if not broken_off:
            for lane in self._lanes.values():
                lane.close()

    def _host(self, targets: list[Target], done: queue.Queue) -> None:
        try:
            for target in targets:
                if self._stopped.is_set():
                    return
                self.asking.add(target)
                result = self.check(target)
                done.put(result)
                self.asking.discard(target)
                if result.problem == BUSY:
                    return
        except _RetryLaterError:
            return
        except Exception as error:  # whoever reads the results has to know
            done.put(error)
        finally:
            lane = self._lane(targets[0].host)
            with lane.lock:
                lane.close()
            done.put(None)

    def check(self, target: Target) -> Result:
        """Look at one address, wherever it leads to."""
        url = target.url.strip()
        for _ in range(_HOPS):
            scheme, _colon, rest = url.partition("://")
            if not rest or not Target("", url).host:
                return Result(target, False, problem=NO_ADDRESS)
            if scheme.lower() not in ("http", "https"):
                return Result(target, None, problem=NOT_HTTP)
            found = self._look(target, url)
            if isinstance(found, Result):
                return found
            if not found.location:
                return _judged(target, found)
            url = found.location
        return Result(target, False, problem=CIRCLE)

    def _look(self, target: Target, url: str) -> Look | Result:
        lane = self._lane(Target("", url).host)
        with lane.lock:
            try:
                wishes = lane.wishes(url)
                if not wishes.permits(url):
                    problem = NO_ROBOTS if wishes is robots.NOTHING else ROBOTS
                    return Result(target, None, problem=problem)
                return lane.look(url)
            except FetchError as error:
                # an address that must not be asked says nothing about the link
                answers = None if "not public" in error.message else False
                return Result(target, answers, error.status, "", error.message, dict(error.params))

    def _lane(self, host: str) -> _Lane:
        with self._lock:
            if host not in self._lanes:
                asked = self._began - self._asked.get(host, float("inf"))
                self._lanes[host] = _Lane(self._prober(), self._pause, self._until, asked)
            return self._lanes[host]


def _judged(target: Target, found: Look) -> Result:
    if 200 <= found.status < 300:
        return Result(target, True, found.status, found.content_type)
    if found.status == 429 or (found.status == 503 and found.retry_after is not None):
        return Result(target, None, found.status, problem=BUSY)
    return Result(target, False, found.status, found.content_type, REFUSED,
                  {"status": found.status})  # fmt: skip
