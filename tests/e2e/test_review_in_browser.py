"""Approval as an editor, an admin of the agency and a visitor meet it, by keyboard."""
from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

AGENCY = "so-giao-duc-va-dao-tao"

#: What a person reads, by language.
WORDS = {
    "": {"submit": "Gửi phê duyệt", "send": "Gửi", "return": "Trả lại kèm ý kiến",
         "give_back": "Trả lại", "approve": "Phê duyệt", "history": "Ai phê duyệt gì, khi nào",
         "waits": "đã gửi phê duyệt lúc", "public": "đã công khai",
         "returned": "trả lại", "approved": "đã phê duyệt", "look": "Xem và quyết định",
         "question": "Công khai tập dữ liệu này?", "dashboard": re.compile(r"Phê duyệt \(\d+\)")},
    "/en": {"submit": "Submit for approval", "send": "Submit", "return": "Return with a remark",
            "give_back": "Return", "approve": "Approve", "history": "Who approved what and when",
            "waits": "asked for approval", "public": "made this dataset public",
            "returned": "returned", "approved": "approved", "look": "Look and decide",
            "question": "Make this dataset public?", "dashboard": re.compile(r"Approval \(\d+\)")},
}  # fmt: skip


def _press(page: Page, role: str, name: str) -> None:
    """By keyboard: what is reached with Tab is pressed with Enter."""
    button = page.locator("[role=main]").get_by_role(role, name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def _open(page: Page, summary: str) -> None:
    line = page.locator("#hanoi-review summary", has_text=summary)
    line.focus()
    if line.locator("..").get_attribute("open") is None:
        line.press("Enter")


@pytest.mark.parametrize("lang", ["", "/en"])
def test_an_editor_submits_an_admin_returns_and_then_approves(
    page, staff, sysadmin, eyes, lang
):
    words, mark = WORDS[lang], uuid.uuid4().hex[:8]
    editor, admin = staff("editor"), staff("admin")
    name = f"truong-{mark}"
    sysadmin("package_create", name=name, title=f"Trường {mark}", owner_org=AGENCY, private=True)
    address = f"{lang}/dataset/{name}"

    editor.goto(address)
    _open(editor, words["submit"])
    editor.locator("#review-message").press_sequentially("Số liệu đến 30/9")
    _press(editor, "button", words["send"])
    expect(editor.locator("#hanoi-review")).to_contain_text(words["waits"])
    eyes.look(editor, "review-waits")
    assert page.goto(address).status == 404

    admin.goto(f"{lang}/dashboard/datasets")
    eyes.look(admin, "review-dashboard")
    admin.get_by_role("link", name=words["dashboard"]).press("Enter")
    row = admin.locator(".hanoi-reviews tr", has_text=mark)
    expect(row).to_contain_text("Nguyễn Thị Biên")
    expect(row).to_contain_text("Số liệu đến 30/9")
    eyes.look(admin, "review-list")
    row.get_by_role("link", name=words["look"]).press("Enter")
    admin.wait_for_url(f"**{address}#hanoi-review")
    _open(admin, words["return"])
    admin.locator("#review-remark").press_sequentially("Thiếu mô tả.")
    eyes.look(admin, "review-decide")
    _press(admin, "button", words["give_back"])
    expect(admin.locator("#hanoi-review blockquote")).to_have_text("Thiếu mô tả.")

    editor.goto(address)
    expect(editor.locator("#hanoi-review blockquote")).to_have_text("Thiếu mô tả.")
    eyes.look(editor, "review-returned")
    editor.goto(f"{lang}/dataset/edit/{name}")
    editor.fill("#field-notes", "Danh sách các trường mầm non công lập.")
    editor.locator("#dataset-edit button[name=save].btn-primary").press("Enter")
    editor.wait_for_url(f"**{address}")
    _open(editor, words["submit"])
    _press(editor, "button", words["send"])
    expect(editor.locator("#hanoi-review")).to_contain_text(words["waits"])

    admin.goto(f"{lang}/hanoi/review?q={mark}")
    _press(admin, "button", words["approve"])
    # by a script, or by the server where the script is not there yet
    question = admin.locator("#ckan-confirm-modal, [role=main]").last
    expect(question).to_contain_text(words["question"])
    assert page.goto(address).status == 404
    question.locator("button.btn-primary, button.btn-danger").last.press("Enter")
    expect(admin.locator(".alert-success")).to_be_visible()
    assert page.goto(address).status == 200
    expect(page.locator("#hanoi-review")).to_have_count(0)

    editor.goto(address)
    expect(editor.locator("#hanoi-review")).to_contain_text(words["public"])
    _open(editor, words["history"])
    rows = editor.locator("#hanoi-review tbody tr")
    expect(rows).to_have_count(2)
    for row, state in ((rows.nth(0), words["approved"]), (rows.nth(1), words["returned"])):
        expect(row).to_contain_text(state)
        expect(row).to_contain_text("Nguyễn Thị Biên")
        expect(row).to_contain_text("Trần Văn Duyệt")
        assert len(re.findall(r"\d{4}.{1,12}\d\d:\d\d", row.inner_text())) == 2
    eyes.look(editor, "review-public")
    assert eyes.wrong == {}
