"""Drafts: saved at any moment, found again, continued or deleted."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("catalog")


@pytest.fixture
def editor():
    return factories.UserWithToken()


@pytest.fixture
def agency(editor):
    return factories.Organization(users=[{"name": editor["name"], "capacity": "editor"}])


@pytest.fixture
def act(editor, agency):
    def call(action, user=None, **data):
        name = editor["name"] if user is None else user
        return helpers.call_action(action, {"user": name, "ignore_auth": False}, **data)

    return call


def test_a_draft_needs_nothing_at_all(act, agency):
    draft = act("hanoi_draft_save")
    assert (draft["state"], draft["owner_org"]) == ("draft", agency["id"])
    [listed] = act("hanoi_draft_list")["results"]
    assert (listed["title"], listed["missing"], listed["page"]) == ("", ["title"], 1)


def test_who_is_in_several_agencies_says_for_which_one_the_draft_is(act, editor):
    factories.Organization(users=[{"name": editor["name"], "capacity": "editor"}])
    with pytest.raises(tk.ValidationError, match="choose one"):
        act("hanoi_draft_save", title="Nháp")


def test_a_draft_grows_and_gets_its_address_from_its_title(act):
    draft = act("hanoi_draft_save", notes="Mô tả")
    assert draft["name"].startswith("ban-nhap-")
    draft = act("hanoi_draft_save", id=draft["id"], title="Cây xanh đường phố")
    assert draft["name"] == "cay-xanh-duong-pho"
    assert draft["notes"] == "Mô tả"
    draft = act("hanoi_draft_save", id=draft["id"], title="Cây xanh")
    assert draft["name"] == "cay-xanh-duong-pho"


def test_what_is_given_must_be_valid(act):
    with pytest.raises(tk.ValidationError, match="not a date"):
        act("hanoi_draft_save", title="Nháp", modified="hôm qua")


def test_a_draft_without_a_title_can_not_be_finished(act):
    draft = act("hanoi_draft_save")
    with pytest.raises(tk.ValidationError) as caught:
        act("package_patch", id=draft["id"], state="active")
    assert "title" in caught.value.error_dict
    assert model.Package.get(draft["id"]).state == "draft"


def test_an_editor_can_not_slip_a_dataset_without_a_title_in_as_a_draft(act, agency):
    with pytest.raises(tk.ValidationError):
        act("package_create", state="draft", owner_org=agency["id"], name="khong-ten", title="")


def test_everybody_sees_the_own_drafts_only(act, agency):
    act("hanoi_draft_save", title="Nháp")
    other = factories.User()
    helpers.call_action("organization_member_create", id=agency["id"], username=other["name"],
                        role="editor")  # fmt: skip
    assert act("hanoi_draft_list")["count"] == 1
    assert act("hanoi_draft_list", user=other["name"])["count"] == 0
    with pytest.raises(tk.NotAuthorized):
        act("hanoi_draft_list", user="")


def test_an_agencys_admin_sees_the_drafts_of_the_agency(act, agency):
    act("hanoi_draft_save", title="Nháp")
    admin = factories.User()
    helpers.call_action("organization_member_create", id=agency["id"], username=admin["name"],
                        role="admin")  # fmt: skip
    found = act("hanoi_draft_list", user=admin["name"], owner_org=agency["name"])
    assert [one["title"] for one in found["results"]] == ["Nháp"]
    for user in (None, "", factories.User()["name"]):
        with pytest.raises(tk.NotAuthorized):
            act("hanoi_draft_list", user=user, owner_org=agency["id"])


def test_a_dataset_that_is_finished_is_no_draft(act):
    draft = act("hanoi_draft_save", title="Nháp")
    act("package_patch", id=draft["id"], state="active", private=True)
    assert act("hanoi_draft_list")["count"] == 0
    with pytest.raises(tk.ValidationError, match="no draft"):
        act("hanoi_draft_save", id=draft["id"], title="Khác")


def test_strangers_can_not_save_into_a_draft(act):
    draft = act("hanoi_draft_save", title="Nháp")
    for user in ("", factories.User()["name"]):
        with pytest.raises(tk.NotAuthorized):
            act("hanoi_draft_save", user=user, id=draft["id"], title="Khác")
