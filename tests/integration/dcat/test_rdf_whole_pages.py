"""Whole pages are kept for visitors without an account, and never shown when no longer true."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import search
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories
from test_rdf_pages import call, create, finance, graph, page, titles, two  # noqa: F401

pytestmark = pytest.mark.usefixtures("two")
_SECOND = "Dữ liệu thứ hai"


@pytest.fixture
def warm(app):
    """The page is kept: this asks for it a second time and sees that nothing was searched."""
    page(app)

    def is_warm(**asked):
        searched = []
        action = tk.get_action("package_search").__wrapped__

        def counted(context, data_dict):
            searched.append(data_dict)
            return action(context, data_dict)

        counted.__wrapped__ = action
        from ckan.logic import _actions

        kept, _actions["package_search"] = _actions["package_search"], counted
        try:
            return page(app, **asked), not searched
        finally:
            _actions["package_search"] = kept

    return is_warm


def kept():
    return list(connect_to_redis().scan_iter("*:hanoi:dcat:page:*"))


def test_the_second_visitor_gets_the_page_without_a_search(app, warm):
    for form in ("ttl", "rdf", "jsonld"):
        first = page(app, form)
        second, kept_whole = warm(form=form)
        assert kept_whole
        assert second.body == first.body
        for header in ("ETag", "Content-Type", "Vary"):
            assert second.headers[header] == first.headers[header]


def test_a_dataset_that_changed_is_never_shown_as_it_was(app, warm, finance):  # noqa: F811
    def seen(change):
        assert warm()[1]
        change()
        answer, kept_whole = warm()
        assert not kept_whole
        return titles(graph(answer))

    assert seen(lambda: call("package_patch", id="mot", title="Tên mới")) == {"Tên mới", _SECOND}
    assert seen(lambda: call("package_patch", id="mot", private=True)) == {_SECOND}
    assert seen(lambda: call("package_patch", id="mot", private=False)) == {"Tên mới", _SECOND}
    id_ = call("package_show", id="mot")["id"]
    assert seen(lambda: search.clear(id_)) == {_SECOND}
    assert seen(lambda: search.rebuild(id_)) == {"Tên mới", _SECOND}
    assert seen(lambda: call("package_delete", id="mot")) == {_SECOND}
    assert seen(lambda: create(finance, name="ba", title="Ba")) == {"Ba", _SECOND}
    assert seen(lambda: call("dataset_purge", id="ba")) == {_SECOND}
    more = "https://example.org/moi.csv"
    seen(lambda: call("resource_create", package_id="hai", url=more, format="CSV"))
    assert more in page(app).body


def test_an_agency_that_changed_is_shown_as_it_is(app, warm, finance):  # noqa: F811
    for field, value in (
        ("title", "Sở Tài chính Hà Nội"), ("title_en", "Department of Finance of Hanoi"),
        ("website", "https://sotaichinh.example.org"), ("code", "H26.98"),
    ):  # fmt: skip
        assert warm()[1]
        call("organization_patch", id=finance["id"], **{field: value})
        answer, kept_whole = warm()
        assert not kept_whole
        assert value in answer.body


def test_datasets_that_another_agency_took_over_are_shown_as_its_own(app, warm):
    other = factories.Organization(title="Sở Nội vụ", code="H26.97")
    for id_ in ("mot", "hai"):
        call("package_owner_org_update", id=id_, organization_id=other["id"])
    assert "Sở Nội vụ" in page(app).body
    assert "H26.99" not in page(app).body


def test_a_changed_configuration_is_shown(app, warm, monkeypatch):
    for option, value in (
        ("ckan.site_title", "Cổng khác"), ("ckan.site_description", "Mô tả khác"),
        ("ckanext.dcat.base_uri", "https://khac.example.org"),
        ("ckanext.hanoi.dcat.publisher", "UBND thành phố"),
        ("ckanext.hanoi.dcat.publisher_code", "H26.1"),
    ):  # fmt: skip
        page(app)
        monkeypatch.setitem(tk.config, option, value)
        assert value in page(app).body


def test_fewer_datasets_a_page_by_configuration(app, warm, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.dcat.datasets_per_page", 1)
    first, second = page(app), page(app, page=2)
    assert titles(graph(first)) | titles(graph(second)) == titles(graph(first)) ^ titles(
        graph(second)
    )
    assert warm(page=2)[0].body == second.body
    assert warm(page=2)[1]


def test_who_has_an_account_sees_what_it_may_see(app, warm, finance):  # noqa: F811
    call("package_patch", id="mot", private=True)
    member = factories.UserWithToken()
    call("organization_member_create", id=finance["id"], username=member["name"], role="member")
    page(app)
    assert titles(graph(page(app))) == {_SECOND}
    for account in (member, factories.SysadminWithToken()):
        answer = app.get("/catalog.ttl", headers={"Authorization": account["token"]})
        assert answer.status_code == 200
    assert titles(graph(page(app))) == {_SECOND}
    assert len(kept()) == 1


def test_a_catalog_closed_to_visitors_shows_nothing_kept(app, warm, monkeypatch):
    from ckan import authz

    def closed(context, data_dict):
        return {"success": False}

    closed.auth_allow_anonymous_access = True
    for name in ("package_search", "dcat_catalog_show"):
        with monkeypatch.context() as patch:
            patch.setitem(authz._AuthFunctions._functions, name, closed)
            with pytest.raises(tk.NotAuthorized):
                app.get("/catalog.ttl")
    assert page(app).status_code == 200


def test_questions_and_pages_without_datasets_are_not_kept(app, warm):
    before = kept()
    page(app, q="thứ hai")
    page(app, fq="name:mot")
    page(app, modified_since="2020-01-01")
    page(app, page=99)
    assert kept() == before
    assert titles(graph(page(app, fq="name:hai"))) == {_SECOND}


def test_where_solr_does_not_say_its_state_each_page_is_searched(app, warm, monkeypatch):
    monkeypatch.setattr("ckanext.hanoi.dcat.index_version._QUESTION", "/admin/no-such-handler")
    answer, kept_whole = warm()
    assert not kept_whole
    assert len(titles(graph(answer))) == 2


def test_an_entry_that_does_not_fit_is_written_anew(app, warm, monkeypatch):
    for entry in (b"", b"nonsense", b"wrong\nx\x9c"):
        for key in kept():
            connect_to_redis().set(key, entry)
        assert len(titles(graph(page(app)))) == 2
        assert warm()[1]
    monkeypatch.setattr(
        "ckanext.hanoi.dcat.page_cache.digest", lambda: "other words in vocabularies"
    )
    assert not warm()[1]


def test_other_plugins_take_part_in_the_search(app, warm, monkeypatch):
    from ckanext.dcat.plugins import DCATPlugin

    def only(self, params):
        return {**params, "fq": "+name:hai " + (params.get("fq") or "")}

    def fewer(self, results, params):
        return {**results, "results": []}

    with monkeypatch.context() as patch:
        patch.setattr(DCATPlugin, "before_dataset_search", only, raising=False)
        assert titles(graph(page(app))) == {_SECOND}
    assert len(titles(graph(page(app)))) == 2
    monkeypatch.setattr(DCATPlugin, "after_dataset_search", fewer, raising=False)
    assert titles(graph(page(app))) == set()


def test_a_change_that_is_not_indexed_yet_is_not_kept_as_seen(app, warm, monkeypatch):
    monkeypatch.setitem(tk.config, "ckan.search.solr_commit", False)
    call("package_patch", id="mot", title="Tên mới")
    page(app)
    search.commit()
    assert "Tên mới" in titles(graph(page(app)))
    assert model.Session.query(model.Package).filter_by(title="Tên mới").count() == 1
