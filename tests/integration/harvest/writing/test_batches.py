"""What is being written stays with its batch, whatever others do to the run meanwhile."""

from __future__ import annotations

import threading
import time

import pytest
from ckan import model
from ckan.tests import helpers

from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.harvest.engine import fence, runs, worker
from ckanext.hanoi.harvest.engine.batch_writer import BatchWriter
from ckanext.hanoi.harvest.engine.reader import Reader
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.model.harvest import Batch, Run
from ckanext.hanoi.model.packed import pack

NUMBER = 6


class Meanwhile:
    """Does something on a connection of its own while the writer is in its first transaction."""

    def __init__(self, monkeypatch, what) -> None:
        self.what = what
        self.errors: list[Exception] = []
        self.thread = threading.Thread(target=self._do)
        monkeypatch.setattr(Catalog, "create", self._around(Catalog.create))

    def _around(self, create):
        def around(catalog, datasets):
            written = create(catalog, datasets)
            if not self.thread.ident:
                self.thread.start()
                time.sleep(1)  # it is done by then, or waits for the writer
            return written

        return around

    def _do(self) -> None:
        try:
            self.what()
        except Exception as error:
            self.errors.append(error)
        finally:
            model.Session.remove()

    def end(self) -> None:
        self.thread.join(20)
        assert not self.thread.is_alive()
        assert self.errors == []


@pytest.fixture(params=[0, 1])
def bad(request) -> int:
    """How many records are refused; with one the batch is written record by record."""
    return request.param


@pytest.fixture
def run_id(admin, portal, refusal, bad) -> str:
    """A run whose source is read into one batch, of which nothing is written."""
    portal.fill(NUMBER)
    for dataset in portal.datasets[3 : 3 + bad]:
        dataset.update(refusal)
    admin.add_source(portal.url)
    context = {"ignore_auth": True, "user": "", "hanoi_inline": True}
    run = helpers.call_action("hanoi_harvest_run", context, id="cong")
    model.Session.query(Run).update({"status": "running"})
    model.Session.commit()
    read(run["id"])
    return run["id"]


def setup_of(run_id: str) -> SourceContext:
    return worker._setup(run_id)  # type: ignore[return-value]


def read(run_id: str) -> None:
    number = fence.begin(run_id)
    assert number
    Reader(run_id, setup_of(run_id), number, lambda _batch, _last: None).read()


def write(run_id: str) -> None:
    (batch,) = model.Session.query(Batch.id)
    with BatchWriter(run_id, setup_of(run_id)) as writer:
        assert writer.write(batch[0])
        writer.settle()


def test_a_reader_that_starts_over_takes_no_batch_away_under_its_writer(
    admin, run_id, monkeypatch, bad
):
    meanwhile = Meanwhile(monkeypatch, lambda: read(run_id))
    write(run_id)
    meanwhile.end()
    worker.run(run_id, inline=True)
    model.Session.remove()
    report = helpers.call_action("hanoi_run_show", id=run_id)
    assert report["status"] == "finished", report["message"]
    good = NUMBER - bad
    assert (report["counts"]["created"], report["counts"]["failed"]) == (good, bad)
    assert len(admin.datasets()) == good
    assert model.Session.query(Batch).count() == 0


def test_who_aborts_a_run_does_not_index_all_that_others_left(admin, run_id, monkeypatch):
    write(run_id)
    worker.run(run_id, inline=True)
    for _number in range(3):
        model.Session.add(Batch(run_id=run_id, records=pack([]), status="written", packages=[]))
    model.Session.commit()
    monkeypatch.setattr(runs, "_REQUEST", -1)
    runs.abort(runs.start(admin.source()))
    assert model.Session.query(Batch).count() == 3
    runs.due()
    assert model.Session.query(Batch).count() == 0


def test_what_was_written_when_the_run_was_aborted_is_found(admin, run_id, monkeypatch):
    meanwhile = Meanwhile(monkeypatch, lambda: runs.abort(model.Session.get(Run, run_id)))
    write(run_id)
    meanwhile.end()
    runs.index_leftovers()
    written = model.Session.query(model.Package.id).filter_by(type="dataset").count()
    assert written == len(admin.datasets()) > 0
    assert model.Session.query(Batch).count() == 0
    assert model.Session.get(Run, run_id).status == "aborted"
