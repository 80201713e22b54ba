"""What the source no longer shows: counted from what was there before the run, removed together
with its identity, and never what a person decided about."""

from __future__ import annotations

import threading

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers
from werkzeug import Response

from ckanext.hanoi.background import locks
from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.harvest.engine import dataset_removal, fence, job_queue, reader, runs, worker
from ckanext.hanoi.harvest.engine.reader import Reader
from ckanext.hanoi.model.harvest import Batch, Change, Identity, Run


def numbers(run, *names):
    return tuple(run["counts"][name] for name in names)


def active(titles=False):
    package = model.Package
    model.Session.remove()
    query = sa.select(package.title if titles else package.id).where(package.state == "active")
    return set(model.Session.execute(query).scalars())


def replace_all(portal, number):
    portal.datasets = [portal.dataset(i) for i in range(1000, 1000 + number)]


# -- the guard -------------------------------------------------------------------------------


def test_what_a_run_creates_does_not_hide_what_it_misses(admin, portal):
    portal.fill(10)
    admin.add_source(portal.url)
    admin.run()
    replace_all(portal, 105)
    run = admin.run()
    assert (run["status"], *numbers(run, "created", "missing")) == ("held", 105, 10)
    assert "10 of 10" in run["message"]
    assert len(active()) == 115


@pytest.mark.parametrize("how", ["held", "rejected", "aborted", "failed"])
def test_what_was_not_agreed_to_counts_for_the_next_run_as_well(admin, portal, how):
    portal.fill(10)
    admin.add_source(portal.url)
    admin.run()
    replace_all(portal, 105)
    if how == "failed":
        portal.answer = lambda request: (
            Response("x", status=500)
            if int(request.args.get("start", 0)) >= 100
            else None
        )
    run = admin.run()
    portal.answer = None
    if how == "rejected":
        helpers.call_action("hanoi_harvest_reject", id=run["id"])
    elif how == "aborted":
        helpers.call_action("hanoi_harvest_abort", id=run["id"])
    run = admin.run()
    assert (run["status"], run["counts"]["missing"]) == ("held", 10), run["message"]
    approved = helpers.call_action("hanoi_harvest_approve", id=run["id"])
    assert (approved["status"], approved["counts"]["removed"]) == ("finished", 10)
    # agreed to: from now on what is there counts
    portal.datasets = portal.datasets[:-9]
    run = admin.run()
    assert (run["status"], run["counts"]["removed"]) == ("finished", 9), run["message"]


def test_a_decided_run_keeps_its_numbers(admin, portal):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    portal.datasets = portal.datasets[:12]
    held = admin.run()
    rejected = helpers.call_action("hanoi_harvest_reject", id=held["id"])
    assert rejected["counts"] == held["counts"]
    held = admin.run()
    approved = helpers.call_action("hanoi_harvest_approve", id=held["id"])
    assert approved["counts"] == {**held["counts"], "missing": 0, "removed": 8}


def test_what_a_filter_leaves_out_is_not_said_to_be_missing_at_the_source(admin, portal):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    config = "exclude: {title: 'Bộ dữ liệu số 3'}"
    source = admin.source()
    source.config = config
    model.Session.commit()
    run = admin.run()
    assert numbers(run, "seen", "missing", "removed") == (20, 0, 1)


# -- what a person deleted -------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "in its grace period", "just before it is removed"])
def test_what_an_admin_deleted_does_not_come_back_when_the_source_had_missed_it(
    admin, portal, when, monkeypatch
):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    gone = portal.datasets[4]
    id_ = helpers.call_action("package_show", id=gone["name"])["id"]
    if when == "before":
        admin.call("package_delete", id=id_)
    del portal.datasets[4]
    if when == "in its grace period":
        monkeypatch.setitem(tk.config, "ckanext.hanoi.harvest.grace_days", 5)
        assert admin.run()["counts"]["missing"] == 1
        admin.call("package_delete", id=id_)
    elif when != "before":
        judge = dataset_removal.Removal.go

        def first_a_person(self, days):
            admin.call("package_delete", id=id_)
            return judge(self, days)

        monkeypatch.setattr(dataset_removal.Removal, "go", first_a_person)
    if when != "in its grace period":
        assert admin.run()["counts"]["removed"] == 0
    monkeypatch.undo()
    admin_allows(monkeypatch)
    portal.datasets.insert(4, {**gone, "title": "Tên mới"})
    for force in (False, True):
        run = admin.run(force=force)
        assert numbers(run, "created", "updated", "failed") == (0, 0, 0)
        assert id_ not in active()


def admin_allows(monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.hanoi.harvest.allowed_hosts", ["127.0.0.1"])
    monkeypatch.setitem(tk.config, "ckanext.hanoi.harvest.grace_days", 0)


def test_what_a_person_moved_or_edited_just_before_it_is_removed_stays_and_is_named(
    admin, portal, monkeypatch
):
    portal.fill(40)
    admin.add_source(portal.url)
    admin.run()
    other = factories.Organization()
    gone = portal.datasets[4:7]
    del portal.datasets[4:7]
    go = dataset_removal.Removal.go

    def first_a_person(self, days):
        admin.call("package_owner_org_update", id=gone[0]["name"], organization_id=other["id"])
        admin.call("package_patch", id=gone[1]["name"], notes="Sửa tại đây")
        return go(self, days)

    monkeypatch.setattr(dataset_removal.Removal, "go", first_a_person)
    run = admin.run(force=True)
    assert numbers(run, "removed", "failed", "missing") == (1, 2, 0)
    assert {(one["guid"], one["stage"]) for one in run["failures"]} == {
        (dataset["id"], "removal") for dataset in gone[:2]
    }
    assert other["title"] in str([one["message"] for one in run["failures"]])
    assert {dataset["title"] for dataset in gone} & active(titles=True) == {
        dataset["title"] for dataset in gone[:2]
    }
    # they are the catalog's own, and that is said once
    monkeypatch.setattr(dataset_removal.Removal, "go", go)
    again = admin.run()
    assert numbers(again, "removed", "failed", "missing") == (0, 0, 0)
    states = model.Session.execute(
        sa.select(Identity.state).where(Identity.guid.in_([one["id"] for one in gone]))
    ).scalars()
    assert sorted(states) == ["detached", "detached", "removed"]


def test_what_a_run_removed_and_an_admin_restored_stays_and_is_the_catalogs_own(admin, portal):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    gone = portal.datasets.pop()
    id_ = helpers.call_action("package_show", id=gone["name"])["id"]
    assert admin.run()["counts"]["removed"] == 1
    admin.call("package_patch", id=id_, state="active")
    admin.run()
    assert id_ in active()
    admin.call("package_delete", id=id_)
    portal.datasets.append(gone)
    admin.run()
    assert id_ not in active()


# -- removal is cut off ----------------------------------------------------------------------


@pytest.fixture
def half_gone(admin, portal, monkeypatch):
    """A source of which thirty datasets are overdue, which are removed ten at a time."""
    monkeypatch.setattr(dataset_removal, "AT_ONCE", 10)
    portal.fill(60)
    admin.add_source(portal.url, config="removal_threshold: 1")
    admin.run()
    portal.datasets = portal.datasets[:30]


def agree():
    """Identities, datasets, the report and the index say the same of what is removed."""
    model.Session.remove()
    package = model.Package
    rows = model.Session.execute(
        sa.select(Identity.guid, Identity.state, package.state)
        .join(package, package.id == Identity.package_id)
    ).all()  # fmt: skip
    for guid, state, package_state in rows:
        assert (state == "removed") == (package_state == "deleted"), guid
    removed = {guid for guid, state, _ in rows if state == "removed"}
    changes = model.Session.execute(sa.select(Change.guid).where(Change.action == "removed"))
    assert set(changes.scalars()) == removed
    return removed


@pytest.mark.parametrize("how", ["abort", "crash", "database"])
def test_a_removal_that_is_cut_off_says_what_it_did_and_the_next_run_goes_on(
    admin, portal, half_gone, monkeypatch, how
):
    delete, calls = Catalog.delete, []

    def cut_off(self, ids):
        calls.append(len(ids))
        if len(calls) == 2:
            if how == "abort":
                run = model.Session.query(Run).filter_by(status="running").one()
                thread = threading.Thread(target=abort, args=[run.id])
                thread.start()
                aborting.append(thread)
            elif how == "crash":
                delete(self, ids)
                raise KeyboardInterrupt
            else:
                delete(self, ids)
                pid = model.Session.execute(sa.text("SELECT pg_backend_pid()")).scalar()
                with model.meta.engine.begin() as other:
                    other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        delete(self, ids)

    def abort(run_id):
        helpers.call_action("hanoi_harvest_abort", id=run_id)
        model.Session.remove()

    aborting: list[threading.Thread] = []
    monkeypatch.setattr(Catalog, "delete", cut_off)
    monkeypatch.setattr(worker, "PAUSE", 0.1)
    if how == "crash":
        with pytest.raises(KeyboardInterrupt):
            admin.run()
    else:
        admin.run()
    for thread in aborting:
        thread.join(60)
    model.Session.remove()
    monkeypatch.setattr(Catalog, "delete", delete)
    if how == "database":
        # it went on by itself
        assert len(agree()) == 30
    else:
        done = agree()
        assert len(done) == (20 if how == "abort" else 10)
        (run,) = model.Session.query(Run).filter(Run.status.in_(("running", "aborted")))
        if how == "crash":
            worker.run(run.id, inline=True)
        else:
            assert run.counts["removed"] == 20
            admin.run()
        assert len(agree()) == 30
    runs.index_leftovers()
    assert len(admin.datasets()) == 30
    assert model.Session.query(Batch).count() == 0


def test_a_dataset_that_a_plugin_does_not_let_go_keeps_no_other(admin, portal, half_gone,
                                                                monkeypatch):  # fmt: skip
    delete = Catalog.delete
    (bad,) = model.Session.execute(
        sa.select(model.Package.id).where(model.Package.name == "bo-du-lieu-45")
    ).scalars()

    def refuse(self, ids):
        if bad in ids:
            raise RuntimeError("a hook of another plugin")
        delete(self, ids)

    monkeypatch.setattr(Catalog, "delete", refuse)
    run = admin.run()
    assert (run["status"], *numbers(run, "removed", "failed")) == ("finished", 29, 1)
    assert "a hook of another plugin" in run["failures"][0]["message"]
    assert bad in active()
    monkeypatch.setattr(Catalog, "delete", delete)
    assert admin.run()["counts"]["removed"] == 1
    assert len(agree()) == 30


# -- two who think that the run is theirs ------------------------------------------------------


def drop_lock(name: str) -> None:
    """The connection of who has the lock is gone; he himself does not know."""
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND (classid::bigint << 32) | objid::bigint = :key"
        ), {"key": locks._key(name)})  # fmt: skip


@pytest.mark.parametrize("moment", ["reading", "judging", "removing"])
def test_a_reader_that_lost_its_lock_writes_nothing_more(admin, portal, monkeypatch, moment):
    portal.fill(40)
    admin.add_source(portal.url, config="page_size: 10")
    admin.run()
    everything, taken_over = list(portal.datasets), []

    def take_over(run_id):
        drop_lock(job_queue.lock_name(run_id))
        thread = threading.Thread(target=go_on, args=[run_id])
        thread.start()
        thread.join(120)
        assert not thread.is_alive()
        taken_over.append(run_id)

    def go_on(run_id):
        # this one sees the source as it is
        portal.datasets = everything
        worker.run(run_id, inline=True)
        model.Session.remove()

    def running():
        with model.meta.engine.connect() as connection:
            return connection.execute(sa.select(Run.id).where(Run.status == "running")).scalar()

    if moment == "reading":
        take, pages = Reader._take, []

        def first_taken_over(self, *arguments):
            pages.append(self.number)
            if len(pages) == 3:
                taken_over.append("")
                take_over(running())
            take(self, *arguments)

        monkeypatch.setattr(Reader, "_take", first_taken_over)
        monkeypatch.setattr(reader, "CHUNK", 10)
    else:
        portal.datasets = everything[:38]
        original = worker.finish if moment == "judging" else dataset_removal.Removal.go

        def first(*arguments):
            if not taken_over:
                taken_over.append("")
                take_over(running())
            return original(*arguments)

        if moment == "judging":
            monkeypatch.setattr(worker, "finish", first)
        else:
            monkeypatch.setattr(dataset_removal.Removal, "go", first)
    run = admin.run()
    assert len(taken_over) == 2
    assert run["status"] == "finished", run["message"]
    assert run["counts"]["removed"] == (0 if moment == "reading" else 2)
    if moment == "reading":
        assert numbers(run, "seen", "unchanged") == (40, 40)
        assert len(active()) == 40
    portal.datasets = everything
    admin.run()
    assert len(active()) == 40


def test_who_has_an_old_number_is_stopped_and_nothing_of_his_is_written(admin, portal):
    portal.fill(1)
    admin.add_source(portal.url)
    entry = helpers.call_action("hanoi_harvest_run", {"ignore_auth": True, "user": "",
                                                      "hanoi_inline": True}, id="cong")  # fmt: skip
    old = fence.begin(entry["id"])
    new = fence.begin(entry["id"])
    assert old is not None
    assert new == old + 1
    model.Session.get(Run, entry["id"]).message = "not to be written"
    model.Session.flush()
    with pytest.raises(fence.RunStoppedError):
        fence.hold(entry["id"], old)
    model.Session.commit()
    model.Session.expire_all()
    assert model.Session.get(Run, entry["id"]).message is None
    fence.hold(entry["id"], new)
    model.Session.commit()
    runs.abort(model.Session.get(Run, entry["id"]))
    with pytest.raises(fence.RunStoppedError):
        fence.hold(entry["id"], new)
    assert fence.begin(entry["id"]) is None
