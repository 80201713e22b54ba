"""Processes killed (SIGKILL) while they import a workbook."""

from __future__ import annotations

import io
import os
import pkgutil
import random
import time

import ckan.plugins.toolkit as tk
import pytest
import requests
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers
from deadly import WRITE

from ckanext.hanoi.background.attempts import ENOUGH
from ckanext.hanoi.imports import worker as work
from ckanext.hanoi.model.imports import Import, ImportRow
from ckanext.hanoi.model.review import Review

NUMBER = 60


class Killed(BaseException):
    pass


def sent(city, number: int = NUMBER, **other: str) -> str:
    """A workbook with so many new datasets, sent by an editor; the import's id. ``other``: titles
    by ``row_NUMBER``, where they are not as usual."""
    editor = factories.User()
    helpers.call_action("organization_member_create", id=city.organization["id"],
                        username=editor["name"], role="editor")  # fmt: skip
    titles = [other.get(f"row_{i}", f"Tập dữ liệu số {i}") for i in range(number)]
    lines = [f"{title},Mô tả {i}" for i, title in enumerate(titles)]
    content = "\n".join(["Tên tập dữ liệu,Mô tả", *lines]).encode()
    context = {"user": editor["name"], "ignore_auth": False, "hanoi_inline": True}
    made = helpers.call_action("hanoi_import_create", context, upload=io.BytesIO(content),
                               owner_org=city.organization["id"])  # fmt: skip
    assert made["counts"]["create"] == number
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
    # what an editor makes public waits for approval: once
    asked = city.read(sa.select(Review.package_id).where(Review.state == "pending"))
    assert len(asked) == len(set(asked)) == NUMBER
    answer = requests.get(
        f"{tk.config['solr_url']}/select", timeout=10,
        params={"q": f'owner_org:"{city.organization["id"]}"', "rows": 1000, "wt": "json",
                "fq": "+entity_type:package +state:active", "fl": "title"},
    ).json()  # fmt: skip
    assert sorted(doc["title"] for doc in answer["response"]["docs"]) == wanted


def status(city, id_: str) -> str:
    return city.read(sa.select(Import.status).where(Import.id == id_))[0][0]


def test_an_import_whose_worker_is_killed_at_random_moments_goes_on(city, workers):
    seed = int(os.environ.get("HANOI_SEED") or time.time())
    print(f"HANOI_SEED={seed}")
    chance = random.Random(seed)
    id_ = sent(city)
    (worker,) = workers.start(1)
    for what in ("horse", "all", "horse", "horse"):
        if status(city, id_) == "finished":
            break
        workers.wait_for_work()
        time.sleep(chance.uniform(0, 2))
        worker.kill(what)
        print(f"killed {what} at {written(city, id_)} rows")
    wait_until(lambda: status(city, id_) == "finished", 150)
    assert_each_is_there_once(city, id_)


def test_a_row_that_kills_its_worker_is_named_and_all_others_are_written(city, workers):
    id_ = sent(city, 10, row_7=f"Tập dữ liệu số 7 {WRITE}")
    workers.start(1)
    wait_until(lambda: status(city, id_) == "finished", 60)
    rows = city.read(sa.select(ImportRow.row, ImportRow.status, ImportRow.problems)
                     .where(ImportRow.import_id == id_))  # fmt: skip
    ((row, _, problems),) = [one for one in rows if one.status != "done"]
    assert row == 9
    assert problems[0]["params"]["number"] == str(ENOUGH)
    assert "killed the background worker" in problems[0]["message"]
    titles = sa.select(model.Package.title).where(
        model.Package.owner_org == city.organization["id"]
    )
    assert len(city.read(titles)) == 9


@pytest.mark.parametrize("where", ["many.Many.create", "worker.put_many"])
def test_an_import_that_is_killed_within_a_batch_loses_and_doubles_nothing(
    city, monkeypatch, where
):
    id_ = sent(city)
    target = f"ckanext.hanoi.imports.{where}"
    real = pkgutil.resolve_name(target)
    times = iter((1, 2))

    def killed(*arguments):
        result = real(*arguments)
        if next(times, 0) == 2:
            raise Killed
        return result

    monkeypatch.setattr(target, killed)
    with pytest.raises(Killed):
        work.run_import(id_)
    model.Session.remove()
    monkeypatch.undo()
    assert written(city, id_) == 50
    work.run_import(id_)
    assert status(city, id_) == "finished"
    assert_each_is_there_once(city, id_)


def test_one_bad_row_keeps_no_other_row_of_its_batch_back(city, monkeypatch):
    id_ = sent(city)
    model.Session.remove()
    # since the preview somebody has made a dataset of one of the titles
    factories.Dataset(title="Tập dữ liệu số 7", owner_org=city.organization["id"])
    work.run_import(id_)
    model.Session.remove()
    rows = city.read(sa.select(ImportRow.number, ImportRow.status)
                     .where(ImportRow.import_id == id_))  # fmt: skip
    assert [number for number, state in rows if state == "error"] == [8]
    assert len([1 for _number, state in rows if state == "done"]) == NUMBER - 1


def test_an_import_that_broke_off_between_database_and_index_is_indexed_later(city, monkeypatch):
    id_ = sent(city)

    def killed(*_):
        raise Killed

    monkeypatch.setattr("ckanext.hanoi.imports.row_writer.RowWriter.index", killed)
    try:
        work.run_import(id_)
    except Killed:
        model.Session.remove()
    assert written(city, id_) == 50
    assert helpers.call_action("package_search", include_private=True)["count"] == 0
    monkeypatch.undo()
    work.run_import(id_)
    assert status(city, id_) == "finished"
    assert_each_is_there_once(city, id_)
