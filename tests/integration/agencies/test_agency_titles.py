"""An agency that gets another title through CKAN's own form: its datasets are found by it."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib import jobs as ckan_jobs
from ckan.tests import factories, helpers
from rq import SimpleWorker

from ckanext.hanoi.agencies import dataset_transfer, worker
from ckanext.hanoi.background.coalesced import queue_name

pytestmark = pytest.mark.usefixtures("catalog")


@pytest.fixture
def queue():
    queue = ckan_jobs.get_queue(queue_name())
    queue.empty()
    worker.INDEXING.begun()
    yield queue
    queue.empty()
    worker.INDEXING.begun()


def _patch(**data):
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return helpers.call_action("organization_patch", {"user": user}, **data)


def _found(q):
    return helpers.call_action("package_search", q=q, rows=0)["count"]


def test_its_datasets_are_found_by_the_new_title_and_no_more_by_the_old(queue, monkeypatch):
    monkeypatch.setattr(dataset_transfer, "_PAGE", 2)
    organization = factories.Organization(title="Sở Giao thông vận tải", description="")
    for number in range(3):
        factories.Dataset(owner_org=organization["id"], title=f"Tuyến {number}", notes="")
    assert _found("so giao thong van tai") == 3
    _patch(id=organization["id"], title="Sở Kiến thiết")
    assert len(queue.jobs) == 1
    SimpleWorker([queue], connection=queue.connection).work(burst=True)
    assert dataset_transfer.pending() == []
    assert _found("so kien thiet") == 3
    assert _found("so giao thong van tai") == 0


def test_no_other_change_of_an_agency_indexes_its_datasets(queue):
    organization = factories.Organization(title="Sở Xây dựng")
    _patch(id=organization["id"], description="Nhà cửa")
    _patch(id=organization["id"], title="Sở Xây dựng")
    assert queue.jobs == []
    assert dataset_transfer.pending() == []


def test_what_was_left_by_a_process_that_died_is_indexed_later(queue):
    organization = factories.Organization(title="Sở Xây dựng")
    dataset_transfer.begin(organization["id"])
    worker.resume()
    assert len(queue.jobs) == 1
