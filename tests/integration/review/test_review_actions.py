"""Submit, withdraw, approve, return: by five kinds of users."""
from __future__ import annotations

import email
from email.header import decode_header, make_header

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hanoi.review import mail

pytestmark = pytest.mark.usefixtures("catalog")

HIDDEN, PUBLIC = ("active", True), ("active", False)
EVERYBODY = ["", "stranger", "member", "editor", "admin", "root"]


def allowed(act, who, action, **data):
    try:
        act(who, action, **data)
    except tk.NotAuthorized:
        return False
    return True


ROLES = {
    "approve": {"admin", "root"}, "return": {"admin", "root"},
    "withdraw": {"editor", "admin", "root"}, "show": {"member", "editor", "admin", "root"},
}  # fmt: skip


def test_each_may_do_what_the_role_allows(act, submitted, visibility):
    for step, those in ROLES.items():
        for who in (who for who in EVERYBODY if who not in those):
            assert not allowed(act, who, f"hanoi_review_{step}", id=submitted["id"], remark="x")
    assert visibility(submitted) == HIDDEN
    for step, those in ROLES.items():
        for who in sorted(those):
            assert allowed(act, who, f"hanoi_review_{step}", id=submitted["id"], remark="x")
            if step != "show":
                act("admin", "package_patch", id=submitted["id"], private=True)
                act("editor", "hanoi_review_submit", id=submitted["id"])


def test_who_may_not_edit_a_dataset_can_not_submit_it(act, agency):
    hidden = act("editor", "package_create", title="Kín", owner_org=agency["id"], private=True)
    for who in ("", "stranger", "member"):
        assert not allowed(act, who, "hanoi_review_submit", id=hidden["id"])
    request = act("editor", "hanoi_review_submit", id=hidden["id"], message="Xem giúp")
    assert (request["state"], request["message"]) == ("pending", "Xem giúp")
    with pytest.raises(tk.ValidationError, match="already"):
        act("editor", "hanoi_review_submit", id=hidden["id"])


def test_an_admin_who_submits_leaves_the_decision_to_another(act, agency, visibility):
    hidden = act("admin", "package_create", title="Kín", owner_org=agency["id"], private=True)
    act("admin", "hanoi_review_submit", id=hidden["id"])
    assert visibility(hidden) == HIDDEN


def test_approval_makes_it_public_and_is_kept(act, submitted, people, visibility):
    result = act("admin", "hanoi_review_approve", id=submitted["id"], remark="Tốt")
    assert visibility(submitted) == PUBLIC
    assert result["state"] == "approved"
    shown = act("member", "hanoi_review_show", id=submitted["id"])
    [entry] = shown["history"]
    assert entry["submitted_by"]["name"] == people.editor["name"]
    assert entry["decided_by"]["title"] == "Trần Văn Duyệt"
    assert entry["remark"] == "Tốt"
    assert entry["decided"] > entry["submitted"]
    assert (shown["state"], shown["changed_fields"]) == ("public", [])


def test_a_return_needs_a_remark_and_the_dataset_can_be_submitted_again(act, submitted):
    for remark in ("", "  ", None):
        with pytest.raises(tk.ValidationError, match="remark"):
            act("admin", "hanoi_review_return", id=submitted["id"], remark=remark)
    with pytest.raises(tk.ValidationError, match="remark"):
        act("admin", "hanoi_review_return", id=submitted["id"])
    act("admin", "hanoi_review_return", id=submitted["id"], remark="Thiếu mô tả")
    shown = act("editor", "hanoi_review_show", id=submitted["id"])
    assert (shown["state"], shown["may_submit"]) == ("returned", True)
    act("editor", "package_patch", id=submitted["id"], notes="Mô tả", private=False)
    states = [one["state"] for one in
              act("editor", "hanoi_review_show", id=submitted["id"])["history"]]  # fmt: skip
    assert states == ["pending", "returned"]


def test_a_decision_is_made_once(act, submitted, visibility):
    act("admin", "hanoi_review_return", id=submitted["id"], remark="Thiếu")
    for action, more in (("approve", {}), ("return", {"remark": "x"}), ("withdraw", {})):
        with pytest.raises(tk.ValidationError, match="does not wait"):
            act("root", f"hanoi_review_{action}", id=submitted["id"], **more)
    assert visibility(submitted) == HIDDEN


def test_what_was_changed_since_the_admin_looked_is_not_approved(act, submitted, visibility):
    seen = act("admin", "hanoi_review_show", id=submitted["id"])["metadata_modified"]
    act("editor", "package_patch", id=submitted["id"], notes="Khác hẳn")
    with pytest.raises(tk.ValidationError, match="changed while you looked"):
        act("admin", "hanoi_review_approve", id=submitted["id"], metadata_modified=seen)
    assert visibility(submitted) == HIDDEN
    seen = act("admin", "hanoi_review_show", id=submitted["id"])["metadata_modified"]
    act("admin", "hanoi_review_approve", id=submitted["id"], metadata_modified=seen)
    assert visibility(submitted) == PUBLIC


def test_what_may_never_be_public_can_not_be_submitted(act, agency):
    kept = act("editor", "package_create", title="Kín", owner_org=agency["id"], private=True,
               personal_data=True)  # fmt: skip
    with pytest.raises(tk.ValidationError, match="be public"):
        act("editor", "hanoi_review_submit", id=kept["id"])
    with pytest.raises(tk.ValidationError, match="be public"):
        act("editor", "package_patch", id=kept["id"], private=False)


def test_what_became_core_data_while_it_waited_can_not_be_approved(act, submitted, visibility):
    act("editor", "package_patch", id=submitted["id"], sensitivity="core")
    with pytest.raises(tk.ValidationError, match="be public"):
        act("admin", "hanoi_review_approve", id=submitted["id"])
    assert visibility(submitted) == HIDDEN
    assert act("admin", "hanoi_review_show", id=submitted["id"])["state"] == "pending"


def test_a_list_shows_each_user_the_requests_of_the_own_agencies(act, submitted, other_agency):
    with pytest.raises(tk.NotAuthorized):
        act("", "hanoi_review_list")
    seen = {who: act(who, "hanoi_review_list")["count"] for who in EVERYBODY if who}
    assert seen == {"stranger": 0, "member": 1, "editor": 1, "admin": 1, "root": 1}
    may = {who: act(who, "hanoi_review_list")["results"][0]["may_decide"]
           for who in ("member", "editor", "admin", "root")}  # fmt: skip
    assert may == {"member": False, "editor": False, "admin": True, "root": True}


def test_a_list_is_filtered_and_sorted(act, agency):
    for title in ("Đường phố", "An toàn", "Dân số"):
        act("editor", "package_create", title=title, owner_org=agency["id"])

    def titles(**asked):
        return [one["dataset"]["title"] for one in act("admin", "hanoi_review_list",
                                                       **asked)["results"]]  # fmt: skip

    assert titles() == ["Đường phố", "An toàn", "Dân số"]
    assert titles(sort="title") == ["An toàn", "Dân số", "Đường phố"]
    assert titles(q="duong") == ["Đường phố"]
    assert titles(sort="title", limit=1, offset=1) == ["Dân số"]
    assert titles(owner_org=agency["name"], mine=True) == []
    assert titles(owner_org="khong-co") == []
    act("admin", "hanoi_review_return", id="an-toan", remark="Thiếu")
    assert titles(state="returned") == ["An toàn"]
    assert len(titles(state="all")) == 3
    with pytest.raises(tk.ValidationError, match="Choose one of"):
        titles(state="lạ")


def messages(mail_server):
    found = []
    for one in mail_server.get_smtp_messages():
        parsed = email.message_from_string(one[3])
        body = parsed.get_payload(decode=True).decode()
        found.append((one[2], str(make_header(decode_header(parsed["Subject"]))), body))
    return found


def test_admins_are_told_of_a_request_and_the_editor_of_the_decision(
    act, submitted, people, mail_server
):
    review = act("admin", "hanoi_review_show", id=submitted["id"])["pending"]
    mail.tell(review["id"])
    mail.tell(review["id"])
    [(to, subject, body)] = messages(mail_server)
    assert to == [people.admin["email"]]
    assert "Cây xanh" in subject
    assert "Nguyễn Thị Biên" in body
    assert "/dataset/cay-xanh" in body
    act("admin", "hanoi_review_return", id=submitted["id"], remark="Thiếu mô tả")
    mail.tell(review["id"])
    assert messages(mail_server)[1][0] == [people.editor["email"]]
    assert "Thiếu mô tả" in messages(mail_server)[1][2]


@pytest.mark.ckan_config("ckan.locale_default", "vi")
def test_mail_is_in_the_language_of_the_site(act, submitted, mail_server):
    mail.tell(act("admin", "hanoi_review_show", id=submitted["id"])["pending"]["id"])
    assert "For approval" not in messages(mail_server)[0][1]


def test_an_agency_without_admins_has_its_requests_sent_to_those_above(people, agency, act):
    act("root", "organization_member_delete", id=agency["id"], username=people.admin["name"])
    assert [user.name for user in mail.admins(agency["id"])] == [people.root["name"]]
