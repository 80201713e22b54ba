"""Many datasets follow their organizations in the background: in stints, and to the end."""
from __future__ import annotations

import dataclasses

import ckan.model as model
import pytest
from ckan.cli.cli import ckan
from ckan.lib import jobs as ckan_jobs
from ckan.tests import factories, helpers

from ckanext.hanoi.agencies import dataset_transfer, seed, worker
from ckanext.hanoi.agencies.registry import Registry
from ckanext.hanoi.background.coalesced import queue_name

pytestmark = pytest.mark.usefixtures("catalog")

WORKS, ROADS = "so-xay-dung", "so-giao-thong-van-tai"
NUMBER = 5


class Killed(BaseException):
    pass


@pytest.fixture
def queue():
    queue = ckan_jobs.get_queue(queue_name())
    queue.empty()
    worker.WAITING.begun()
    yield queue
    queue.empty()
    worker.WAITING.begun()


@pytest.fixture
def old(few, queue, monkeypatch):
    """The organization of an agency that was abolished, with too many datasets for a request."""
    monkeypatch.setattr(seed, "registry", lambda: few)
    monkeypatch.setattr(worker, "AT_ONCE", 2)
    monkeypatch.setattr(dataset_transfer, "_PAGE", 2)
    organization = factories.Organization(name="sgtvt", title="Sở Giao thông vận tải")
    seed.apply(Registry(one for one in few.agencies.values() if one.slug != ROADS))
    for _number in range(NUMBER):
        factories.Dataset(owner_org=organization["id"])
    queue.empty()
    return organization["id"]


def act(action, **data):
    return helpers.call_action(action, **data)


def number_of(organization):
    search = {"fq": f"organization:{organization}", "rows": 0}
    return act("package_search", **search)["count"]


def queued(queue):
    return sum(job.func_name.endswith("agencies.worker.job") for job in queue.jobs)


def test_a_large_merge_is_done_in_the_background_and_the_plan_says_what_is_left(old, queue, cli):
    done = act("hanoi_agency_apply")
    assert (done["queued"], done["counts"]["merge"]) == (True, 1)
    assert queued(queue) == 1
    assert number_of("sgtvt") == NUMBER
    planned = act("hanoi_agency_plan")
    assert (planned["datasets_left"], planned["under_way"]) == (NUMBER, True)
    told = cli.invoke(ckan, ["hanoi", "agencies", "plan"]).output
    assert f"A background job is at it: {NUMBER} datasets are to be moved or indexed" in told

    worker.job()
    planned = act("hanoi_agency_plan")
    assert (planned["changes"], planned["datasets_left"], planned["under_way"]) == ([], 0, False)
    assert (number_of("sgtvt"), number_of(WORKS)) == (0, NUMBER)
    assert model.Group.get(old).state == "deleted"


def test_a_merge_gives_way_after_each_page_and_goes_on_behind_it(old, monkeypatch):
    indexed = []
    index = dataset_transfer._reindex
    monkeypatch.setattr(
        dataset_transfer, "_reindex", lambda ids: (indexed.append(len(ids)), index(ids))
    )
    while seed.current_plan().changes:
        looks = iter([False, False])  # the beginning of a step and of a page
        seed.apply(over=lambda looks=looks: next(looks, True))
    assert indexed == [2, 2, 1]
    assert number_of(WORKS) == NUMBER


@pytest.mark.parametrize("after", range(0, 9, 2))
def test_a_job_that_is_killed_at_a_commit_is_resumed_and_leaves_nothing_behind(
    old, queue, monkeypatch, after
):
    act("hanoi_agency_apply")
    commit, number = model.Session.commit, iter(range(1000))

    def killed():
        if next(number) == after:
            raise Killed
        commit()

    with monkeypatch.context() as patch:
        patch.setattr(model.Session, "commit", killed)
        with pytest.raises(Killed):
            worker.job()
    model.Session.remove()
    queue.empty()
    worker.resume()
    assert queued(queue) == 1

    worker.job()
    assert (number_of("sgtvt"), number_of(WORKS)) == (0, NUMBER)
    assert not worker.is_under_way()
    assert dataset_transfer.pending() == []


def test_a_renaming_that_was_broken_off_is_indexed_to_the_end(old, few, monkeypatch):
    seed.apply()
    renamed = Registry(
        dataclasses.replace(one, vi="Sở Xây dựng mới") if one.slug == WORKS else one
        for one in few.agencies.values()
    )
    monkeypatch.setattr(seed, "registry", lambda: renamed)
    assert act("hanoi_agency_plan")["datasets_left"] == NUMBER
    looks = iter([False, False])
    seed.apply(over=lambda: next(looks, True))
    planned = act("hanoi_agency_plan")
    assert (planned["changes"], planned["datasets_left"]) == ([], NUMBER - 2)

    assert act("hanoi_agency_apply")["queued"] is True
    worker.job()
    assert act("hanoi_agency_plan")["datasets_left"] == 0
    found = act("package_search", fq=f"organization:{WORKS}", rows=NUMBER)["results"]
    assert {one["organization"]["title"] for one in found} == {"Sở Xây dựng mới"}


def test_a_dataset_that_comes_while_others_are_moved_is_moved_too(old):
    looks = iter([False, False, False])  # the successor is updated, then a page is moved
    seed.apply(over=lambda: next(looks, True))
    assert number_of(WORKS) == 2
    factories.Dataset(id="00000000-0000-4000-8000-000000000000", owner_org=old)
    seed.apply()
    assert number_of("sgtvt") == 0
    assert number_of(WORKS) == NUMBER + 1


def test_a_job_that_fails_is_not_tried_again_for_ever(old, queue, monkeypatch):
    act("hanoi_agency_apply")
    queue.empty()

    def failing(**_options):
        raise ValueError("broken")

    monkeypatch.setattr(seed, "apply", failing)
    with pytest.raises(ValueError, match="broken"):
        worker.job()
    worker.resume()
    assert (queued(queue), worker.is_under_way()) == (0, False)
