"""Records that are tried again: no newer decision is undone by it, and none is passed over."""

from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import helpers
from werkzeug import Response

from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.harvest.connectors.ckan import CkanConnector
from ckanext.hanoi.harvest.engine import source_context, worker
from ckanext.hanoi.harvest.mapping import version
from ckanext.hanoi.logic.action import harvest_run
from ckanext.hanoi.model.harvest import Run


def numbers(run, *names):
    return tuple(run["counts"][name] for name in names)


def retry(run):
    context = {"hanoi_inline": True, "user": "", "ignore_auth": True}
    again = helpers.call_action("hanoi_harvest_retry", context, id=run["id"])
    worker.run(again["id"], inline=True)
    model.Session.remove()
    return helpers.call_action("hanoi_run_show", id=again["id"])


@pytest.fixture
def refused(monkeypatch):
    """A set of titles: no update of such a dataset succeeds."""
    titles, update = set(), Catalog.update

    def refuse(self, original, dataset, keep):
        if dataset["title"] in titles:
            raise RuntimeError("a hook of another plugin")
        return update(self, original, dataset, keep)

    monkeypatch.setattr(Catalog, "update", refuse)
    return titles


@pytest.fixture
def failed(admin, portal, refused):
    """A run in which the updates of four datasets failed, which now would succeed."""
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    for dataset in portal.datasets[:4]:
        dataset["title"] += " mới"
        refused.add(dataset["title"])
    run = admin.run()
    assert numbers(run, "failed", "updated") == (4, 0)
    refused.clear()
    return run


def test_a_retry_leaves_alone_what_a_person_or_a_later_run_decided(admin, portal, failed):
    ids = [helpers.call_action("package_show", id=d["name"])["id"] for d in portal.datasets[:4]]
    helpers.call_action("hanoi_harvest_detach", id=ids[0])
    admin.call("package_delete", id=ids[1])
    gone = portal.datasets.pop(2)
    portal.datasets[0]["title"] = portal.datasets[1]["title"] = "Chưa ai thấy"
    assert numbers(admin.run(), "removed", "updated") == (1, 1)
    portal.datasets.insert(2, gone)
    with pytest.raises(tk.ValidationError):
        retry(failed)
    shown = helpers.call_action("package_show", id=ids[0])
    assert shown["title"] == "Bộ dữ liệu số 0"
    states = [model.Package.get(id_).state for id_ in ids]
    assert states == ["active", "deleted", "deleted", "active"]


def test_a_retry_does_what_is_still_to_be_done(admin, portal, failed):
    run = retry(failed)
    assert numbers(run, "seen", "updated", "failed", "removed") == (4, 4, 0, 0)
    assert numbers(admin.run(), "seen", "unchanged") == (20, 20)


def test_a_dataset_detached_while_its_record_waits_is_not_overwritten(
    admin, portal, failed, monkeypatch
):
    id_ = helpers.call_action("package_show", id=portal.datasets[0]["name"])["id"]
    context = {"hanoi_inline": True, "user": "", "ignore_auth": True}
    again = helpers.call_action("hanoi_harvest_retry", context, id=failed["id"])
    helpers.call_action("hanoi_harvest_detach", id=id_)
    worker.run(again["id"], inline=True)
    model.Session.remove()
    assert helpers.call_action("package_show", id=id_)["title"] == "Bộ dữ liệu số 0"
    run = helpers.call_action("hanoi_run_show", id=again["id"])
    assert numbers(run, "updated", "failed") == (3, 0)


def test_a_new_version_of_the_mapping_reaches_records_that_did_not_change(
    admin, portal, monkeypatch
):
    portal.fill(3)
    admin.add_source(portal.url)
    admin.run()
    to_dataset = CkanConnector.to_dataset
    monkeypatch.setattr(
        CkanConnector, "to_dataset",
        lambda self, record: {**to_dataset(self, record), "version": "2"},
    )  # fmt: skip
    assert numbers(admin.run(), "unchanged", "updated") == (3, 0)
    monkeypatch.setattr(source_context.version, "of_code", lambda: "another")
    assert numbers(admin.run(), "unchanged", "updated") == (0, 3)
    assert numbers(admin.run(), "unchanged", "updated") == (3, 0)


def test_the_version_of_the_mapping_is_that_of_its_code(tmp_path):
    file = tmp_path / "connector.py"
    file.write_text("a = 1")
    before = version.of_file(str(file))
    version.of_file.cache_clear()
    file.write_text("a = 2")
    assert version.of_file(str(file)) != before
    assert version.of_code() == version.of_code() != ""


# -- a source that tells only what changed ------------------------------------------------------


@pytest.fixture
def changes(admin, portal):
    """A source of which only what changed is asked for; ``changes`` are what it tells then."""
    told = []

    def answer(request):
        if "metadata_modified" not in str(request.args):
            return None
        result = {"count": len(told), "results": told if request.args.get("start") == "0" else []}
        body = json.dumps({"success": True, "result": result})
        return Response(body, content_type="application/json")

    portal.fill(10)
    admin.add_source(portal.url, config="incremental: true")
    admin.run()
    portal.answer = answer
    return told


def change(portal, changes, number, title):
    portal.datasets[number]["title"] = title
    changes[:] = [portal.datasets[number]]


def test_an_incremental_run_does_not_go_past_a_record_whose_write_failed(
    admin, portal, changes, refused
):
    refused.add("Sai")
    change(portal, changes, 3, "Sai")
    assert numbers(admin.run(), "failed") == (1,)
    # it is not told again; meanwhile the source fails, too
    changes.clear()
    for _ in range(2):
        run = admin.run()
        assert numbers(run, "seen", "failed") == (1, 1)
        assert run["failures"][0]["guid"] == portal.datasets[3]["id"]
    working, portal.answer = portal.answer, lambda _request: Response("x", status=500)
    assert admin.run()["status"] == "failed"
    portal.answer = working
    refused.clear()
    assert numbers(admin.run(), "updated", "failed") == (1, 0)
    assert numbers(admin.run(), "seen", "updated", "failed") == (0, 0, 0)


def test_a_record_that_failed_and_came_again_is_written_as_it_is_now(
    admin, portal, changes, refused
):
    refused.add("Sai")
    change(portal, changes, 3, "Sai")
    admin.run()
    change(portal, changes, 3, "Đúng")
    assert numbers(admin.run(), "updated", "failed") == (1, 0)
    changes.clear()
    admin.run()
    shown = helpers.call_action("package_show", id=portal.datasets[3]["name"])
    assert shown["title"] == "Đúng"


def test_what_could_not_be_read_is_asked_for_once_more(admin, portal, changes):
    last = admin.source().last_read
    changes[:] = [{"title": "Không tên", "id": "", "name": ""}]
    assert numbers(admin.run(), "failed") == (1,)
    assert admin.source().last_read == last
    run = admin.run()
    assert admin.source().last_read == model.Session.get(Run, run["id"]).started


def test_more_failed_records_than_a_request_carries_are_left_to_a_run(
    admin, portal, refused, monkeypatch
):
    portal.fill(4)
    admin.add_source(portal.url)
    admin.run()
    for number, dataset in enumerate(portal.datasets):
        dataset["title"] = f"Bị từ chối {number}"
        refused.add(dataset["title"])
    run = admin.run()
    assert run["counts"]["failed"] == 4
    monkeypatch.setattr(harvest_run, "RETRY_AT_ONCE", 3)
    with pytest.raises(tk.ValidationError, match="run the whole source"):
        helpers.call_action("hanoi_harvest_retry", id=run["id"])
    assert retry(run)["trigger"] == "retry"
