"""The dataset's form in a browser: by keyboard, on a phone, with and without scripts."""
from __future__ import annotations

import itertools
import time

import pytest
from browsing import choose
from playwright.sync_api import Page, expect

_number = itertools.count(int(time.time()))


@pytest.fixture
def editor(page, site) -> Page:
    """A window in which the admin is logged in."""
    return _log_in(page, site)


def _log_in(page: Page, site) -> Page:
    page.goto("/user/login")
    page.fill("input[name=login]", site.admin)
    page.fill("input[name=password]", site.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/dashboard**")
    return page


def _continue(page: Page) -> None:
    button = page.locator("#dataset-edit button[name=save].btn-primary")
    button.focus()
    page.keyboard.press("Enter")


def _start(page: Page, title: str) -> str:
    """Fill in the first page and go on; returns the dataset's name."""
    name = f"thu-nghiem-{next(_number)}"
    page.goto("/dataset/new")
    page.fill("#field-title", title)
    page.locator("#field-name").evaluate("(field, name) => { field.value = name }", name)
    choose(page, "field-organizations", "sgdvdt")
    choose(page, "field-theme", "giao duc")
    _continue(page)
    page.wait_for_url(f"**/dataset/new/{name}/2")
    return name


def test_a_dataset_is_made_by_keyboard_without_typing_an_accent_in_a_list(editor, screenshots):
    name = _start(editor, "Trường mầm non công lập")
    editor.screenshot(path=screenshots / "dataset-form.png", full_page=True)
    editor.fill("#field-contact_email", "dulieu@hanoi.gov.vn")
    _continue(editor)
    choose(editor, "field-frequency", "hang nam")
    choose(editor, "field-spatial_coverage", "dong da", "p ba dinh")
    editor.fill("#field-modified", "30/09/2025")
    _continue(editor)
    choose(editor, "field-license_id", "dieu 43")
    _continue(editor)
    _continue(editor)
    editor.wait_for_url(f"**/dataset/{name}/resource/new")
    editor.fill("#field-name", "Tệp")
    expect(editor.locator("button[value=go-metadata]")).to_have_text("Công bố")
    expect(editor.locator(".hanoi-lacking")).to_have_text("Còn thiếu: Mô tả")
    editor.click("button[value=go-metadata]")
    editor.wait_for_url("**/hanoi/publish/*")
    expect(editor.locator("ul.hanoi-lacking a")).to_have_text(["Mô tả"])
    editor.get_by_role("button", name="Vẫn công bố").press("Enter")
    editor.wait_for_url(f"**/dataset/{name}")
    facts = editor.locator(".hanoi-facts")
    for words in ("Sở Giáo dục và Đào tạo", "30/09/2025", "Hằng năm", "Phường Đống Đa",
                  "Phường Ba Đình"):
        expect(facts).to_contain_text(words)
    expect(editor.locator(".hanoi-terms")).to_contain_text("Điều 43")
    editor.screenshot(path=screenshots / "dataset-page.png", full_page=True)


def test_visibility_follows_what_is_said_of_the_data(editor):
    name = _start(editor, "Dữ liệu kín")
    editor.goto(f"/dataset/new/{name}/4")
    visibility = editor.locator("#field-private")
    editor.select_option("#field-sensitivity", "core")
    expect(visibility).to_have_value("True")
    expect(editor.locator("#field-private option[value=False]")).to_be_disabled()
    expect(editor.locator(".hanoi-visibility-note")).not_to_be_empty()
    editor.select_option("#field-sensitivity", "other")
    expect(editor.locator(".hanoi-visibility-note")).to_be_empty()
    editor.check("input[name=personal_data][value=true]")
    expect(visibility).to_have_value("True")


def test_an_error_leads_to_its_field_and_can_be_corrected(editor):
    name = _start(editor, "Sai ngày")
    editor.goto(f"/dataset/new/{name}/3")
    editor.fill("#field-temporal_start", "02/2025")
    editor.fill("#field-temporal_end", "01/2025")
    _continue(editor)
    editor.click(".error-explanation a")
    assert editor.evaluate("location.hash") == "#field-temporal_end"
    editor.fill("#field-temporal_end", "Quý IV/2025")
    _continue(editor)
    editor.wait_for_url(f"**/dataset/new/{name}/4")


def test_the_form_fits_a_phone(editor, screenshots):
    editor.set_viewport_size({"width": 360, "height": 740})
    editor.goto("/dataset/new")
    editor.screenshot(path=screenshots / "dataset-form-phone.png", full_page=True)
    form = editor.locator("#dataset-edit").bounding_box()
    assert form is not None
    assert form["x"] >= 0
    assert form["x"] + form["width"] <= 360
    for box in (editor.locator(f"#{field}").bounding_box() for field in
                ("field-title", "field-notes", "field-title_en")):
        assert box is not None
        assert box["x"] + box["width"] <= 360


def test_the_form_works_without_scripts(chromium, site):
    context = chromium.new_context(base_url=site.url, locale="vi-VN", java_script_enabled=False)
    page = _log_in(context.new_page(), site)
    name = f"thu-nghiem-{next(_number)}"
    page.goto("/dataset/new")
    page.fill("#field-title", "Không cần kịch bản")
    page.fill("#field-name", name)
    page.select_option("#field-organizations", label="Sở Y tế")
    page.select_option("#field-theme", "y-te")
    page.click("#dataset-edit button[name=save].btn-primary")
    page.wait_for_url(f"**/dataset/new/{name}/2")
    page.goto(f"/dataset/new/{name}/1")
    assert page.locator("#field-theme").evaluate("field => field.value") == "y-te"
    context.close()
