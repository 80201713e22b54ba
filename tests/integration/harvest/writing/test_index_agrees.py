"""What is in the search index is what is committed, whatever people do while a batch is written."""

from __future__ import annotations

import threading
from typing import Any

import pysolr
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import helpers

from ckanext.hanoi.catalog import bulk_index
from ckanext.hanoi.catalog.writer import Catalog


def call(action: str, **data: Any) -> None:
    user = model.Session.query(model.User.name).filter_by(sysadmin=True, state="active").first()
    helpers.call_action(action, {"user": user[0], "ignore_auth": False}, **data)


def hide(id_: str) -> None:
    call("package_patch", id=id_, private=True)


def delete(id_: str) -> None:
    call("package_delete", id=id_)


def purge(id_: str) -> None:
    call("dataset_purge", id=id_)


def hide_as_old_ckan_does(id_: str) -> None:
    """Without another date of the dataset."""
    package = model.Package
    model.Session.execute(sa.update(package).where(package.id == id_).values(private=True))
    model.Session.commit()
    Catalog().index([id_])


class Somebody:
    """Does ``what`` to the dataset, once, on a connection of its own."""

    def __init__(self, what, id_: str) -> None:
        self.what, self.id = what, id_
        self.begun = False
        self.thread = threading.Thread(target=self._do)
        self.errors: list[Any] = []

    def _do(self) -> None:
        try:
            self.what(self.id)
        except BaseException as error:
            self.errors.append(getattr(error, "error_dict", error))
        finally:
            model.Session.remove()

    def begin(self) -> bool:
        """True the first time."""
        first, self.begun = not self.begun, True
        if first:
            self.thread.start()
        return first

    def until_done_or_waiting(self) -> None:
        """Until it is done, or waits for who holds the dataset."""
        waiting = sa.text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        for _ in range(600):
            self.thread.join(0.1)
            with model.meta.engine.connect() as connection:
                if not self.thread.is_alive() or connection.execute(waiting).first():
                    return

    def end(self) -> None:
        self.thread.join(60)
        assert not self.thread.is_alive()
        assert self.errors == []


@pytest.fixture
def harvested(admin, portal) -> str:
    """The id of a dataset that the next run updates."""
    portal.fill(3)
    admin.add_source(portal.url)
    assert admin.run()["counts"]["created"] == 3
    for dataset in portal.datasets:
        dataset["title"] += " (sửa)"
    package = model.Package
    return model.Session.execute(
        sa.select(package.id).where(package.title == "Bộ dữ liệu số 1")
    ).scalar_one()


def found() -> set[str]:
    """What a visitor finds."""
    context = {"ignore_auth": False, "user": ""}
    answer = helpers.call_action("package_search", context, rows=100)
    return {dataset["id"] for dataset in answer["results"]}


WAYS = pytest.mark.parametrize("what", [hide, delete, purge, hide_as_old_ckan_does])


@WAYS
def test_what_is_hidden_after_the_writer_looked_is_not_found(
    admin, harvested, monkeypatch, what
):
    somebody = Somebody(what, harvested)
    originals = Catalog.originals

    def around(catalog, ids):
        result = originals(catalog, ids)
        if somebody.begin():
            somebody.until_done_or_waiting()
        return result

    monkeypatch.setattr(Catalog, "originals", around)
    admin.run()
    somebody.end()
    assert harvested not in found()
    assert len(found()) == 2


@WAYS
def test_what_is_hidden_on_its_way_to_the_index_is_not_found(admin, harvested, monkeypatch, what):
    somebody = Somebody(what, harvested)
    send = bulk_index._send

    def around(*arguments):
        if threading.current_thread() is not somebody.thread and somebody.begin():
            somebody.thread.join(60)
        return send(*arguments)

    monkeypatch.setattr(bulk_index, "_send", around)
    report = admin.run()
    somebody.end()
    assert report["status"] == "finished"
    assert harvested not in found()
    assert len(found()) == 2


@pytest.mark.parametrize("what", [hide, delete])
def test_what_ckan_has_indexed_but_not_committed_yet_is_waited_for(
    admin, harvested, monkeypatch, what
):
    """CKAN writes into the index first: whoever overwrites that there sees the old row."""
    somebody = Somebody(what, harvested)
    indexed, sent = threading.Event(), threading.Event()
    commit, send, request = model.repo.commit, bulk_index._send, pysolr.Solr._send_request

    def by_somebody() -> bool:
        return threading.current_thread() is somebody.thread

    def slow_commit():
        if by_somebody() and indexed.is_set():
            sent.wait(60)
        commit()

    def noted(*arguments, **more):
        answer = request(*arguments, **more)
        if by_somebody() and "update" in str(arguments):
            indexed.set()
        return answer

    def around(*arguments):
        if by_somebody() or not somebody.begin():
            return send(*arguments)
        assert indexed.wait(60)
        result = send(*arguments)
        sent.set()
        return result

    monkeypatch.setattr(model.repo, "commit", slow_commit)
    monkeypatch.setattr(pysolr.Solr, "_send_request", noted)
    monkeypatch.setattr(bulk_index, "_send", around)
    admin.run()
    somebody.end()
    assert harvested not in found()
    assert len(found()) == 2
