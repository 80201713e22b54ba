"""How little is read: conditional requests, hashes, only what changed since."""

from __future__ import annotations

import pytest
from ckan import model
from ckan.tests import helpers
from werkzeug import Response

from ckanext.hanoi.model.harvest import Run

CSV = "Tên dữ liệu,Mô tả,Địa chỉ\n" + "".join(
    f"Bộ dữ liệu {i},Mô tả {i},https://a.vn/{i}.csv\n" for i in range(12)
)


class File:
    """A list of datasets as one document, with or without an ETag."""

    def __init__(self, server, etag):
        self.body, self.etag, self.sent = CSV, etag, 0
        self.url = server.url_for("/danh-muc.csv")
        server.expect_request("/danh-muc.csv").respond_with_handler(self.answer)

    def answer(self, request):
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            return Response(status=304)
        self.sent += 1
        headers = {"ETag": self.etag} if self.etag else {}
        return Response(self.body, headers=headers, content_type="text/csv; charset=utf-8")


@pytest.mark.parametrize(
    "etag", ['"mot"', None], ids=["the server says 304", "the body is the same"]
)
def test_a_document_that_did_not_change_is_not_looked_at_again(admin, httpserver, etag):
    file = File(httpserver, etag)
    admin.add_source(file.url, kind="inventory")
    assert admin.run()["counts"]["created"] == 12
    run = admin.run()
    assert run["status"] == "finished"
    assert run["not_modified"]
    # all seven numbers, and all is seen that is known
    nothing = dict.fromkeys(("created", "updated", "removed", "missing", "failed"), 0)
    assert run["counts"] == {"seen": 12, "unchanged": 12, **nothing}
    assert set(model.Session.get(Run, run["id"]).counts) == {*run["counts"], "excluded"}
    assert len(admin.datasets()) == 12
    assert file.sent == (1 if etag else 2)


def test_a_forced_run_and_a_new_mapping_read_the_document_all_the_same(admin, httpserver):
    file = File(httpserver, '"mot"')
    admin.add_source(file.url, kind="inventory")
    admin.run()
    assert not admin.run(force=True)["not_modified"]
    helpers.call_action("hanoi_source_update", id="cong", config="keywords: [mới]")
    run = admin.run()
    assert not run["not_modified"]
    assert run["counts"]["updated"] == 12


def test_a_document_that_changed_is_read_and_compared(admin, httpserver):
    file = File(httpserver, '"mot"')
    admin.add_source(file.url, kind="inventory")
    admin.run()
    file.body, file.etag = CSV.replace("Mô tả 3,", "Mô tả mới,"), '"hai"'
    run = admin.run()
    assert (run["counts"]["updated"], run["counts"]["unchanged"]) == (1, 11)


def test_what_is_missing_goes_after_its_grace_even_if_the_source_says_not_modified(
    admin, httpserver
):
    file = File(httpserver, '"mot"')
    admin.add_source(file.url, kind="inventory", config="grace_days: 2")
    admin.run()
    file.body, file.etag = "".join(CSV.splitlines(keepends=True)[:-1]), '"hai"'
    assert admin.run()["counts"]["missing"] == 1
    assert admin.run()["not_modified"]
    helpers.call_action("hanoi_source_update", id="cong", config="grace_days: 0")
    assert admin.run()["counts"]["removed"] == 1
    assert len(admin.datasets()) == 11


def test_an_incremental_run_asks_only_for_what_changed_and_removes_nothing(admin, portal):
    portal.fill(5)
    admin.add_source(portal.url, config="incremental: true")
    admin.run()
    asked = len(portal.requests)
    portal.datasets = portal.datasets[:1]
    run = admin.run()
    assert any("metadata_modified" in str(request) for request in portal.requests[asked:])
    assert run["status"] == "finished"
    assert not run["complete"]
    assert run["counts"]["missing"] == 0
    assert len(admin.datasets()) == 5


def test_a_source_with_a_new_address_is_read_in_full_by_its_next_run(admin, portal, httpserver):
    portal.fill(5)
    admin.add_source(portal.url, config="incremental: true")
    admin.run()
    httpserver.expect_request("/moi/api/3/action/package_search").respond_with_handler(
        portal._search
    )
    helpers.call_action("hanoi_source_update", id="cong", url=f"{portal.url}/moi")
    asked = len(portal.requests)
    assert admin.run()["complete"]
    assert len(portal.requests) > asked
    assert not any("metadata_modified:" in str(request) for request in portal.requests[asked:])
    assert not admin.run()["complete"]
