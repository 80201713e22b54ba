"""A source leaves with its datasets: in the background where it is large, and to the end."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs as ckan_jobs
from ckan.tests import factories, helpers

from ckanext.hanoi.harvest.engine import runs, source_removal
from ckanext.hanoi.model.harvest import Change, Identity, Run, Source

NUMBER = 9


class Killed(BaseException):
    pass


@pytest.fixture
def large(admin, portal, monkeypatch):
    """A source too large for a request, all of it in the catalog."""
    monkeypatch.setattr(source_removal, "AT_ONCE", 2)
    monkeypatch.setattr(source_removal, "_PAGE", 4)
    portal.fill(NUMBER)
    admin.add_source(portal.url)
    assert admin.run()["counts"]["created"] == NUMBER
    queue = ckan_jobs.get_queue()
    queue.empty()
    yield queue
    queue.empty()


def queued(queue) -> list[str]:
    return [job.args[0] for job in queue.jobs if job.func_name.endswith("source_removal.job")]


def test_a_small_source_is_gone_at_once(admin, portal):
    portal.fill(2)
    admin.add_source(portal.url)
    admin.run()
    done = helpers.call_action("hanoi_source_delete", id="cong", datasets="remove")
    assert done == {"removed": 2, "queued": False, "kept": []}
    assert admin.datasets() == []
    assert model.Session.query(Source).count() == 0


def test_a_large_source_leaves_in_the_background_and_says_how_far_it_is(admin, large, app):
    source = admin.source().id
    done = helpers.call_action("hanoi_source_delete", id="cong", datasets="remove")
    assert done == {"removed": 0, "queued": True, "kept": []}
    assert queued(large) == [source]
    assert len(admin.datasets()) == NUMBER
    shown = helpers.call_action("hanoi_source_show", id="cong")
    assert shown["leaving"] == {"datasets": "remove", "total": NUMBER, "left": NUMBER}
    page = app.get("/hanoi/harvest/source/cong",
                   extra_environ={"REMOTE_USER": admin.sysadmin["name"]}).body  # fmt: skip
    assert f"0 of {NUMBER} datasets are deleted" in page
    with pytest.raises(runs.RunStateError):
        runs.start(admin.source())
    source_removal.job(source)
    model.Session.remove()
    assert admin.datasets() == []
    assert model.Session.query(Source).count() == 0
    for table in (Identity, Change, Run):
        assert model.Session.query(table).count() == 0


@pytest.mark.parametrize("after", [0, 3, 4, NUMBER - 1])
def test_a_removal_that_is_killed_goes_on_where_it_was(admin, large, monkeypatch, after):
    source = admin.source().id
    helpers.call_action("hanoi_source_delete", id="cong", datasets="remove")
    commit, number = model.Session.commit, iter(range(1000))

    def killed():
        # between the dataset and its identity as well as behind both
        if next(number) == after:
            raise Killed
        commit()

    monkeypatch.setattr(model.Session, "commit", killed)
    with pytest.raises(Killed):
        source_removal.go_on(source)
    monkeypatch.undo()
    model.Session.remove()
    large.empty()
    runs.due()
    assert queued(large) == [source]
    source_removal.job(source)
    model.Session.remove()
    assert admin.datasets() == []
    states = sa.select(model.Package.state).where(model.Package.type == "dataset")
    assert set(model.Session.execute(states).scalars()) == {"deleted"}
    assert model.Session.query(Source).count() == 0


def test_a_removal_gives_way_and_goes_on(admin, large):
    source = admin.source().id
    helpers.call_action("hanoi_source_delete", id="cong", datasets="remove")
    left = iter([False, False, False, False, True])
    assert source_removal.go_on(source, lambda: next(left, True)) == 3
    model.Session.remove()
    shown = helpers.call_action("hanoi_source_show", id="cong")
    assert shown["leaving"]["left"] == NUMBER - 3
    # who thinks again may keep the rest
    done = helpers.call_action("hanoi_source_delete", id="cong", datasets="keep")
    assert done == {"removed": 0, "queued": False, "kept": []}
    assert len(admin.datasets()) == NUMBER - 3


def test_what_a_person_has_moved_or_edited_meanwhile_stays_and_is_named(admin, large):
    other = factories.Organization()
    source = admin.source()
    datasets = {dataset["title"]: dataset["name"] for dataset in admin.datasets()}
    moved, edited = datasets["Bộ dữ liệu số 3"], datasets["Bộ dữ liệu số 5"]
    admin.call("package_owner_org_update", id=moved, organization_id=other["id"])
    source_removal.begin(source, "remove")
    admin.call("package_patch", id=edited, notes="Sửa sau khi bắt đầu gỡ")
    kept: list[str] = []
    assert source_removal.go_on(source.id, kept=kept) == NUMBER - 2
    assert sorted(kept) == sorted([moved, edited])
    assert sorted(dataset["name"] for dataset in admin.datasets()) == sorted([moved, edited])
    assert model.Session.query(Source).count() == 0
