"""By a page, a dataset that lacks a file, a description or a theme is not made public unasked."""
from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("catalog")

FILE = {"name": "Tệp", "url": "https://example.org/a.csv"}
WHOLE = {"notes": "Mô tả", "theme": ["giao-duc"], "resources": [FILE]}


@pytest.fixture
def people():
    return {role: factories.UserWithToken() for role in ("editor", "admin")}


@pytest.fixture
def agency(people):
    users = [{"name": user["name"], "capacity": role} for role, user in people.items()]
    return factories.Organization(title="Sở Y tế", users=users)


@pytest.fixture
def send(app, people):
    """Get or post a page as somebody: (status, address in the end, its text)."""

    def go(role, path, data=None):
        headers = {"Authorization": people[role]["token"]}
        method = app.get if data is None else app.post
        answer = method(f"/vi{path}", headers=headers, **({} if data is None else {"data": data}))
        page = BeautifulSoup(answer.body, "html.parser")
        return answer.request.path, " ".join(page.get_text(" ").split()), page

    return go


def _draft(people, agency, **more):
    context = {"user": people["editor"]["name"], "ignore_auth": False}
    return helpers.call_action("hanoi_draft_save", context, title="Bệnh viện", name="benh-vien",
                               owner_org=agency["id"], **more)  # fmt: skip


def _state(name="benh-vien"):
    model.Session.expire_all()
    package = model.Package.get(name)
    return package.state, package.private


def _waits():
    found = helpers.call_action("hanoi_review_show", {"ignore_auth": True, "user": ""},
                                id="benh-vien")  # fmt: skip
    return bool(found["pending"])


EMPTY_FILE = {"save": "go-metadata", "id": "", "url": "", "name": ""}


@pytest.mark.parametrize(
    ("role", "button", "ends"),
    [("editor", "Gửi phê duyệt", ("active", True)), ("admin", "Công bố", ("active", False))],
)
def test_the_last_step_says_what_it_does_and_asks_where_something_is_missing(
    send, people, agency, role, button, ends
):
    _draft(people, agency)
    form = send(role, "/dataset/benh-vien/resource/new")[2]
    assert form.select_one("button[value=go-metadata]").get_text(strip=True) == button
    path, text, page = send(role, "/dataset/benh-vien/resource/new", EMPTY_FILE)
    assert path == f"/vi/hanoi/publish/{model.Package.get('benh-vien').id}"
    missing = [item.get_text() for item in page.select("ul.hanoi-lacking a")]
    assert missing == ["Tệp và liên kết", "Mô tả", "Lĩnh vực"]
    assert _state() == ("draft", False)
    for link in page.select("ul.hanoi-lacking a"):
        address = re.sub("^/vi", "", link["href"])
        assert send(role, address)[2].select_one(f"#{address.partition('#')[2] or 'field-name'}")
    assert button.lower() in text.lower()
    send(role, "/hanoi/publish/benh-vien", {})
    assert _state() == ends
    assert _waits() is (role == "editor")


def test_a_file_given_in_the_last_step_is_kept_when_the_page_asks(send, people, agency):
    _draft(people, agency)
    path, _text, page = send("editor", "/dataset/benh-vien/resource/new",
                             {**EMPTY_FILE, **FILE})  # fmt: skip
    assert path.startswith("/vi/hanoi/publish/")
    assert [item.get_text() for item in page.select("ul.hanoi-lacking a")] == ["Mô tả", "Lĩnh vực"]
    assert [one.name for one in model.Package.get("benh-vien").resources] == ["Tệp"]


def test_a_whole_dataset_is_published_without_a_question(send, people, agency):
    _draft(people, agency, notes="Mô tả", theme=["giao-duc"])
    path, _text, _page = send("admin", "/dataset/benh-vien/resource/new", {**EMPTY_FILE, **FILE})
    assert path == "/vi/dataset/benh-vien"
    assert _state() == ("active", False)


def test_the_edit_form_keeps_what_was_written_and_asks(send, people, agency):
    factories.Dataset(name="benh-vien", title="Bệnh viện", notes="", owner_org=agency["id"],
                      private=True)  # fmt: skip
    path, _text, _page = send("admin", "/dataset/edit/benh-vien/4",
                              {"private": "False", "rights": "Ghi nguồn"})  # fmt: skip
    assert path.startswith("/vi/hanoi/publish/")
    assert _state() == ("active", True)
    assert model.Package.get("benh-vien").extras["rights"] == "Ghi nguồn"
    send("admin", "/hanoi/publish/benh-vien", {})
    assert _state() == ("active", False)


def test_what_is_public_is_edited_without_a_question(send, people, agency):
    factories.Dataset(name="benh-vien", notes="", owner_org=agency["id"])
    path, _text, _page = send("admin", "/dataset/edit/benh-vien/4", {"rights": "Ghi nguồn"})
    assert path == "/vi/dataset/benh-vien"
    assert _state() == ("active", False)


def test_the_agencys_page_leaves_out_what_lacks_something_and_says_so(send, people, agency):
    for name, more in (("benh-vien", {"notes": ""}), ("tram-y-te", WHOLE)):
        factories.Dataset(name=name, title=name, owner_org=agency["id"], private=True, **more)
    _path, text, _page = send(
        "admin", f"/organization/bulk_process/{agency['name']}",
        {"bulk_action.public": "public",
         **{f"dataset_{model.Package.get(name).id}": "on" for name in ("benh-vien", "tram-y-te")}},
    )  # fmt: skip
    assert _state("tram-y-te") == ("active", False)
    assert _state() == ("active", True)
    assert "benh-vien: còn thiếu: Tệp và liên kết, Mô tả, Lĩnh vực" in text


def test_who_approves_sees_what_is_missing_before(send, people, agency):
    _draft(people, agency)
    context = {"user": people["editor"]["name"], "ignore_auth": False}
    helpers.call_action("hanoi_review_submit", context, id="benh-vien")
    missing = "Còn thiếu: Tệp và liên kết, Mô tả, Lĩnh vực"
    for address in ("/hanoi/review", "/dataset/benh-vien"):
        _path, text, page = send("admin", address)
        assert missing in text
        assert page.select_one("form[action*=approve] button")["value"].endswith(missing)
    send("admin", "/hanoi/review/benh-vien/approve", {})
    assert _state() == ("active", False)


def test_programs_are_not_asked(app, people, agency):
    for role, private in (("admin", False), ("editor", True)):
        answer = app.post(
            "/api/action/package_create", headers={"Authorization": people[role]["token"]},
            json={"name": f"cua-{role}", "title": "Y tế", "owner_org": agency["id"],
                  "private": False},
        )  # fmt: skip
        assert answer.json["result"]["private"] is private


def test_the_question_is_for_those_who_may_edit(app, people, agency):
    _draft(people, agency)
    member = factories.UserWithToken()
    for headers in ({}, {"Authorization": member["token"]}):
        for method in (app.get, app.post):
            answer = method("/hanoi/publish/benh-vien", headers=headers, follow_redirects=False)
            assert answer.status_code in (302, 403, 404)
    assert _state() == ("draft", False)
