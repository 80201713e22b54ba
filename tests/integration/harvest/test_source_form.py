"""The form of a source, and what its pages say of runs."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories, helpers
from werkzeug import Response

NEW = "/hanoi/harvest/source/new"


@pytest.fixture
def browse(app, admin):
    """``browse(path, data)``: a page for the admin of one agency, as soup."""
    user = factories.User()
    admin.call("organization_member_create", id=admin.organization["id"], username=user["name"],
               role="admin")  # fmt: skip
    token = factories.APIToken(user=user["name"])["token"]

    def page(path, data=None, token=token):
        call = app.get if data is None else app.post
        answer = call(path, headers={"Authorization": token}, **({"data": data} if data else {}))
        assert answer.status_code == 200
        return BeautifulSoup(answer.body, "html.parser")

    page.user = user["name"]
    page.sysadmin = factories.APIToken(user=admin.sysadmin["name"])["token"]
    return page


def form(portal, **more):
    return {"title": "Cổng của Sở", "kind": "ckan", "url": portal.url, "notify": "error",
            "save": "1", **more}  # fmt: skip


def chosen(soup, field):
    option = soup.select_one(f"#field-{field} option[selected]")
    return option["value"] if option else soup.select_one(f"#field-{field} option")["value"]


def test_no_agency_is_preselected_but_the_users_only_one(browse, admin):
    own = admin.organization["id"]
    assert chosen(browse(NEW), "owner_org") == own
    other = factories.Organization(users=[{"name": browse.user, "capacity": "admin"}])
    assert chosen(browse(NEW), "owner_org") == ""
    assert chosen(browse(f"{NEW}?owner_org={other['name']}"), "owner_org") == other["id"]


def test_a_source_without_an_agency_is_not_saved(browse, admin, portal):
    factories.Organization(users=[{"name": browse.user, "capacity": "admin"}])
    for more in ({"save": "1"}, {"try": "1"}):
        for token in ({}, {"token": browse.sysadmin}):
            soup = browse(NEW, {**form(portal, owner_org=""), **more}, **token)
            assert soup.select(".error #field-owner_org")
            assert soup.select_one("#field-title")["value"] == "Cổng của Sở"
    assert helpers.call_action("hanoi_source_list") == []


def test_the_schedule_is_chosen_in_the_readers_words(browse, admin, portal):
    own = admin.organization["id"]
    options = {o["value"]: o.text for o in browse(f"/vi{NEW}").select("#field-schedule option")}
    assert list(options) == ["", "hourly", "daily", "weekly", "monthly", "cron"]
    assert not {"hourly", "daily", "weekly", "monthly"} & set(options.values())
    browse(NEW, form(portal, owner_org=own, schedule="weekly"))
    assert admin.source("cong-cua-so").schedule == "weekly"
    edit = "/hanoi/harvest/source/cong-cua-so/edit"
    assert chosen(browse(edit), "schedule") == "weekly"
    data = form(portal, name="cong-cua-so", schedule="cron", cron="0 3 * * 1", owner_org=own)
    browse(edit, data)
    assert admin.source("cong-cua-so").schedule == "0 3 * * 1"
    soup = browse(edit)
    assert chosen(soup, "schedule") == "cron"
    assert soup.select_one("#field-cron")["value"] == "0 3 * * 1"


def test_a_short_name_is_made_of_the_title_where_none_is_given(browse, admin, portal):
    browse(NEW, form(portal, title="Cổng dữ liệu Sở Xây dựng", name="",
                     owner_org=admin.organization["id"]))  # fmt: skip
    assert admin.source("cong-du-lieu-so-xay-dung").title == "Cổng dữ liệu Sở Xây dựng"


@pytest.mark.parametrize("again", ["", "/", "  ", "#a"])
def test_an_address_that_is_harvested_already_is_told_and_saved_when_confirmed(
    browse, admin, portal, again
):
    admin.add_source(portal.url, name="cu", title="Nguồn cũ")
    data = form(portal, name="moi", url=portal.url.replace("localhost", "LOCALHOST") + again,
                owner_org=admin.organization["id"])  # fmt: skip
    soup = browse(NEW, data)
    assert "Nguồn cũ" in soup.select_one(".alert-warning").text
    assert [s["name"] for s in helpers.call_action("hanoi_source_list")] == ["cu"]
    assert soup.select_one("#field-same_address")["value"] == "1"
    browse(NEW, {**data, "same_address": "1"})
    assert len(helpers.call_action("hanoi_source_list")) == 2
    # what is saved again without another address is not asked again
    page = browse("/hanoi/harvest/source/moi/edit", {**data, "title": "Tên khác"})
    assert page.select_one(".hanoi-facts")


def test_the_api_and_the_command_line_are_warned_of_an_address_that_is_harvested(admin, portal):
    assert admin.add_source(portal.url, name="cu", title="Nguồn cũ")["warnings"] == []
    (warning,) = admin.add_source(f"{portal.url}/", name="moi")["warnings"]
    assert "Nguồn cũ" in warning


def test_the_name_of_another_agencys_source_is_not_told(browse, admin, portal, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.hanoi.harvest.public", False)
    other = factories.Organization()
    admin.add_source(portal.url, name="cu", title="Nguồn kín", owner_org=other["id"])
    data = form(portal, name="moi", owner_org=admin.organization["id"])
    warning = browse(NEW, data).select_one(".alert-warning").text
    assert "another agency" in warning
    assert "Nguồn kín" not in warning


def test_only_a_system_administrator_is_offered_every_agency(browse, admin, portal):
    own = admin.organization["id"]
    assert browse(NEW).select("#field-all_agencies") == []
    data = form(portal, name="cong", owner_org=own, all_agencies="1", asks_all_agencies="1")
    refused = browse(NEW, data)
    assert refused.select(".alert-danger")
    browse(NEW, data, token=browse.sysadmin)
    assert admin.source("cong").all_agencies is True
    # an admin's form does not say anything of it, and so changes nothing
    browse("/hanoi/harvest/source/cong/edit", form(portal, name="cong", owner_org=own))
    assert admin.source("cong").all_agencies is True


def test_the_row_of_a_failed_source_says_why_and_not_that_nothing_changed(browse, admin, portal):
    admin.add_source(portal.url)
    portal.answer = lambda request: Response("no", status=500)
    run = admin.run()
    assert run["status"] == "failed"
    for path in ("/hanoi/harvest", "/hanoi/harvest/source/cong"):
        text = browse(path).select_one("table").text
        assert "status 500" in text
        assert "Nothing has changed" not in text
    csv = browse("/hanoi/harvest?format=csv").text
    assert "status 500" in csv


def test_the_history_has_an_axis_and_shows_runs_that_failed(browse, admin, portal):
    portal.fill(7)
    admin.add_source(portal.url)
    admin.run()
    portal.answer = lambda request: Response("no", status=500)
    admin.run()
    chart = browse("/hanoi/harvest/source/cong").select_one("svg.hanoi-chart")
    assert [text.text for text in chart.select("text")][:3] == ["0", "5", "10"]
    assert len(chart.select("circle")) == 1


def test_what_the_filters_leave_out_is_told_as_that_and_not_as_missing(browse, admin, portal):
    portal.fill(6)
    admin.add_source(portal.url)
    admin.run()
    config = "exclude: {title: ['*số 1', '*số 2', '*số 3']}"
    admin.call("hanoi_source_update", id="cong", config=config)
    assert "left out by the filters" in admin.call("hanoi_harvest_preview", id="cong")["hold"]
    run = admin.run()
    assert run["status"] == "held"
    assert (run["counts"]["missing"], run["excluded"]) == (0, 3)
    assert "3 are left out by the filters" in run["message"]
    page = browse(f"/hanoi/harvest/run/{run['id']}")
    assert page.select_one("[data-count=missing]").text == "0"
    assert page.select_one("[data-excluded]").text == "3"
    admin.call("hanoi_harvest_approve", id=run["id"])
    after = admin.call("hanoi_run_show", id=run["id"])
    assert (after["counts"]["seen"], after["counts"]["removed"] + after["excluded"]) == (6, 3)
