"""Workers killed and locks lost while datasets are removed, or while an approval is carried out."""

from __future__ import annotations

import time

import sqlalchemy as sa
from ckan import model
from ckan.tests import helpers
from sqlalchemy import orm

from ckanext.hanoi.background import locks
from ckanext.hanoi.harvest.engine import dataset_removal, job_queue
from ckanext.hanoi.model.harvest import Change, Identity

NUMBER = dataset_removal.AT_ONCE * 4
LEFT = 20


def removed(city) -> int:
    query = sa.select(sa.func.count()).where(Identity.state == "removed")
    return city.read(query)[0][0]


def assert_all_agree(city) -> None:
    """What is said to be removed is removed; what is not, is not."""
    package, said = model.Package, orm.aliased(Change)
    of_it = sa.and_(said.guid == Identity.guid, said.action == "removed")
    rows = city.read(
        sa.select(Identity.guid, Identity.state, package.state, said.guid)
        .join(package, package.id == Identity.package_id)
        .outerjoin(said, of_it)
    )
    for guid, state, package_state, removed_guid in rows:
        assert (state == "removed") == (package_state == "deleted") == bool(removed_guid), guid


def harvested(city, portal, config="") -> list:
    portal.fill(NUMBER)
    city.add(portal, config=f"page_size: 100\n{config}")
    city.run_inline()
    return portal.datasets[:LEFT]


def test_a_worker_killed_while_it_removes_leaves_nothing_half_removed(city, portal, workers):
    portal.datasets = harvested(city, portal, "removal_threshold: 1")
    workers.start(1)
    run = city.start()
    killed = 0
    while not city.has_ended(run):
        if removed(city) > killed * dataset_removal.AT_ONCE and killed < 2:
            for worker in workers.at_work():
                worker.kill("horse")
            killed += 1
            assert_all_agree(city)
        time.sleep(0.05)
    assert killed
    report = city.end_of(run)
    assert (report["status"], report["counts"]["removed"]) == ("finished", NUMBER - LEFT)
    assert_all_agree(city)
    helpers.call_action("hanoi_harvest_due")
    city.assert_agrees_with(portal)


def test_an_approval_that_is_cut_off_is_carried_out_all_the_same(city, portal, workers):
    portal.datasets = harvested(city, portal)
    run = city.run_inline()
    assert run["status"] == "held"
    workers.start(1)
    approved = helpers.call_action("hanoi_harvest_approve", id=run["id"])
    model.Session.remove()
    assert approved["status"] == "running"
    workers.wait_for_work()[0].kill("all")
    report = city.end_of(run["id"])
    assert (report["status"], report["counts"]["removed"]) == ("finished", NUMBER - LEFT)
    assert_all_agree(city)
    helpers.call_action("hanoi_harvest_due")
    city.assert_agrees_with(portal)


def test_readers_that_lose_their_locks_remove_nothing_that_is_there(city, portal, workers):
    portal.fill(60)
    city.add(portal)
    city.run_inline()
    portal.pause = 0.3
    workers.start(2)
    run = city.start(force=True)
    key = {"key": locks._key(job_queue.lock_name(run))}
    lost = 0
    while not city.has_ended(run):
        with model.meta.engine.begin() as connection:
            lost += len(connection.execute(sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND (classid::bigint << 32) | objid::bigint = :key"
            ), key).all()) if lost < 3 else 0  # fmt: skip
        time.sleep(0.5)
        helpers.call_action("hanoi_harvest_due")
        model.Session.remove()
    assert lost
    report = city.end_of(run)
    assert (report["status"], report["counts"]["removed"], report["counts"]["missing"]) == (
        "finished", 0, 0,
    )  # fmt: skip
    city.assert_agrees_with(portal)
