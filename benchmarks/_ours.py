"""Our harvester as it runs in production: real worker processes, and somebody who watches them."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from benchmarks import _catalog

MIB = 1024 * 1024
#: What an unchanged dataset consists of.
_TABLES = ("package", "resource", "tag", "package_tag", "member", "activity", "resource_view",
           "hanoi_identity")  # fmt: skip


@dataclass
class Watched:
    """What was seen of a run: its report, its time, Solr's commits, the largest process."""

    report: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    commits: int = 0
    #: Seconds from the moment a batch was committed to the moment search found it; the longest.
    searchable: float = 0.0
    peak_mib: float = 0.0

    @property
    def counts(self) -> dict[str, int]:
        return self.report["counts"]


class Workers:
    """``with Workers(2)``: so many ``ckan jobs worker``, ready for jobs."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.processes: list[psutil.Popen] = []

    def __enter__(self) -> Workers:
        from ckan.lib.redis import connect_to_redis

        ckan = str(Path(sys.executable).parent / "ckan")
        command = [ckan, "-c", os.environ["CKAN_INI"], "jobs", "worker"]
        self.processes = [
            psutil.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            for _ in range(self.number)
        ]
        redis: Any = connect_to_redis()
        _wait(lambda: redis.scard("rq:workers") >= self.number, 300, "the workers start")
        # the first thing that a worker does is to look after what others left
        self.wait_until_idle()
        return self

    def wait_until_idle(self) -> None:
        """Until no job waits and none is being done: what followed an earlier run is no part of
        the next one's time."""
        from ckan.lib import jobs

        queue: Any = jobs.get_queue()

        def is_idle() -> bool:
            return not len(queue) and not queue.started_job_registry.count

        _wait(is_idle, 600, "the end of all jobs")

    def __exit__(self, *_: object) -> None:
        from ckan.lib.redis import connect_to_redis

        for process in self.processes:
            for child in (*process.children(recursive=True), process):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        for process in self.processes:
            process.wait()
        connect_to_redis().flushdb()

    def peak(self) -> int:
        """The most memory that any of their processes had so far, bytes."""
        most = 0
        for process in self.processes:
            with suppress(psutil.NoSuchProcess):
                for one in (process, *process.children(recursive=True)):
                    most = max(most, _high_water(one.pid))
        return most


def _high_water(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _wait(condition: Any, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {seconds} seconds: {what}")
        time.sleep(0.05)


def add_source(name: str, url: str, kind: str, owner: str, config: str = "") -> None:
    """A source of ours."""
    _act("hanoi_source_create", name=name, url=url, kind=kind, owner_org=owner, config=config)


def _act(action: str, **data: Any) -> Any:
    import ckan.plugins.toolkit as tk
    from ckan import model

    try:
        return tk.get_action(action)({"ignore_auth": True, "user": ""}, data)
    finally:
        model.Session.remove()


def rows(statement: str, **parameters: Any) -> Any:
    """The rows of an SQL statement, by a connection of the moment."""
    from ckan import model

    engine: Any = model.meta.engine
    with engine.connect() as connection:
        return connection.execute(sa.text(statement), parameters).all()


def change(statement: str, **parameters: Any) -> None:
    """Executes and commits an SQL statement."""
    from ckan import model

    engine: Any = model.meta.engine
    with engine.begin() as connection:
        connection.execute(sa.text(statement), parameters)


def harvest(name: str, workers: Workers, **options: Any) -> Watched:
    """Queue a run of the source and watch it to its end; raises unless it finishes."""
    workers.wait_until_idle()
    watched = Watched()
    before = commits()
    began = time.perf_counter()
    run = _act("hanoi_harvest_run", id=name, **options)
    watch = _Watch(run["id"], watched, workers)
    watch.start()
    while (status := watch.status()) in ("queued", "running"):
        time.sleep(0.05)
    watched.seconds = time.perf_counter() - began
    watch.end()
    watched.commits = commits() - before
    watched.report = _act("hanoi_run_show", id=run["id"])
    if status != "finished":
        raise RuntimeError(f"the run of {name} is {status}: {watched.report['message']}")
    return watched


class _Watch(threading.Thread):
    """Looks five times a second at the batches of a run and, each second, at the workers' memory:
    more often it would take from them what it measures."""

    def __init__(self, run_id: str, watched: Watched, workers: Workers) -> None:
        super().__init__(daemon=True)
        self.run_id, self.watched, self.workers = run_id, watched, workers
        self.written: dict[int, tuple[float, str]] = {}
        self.wanted = True
        self.weighed = 0.0

    def status(self) -> str:
        return rows("SELECT status FROM hanoi_run WHERE id = :id", id=self.run_id)[0][0]

    def run(self) -> None:
        while self.wanted:
            self._look()
            time.sleep(0.2)

    def end(self) -> None:
        """The run has ended: what was written must be found by now."""
        self.wanted = False
        self.join()
        self.weighed = 0.0
        while self.written:
            self._look()

    def _look(self) -> None:
        if time.monotonic() - self.weighed > 1:
            self.watched.peak_mib = max(self.watched.peak_mib, self.workers.peak() / MIB)
            self.weighed = time.monotonic()
        found = rows(
            "SELECT id, packages ->> 0 FROM hanoi_batch WHERE run_id = :id AND status = 'written'"
            " AND jsonb_array_length(packages) > 0", id=self.run_id,
        )  # fmt: skip
        for id_, package in found:
            self.written.setdefault(id_, (time.perf_counter(), package))
        for id_, (since, package) in list(self.written.items()):
            if _is_found(package):
                took = time.perf_counter() - since
                self.watched.searchable = max(self.watched.searchable, took)
                del self.written[id_]


def _solr(path: str, **query: str) -> Any:
    url = f"{os.environ['CKAN_SOLR_URL']}/{path}?{urllib.parse.urlencode({**query, 'wt': 'json'})}"
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def _is_found(package: str) -> bool:
    return bool(_solr("select", q=f'id:"{package}"', rows="0")["response"]["numFound"])


def documents(count: int) -> list[dict[str, Any]]:
    """The first documents of the index, as stored."""
    found = _solr("select", q="entity_type:package", rows=str(count))["response"]["docs"]
    return [{k: v for k, v in doc.items() if k != "_version_"} for doc in found]


def commits() -> int:
    """Commits that Solr was asked for since it started (not those that it does by itself)."""
    root, _, core = os.environ["CKAN_SOLR_URL"].rpartition("/")
    url = f"{root}/admin/metrics?group=core&prefix=UPDATE.updateHandler&wt=json"
    with urllib.request.urlopen(url, timeout=60) as answer:
        metrics = json.load(answer)["metrics"][f"solr.core.{core}"]
    name = "UPDATE.updateHandler."
    return int(metrics[f"{name}commits"]["count"]) - int(metrics[f"{name}autoCommits"])


class Rows:
    """Which rows of datasets are written from now on."""

    def __init__(self) -> None:
        self.since = int(rows("SELECT txid_current()")[0][0]) % 2**32
        self.counts = {table: self._count(table) for table in _TABLES}

    @staticmethod
    def _count(table: str) -> int:
        return int(rows(f'SELECT count(*) FROM "{table}"')[0][0])

    def written(self) -> int:
        """Rows inserted, updated or deleted since: by the transaction that made each row."""
        total = 0
        for table in _TABLES:
            query = f'SELECT count(*) FROM "{table}" WHERE xmin::text::bigint > :since'
            total += int(rows(query, since=self.since)[0][0])
            total += max(0, self.counts[table] - self._count(table))
        return total


def fresh() -> str:
    """An empty catalog with one organization; returns its id."""
    _catalog.empty()
    return _catalog.organization()["id"]
