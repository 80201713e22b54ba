"""Drafts: saved on any page of the form, found again, gone on with, deleted after a question."""
from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

WORDS = {
    "": {"save": "Lưu bản nháp", "mine": "Bản nháp của tôi", "continue": "Tiếp tục",
         "delete": "Xóa", "cancel": "Hủy", "ask": "Xóa bản nháp này?"},
    "/en": {"save": "Save draft", "mine": "My drafts", "continue": "Continue",
            "delete": "Delete", "cancel": "Cancel", "ask": "Delete this draft?"},
}  # fmt: skip


def _save(page: Page, words: dict[str, str]) -> None:
    page.get_by_role("button", name=words["save"]).press("Enter")
    page.wait_for_url("**/hanoi/drafts")


def _draft(page: Page, mark: str):
    return page.locator(".hanoi-drafts li", has_text=mark)


@pytest.mark.parametrize("lang", ["", "/en"])
def test_a_draft_is_saved_on_every_page_and_gone_on_with(staff, eyes, lang):
    page, words, mark = staff("editor"), WORDS[lang], uuid.uuid4().hex[:8]
    page.goto(f"{lang}/dataset/new")
    page.fill("#field-notes", f"Mô tả {mark}")
    _save(page, words)
    # without a title it has no name to be found by
    page.locator(".hanoi-drafts a.btn-primary").first.press("Enter")
    page.wait_for_url("**/1")
    expect(page.locator("#field-notes")).to_have_value(f"Mô tả {mark}")
    page.fill("#field-title", f"Nháp {mark}")
    _save(page, words)
    expect(page.locator(".alert-success")).to_be_visible()
    eyes.look(page, "drafts")
    pages = ((2, "contact_name", "Chuyên viên"), (3, "modified", "9/2025"))
    for number, field, value in pages if not lang else ():
        page.goto(f"{lang}/dataset/new/nhap-{mark}/{number}")
        page.fill(f"#field-{field}", value)
        _save(page, words)
        page.goto(f"{lang}/dataset/new/nhap-{mark}/{number}")
        assert page.input_value(f"#field-{field}") in (value, f"0{value}")
    page.goto(f"{lang}/dataset/nhap-{mark}/resource/new")
    page.fill("#field-name", "Tệp")
    page.click("label[for=field-resource-url-link], button:has(.fa-globe)")
    page.fill("[name=url]", "https://example.org/a.csv")
    _save(page, words)
    page.goto(f"{lang}/dataset/nhap-{mark}")
    expect(page.locator(".resource-list")).to_contain_text("Tệp")

    page.goto(f"{lang}/dashboard/datasets")
    page.get_by_role("link", name=words["mine"]).press("Enter")
    _draft(page, mark).get_by_role("link", name=words["delete"]).press("Enter")
    expect(page.locator("h1")).to_have_text(words["ask"])
    eyes.look(page, "draft-delete")
    page.get_by_role("link", name=words["cancel"]).press("Enter")
    expect(_draft(page, mark)).to_have_count(1)
    _draft(page, mark).get_by_role("link", name=words["delete"]).press("Enter")
    page.get_by_role("button", name=words["delete"]).press("Enter")
    expect(page.locator(".alert-success")).to_be_visible()
    expect(_draft(page, mark)).to_have_count(0)
    assert eyes.wrong == {}


def test_the_enter_key_goes_on_and_saves_no_draft_and_publishes_nothing(staff):
    page, mark = staff("editor"), uuid.uuid4().hex[:8]
    page.goto("/dataset/new")
    page.locator("#field-title").press_sequentially(f"Phím Enter {mark}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/dataset/new/phim-enter-{mark}/2")
    page.locator("#field-contact_name").press("Enter")
    page.wait_for_url(f"**/dataset/new/phim-enter-{mark}/3")
    page.goto(f"/dataset/phim-enter-{mark}/resource/new")
    page.locator("#field-name").press_sequentially("Tệp")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.url.endswith(f"/dataset/phim-enter-{mark}/resource/new")
    expect(page.locator("#field-name")).to_have_value("Tệp")
