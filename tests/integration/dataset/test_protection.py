"""Core data, important data and personal data never become public, whatever way is tried."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("catalog")

PROTECTED = [
    {"sensitivity": "core"}, {"sensitivity": "Dữ liệu quan trọng"}, {"personal_data": True},
]


@pytest.fixture
def admin():
    return factories.UserWithToken()


@pytest.fixture
def agency(admin):
    return factories.Organization(users=[{"name": admin["name"], "capacity": "admin"}])


@pytest.fixture
def act(admin):
    """Call an action as the agency's admin, with authorization checked."""

    def call(action, **data):
        return helpers.call_action(action, {"user": admin["name"], "ignore_auth": False}, **data)

    return call


@pytest.fixture
def hidden(act, agency):
    return act("package_create", title="Kín", owner_org=agency["id"], private=True,
               sensitivity="core", personal_data=True)


@pytest.fixture
def public(act, agency):
    return act("package_create", title="Mở", owner_org=agency["id"], private=False)


def refused(call, *args, **kwargs):
    """The errors of a call that must fail; they name the field and the way out."""
    with pytest.raises(tk.ValidationError) as caught:
        call(*args, **kwargs)
    message = caught.value.error_dict["private"][0]
    assert "(private)" in message
    assert "(sensitivity)" in message or "(personal_data)" in message


def is_private(dataset):
    """What the database says, not what the session remembers."""
    model.Session.expire_all()
    return model.Package.get(dataset["id"]).private


def assert_hidden(dataset):
    assert is_private(dataset) is True
    with pytest.raises(tk.NotAuthorized):
        helpers.call_action(
            "package_show", {"user": "", "ignore_auth": False}, id=dataset["id"]
        )
    found = helpers.call_action("package_search", {"user": "", "ignore_auth": False})
    assert dataset["id"] not in [hit["id"] for hit in found["results"]]


@pytest.mark.parametrize("kind", PROTECTED, ids=["core", "important", "personal"])
@pytest.mark.parametrize("private", [{}, {"private": False}, {"private": "no"}])
def test_it_can_not_be_created_public(act, agency, kind, private):
    refused(act, "package_create", title="Kín", owner_org=agency["id"], **kind, **private)
    assert helpers.call_action("package_list") == []


@pytest.mark.parametrize("kind", PROTECTED, ids=["core", "important", "personal"])
def test_it_can_not_be_a_public_draft(act, agency, kind):
    refused(act, "package_create", title="Kín", owner_org=agency["id"], state="draft", **kind)


@pytest.mark.parametrize("kind", PROTECTED, ids=["core", "important", "personal"])
def test_a_patch_can_not_publish_it(act, agency, kind):
    hidden = act("package_create", title="Kín", owner_org=agency["id"], private=True, **kind)
    for private in (False, "False", 0, "f", "no"):
        refused(act, "package_patch", id=hidden["id"], private=private)
    assert_hidden(hidden)


def test_a_word_for_visibility_that_nobody_knows_is_not_taken_for_public(act, public):
    act("package_patch", id=public["id"], private=True)
    with pytest.raises(tk.ValidationError, match="neither yes nor no"):
        act("package_patch", id=public["id"], private="riêng tư")
    assert_hidden(public)


def test_a_sysadmin_can_not_publish_it_either(hidden):
    context = {"user": factories.Sysadmin()["name"], "ignore_auth": False}
    refused(helpers.call_action, "package_patch", context, id=hidden["id"], private=False)
    assert_hidden(hidden)


def test_an_update_can_not_publish_it(act, hidden):
    refused(act, "package_update", **{**hidden, "private": False})
    assert_hidden(hidden)


def test_an_update_that_leaves_the_reason_out_can_not_publish_it(act, hidden):
    refused(act, "package_update", id=hidden["id"], title="Kín", private=False)
    assert_hidden(hidden)


def test_an_update_that_says_nothing_of_visibility_leaves_it_hidden(act, hidden):
    act("package_update", id=hidden["id"], title="Vẫn kín")
    assert_hidden(hidden)


def test_a_revision_can_not_publish_it(act, hidden):
    refused(act, "package_revise", match={"id": hidden["id"]}, update={"private": False})
    refused(act, "package_revise", match={"id": hidden["id"]}, update={"private": False},
            filter=["-sensitivity", "-personal_data"])
    assert_hidden(hidden)


def test_an_agencys_bulk_action_can_not_publish_it(act, hidden, public, agency):
    act("package_patch", id=public["id"], private=True)
    refused(act, "bulk_update_public", datasets=[public["id"], hidden["id"]], org_id=agency["id"])
    assert_hidden(hidden)
    assert is_private(public) is True


def test_a_bulk_action_still_publishes_what_may_be_public(act, public, agency):
    act("package_patch", id=public["id"], private=True)
    act("bulk_update_public", datasets=[public["id"]], org_id=agency["id"])
    assert is_private(public) is False


def test_the_agencys_page_publishes_the_others_and_says_which_stay(app, act, admin, hidden, public):
    act("package_patch", id=public["id"], private=True, notes="Mô tả", theme=["giao-duc"],
        resources=[{"url": "https://example.org/a.csv"}])
    name = model.Group.get(public["owner_org"]).name
    answer = app.post(
        f"/organization/bulk_process/{name}",
        data={f"dataset_{hidden['id']}": "on", f"dataset_{public['id']}": "on",
              "bulk_action.public": "public"},
        headers={"Authorization": admin["token"]},
    )
    assert "be public" in answer.body
    assert is_private(public) is False
    assert_hidden(hidden)


@pytest.mark.parametrize("kind", PROTECTED, ids=["core", "important", "personal"])
@pytest.mark.parametrize("action", ["package_patch", "package_update", "package_revise"])
def test_a_public_dataset_can_not_become_one(act, public, action, kind):
    if action == "package_revise":
        refused(act, action, match={"id": public["id"]}, update=kind)
    else:
        refused(act, action, **{**public, **kind})
    assert model.Package.get(public["id"]).extras.get("sensitivity") == "other"


@pytest.mark.parametrize("kind", PROTECTED, ids=["core", "important", "personal"])
def test_a_public_dataset_becomes_one_when_it_is_hidden_with_it(act, public, kind):
    act("package_patch", id=public["id"], private=True, **kind)
    assert_hidden(public)


def test_its_resources_do_not_publish_it(act, hidden):
    resource = act("resource_create", package_id=hidden["id"], url="https://example.org/a.csv")
    assert_hidden(hidden)
    act("resource_patch", id=resource["id"], name="Tệp")
    act("resource_update", id=resource["id"], url="https://example.org/b.csv")
    assert_hidden(hidden)
    act("resource_delete", id=resource["id"])
    assert_hidden(hidden)


def test_deleting_it_and_taking_it_back_does_not_publish_it(act, hidden):
    act("package_delete", id=hidden["id"])
    act("package_patch", id=hidden["id"], state="active")
    assert_hidden(hidden)
    refused(act, "package_patch", id=hidden["id"], state="active", private=False)


def test_finishing_a_draft_does_not_publish_it(act, agency):
    draft = act("package_create", title="Kín", owner_org=agency["id"], private=True, state="draft",
                sensitivity="core")
    refused(act, "package_patch", id=draft["id"], state="active", private=False)
    act("package_patch", id=draft["id"], state="active")
    assert_hidden(draft)


def test_another_agency_or_none_does_not_publish_it(act, hidden):
    other = factories.Organization()
    helpers.call_action("package_owner_org_update", id=hidden["id"], organization_id=other["id"])
    assert_hidden(hidden)
    with pytest.raises(tk.ValidationError):
        helpers.call_action("package_patch", id=hidden["id"], owner_org="")
    assert_hidden(hidden)


@pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True)
def test_deleting_its_agency_does_not_publish_it(hidden, agency):
    with pytest.raises(tk.ValidationError):
        helpers.call_action("organization_delete", id=agency["id"])
    model.Session.rollback()
    assert_hidden(hidden)


@pytest.mark.ckan_config("ckan.auth.allow_dataset_collaborators", True)
@pytest.mark.ckan_config("ckan.auth.allow_collaborators_to_change_owner_org", True)
def test_a_collaborator_can_not_publish_it(hidden):
    helper = factories.User()
    helpers.call_action(
        "package_collaborator_create", id=hidden["id"], user_id=helper["id"], capacity="editor"
    )
    assert_hidden(hidden)
    refused(helpers.call_action, "package_patch", {"user": helper["name"], "ignore_auth": False},
            id=hidden["id"], private=False)
    assert_hidden(hidden)


def test_it_can_be_published_once_the_reason_is_gone(act, hidden):
    act("package_patch", id=hidden["id"], sensitivity="other", personal_data=False, private=False)
    assert is_private(hidden) is False
