"""People change a source, or the agency it belongs to, while it is harvested."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers

from ckanext.hanoi.harvest.engine import job_queue, jobs, runs
from ckanext.hanoi.model.harvest import Batch, Identity, Run, Seen
from ckanext.hanoi.model.packed import pack

NUMBER = 60


@pytest.fixture
def under_way(city, portal, workers):
    """The id of a run of which some is written."""
    portal.fill(NUMBER)
    portal.pause = 0.2
    city.add(portal)
    workers.start(1)
    run = city.start()
    city.wait_for(run, 10)
    return run


def test_a_source_that_is_deleted_meanwhile_leaves_no_half_work(city, portal, workers, under_way):
    helpers.call_action("hanoi_source_delete", id="cong", datasets="keep")
    city.until(lambda: not workers.at_work(), 60, "the workers let go")
    assert city.read(sa.select(Run.id)) == []
    runs.index_leftovers()
    for table in (Batch, Seen):
        assert city.read(sa.select(sa.func.count()).select_from(table)) == [(0,)]
    packages = sa.select(model.Package.id).where(model.Package.state == "active")
    written = {id_ for (id_,) in city.read(packages)}
    found = helpers.call_action("package_search", rows=100, include_private=True)
    assert {dataset["id"] for dataset in found["results"]} == written
    assert len(written) >= 10
    # the workers are well
    city.add(portal, name="cong-moi")
    assert city.end_of(city.start("cong-moi"))["status"] == "finished"


def test_a_source_that_moves_to_another_agency_meanwhile_takes_its_datasets_along(
    city, portal, under_way
):
    other, third = factories.Organization(), factories.Organization()
    moved = city.read(sa.select(Identity.package_id).limit(1))[0][0]
    helpers.call_action("package_owner_org_update", id=moved, organization_id=third["id"])
    helpers.call_action("hanoi_source_update", id="cong", owner_org=other["id"])
    report = city.end_of(under_way)
    assert report["status"] in ("finished", "failed"), report["message"]
    assert report["counts"]["created"] + report["counts"]["failed"] == NUMBER
    portal.pause = 0
    again = city.run_inline()
    assert again["status"] == "finished"
    # what a person gave to another agency is named, and stays there
    (failure,) = again["failures"]
    assert failure["message"]
    owner = sa.select(model.Package.owner_org, sa.func.count()).where(
        model.Package.type == "dataset", model.Package.state == "active"
    )
    found = dict(city.read(owner.group_by(model.Package.owner_org)))
    assert found == {other["id"]: NUMBER - 1, third["id"]: 1}
    # and so search finds it
    of_other = helpers.call_action("package_search", fq=f"owner_org:{other['id']}", rows=0)
    assert of_other["count"] == NUMBER - 1


def test_a_source_that_becomes_one_of_another_kind_meanwhile_loses_no_dataset(
    city, portal, under_way
):
    helpers.call_action("hanoi_source_update", id="cong", kind="dcat", config="")
    report = city.end_of(under_way)
    assert report["status"] in ("finished", "failed"), report["message"]
    assert report["counts"]["removed"] == 0
    written = {id_ for (id_,) in city.read(sa.select(Identity.package_id))}
    assert len(written) >= 10
    portal.pause = 0
    # what the portal answers is no RDF: that is said, and nothing is taken for missing
    assert city.run_inline()["status"] == "failed"
    helpers.call_action("hanoi_source_update", id="cong", kind="ckan")
    again = city.run_inline()
    assert (again["status"], again["counts"]["removed"]) == ("finished", 0)
    found = helpers.call_action("package_search", rows=100)["results"]
    assert len(found) == NUMBER
    assert written <= {dataset["id"] for dataset in found}


def test_an_agency_that_is_deleted_before_its_source_is_written_is_named(city, portal, workers):
    portal.fill(NUMBER)
    portal.pause = 0.5
    city.add(portal)
    workers.start(1)
    run = city.start()
    city.wait_until_read(run)
    model.Session.remove()
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.update(model.Group.__table__)
            .where(model.Group.__table__.c.id == city.organization["id"])
            .values(state="deleted")
        )
    report = city.end_of(run)
    assert report["status"] in ("finished", "failed"), report["message"]
    # nothing waits for ever, and whoever looks at the run learns why
    assert report["counts"]["failed"] or report["message"] or report["counts"]["created"]
    assert city.read(sa.select(sa.func.count()).select_from(Batch)) == [(0,)]


def test_solr_that_is_away_for_the_whole_run_finds_all_when_it_is_back(
    city, portal, workers, stack
):
    portal.fill(30)
    city.add(portal)
    workers.start(1)
    stack.solr.stop()
    run = city.start()
    city.until(lambda: city.progress(run) >= 10, 90, "it is written all the same")
    city.until(lambda: "not indexed yet" in workers.said() or "does not answer" in workers.said(),
               90, "the index is missed")  # fmt: skip
    assert not city.has_ended(run)
    stack.solr.start()
    report = city.end_of(run)
    assert (report["status"], report["counts"]["created"]) == ("finished", 30)
    city.assert_agrees_with(portal)


def test_a_source_whose_address_and_mapping_change_meanwhile_is_read_as_it_now_is(
    city, portal, under_way
):
    moved = type(portal)()
    try:
        moved.datasets = [*portal.datasets, portal.dataset(NUMBER)]
        helpers.call_action(
            "hanoi_source_update", id="cong", url=moved.url,
            config="page_size: 10\ndefaults: {contact_name: Phòng Dữ liệu}",
        )  # fmt: skip
        report = city.end_of(under_way)
        assert report["status"] == "finished", report["message"]
        assert report["counts"]["created"] == NUMBER
        again = city.run_inline()
        assert (again["status"], again["counts"]["failed"]) == ("finished", 0)
        assert (again["counts"]["created"], again["counts"]["removed"]) == (1, 0)
        portal.datasets = moved.datasets
        city.assert_agrees_with(portal)
        found = helpers.call_action("package_search", rows=100)["results"]
        assert {dataset.get("contact_name") for dataset in found} == {"Phòng Dữ liệu"}
        assert city.run_inline()["counts"]["unchanged"] == NUMBER + 1
    finally:
        moved.close()


def test_work_that_another_version_of_the_code_left_is_named_and_keeps_nothing_back(
    city, portal, workers
):
    """Jobs of before or of tomorrow, and rows in a state that this version doesn't know."""
    portal.fill(40)
    portal.pause = 0.3
    city.add(portal)
    workers.start(1)
    before = len(workers.said())
    run = city.start()
    city.wait_for(run, 5)
    strange = [
        ("old-place", "ckanext.hanoi.harvest.elsewhere.queue.read", [run]),
        ("fewer-arguments", jobs.write, [run]),
        ("no-such-batch", jobs.write, [run, 10**9]),
        ("no-such-run", jobs.read, ["no-such-run"]),
    ]
    for name, function, arguments in strange:
        job_queue._enqueue(name, function, arguments, name, 60)
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.update(Identity)
            .values(state="archived")
            .where(Identity.guid == portal.datasets[0]["id"])
        )
        connection.execute(
            sa.insert(Batch).values(run_id=run, status="sealed", records=pack([]), packages=[])
        )
    report = city.end_of(run)
    assert (report["status"], report["counts"]["created"]) == ("finished", 40), report["message"]
    # whoever reads the log learns which job it was, and what it lacks
    for words in ("Job old-place", "elsewhere.queue", "missing 1 required positional argument"):
        city.until(lambda words=words: words in workers.said()[before:], 60, words)
    # once: nobody tries again what can't be begun
    for name in ("old-place", "fewer-arguments"):
        assert workers.said()[before:].count(f"Job {name} was queued by another version") == 1
        assert workers.said()[before:].count(f"Job {name} on worker") == 1
    portal.pause = 0
    again = city.run_inline()
    assert (again["status"], again["counts"]["created"]) == ("finished", 0)
    states = city.read(sa.select(Identity.state, sa.func.count()).group_by(Identity.state))
    assert states == [("active", 40)]
    found = helpers.call_action("package_search", rows=100)["results"]
    assert len(found) == 40


def test_what_an_older_version_has_queued_is_told_once_when_a_worker_starts(
    city, portal, workers, stack
):
    """Its jobs name functions that have moved; what they were to do is done."""
    portal.fill(10)
    city.add(portal)
    workers.start(0)
    before = len(workers.said())
    run = city.start()
    stack.redis.flush()
    job_queue._enqueue(
        job_queue.read_id(run), "ckanext.hanoi.harvest.old_place.read", [run], "Old", 60
    )
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.update(Run).values(created=Run.created - sa.text("interval '1 minute'"))
        )
    workers.start(1)
    report = city.end_of(run)
    assert (report["status"], report["counts"]["created"]) == ("finished", 10)
    said = workers.said()[before:]
    assert said.count("was queued by another version") == 1
    assert "harvest.old_place.read" in said
