"""A second catalog harvests ours, by RDF and by CKAN's API, and has the same metadata."""
from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers
from ckanext.dcat.processors import RDFParser
from dcat_samples import full

from ckanext.hanoi.harvest.engine import worker

FIELDS = sorted(set(full()) - {"id", "name", "owner_org", "tags", "resources", "extras", "private"})
FILE_FIELDS = sorted(set(full()["resources"][0]) - {"id", "package_id"})


def call(action, context=None, **data):
    """An action by the site's own user."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return helpers.call_action(action, {"user": user, **(context or {})}, **data)


@pytest.fixture
def original(catalog, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.hanoi.harvest.allowed_hosts", ["127.0.0.1"])
    organization = factories.Organization(
        name="so-tai-chinh", title="Sở Tài chính", code="H26.99"
    )
    data = full(owner_org=organization["id"])
    del data["id"], data["resources"][0]["id"], data["resources"][0]["package_id"]
    return call("package_create", **data)


def harvested(kind, url):
    """Forget the first catalog's dataset, and harvest it from what it said."""
    call("hanoi_source_create", name="cong", url=url, kind=kind, owner_org="so-tai-chinh")
    run = call(
        "hanoi_harvest_run",
        {"hanoi_inline": True},
        id="cong",
    )
    worker.run(run["id"], inline=True)
    model.Session.remove()
    report = call("hanoi_run_show", id=run["id"])
    assert report["status"] == "finished", report
    assert report["counts"]["created"] == 1, report
    [dataset] = call("package_search")["results"]
    return dataset


def same(original, again):
    """Differences field by field, of the dataset, its keywords and its one resource."""
    def plain(name, value):
        if name == "spatial" and value:
            return json.loads(value)
        return sorted(value) if isinstance(value, list) else value

    found = {name: (original.get(name), again.get(name)) for name in (*FIELDS, "owner_org")
             if plain(name, original.get(name)) != plain(name, again.get(name))}  # fmt: skip
    words = [sorted(t["name"] for t in one["tags"]) for one in (original, again)]
    if words[0] != words[1]:
        found["tags"] = words
    [before], [after] = original["resources"], again["resources"]
    for name in FILE_FIELDS:
        if str(before.get(name)) != str(after.get(name)):
            found[f"resource {name}"] = (before.get(name), after.get(name))
    return found


@pytest.mark.parametrize(("form", "kind"), [
    ("ttl", "text/turtle"), ("rdf", "application/rdf+xml"), ("jsonld", "application/ld+json"),
])  # fmt: skip
def test_by_rdf_the_second_catalog_has_the_same(app, original, httpserver, form, kind):
    body = app.get(f"/catalog.{form}").body
    call("dataset_purge", id=original["id"])
    httpserver.expect_request(f"/catalog.{form}").respond_with_data(body, content_type=kind)
    assert same(original, harvested("dcat", httpserver.url_for(f"/catalog.{form}"))) == {}


def test_by_ckans_api_the_second_catalog_has_the_same(app, original, httpserver):
    body = app.get("/api/3/action/package_search").body
    call("dataset_purge", id=original["id"])
    httpserver.expect_request("/api/3/action/package_search").respond_with_data(
        body, content_type="application/json"
    )
    assert same(original, harvested("ckan", httpserver.url_for("").rstrip("/"))) == {}


def test_ckanext_dcats_parser_reads_by_our_profile(app, original):
    parser = RDFParser()
    parser.parse(app.get("/catalog.ttl").body, _format="ttl")
    [dataset] = parser.datasets()
    assert dataset["title"] == original["title"]
    assert sorted(dataset["theme"]) == sorted(original["theme"])
    assert dataset["owner_org"] == original["owner_org"]
