"""The catalog and its datasets in RDF, by the real application."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories, helpers
from dcat_samples import full
from rdflib import BNode, Graph
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF

FORMATS = {"ttl": "turtle", "rdf": "xml", "xml": "xml", "jsonld": "json-ld", "n3": "n3"}


def call(action, context=None, **data):
    """An action by the site's own user."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return helpers.call_action(action, {"user": user, **(context or {})}, **data)


@pytest.fixture
def finance(catalog):
    for key in connect_to_redis().scan_iter("*:hanoi:dcat:*"):
        connect_to_redis().delete(key)
    return factories.Organization(name="so-tai-chinh", title="Sở Tài chính", code="H26.99")


@pytest.fixture
def two(finance):
    return [create(finance, name="mot"), create(finance, name="hai", title="Dữ liệu thứ hai")]


def create(organization, **more):
    data = full(owner_org=organization["id"], **more)
    data.pop("id")
    for resource in data["resources"]:
        del resource["id"], resource["package_id"]
    return call("package_create", **data)


def page(app, form="ttl", **params):
    answer = app.get(f"/catalog.{form}", query_string=params)
    assert answer.status_code == 200
    return answer


def graph(answer, form="ttl"):
    return Graph().parse(data=answer.body, format=FORMATS[form])


def said(found):
    """The statements without blank nodes, to see at a glance what differs."""
    return {(str(s), str(p), str(o)) for s, p, o in found
            if not isinstance(s, BNode) and not isinstance(o, BNode)}  # fmt: skip


def titles(found):
    return {str(t) for d in found.subjects(RDF.type, DCAT.Dataset)
            for t in found.objects(d, DCTERMS.title) if t.language == "vi"}  # fmt: skip


def test_our_profile_is_the_default_one(catalog):
    assert tk.config["ckanext.dcat.rdf.profiles"] == "hanoi_dcat"


@pytest.mark.parametrize("form", FORMATS)
def test_a_page_says_the_same_kept_anew_and_by_stock(app, two, form, monkeypatch):
    cold, warm = graph(page(app, form), form), graph(page(app, form), form)
    monkeypatch.setitem(tk.config, "ckanext.hanoi.dcat.dataset_cache", False)
    stock = graph(page(app, form), form)
    assert titles(cold) == {full()["title"], "Dữ liệu thứ hai"}
    assert isomorphic(cold, warm)
    assert said(cold) == said(stock)


def test_the_second_page_is_written_from_what_was_kept(app, two, monkeypatch):
    page(app)
    monkeypatch.setattr("ckanext.hanoi.dcat.serialize.dataset", None)
    assert len(titles(graph(page(app)))) == 2


def test_a_change_is_seen_at_once(app, two):
    page(app)
    call("package_patch", id="mot", title="Tên mới")
    assert titles(graph(page(app))) == {"Tên mới", "Dữ liệu thứ hai"}


def test_a_new_name_of_the_agency_is_seen_at_once(app, two, finance):
    page(app)
    call("organization_patch", id=finance["id"], title="Sở Tài chính Hà Nội")
    assert "Sở Tài chính Hà Nội" in page(app).body


def test_a_dataset_that_became_private_or_was_removed_is_not_shown(app, two):
    page(app)
    call("package_patch", id="mot", private=True)
    assert titles(graph(page(app))) == {"Dữ liệu thứ hai"}
    call("package_delete", id="hai")
    assert titles(graph(page(app))) == set()


def test_an_administrators_request_keeps_nothing_private_for_others(app, two):
    call("package_patch", id="mot", private=True)
    admin = factories.SysadminWithToken()
    app.get("/catalog.ttl", headers={"Authorization": admin["token"]})
    assert titles(graph(page(app))) == {"Dữ liệu thứ hai"}


def test_pages_are_linked_in_the_old_and_the_new_way(app, two, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.dcat.datasets_per_page", 1)
    first = page(app).body
    assert "hydra:nextPage" in first
    assert "hydra:next " in first
    assert "page=2" in first
    assert "hydra:nextPage" not in page(app, page=2).body
    assert "hydra:previous " in page(app, page=2).body


def test_what_stock_refuses_is_refused(app, two):
    assert app.get("/catalog.ttl?page=0").status_code == 409
    assert app.get("/catalog.ttl?page=x").status_code == 409
    assert app.get("/catalog.ttl?modified_since=hqua").status_code == 409


def test_changes_since_a_day_are_found(app, two):
    assert len(titles(graph(page(app, modified_since="2020-01-01")))) == 2
    assert titles(graph(page(app, modified_since="2999-01-01"))) == set()


def test_who_has_the_page_is_told_so(app, two):
    tag = page(app).headers["ETag"]
    assert app.get("/catalog.ttl", headers={"If-None-Match": tag}).status_code == 304
    call("package_patch", id="mot", title="Tên mới")
    assert app.get("/catalog.ttl", headers={"If-None-Match": tag}).status_code == 200


def test_another_profile_is_left_to_stock(app, two):
    assert "schema.org" in page(app, profiles="schemaorg").body


@pytest.mark.parametrize("address", ["/catalog.ttl", "/dataset/mot.ttl"])
def test_a_profile_that_cannot_read_our_fields_says_so(app, two, address):
    answer = app.get(address, query_string={"profiles": "euro_dcat_ap_3"}, status=409)
    assert "euro_dcat_ap_3" in answer.body
    assert "hanoi_dcat" in answer.body


@pytest.mark.parametrize("form", ["ttl", "rdf", "jsonld"])
def test_a_dataset_has_its_own_page(app, two, form):
    found = graph(app.get(f"/dataset/mot.{form}"), form)
    assert titles(found) == {full()["title"]}
    assert "H26.99" in {str(o) for o in found.objects(None, DCTERMS.identifier)}


def test_an_empty_catalog_answers(app, finance):
    assert titles(graph(page(app))) == set()
    assert model.Session.query(model.Package).count() == 0
