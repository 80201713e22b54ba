"""Solr refuses a document, or all of them: what is a dataset's fault and what is not."""

from __future__ import annotations

import hashlib
import json

import pysolr
import pytest
from ckan import model
from ckan.lib import search
from ckan.tests import helpers
from werkzeug import Response

from ckanext.hanoi.catalog import bulk_index
from ckanext.hanoi.harvest.engine import worker


def document(number: int) -> dict[str, str]:
    id_ = f"tap-du-lieu-{number}"
    return {"id": id_, "index_id": hashlib.md5(id_.encode()).hexdigest()}


@pytest.fixture
def solr(httpserver):
    """``solr(refuse)``: a Solr that answers what ``refuse`` says to the documents, None: well."""

    def make(refuse):
        taken: list[str] = []

        def answer(request):
            given = [doc["id"] for doc in json.loads(request.get_data())]
            found = refuse(given)
            if found is None:
                taken.extend(given)
                return Response(json.dumps({"responseHeader": {"status": 0}}))
            return found

        httpserver.expect_request("/solr/update/").respond_with_handler(answer)
        return pysolr.Solr(httpserver.url_for("/solr").rstrip("/"), timeout=5), taken

    return make


DOCUMENTS = [document(number) for number in range(9)]
IDS = {one["id"] for one in DOCUMENTS}


def saying(status: int, message: str = "") -> Response:
    body = json.dumps({"error": {"msg": message, "code": status}})
    return Response(body, status=status, content_type="application/json")


@pytest.mark.parametrize("status", [401, 403, 404, 405, 409, 415, 429, 500, 503])
def test_what_is_not_about_a_document_refuses_none(solr, status):
    connection, _taken = solr(lambda ids: saying(status, "not now"))
    with pytest.raises(search.SearchIndexError):
        bulk_index._send(connection, DOCUMENTS, True)


def test_a_document_that_solr_names_is_refused_alone(solr):
    bad = DOCUMENTS[4]
    requests = []

    def refuse(ids):
        requests.append(ids)
        if bad["id"] in ids:
            return saying(400, f"ERROR: [doc={bad['index_id']}] Error adding field 'x_date'")
        return None

    connection, taken = solr(refuse)
    refused = bulk_index._send(connection, DOCUMENTS, True)
    assert set(refused) == {bad["id"]}
    assert set(taken) == IDS - {bad["id"]}
    assert len(requests) == 2


@pytest.mark.parametrize("status", [400, 413])
def test_a_document_that_solr_does_not_name_is_searched_for(solr, status):
    bad = DOCUMENTS[7]["id"]
    connection, taken = solr(lambda ids: saying(status, "Bad Message") if bad in ids else None)
    assert set(bulk_index._send(connection, DOCUMENTS, True)) == {bad}
    assert set(taken) == IDS - {bad}


def test_a_solr_that_refuses_everything_without_naming_anything_is_ill(solr):
    connection, _taken = solr(lambda ids: saying(400, "SolrCore Initialization Failures"))
    with pytest.raises(search.SearchIndexError):
        bulk_index._send(connection, DOCUMENTS, True)


def test_what_the_index_refused_is_indexed_when_it_is_tried_again(admin, portal, monkeypatch):
    portal.fill(5)
    admin.add_source(portal.url)
    named = "Bộ dữ liệu số 3"

    def request(self, method, path="", body=None, *more):
        if "update" in path and named in str(docs := json.loads(body or "[]")):
            (bad,) = [doc for doc in docs if doc["title"] == named]
            raise pysolr.SolrError(f"(HTTP 400) [Reason: ERROR: [doc={bad['index_id']}] no]")
        return send(self, method, path, body, *more)

    send = pysolr.Solr._send_request
    monkeypatch.setattr(pysolr.Solr, "_send_request", request)
    report = admin.run()
    assert (report["counts"]["created"], report["counts"]["failed"]) == (4, 1)
    assert [failure["stage"] for failure in report["failures"]] == ["indexing"]
    assert len(admin.datasets()) == 4

    def again(run):
        made = helpers.call_action(
            "hanoi_harvest_retry", {"ignore_auth": True, "user": "", "hanoi_inline": True}, id=run
        )
        worker.run(made["id"], inline=True)
        model.Session.remove()
        return helpers.call_action("hanoi_run_show", id=made["id"])

    report = again(report["id"])
    assert (report["status"], report["counts"]["failed"]) == ("finished", 1)
    assert report["failures"][0]["title"] == named
    monkeypatch.setattr(pysolr.Solr, "_send_request", send)
    report = again(report["id"])
    assert (report["status"], report["counts"]["seen"]) == ("finished", 1)
    assert report["counts"]["failed"] == 0
    assert len(admin.datasets()) == 5
