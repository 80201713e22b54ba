"""Records that can't be imported, and batches that two workers get at once."""

from __future__ import annotations

import json

import psutil
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers

from ckanext.hanoi.harvest.engine import job_queue, jobs
from ckanext.hanoi.model.harvest import Batch, Change


def test_bad_records_are_reported_and_all_others_imported(city, portal, workers):
    portal.fill(60)
    portal.datasets[7] = {"id": "", "name": "", "title": "Không tên"}
    long = "ă" * 40_000
    portal.datasets[23]["extras"] = [{"key": "phu-luc", "value": long}]
    own = factories.Dataset(
        name=portal.datasets[41]["name"], owner_org=city.organization["id"], title="Của chúng tôi"
    )
    city.add(portal)
    workers.start(2)
    report = city.end_of(city.start())
    assert report["status"] == "finished"
    counts = report["counts"]
    assert (counts["seen"], counts["created"], counts["failed"]) == (60, 59, 1)
    (failure,) = report["failures"]
    assert (failure["title"], failure["stage"]) == ("Không tên", "reading")
    assert "neither an id nor a name" in failure["message"]
    city.assert_agrees_with(portal, without=(7,))
    kept = helpers.call_action("package_show", id=portal.datasets[23]["name"])["extras"]
    assert {extra["key"]: extra["value"] for extra in kept}["phu-luc"] == long
    name = portal.datasets[41]["name"]
    names = city.read(
        sa.select(model.Package.name, model.Package.title)
        .where(model.Package.name.like(f"{name}%"))
        .order_by(model.Package.name)
    )
    assert names == [(name, "Của chúng tôi"), (f"{name}-2", portal.datasets[41]["title"])]
    assert city.read(sa.select(model.Package.id).where(model.Package.name == name)) == [
        (own["id"],)
    ]


def test_a_batch_that_several_workers_are_given_is_written_once(city, portal, workers):
    portal.fill(60)
    portal.pause = 0.2
    city.add(portal)
    workers.start(2)
    run = city.start()
    given = 0
    while city.status(run) in ("queued", "running"):
        open_batches = city.read(sa.select(Batch.id).where(Batch.status != "done"))
        for (batch,) in open_batches:
            for n in range(3):
                job_queue._enqueue(f"twice-{batch}-{n}", jobs.write, [run, batch], "again", 600)
                given += 1
    assert given > 3
    report = city.report(run)
    assert (report["status"], report["counts"]["created"]) == ("finished", 60)
    assert city.read(sa.select(sa.func.count()).where(Change.run_id == run))[0][0] == 60
    city.assert_agrees_with(portal)
    # what is still in the queue finds its work done
    jobs.write(run, 1)
    city.assert_agrees_with(portal)


def test_the_same_run_given_to_two_workers_is_read_by_one(city, portal, workers):
    portal.fill(40)
    portal.pause = 0.3
    city.add(portal)
    workers.start(2)
    run = city.start()
    city.wait_for(run, 5)
    job_queue._enqueue("second-reader", jobs.read, [run], "again", 600)
    report = city.end_of(run)
    assert (report["status"], report["counts"]["created"]) == ("finished", 40)
    # the pages were asked for once: five of nine datasets and one more, overlapping
    assert portal.pages <= 6
    city.assert_agrees_with(portal)


def test_records_that_no_server_likes_are_written_or_named_and_keep_no_other_back(city, portal):
    """Fields longer than a term of Solr may be, NUL, halves of pairs, thousands of files."""
    portal.fill(12)
    long = "ă" * 40_000
    odd = {
        1: {"notes": "trước\u0000sau", "title": "Một\u0000hai"},
        2: {"notes": "nửa \ud83d cặp", "title": "Nửa \udc00 cặp"},
        3: {"author": long},
        4: {"title": long},
        5: {"url": f"https://example.org/{'a' * 40_000}"},
        6: {"extras": [{"key": "spatial_text", "value": long},
                       {"key": "\u0000", "value": "\ud83d"}]},
        7: {"tags": [{"name": long}, {"name": "ư" * 101}, {"name": "a\u0000b"}]},
        8: {"license_id": long, "license_title": long, "version": long},
    }  # fmt: skip
    for number, values in odd.items():
        portal.datasets[number].update(values)
    for resource in portal.datasets[9]["resources"]:
        resource.update(name=long, description=long, format="x" * 40_000)
    port = portal.server.server_port
    portal.datasets[10]["resources"] = [
        {"id": f"{port:08d}-0000-4000-a000-{n:012d}", "name": f"Tệp {n}",
         "url": f"https://data.example.org/{port}/10/{n}.csv", "format": "CSV"}
        for n in range(5000)
    ]  # fmt: skip
    city.add(portal)
    report = city.run_inline()
    assert report["status"] == "finished", report["message"]
    counts = report["counts"]
    assert counts["seen"] == 12
    assert counts["created"] + counts["failed"] == 12
    for failure in report["failures"]:
        print(failure["stage"], failure["guid"], failure["message"][:200])
        assert failure["stage"] in ("reading", "mapping", "validation")
        assert failure["message"]
    # what is usual is there, and so is whatever was not named
    named = {failure["guid"] for failure in report["failures"]}
    usual = {portal.datasets[n]["id"] for n in (0, 10, 11)}
    assert not named & usual
    found = helpers.call_action("package_search", rows=100, include_private=True)
    assert found["count"] == counts["created"]
    assert sum(len(dataset["resources"]) for dataset in found["results"]) >= 5000
    # and all of it can be done again without a change
    again = city.run_inline()
    assert (again["counts"]["created"], again["counts"]["updated"]) == (0, 0)


def test_a_record_of_a_hundred_megabytes_is_named_and_keeps_no_other_back(city, portal):
    portal.fill(25)
    portal.datasets[12]["notes"] = "ă" * 50_000_000
    pages = {}

    def answer(start, rows):
        if start not in pages:
            result = {"count": 25, "results": portal.datasets[start : start + rows]}
            content = {"success": True, "result": result}
            pages[start] = json.dumps(content, ensure_ascii=False).encode()
        return 200, "application/json", pages[start]

    for start in (0, 9, 18):
        answer(start, 10)
    portal.answer = answer
    city.add(portal)
    process, before = psutil.Process(), psutil.Process().memory_info().rss
    report = city.run_inline()
    assert report["status"] == "finished", report["message"]
    assert (report["counts"]["created"], report["counts"]["failed"]) == (24, 1)
    (failure,) = report["failures"]
    assert (failure["guid"], failure["stage"]) == (portal.datasets[12]["id"], "reading")
    assert "50" in failure["message"]
    # nothing of it is kept
    assert process.memory_info().rss - before < 300_000_000
    assert len(failure["title"]) < 1000
    city.assert_agrees_with(portal, without=(12,))
    # nor is what is there taken for missing, where it has grown so
    del pages[9]
    portal.datasets[12]["notes"] = "Vừa phải"
    assert city.run_inline()["counts"]["created"] == 1
    del pages[9]
    portal.datasets[12]["notes"] = "ă" * 50_000_000
    again = city.run_inline()
    assert (again["counts"]["failed"], again["counts"]["missing"]) == (1, 0)
