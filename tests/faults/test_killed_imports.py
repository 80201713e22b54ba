"""Processes killed (SIGKILL) while they import a workbook."""

from __future__ import annotations

import io
import time

import ckan.plugins.toolkit as tk
import requests
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers

from ckanext.hanoi.imports import work
from ckanext.hanoi.model.imports import Import, ImportRow

NUMBER = 60


def sent(city) -> str:
    """A workbook with so many new datasets, sent by an editor; the import's id."""
    editor = factories.User()
    helpers.call_action("organization_member_create", id=city.organization["id"],
                        username=editor["name"], role="editor")  # fmt: skip
    lines = [f"Tập dữ liệu số {i},Mô tả {i}" for i in range(NUMBER)]
    content = "\n".join(["Tên tập dữ liệu,Mô tả", *lines]).encode()
    context = {"user": editor["name"], "ignore_auth": False, "hanoi_inline": True}
    made = helpers.call_action("hanoi_import_create", context, upload=io.BytesIO(content),
                               owner_org=city.organization["id"])  # fmt: skip
    assert made["counts"]["create"] == NUMBER
    start = {"user": editor["name"], "ignore_auth": False}
    helpers.call_action("hanoi_import_run", start, id=made["id"])
    model.Session.remove()
    return made["id"]


def written(city, id_: str) -> int:
    query = sa.select(sa.func.count()).where(
        ImportRow.import_id == id_, ImportRow.status.in_(("written", "done"))
    )
    return city.read(query)[0][0]


def wait_until(condition, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def assert_each_is_there_once(city, id_: str) -> None:
    titles = city.read(
        sa.select(model.Package.title).where(model.Package.owner_org == city.organization["id"])
    )
    wanted = sorted(f"Tập dữ liệu số {i}" for i in range(NUMBER))
    assert sorted(title for (title,) in titles) == wanted
    rows = city.read(
        sa.select(ImportRow.status, ImportRow.action).where(ImportRow.import_id == id_)
    )
    assert set(map(tuple, rows)) == {("done", "create")}
    answer = requests.get(
        f"{tk.config['solr_url']}/select", timeout=10,
        params={"q": f'owner_org:"{city.organization["id"]}"', "rows": 1000, "wt": "json",
                "fq": "+entity_type:package +state:active", "fl": "title"},
    ).json()  # fmt: skip
    assert sorted(doc["title"] for doc in answer["response"]["docs"]) == wanted


def status(city, id_: str) -> str:
    return city.read(sa.select(Import.status).where(Import.id == id_))[0][0]


def test_an_import_whose_worker_is_killed_goes_on_behind_the_last_row(city, workers):
    id_ = sent(city)
    (worker,) = workers.start(1)
    for least, what in ((5, "horse"), (20, "all"), (40, "horse")):
        wait_until(lambda least=least: written(city, id_) >= least, 90)
        worker.kill(what)
        print(f"killed {what} at {written(city, id_)} rows")
    wait_until(lambda: status(city, id_) == "finished", 150)
    assert_each_is_there_once(city, id_)


def test_an_import_that_broke_off_between_database_and_index_is_indexed_later(city, monkeypatch):
    id_ = sent(city)

    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    monkeypatch.setattr("ckanext.hanoi.imports.write.Writer.index", killed)
    try:
        work.go_on(id_)
    except Killed:
        model.Session.remove()
    assert written(city, id_) == 25
    assert helpers.call_action("package_search", include_private=True)["count"] == 0
    monkeypatch.undo()
    work.go_on(id_)
    assert status(city, id_) == "finished"
    assert_each_is_there_once(city, id_)
