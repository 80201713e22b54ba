"""Real worker processes, kept alive as a process manager does, and a portal that misbehaves."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import ckan.plugins.toolkit as tk
import psutil
import pytest
import requests
import sqlalchemy as sa
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories, helpers

from ckanext.hanoi.background import locks
from ckanext.hanoi.harvest.engine import job_queue
from ckanext.hanoi.harvest.engine import worker as work
from ckanext.hanoi.model.harvest import Batch, Identity, Run, Seen, Source

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "ckanext.hanoi.harvest.allowed_hosts": "127.0.0.1",
    "ckanext.hanoi.harvest.batch_size": "10",
    "ckanext.hanoi.harvest.grace_days": "0",
    "ckanext.hanoi.harvest.timeout": "2",
}
#: Seconds within which a run must go on by itself, and within which it has then ended.
PATIENCE, AT_MOST = 60, 150
#: Seconds for what the test before left to do.
_REST = 20


# -- the source ------------------------------------------------------------------------------


class Portal:
    """A CKAN over HTTP. ``answer(start, rows)`` may give (status, content type, body) for a page;
    None lets the portal answer as it should. ``pause``: seconds before each answer."""

    def __init__(self) -> None:
        self.datasets: list[dict[str, Any]] = []
        self.answer: Callable[[int, int], tuple[int, str, bytes] | None] | None = None
        self.pause = 0.0
        self.pages = 0
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                portal.serve(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def fill(self, number: int) -> None:
        self.datasets = [self.dataset(i) for i in range(number)]

    def dataset(self, i: int, **more: Any) -> dict[str, Any]:
        port = self.server.server_port
        return {
            "id": f"{port:08d}-0000-4000-8000-{i:012d}",
            "name": f"bo-du-lieu-{port}-{i}",
            "title": f"Bộ dữ liệu {i}",
            "notes": f"Mô tả {i}",
            "metadata_modified": "2026-01-01T00:00:00",
            "tags": [{"name": "xây dựng"}],
            "resources": [
                {"id": f"{port:08d}-0000-4000-9{n:03d}-{i:012d}", "name": f"Tệp {n}",
                 "url": f"https://data.example.org/{port}/{i}/{n}.csv", "format": "CSV"}
                for n in range(2)
            ],
            **more,
        }  # fmt: skip

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        start, rows = int(query.get("start", 0)), int(query.get("rows", 10))
        time.sleep(self.pause)
        if not parts.path.endswith("/package_search"):
            found: Any = (404, "text/plain", b"not here")
        else:
            self.pages += 1
            found = self.answer(start, rows) if self.answer else None
        status, kind, body = found or self.page(start, rows)
        with suppress(OSError):
            handler.send_response(status)
            handler.send_header("Content-Type", kind)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

    def page(self, start: int, rows: int, **result: Any) -> tuple[int, str, bytes]:
        datasets = sorted(self.datasets, key=lambda dataset: dataset["id"])
        content = {"count": len(datasets), "results": datasets[start : start + rows], **result}
        body = json.dumps({"success": True, "result": copy.deepcopy(content)}).encode()
        return 200, "application/json", body

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal()
    yield portal
    portal.close()


# -- workers ---------------------------------------------------------------------------------


class Worker:
    """``ckan jobs worker``, started again whenever it ends, as a process manager does."""

    def __init__(self, command: Workers) -> None:
        self.command = command
        self.wanted = True
        self.process = command.spawn()
        self.thread = threading.Thread(target=self._look_after, daemon=True)
        self.thread.start()

    def _look_after(self) -> None:
        while self.wanted:
            if self.process.poll() is not None:
                self.process = self.command.spawn()
            time.sleep(0.1)

    def family(self) -> list[psutil.Process]:
        """The worker first, then its children: RQ's scheduler and the horse at work."""
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def horses(self) -> list[psutil.Process]:
        """The processes that do jobs: those that lead a process group of their own."""
        children = self.family()[1:]
        return [child for child in children if _leads_group(child)]

    def kill(self, what: str = "all") -> None:
        """SIGKILL for the ``horse``, the ``worker`` with its horse, or ``all`` of its processes."""
        family = self.family()
        horses = self.horses()
        victims = {"horse": horses, "worker": [*family[:1], *horses], "all": family}[what]
        for victim in victims:
            with suppress(psutil.NoSuchProcess):
                victim.kill()

    def stop(self) -> None:
        """End it for good; nobody starts it again."""
        self.wanted = False
        self.thread.join()
        self.kill()


def _leads_group(process: psutil.Process) -> bool:
    try:
        return os.getpgid(process.pid) == process.pid
    except ProcessLookupError:
        return False


def _install_deadly(folder: Path) -> Path:
    """The connector of ``deadly.py``, as another extension installs one; where it is."""
    about = folder / "hanoi_deadly-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hanoi-deadly\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[ckanext.hanoi.connectors]\ndeadly = hanoi_deadly:DeadlyConnector\n"
    )
    shutil.copy(ROOT / "tests" / "deadly.py", folder / "hanoi_deadly.py")
    return folder


class Workers:
    """Starts workers with the configuration of the tests; one test leaves them to the next."""

    def __init__(self, folder: Path) -> None:
        self.ini = folder / "workers.ini"
        #: Options of the workers that start after the next ``configure``.
        self.more: dict[str, str] = {}
        self.configure()
        self.environ = {**os.environ, "PYTHONPATH": str(_install_deadly(folder / "deadly"))}
        self.log = folder / "workers.log"
        self.all: list[Worker] = []
        self.sessions: set[int] = set()

    def configure(self) -> None:
        """Write the configuration of workers that start from now on."""
        options = {**SETTINGS, **self.more}
        lines = "".join(f"{key} = {value}\n" for key, value in options.items())
        given = (ROOT / "test.ini").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in given if line.partition("=")[0].strip() not in options]
        text = "".join(kept).replace("[app:main]\n", f"[app:main]\n{lines}")
        self.ini.write_text(text, encoding="utf-8")

    @property
    def ckan(self) -> list[str]:
        return [str(Path(sys.executable).parent / "ckan"), "-c", str(self.ini)]

    def spawn(self, *arguments: str, **options: Any) -> subprocess.Popen:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*self.ckan, *(arguments or ("jobs", "worker"))],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=ROOT,
                start_new_session=True, **{"env": self.environ, **options},
            )  # fmt: skip
        self.sessions.add(process.pid)
        return process

    def start(self, number: int) -> list[Worker]:
        """So many workers, no more and no fewer; returns when they are there."""
        self.all = [worker for worker in self.all if worker.wanted]
        while len(self.all) > number:
            self.all.pop().stop()
        redis, fresh = connect_to_redis(), number - len(self.all)
        # those of the test before are no longer in the list, which was emptied
        before = redis.scard("rq:workers")
        self.all += [Worker(self) for _ in range(fresh)]
        wait(lambda: redis.scard("rq:workers") >= before + fresh, AT_MOST, "workers start")
        return self.all

    def said(self) -> str:
        """What all processes have written so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def at_work(self) -> list[Worker]:
        """The workers that are doing a job."""
        return [worker for worker in self.all if worker.horses()]

    def wait_for_work(self) -> list[Worker]:
        """The workers that are doing a job, once there are some."""
        return wait(self.at_work, PATIENCE, "somebody goes on")

    def rest(self) -> None:
        """Until no worker is doing a job; who does not come to an end is ended."""
        deadline = time.monotonic() + _REST
        while (busy := self.at_work()) and time.monotonic() < deadline:
            time.sleep(0.1)
        for worker in busy:
            worker.kill("horse")

    def stop(self) -> None:
        self.start(0)
        # RQ's scheduler outlives a worker that was killed alone
        for process in psutil.process_iter():
            with suppress(ProcessLookupError, psutil.NoSuchProcess):
                if os.getsid(process.pid) in self.sessions:
                    process.kill()


@pytest.fixture(scope="session")
def all_workers(tmp_path_factory) -> Iterator[Workers]:
    workers = Workers(tmp_path_factory.mktemp("workers"))
    yield workers
    workers.stop()


@pytest.fixture
def workers(city, all_workers) -> Iterator[Workers]:
    before = len(all_workers.said())
    yield all_workers
    print(all_workers.said()[before:][-6000:])


# -- the catalog -----------------------------------------------------------------------------


def wait(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true answer of ``condition``; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.1)
    pytest.fail(f"not within {seconds} seconds: {what}")


def _make_site_user() -> None:
    """CKAN makes it when it is first asked for, as an idle worker may at the same moment."""
    for _ in range(5):
        try:
            tk.get_action("get_site_user")({"ignore_auth": True}, {})
            model.Session.commit()
            return
        except sa.exc.IntegrityError:
            model.Session.rollback()


class City:
    """The catalog as its admin sees it, and what must be true of it after any fault."""

    def __init__(self) -> None:
        _make_site_user()
        self.organization = factories.Organization(name="so-tai-chinh")

    def add(self, portal: Portal, name: str = "cong", config: str = "page_size: 10") -> None:
        helpers.call_action(
            "hanoi_source_create", name=name, url=portal.url, kind="ckan",
            owner_org=self.organization["id"], config=config,
        )  # fmt: skip

    def start(self, name: str = "cong", **options: Any) -> str:
        """Queue a run; returns its id."""
        run = helpers.call_action("hanoi_harvest_run", id=name, **options)
        model.Session.remove()
        return run["id"]

    def run_inline(self, name: str = "cong") -> dict[str, Any]:
        """Harvest in this process, without any fault."""
        context = {"ignore_auth": True, "user": "", "hanoi_inline": True}
        run = helpers.call_action("hanoi_harvest_run", context, id=name)
        work.run(run["id"], inline=True)
        model.Session.remove()
        return self.report(run["id"])

    def read(self, statement: Any) -> Any:
        """Rows, by a connection of the moment."""
        with model.meta.engine.connect() as connection:
            return connection.execute(statement).all()

    def status(self, run_id: str) -> str:
        return self.read(sa.select(Run.status).where(Run.id == run_id))[0][0]

    def progress(self, run_id: str) -> int:
        """Datasets of the run that are in the catalog by now."""
        source = sa.select(Run.source_id).where(Run.id == run_id).scalar_subquery()
        query = sa.select(sa.func.count()).where(Identity.source_id == source)
        return self.read(query)[0][0]

    def wait_for(self, run_id: str, least: int) -> None:
        """Until the run has written so many datasets."""
        wait(lambda: self.progress(run_id) >= least, PATIENCE, f"{least} datasets written")

    def end_of(self, run_id: str) -> dict[str, Any]:
        """The report of the run when it has ended; until then somebody must be at it."""
        wait(lambda: self.has_ended(run_id) or self.is_read(run_id), PATIENCE, "somebody goes on")
        wait(lambda: self.has_ended(run_id), AT_MOST, "the run ends")
        return self.report(run_id)

    def has_ended(self, run_id: str) -> bool:
        return self.status(run_id) not in ("queued", "running")

    def is_read(self, run_id: str) -> bool:
        """Whether some process has the run."""
        return not locks.is_free(job_queue.lock_name(run_id))

    def report(self, run_id: str) -> dict[str, Any]:
        model.Session.remove()
        return helpers.call_action("hanoi_run_show", id=run_id, limit=1000)

    def assert_agrees_with(
        self, portal: Portal, name: str = "cong", without: tuple[int, ...] = ()
    ) -> None:
        """Database and index have each dataset of the portal once and as it is there.

        ``without``: indexes of datasets that can't be imported.
        """
        wanted = {
            dataset["id"]: (dataset["title"], sorted(r["url"] for r in dataset["resources"]))
            for i, dataset in enumerate(portal.datasets)
            if i not in without
        }
        model.Session.remove()
        source = sa.select(Source.id).where(Source.name == name).scalar_subquery()
        rows = self.read(
            sa.select(Identity.guid, Identity.package_id, model.Package.title)
            .join(model.Package, model.Package.id == Identity.package_id)
            .where(Identity.source_id == source, model.Package.state == "active",
                   Identity.state == "active")
        )  # fmt: skip
        found = {guid: (title, self._urls(id_)) for guid, id_, title in rows}
        assert found == wanted
        ids = {guid: id_ for guid, id_, _ in rows}
        assert len(set(ids.values())) == len(wanted)
        assert sorted(self._indexed(portal)) == sorted(
            (ids[guid], title, len(urls)) for guid, (title, urls) in wanted.items()
        )
        # nothing is left to do, and nobody holds on to it
        assert self.read(sa.select(sa.func.count()).select_from(Seen))[0][0] == 0
        assert self.read(sa.select(sa.func.count()).select_from(Batch))[0][0] == 0

    def _urls(self, package_id: str) -> list[str]:
        resource = model.Resource
        query = sa.select(resource.url).where(
            resource.package_id == package_id, resource.state == "active"
        )
        return sorted(url for (url,) in self.read(query))

    def _indexed(self, portal: Portal) -> list[tuple[str, str, int]]:
        """(id, title, resources) of the portal's datasets as Solr itself has them."""
        port = portal.server.server_port
        answer = requests.get(
            f"{tk.config['solr_url']}/select", timeout=10,
            params={"q": f'res_url:*example.org/{port}/*', "rows": 1000, "wt": "json",
                    "fq": "+entity_type:package +state:active", "fl": "id,title,res_url"},
        ).json()  # fmt: skip
        return [
            (doc["id"], doc["title"], len(doc["res_url"])) for doc in answer["response"]["docs"]
        ]

    def until(self, condition: Callable[[], Any], seconds: float, what: str) -> Any:
        """The first true answer of ``condition``, asked in transactions of their own."""

        def asked() -> Any:
            try:
                return condition()
            finally:
                model.Session.remove()

        return wait(asked, seconds, what)

    def wait_until_read(self, run_id: str) -> None:
        """Until some process has the run."""
        wait(lambda: self.is_read(run_id), PATIENCE, "somebody goes on")


@pytest.fixture
def idle(stack, all_workers) -> None:
    """Nobody writes any more what the test before left to do: the catalog can be emptied."""
    stack.redis.flush()
    all_workers.rest()


@pytest.fixture
def city(stack, idle, catalog, monkeypatch) -> Iterator[City]:
    stack.redis.flush()
    for name, value in SETTINGS.items():
        typed = [value] if name.endswith("hosts") else value
        monkeypatch.setitem(tk.config, name, typed)
    yield City()
    stack.start()
    model.Session.remove()
    model.meta.engine.dispose()
