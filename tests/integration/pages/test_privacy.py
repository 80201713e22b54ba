"""What visitors do not need, they do not see, unless an admin opens it."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories, helpers

from ckanext.hanoi.model.harvest import Source


@pytest.fixture
def people(catalog):
    """Names by what they are; "admin" and "member" belong to the agency "so-y-te"."""
    names = {"visitor": "", "sysadmin": factories.Sysadmin()["name"]}
    users = [(role, factories.User(fullname=f"Người {role}")["name"])
             for role in ("outsider", "member", "admin")]  # fmt: skip
    names.update(users)
    factories.Organization(name="so-khac")
    factories.Organization(name="so-y-te", users=[
        {"name": name, "capacity": role} for role, name in users if role != "outsider"
    ])  # fmt: skip
    return names


@pytest.fixture
def who_may(people):
    def call(action, **data):
        found = set()
        for who, name in people.items():
            try:
                helpers.call_action(action, {"user": name, "ignore_auth": False}, **data)
            except tk.NotAuthorized:
                continue
            found.add(who)
        return found

    return call


@pytest.fixture
def opened(monkeypatch):
    """Switch an option, as an admin's configuration does."""
    return lambda name, value: monkeypatch.setitem(tk.config, name, value)


EVERYBODY = {"visitor", "outsider", "member", "admin", "sysadmin"}
SIGNED_IN = EVERYBODY - {"visitor"}


def test_accounts_are_seen_by_those_who_give_people_their_roles(people, who_may, opened):
    for action, data in (("user_list", {}), ("user_autocomplete", {"q": "Ng"})):
        assert who_may(action, **data) == {"admin", "sysadmin"}, action
    assert who_may("user_show", id=people["admin"]) == SIGNED_IN
    opened("ckan.auth.public_user_details", True)
    assert who_may("user_list") == who_may("user_show", id=people["admin"]) == EVERYBODY


def test_who_belongs_to_an_agency_its_members_know(people, who_may, opened):
    asked = [
        ("member_list", {"id": "so-y-te"}),
        ("member_list", {"id": "so-y-te", "object_type": "user"}),
        ("organization_show", {"id": "so-y-te", "include_users": True}),
    ]
    for action, data in asked:
        assert who_may(action, **data) == {"member", "admin", "sysadmin"}, (action, data)
    assert who_may("organization_list_for_user", id=people["member"]) == {"member", "sysadmin"}
    assert "users" not in helpers.call_action(
        "organization_show", {"user": "", "ignore_auth": False}, id="so-y-te"
    )
    assert who_may("member_list", id="so-y-te", object_type="package") == EVERYBODY
    opened("ckan.auth.public_user_details", True)
    for action, data in asked:
        assert who_may(action, **data) == EVERYBODY, (action, data)
    assert who_may("organization_list_for_user", id=people["member"]) == EVERYBODY


@pytest.fixture
def source(people):
    agency = helpers.call_action("organization_show", id="so-y-te")
    helpers.call_action(
        "hanoi_source_create", {"user": people["sysadmin"]}, name="noi-bo", kind="ckan",
        url="http://kho.noi-bo.example.org/", owner_org=agency["id"], title="Kho nội bộ",
    )  # fmt: skip
    return "noi-bo"


def test_sources_and_their_reports_are_the_agencys_own(app, people, source, who_may, opened):
    shown = (("hanoi_source_show", {"id": source}), ("hanoi_run_list", {"source": source}))
    for option, readers, listing in (
        (False, {"member", "admin", "sysadmin"}, {"member", "admin", "sysadmin"}),
        (True, EVERYBODY, EVERYBODY),
    ):
        opened("ckanext.hanoi.harvest.public", option)
        assert who_may("hanoi_source_list") == listing
        for action, data in shown:
            assert who_may(action, **data) == readers, action
        for page in ("", "/source/noi-bo"):
            answer = app.get(f"/hanoi/harvest{page}", follow_redirects=False)
            assert answer.status_code == (200 if option else 302)
            assert ("kho.noi-bo" in answer.body) is option


def test_a_list_of_sources_has_those_of_the_readers_own_agencies(people, source, opened):
    opened("ckanext.hanoi.harvest.public", False)
    stranger = factories.User()["name"]
    factories.Organization(name="so-thu-ba", users=[{"name": stranger, "capacity": "admin"}])
    for name, found in ((people["member"], ["noi-bo"]), (stranger, [])):
        context = {"user": name, "ignore_auth": False}
        listed = helpers.call_action("hanoi_source_list", context)
        assert [one["name"] for one in listed] == found
        assert helpers.call_action("hanoi_run_list", {**context}) == []


def test_a_dataset_says_the_name_of_its_source_and_no_address(people, source, opened):
    from ckan import model

    from ckanext.hanoi.model.harvest import Identity

    opened("ckanext.hanoi.harvest.public", False)
    dataset = factories.Dataset(owner_org=model.Group.get("so-y-te").id)
    origin = model.Session.query(Source).filter_by(name=source).one()
    model.Session.add(Identity(source_id=origin.id, guid="1", package_id=dataset["id"], hash="x"))
    model.Session.commit()
    for name, address in (("", False), (people["member"], True)):
        context = {"user": name, "ignore_auth": False}
        shown = helpers.call_action("hanoi_harvest_origin", context, id=dataset["id"])
        assert shown["source"]["name"] == source
        assert ("url" in shown["source"]) is address


def test_pages_name_people_and_show_members_to_those_who_may_know_them(app, people):
    agency = helpers.call_action("organization_show", id="so-y-te")
    context = {"user": people["admin"]}
    helpers.call_action("package_create", context, name="bang", owner_org=agency["id"],
                        title="Bảng", private=False)  # fmt: skip
    helpers.call_action("package_patch", {"user": people["sysadmin"]}, id="bang", private=False)
    token = factories.APIToken(user=people["admin"])["token"]
    for headers, knows in (({}, False), ({"Authorization": token}, True)):
        page = BeautifulSoup(app.get("/vi/organization/so-y-te", headers=headers).body, "lxml")
        assert bool(page.select("a[href*='/members/']")) is knows
        for path in ("/vi/dataset/activity/bang", "/vi/organization/activity/so-y-te"):
            page = BeautifulSoup(app.get(path, headers=headers).body, "lxml")
            assert bool(page.select(".primary a[href*='/user/']")) is knows, path
            assert ("Người admin" in page.get_text()) is knows, path
        assert ("gravatar" in str(page)) is False
    for path in ("/user/", f"/user/{people['admin']}", "/organization/members/so-y-te"):
        assert "Người admin" not in app.get(path, status=403).body
