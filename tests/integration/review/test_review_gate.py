"""No way leads an editor's dataset into the public without an admin of its agency."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers

from ckanext.hanoi.review import store

pytestmark = pytest.mark.usefixtures("catalog")

HIDDEN, PUBLIC = ("active", True), ("active", False)


@pytest.fixture
def hidden(act, agency):
    return act("editor", "package_create", title="Kín", owner_org=agency["id"], private=True)


def waits(dataset):
    model.Session.expire_all()
    return store.pending(dataset["id"]) is not None


def test_what_an_editor_creates_public_waits_for_approval(act, agency, visibility, visible):
    for private in ({}, {"private": False}, {"private": "không"}):
        made = act("editor", "package_create", title="Mở", owner_org=agency["id"], **private)
        assert made["private"] is True
        assert visibility(made) == HIDDEN
        assert waits(made)
        assert not visible(made)


def test_what_an_editor_keeps_private_does_not_wait(hidden, visibility):
    assert visibility(hidden) == HIDDEN
    assert not waits(hidden)


def test_who_decides_publishes_without_asking_and_it_is_put_down(act, agency, visible):
    for who in ("admin", "root"):
        made = act(who, "package_create", title="Mở", owner_org=agency["id"])
        assert visible(made)
        [entry] = act("member", "hanoi_review_show", id=made["id"])["history"]
        assert entry["state"] == "approved"
        assert entry["asked"] is False


WAYS = {
    "patch": lambda act, d, org: act("editor", "package_patch", id=d["id"], private=False),
    "word": lambda act, d, org: act("editor", "package_patch", id=d["id"], private="no"),
    "update": lambda act, d, org: act("editor", "package_update", **{**d, "private": False}),
    "revise": lambda act, d, org: act("editor", "package_revise", match={"id": d["id"]},
                                      update={"private": False}),
    "back from deletion": lambda act, d, org: (
        act("editor", "package_delete", id=d["id"]),
        act("editor", "package_patch", id=d["id"], state="active", private=False)),
    "by way of a draft": lambda act, d, org: (
        act("editor", "package_patch", id=d["id"], state="draft", private=False),
        act("editor", "package_patch", id=d["id"], state="active")),
}  # fmt: skip


def test_an_editor_can_not_publish_a_private_dataset(act, hidden, agency, visibility, visible):
    for name, way in WAYS.items():
        way(act, hidden, agency)
        assert visibility(hidden) == HIDDEN, name
        assert waits(hidden), name
        assert not visible(hidden), name
        act("editor", "hanoi_review_withdraw", id=hidden["id"])


def test_an_agencys_bulk_action_is_not_for_editors(act, hidden, agency, visibility):
    with pytest.raises(tk.NotAuthorized):
        act("editor", "bulk_update_public", datasets=[hidden["id"]], org_id=agency["id"])
    assert visibility(hidden) == HIDDEN


def test_an_admins_bulk_action_approves_what_waits(act, submitted, agency, visibility):
    act("admin", "bulk_update_public", datasets=[submitted["id"]], org_id=agency["id"])
    assert visibility(submitted) == PUBLIC
    assert not waits(submitted)
    [entry] = act("member", "hanoi_review_show", id=submitted["id"])["history"]
    assert entry["state"] == "approved"


def test_files_do_not_publish_what_waits(act, submitted, visibility):
    resource = act("editor", "resource_create", package_id=submitted["id"],
                   url="https://example.org/a.csv")  # fmt: skip
    act("editor", "resource_patch", id=resource["id"], name="Tệp")
    assert visibility(submitted) == HIDDEN


def test_an_editor_changes_what_was_approved_and_it_is_put_down(act, submitted, people, visibility):
    act("admin", "hanoi_review_approve", id=submitted["id"])
    act("editor", "package_patch", id=submitted["id"], notes="Mới")
    act("editor", "resource_create", package_id=submitted["id"], url="https://example.org/a.csv")
    assert visibility(submitted) == PUBLIC
    shown = act("member", "hanoi_review_show", id=submitted["id"])
    assert shown["changed_fields"] == ["notes", "resources"]
    assert shown["history"][0]["changes"] == 2
    assert shown["history"][0]["changed_by"]["name"] == people.editor["name"]


def test_going_back_into_the_public_needs_approval_again(act, submitted, visibility):
    act("admin", "hanoi_review_approve", id=submitted["id"])
    act("editor", "package_patch", id=submitted["id"], private=True)
    act("editor", "package_patch", id=submitted["id"], private=False)
    assert visibility(submitted) == HIDDEN
    assert waits(submitted)


@pytest.mark.ckan_config("ckanext.hanoi.approval", "changes")
def test_where_changes_need_approval_an_editor_can_not_change_a_public_dataset(
    act, submitted, visibility
):
    act("admin", "hanoi_review_approve", id=submitted["id"])
    with pytest.raises(tk.ValidationError, match="need approval here"):
        act("editor", "package_patch", id=submitted["id"], notes="Mới")
    with pytest.raises(tk.ValidationError, match="need approval here"):
        act("editor", "resource_create", package_id=submitted["id"], url="https://example.org/a")
    act("editor", "package_patch", id=submitted["id"], notes="Mới", private=True)
    act("admin", "package_patch", id=submitted["id"], private=False)
    assert visibility(submitted) == PUBLIC


@pytest.mark.ckan_config("ckanext.hanoi.approval", "off")
def test_where_it_is_switched_off_an_editor_publishes(act, submitted, visibility):
    assert visibility(submitted) == PUBLIC
    with pytest.raises(tk.ValidationError, match="switched off"):
        act("editor", "hanoi_review_submit", id=submitted["id"])


def test_moving_to_another_agency_is_up_to_that_agency(
    act, submitted, people, other_agency, visibility
):
    act("admin", "hanoi_review_approve", id=submitted["id"])
    act("root", "organization_member_create", id=other_agency["id"],
        username=people.editor["name"], role="editor")  # fmt: skip
    act("editor", "package_patch", id=submitted["id"], owner_org=other_agency["id"])
    assert visibility(submitted) == HIDDEN
    with pytest.raises(tk.NotAuthorized):
        act("admin", "hanoi_review_approve", id=submitted["id"])
    act("stranger", "hanoi_review_approve", id=submitted["id"])
    assert visibility(submitted) == PUBLIC


@pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True)
def test_a_dataset_without_an_agency_has_nobody_to_approve_it(act, hidden, visibility):
    with pytest.raises(tk.ValidationError, match="choose an agency"):
        act("editor", "package_create", title="Mở", private=False)
    with pytest.raises(tk.ValidationError):
        act("editor", "package_patch", id=hidden["id"], owner_org="", private=False)
    assert visibility(hidden) == HIDDEN


@pytest.mark.ckan_config("ckan.auth.allow_dataset_collaborators", True)
@pytest.mark.ckan_config("ckan.auth.allow_admin_collaborators", True)
def test_a_collaborator_is_no_admin_of_the_agency(hidden, visibility):
    helper = factories.User()
    helpers.call_action("package_collaborator_create", id=hidden["id"], user_id=helper["id"],
                        capacity="admin")  # fmt: skip
    helpers.call_action("package_patch", {"user": helper["name"], "ignore_auth": False},
                        id=hidden["id"], private=False)  # fmt: skip
    assert visibility(hidden) == HIDDEN
    assert waits(hidden)


def test_the_admin_of_an_agency_above_decides_too(act, submitted, people, agency, visibility):
    above = factories.Organization(users=[{"name": people.stranger["name"], "capacity": "admin"}])
    act("root", "organization_patch", id=agency["id"], groups=[{"name": above["name"]}])
    act("stranger", "hanoi_review_approve", id=submitted["id"])
    assert visibility(submitted) == PUBLIC


def test_what_the_catalog_itself_does_is_not_held_up(agency, people, visibility):
    made = helpers.call_action("package_create", {"user": people.editor["name"]},
                               title="Thu thập", owner_org=agency["id"])  # fmt: skip
    assert visibility(made) == PUBLIC
    assert store.history(made["id"]) == []


def test_purging_a_dataset_takes_its_history_along(act, submitted):
    id_ = submitted["id"]
    act("root", "dataset_purge", id=id_)
    model.Session.expire_all()
    assert store.history(id_) == []
