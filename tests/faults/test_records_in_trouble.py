"""Records that can't be imported, and batches that two workers get at once."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers

from ckanext.hanoi.harvest import jobs
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
                jobs._enqueue(f"twice-{batch}-{n}", jobs.write, [run, batch], "again", 600)
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
    jobs._enqueue("second-reader", jobs.read, [run], "again", 600)
    report = city.end_of(run)
    assert (report["status"], report["counts"]["created"]) == ("finished", 40)
    # the pages were asked for once: five of nine datasets and one more, overlapping
    assert portal.pages <= 6
    city.assert_agrees_with(portal)
