"""PostgreSQL, Redis and Solr together, in one state directory: an instance of the stack.

Instances don't know of each other. A server of one's own is used instead of ours where
CKAN_SQLALCHEMY_URL, CKAN_REDIS_URL or CKAN_SOLR_URL say so.
"""
from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil

from devstack import environment
from devstack.postgres import Postgres
from devstack.redis import Redis
from devstack.solr import Solr

OWN = {"postgres": "CKAN_SQLALCHEMY_URL", "redis": "CKAN_REDIS_URL", "solr": "CKAN_SOLR_URL"}


class Stack:
    """The servers of a state directory.

    ``durable=False`` (tests, benchmarks) gives up safety against a crash of the machine.
    ``stack.postgres``, ``.redis`` and ``.solr`` each have start, stop, kill, restart.
    """

    def __init__(self, state: Path, *, durable: bool):
        self.state = state.resolve()
        self.durable = durable
        self.state.mkdir(parents=True, exist_ok=True)
        self._users = self.state / "users"
        self._kept = self.state / "keep"
        # Others' addresses, as they stood before this instance put its own into os.environ.
        self.own = {
            name: os.environ[key] for name, key in OWN.items()
            if os.environ.get(key) and os.environ.get("HANOI_STACK") != str(self.state)
        }
        password = self.secret("servers")
        self.postgres = Postgres(self.state / "postgres", password, durable=durable)
        self.redis = Redis(self.state / "redis", password, durable=durable)
        self.solr = Solr(self.state / "solr")

    @classmethod
    def current(cls) -> Stack:
        """The instance that this process was started on (by bin/test or bin/bench)."""
        return cls(Path(os.environ["HANOI_STACK"]), durable=False)

    @property
    def servers(self) -> dict[str, Postgres | Redis | Solr]:
        """The servers that are ours to start and stop, by name."""
        every = {"postgres": self.postgres, "redis": self.redis, "solr": self.solr}
        return {name: server for name, server in every.items() if name not in self.own}

    def start(self) -> None:
        """Starts what doesn't run; returns when all of it answers."""
        with self._lock():
            self._start()

    def _start(self) -> None:
        stopped = [name for name, server in self.servers.items() if not server.is_running()]
        if stopped:
            environment.say(f"Starting {', '.join(stopped)} in {shown(self.state)}")
        with ThreadPoolExecutor() as pool:
            for done in [pool.submit(server.start) for server in self.servers.values()]:
                done.result()

    def stop(self) -> None:
        """Stops every server of ours cleanly; the data stays."""
        with self._lock():
            self._stop()

    def _stop(self) -> None:
        self._kept.unlink(missing_ok=True)
        for server in self.servers.values():
            server.stop()

    @contextmanager
    def in_use(self, *, keep: bool = False) -> Iterator[None]:
        """Keeps the servers running meanwhile; the last of several users stops them.

        ``keep`` leaves them running, for later users too, until ``stop``.
        """
        with self._lock():
            mine = self._users / str(os.getpid())
            self._users.mkdir(exist_ok=True)
            mine.write_text(str(psutil.Process().create_time()))
            if keep:
                self._kept.touch()
            self._start()
        try:
            yield
        finally:
            with self._lock():
                mine.unlink(missing_ok=True)
                if not self._kept.exists() and not self._others():
                    self._stop()

    def used_by_others(self) -> bool:
        """True when another living process keeps the servers running."""
        with self._lock():
            return self._others()

    def _others(self) -> bool:
        """True when another living process uses the servers; forgets the dead ones."""
        for entry in self._users.iterdir() if self._users.exists() else ():
            if entry.name == str(os.getpid()):
                continue
            try:
                born = psutil.Process(int(entry.name)).create_time()
                if abs(born - float(entry.read_text())) < 1:
                    return True
            except (psutil.Error, ValueError):
                pass
            entry.unlink(missing_ok=True)
        return False

    def environ(self, database: str = "ckan") -> dict[str, str]:
        """The environment variables by which CKAN finds these servers."""
        return {
            "CKAN_SQLALCHEMY_URL": self.own.get("postgres") or self.postgres.url(database),
            "CKAN_REDIS_URL": self.own.get("redis") or self.redis.url,
            "CKAN_SOLR_URL": self.own.get("solr") or self.solr.url,
            "CKAN_STORAGE_PATH": str(self.state / "storage"),
            "HANOI_STACK": str(self.state),
        }

    def secret(self, name: str, size: int = 20) -> str:
        """A random word of this instance (twice ``size`` letters), made once and kept."""
        path = self.state / "secrets.json"
        with self._lock():
            known = json.loads(path.read_text()) if path.exists() else {}
            if name not in known:
                known[name] = secrets.token_hex(size)
                path.touch(mode=0o600)
                path.write_text(json.dumps(known, indent=1))
            return known[name]

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.state / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def shown(path: Path) -> str:
    """A path as a person at the top of the checkout would write it."""
    return str(path.relative_to(environment.ROOT)) if path.is_relative_to(environment.ROOT) \
        else str(path)
