"""One worker, busy with what nobody waits for: what a person starts begins soon."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs as ckan_jobs
from ckan.tests import factories, helpers

from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import Run
from ckanext.hanoi.model.quality import LinkCheck
from ckanext.hanoi.model.tables import Table
from ckanext.hanoi.quality import jobs, recompute, store
from ckanext.hanoi.tables import pending

#: Seconds that a site keeps each question open; far more than a person waits.
_HANGS = 40
LINKS = 12


class Slow:
    """A site that takes its time with each file."""

    def __init__(self) -> None:
        self.asked = 0
        self.closing = threading.Event()
        slow = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/robots.txt":
                    self.send_error(404)
                    return
                slow.asked += 1
                slow.closing.wait(_HANGS)

            do_HEAD = do_GET

            def log_message(self, *_) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, number: int) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/tap-{number}.csv"

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def slow():
    slow = Slow()
    yield slow
    slow.close()


@pytest.fixture
def patient(workers, monkeypatch):
    """Workers that wait long for slow sites."""
    monkeypatch.setitem(workers.more, "ckanext.hanoi.links.timeout", "60")
    monkeypatch.setitem(workers.more, "ckanext.hanoi.harvest.timeout", "60")
    monkeypatch.setitem(workers.more, "ckanext.hanoi.tables.enabled", "true")
    monkeypatch.setitem(tk.config, "ckanext.hanoi.tables.enabled", True)
    workers.start(0)
    workers.configure()
    yield workers
    workers.start(0)
    workers.more.clear()
    workers.configure()


def start_links() -> None:
    recompute.run(store.everything())
    model.Session.execute(sa.update(LinkCheck).values(due=now()))
    model.Session.execute(sa.update(Table).values(due=None))
    model.Session.commit()
    model.Session.remove()
    jobs.enqueue_check()


def start_tables() -> None:
    model.Session.execute(sa.update(Table).values(due=now()))
    model.Session.commit()
    model.Session.remove()
    pending.WAITING.begun()
    pending.WAITING.enqueue()


@pytest.mark.parametrize("work", [start_links, start_tables])
def test_a_run_that_a_person_starts_does_not_wait_for_housekeeping(
    city, portal, slow, patient, stack, work
):
    factories.Dataset(
        owner_org=city.organization["id"],
        resources=[{"url": slow.url(n), "name": f"Tệp {n}", "format": "CSV"}
                   for n in range(LINKS)],
    )  # fmt: skip
    portal.fill(20)
    city.add(portal)
    stack.redis.flush()
    work()
    patient.start(1)
    deadline = time.monotonic() + 90
    while not slow.asked:
        assert time.monotonic() < deadline, "nobody looks at the files"
        time.sleep(0.1)
    run = city.start()
    began = time.monotonic()
    shown = helpers.call_action("hanoi_run_show", id=run)
    while city.status(run) == "queued":
        assert time.monotonic() - began < _HANGS / 2, shown["waits_for"]
        time.sleep(0.1)
    print(f"begun after {time.monotonic() - began:.1f} s; {shown['waits_for']}")
    assert city.end_of(run)["counts"]["created"] == 20
    # nothing of the housekeeping is lost: it waits, or somebody is at it again
    asked = slow.asked
    deadline = time.monotonic() + 60
    while slow.asked == asked:
        assert time.monotonic() < deadline, "nobody goes on with the files"
        time.sleep(0.1)
    assert city.read(sa.select(Table.attempts).where(Table.attempts > 0)) == []


def test_the_page_of_a_queued_run_says_what_it_waits_for(city, portal, workers, stack):
    portal.fill(3)
    city.add(portal)
    workers.start(0)
    stack.redis.flush()
    run = city.start()
    assert "worker" in helpers.call_action("hanoi_run_show", id=run)["waits_for"]
    queue = ckan_jobs.get_queue()
    assert queue.get_job_ids()[0].endswith(run)
    # a second one that a person starts goes before what nobody waits for
    jobs.enqueue_check()
    city.add(portal, name="cong-2")
    second = city.start("cong-2")
    assert [id_.rpartition("-read-")[2] for id_ in queue.get_job_ids()][:2] == [second, run]
    model.Session.execute(sa.delete(Run))
    model.Session.commit()
    queue.empty()
