"""Who reads a draft: its author, the editors and admins of its agency, and sysadmins."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("catalog")

READERS = ("author", "editor", "admin", "admin above", "sysadmin")
OTHERS = ("member", "member above", "editor elsewhere", "stranger", "")


@pytest.fixture
def people():
    names = [who for who in (*READERS, *OTHERS) if who and who != "sysadmin"]
    made = {who: factories.UserWithToken() for who in names}
    return {**made, "sysadmin": factories.SysadminWithToken(), "": {"name": "", "token": ""}}


@pytest.fixture
def draft(people):
    def members(**roles):
        return [{"name": people[who.replace("_", " ")]["name"], "capacity": role}
                for who, role in roles.items()]  # fmt: skip

    above = factories.Organization(users=members(admin_above="admin", member_above="member"))
    factories.Organization(users=members(editor_elsewhere="editor"))
    agency = factories.Organization(
        groups=[{"name": above["name"]}],
        users=members(author="editor", editor="editor", admin="admin", member="member"),
    )
    context = {"user": people["author"]["name"], "ignore_auth": False}
    made = helpers.call_action(
        "hanoi_draft_save", context, title="Chưa xong", name="chua-xong", owner_org=agency["id"]
    )
    context = {"user": people["author"]["name"], "ignore_auth": False}
    helpers.call_action("resource_create", context, package_id=made["id"], name="Tệp",
                        url="https://example.org/a.csv")  # fmt: skip
    return helpers.call_action("package_show", id=made["id"])


@pytest.fixture
def ways(app, people, draft):
    """Name of a way -> whether somebody reads the draft that way."""

    def sees(who, action, **data):
        try:
            context = {"user": people[who]["name"], "ignore_auth": False}
            return helpers.call_action(action, context, **data)
        except tk.NotAuthorized:
            return None

    def page(who, path):
        token = people[who]["token"]
        headers = {"Authorization": token} if token else {}
        answer = app.get(path, headers=headers, follow_redirects=False)
        assert answer.status_code in (200, 302, 401, 403, 404)
        return answer.status_code == 200

    def found(who, **query):
        return bool(sees(who, "package_search", **query)["results"])

    file_id = draft["resources"][0]["id"]
    return {
        "package_show": lambda who: sees(who, "package_show", id=draft["id"]),
        "resource_show": lambda who: sees(who, "resource_show", id=file_id),
        "quality": lambda who: sees(who, "hanoi_quality_show", id=draft["id"]),
        "activity": lambda who: sees(who, "package_activity_list", id=draft["id"]),
        "search": lambda who: found(who, include_drafts=True, include_private=True),
        "search for drafts": lambda who: found(who, fq="state:draft", include_drafts=True),
        "its page": lambda who: page(who, "/dataset/chua-xong"),
        "its file's page": lambda who: page(who, f"/dataset/chua-xong/resource/{file_id}"),
        "RDF": lambda who: page(who, "/dataset/chua-xong.ttl"),
    }


def test_a_draft_is_read_by_those_who_may_edit_it_by_whichever_way(ways):
    seen = {name: [who for who in (*READERS, *OTHERS) if way(who)] for name, way in ways.items()}
    assert seen == dict.fromkeys(ways, list(READERS))


def _by_author(people, action, **data):
    helpers.call_action(action, {"user": people["author"]["name"], "ignore_auth": False}, **data)


def test_a_deleted_draft_is_no_more_open_than_it_was(ways, people, draft):
    _by_author(people, "package_delete", id=draft["id"])
    for who in OTHERS:
        assert not ways["package_show"](who), who
    assert ways["package_show"]("editor")


def test_a_member_reads_what_is_finished_and_private(people, draft):
    _by_author(people, "package_patch", id=draft["id"], state="active", private=True)
    for who in (*READERS, "member"):
        context = {"user": people[who]["name"], "ignore_auth": False}
        assert helpers.call_action("package_show", context, id=draft["id"])
        context = {"user": people[who]["name"], "ignore_auth": False}
        assert helpers.call_action("package_search", context, include_private=True)["count"] == 1


@pytest.mark.ckan_config("ckan.auth.allow_dataset_collaborators", True)
@pytest.mark.parametrize(("capacity", "reads"), [("editor", True), ("member", False)])
def test_who_was_asked_to_work_on_a_draft_reads_it(people, draft, capacity, reads):
    helpers.call_action("package_collaborator_create", id=draft["id"], capacity=capacity,
                        user_id=people["stranger"]["name"])  # fmt: skip
    context = {"user": people["stranger"]["name"], "ignore_auth": False}
    if reads:
        assert helpers.call_action("package_show", context, id=draft["id"])
    else:
        with pytest.raises(tk.NotAuthorized):
            helpers.call_action("package_show", context, id=draft["id"])
