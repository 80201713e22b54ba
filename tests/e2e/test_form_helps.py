"""What the dataset's form does for a publisher: recognises files, fills in from the agency, says
what would raise the score, and finds choices by what people type."""
from __future__ import annotations

import uuid

import legacy
import pytest
from browsing import choose, hold_scripts
from playwright.sync_api import Page, expect

AGENCY = "so-giao-duc-va-dao-tao"
TABLE = "Mã,Tên trường\n1,Trường tiểu học Đống Đa\n2,Trường mầm non Hoàn Kiếm\n" * 20


FILES = (
    ("tcvn3.csv", legacy.tcvn3(TABLE), "CSV", "TCVN3"),
    ("windows.csv", legacy.windows_1258(TABLE), "CSV", "windows-1258"),
    ("vni.csv", legacy.vni(TABLE), "CSV", "VNI"),
    ("moi.csv", TABLE.encode(), "CSV", "UTF-8"),
    ("truong.geojson", b'{"type": "FeatureCollection", "features": []}', "GeoJSON", "UTF-8"),
)


def _next(page: Page) -> None:
    page.locator("#dataset-edit button[name=save].btn-primary").press("Enter")


def _begin(page: Page, lang: str, title: str) -> str:
    page.goto(f"{lang}/dataset/new")
    page.fill("#field-title", title)
    _next(page)
    page.wait_for_url("**/dataset/new/*/2")
    return page.url.split("/")[-2]


@pytest.mark.parametrize("lang", ["", "/en"])
def test_a_file_is_recognised_when_it_is_chosen(staff, eyes, lang):
    page = staff("editor")
    name = _begin(page, lang, f"Tệp cũ {uuid.uuid4().hex[:8]}")
    page.goto(f"{lang}/dataset/{name}/resource/new")
    # the scripts of the page are at work once the list has its search
    expect(page.locator("#field-format + .select2-container")).to_be_visible()
    detected = page.locator(".hanoi-detected")
    # once in each language, the others in one
    for file, content, format_, encoding in FILES[: 1 if lang else None]:
        page.set_input_files("input[type=file]", files=[
            {"name": file, "mimeType": "application/octet-stream", "buffer": content}])
        expect(detected).to_contain_text(f"{format_}, {encoding}")
        expect(page.locator("#field-format")).to_have_value(format_)
        expect(page.locator("#field-encoding")).to_have_value(encoding)
        expect(page.locator("#field-size")).to_have_value(str(len(content)))
        advised = "UTF-8" in detected.inner_text().partition(encoding)[2]
        assert advised == (encoding != "UTF-8")
    page.locator("details.hanoi-more summary").press("Enter")
    eyes.look(page, "form-file")
    # what a person chose stays
    page.select_option("#field-encoding", "VISCII")
    page.set_input_files("input[type=file]", files=[
        {"name": "moi.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}])
    expect(detected).to_contain_text("CSV, UTF-8")
    expect(page.locator("#field-encoding")).to_have_value("VISCII")
    assert eyes.wrong == {}


@pytest.mark.parametrize("lang", ["", "/en"])
def test_contact_and_licence_come_from_the_agency_and_the_score_says_what_is_missing(
    staff, sysadmin, eyes, lang
):
    sysadmin("organization_patch", id=AGENCY, email="dulieu@example.org", phone="024 1022")
    sysadmin("package_create", name=f"giay-phep-{uuid.uuid4().hex[:8]}", title="Có giấy phép",
             owner_org=AGENCY, license_id="vn-luat-gddt-2023")  # fmt: skip
    page = staff("editor")
    name = _begin(page, lang, f"Liên hệ {uuid.uuid4().hex[:8]}")
    expect(page.locator("#field-contact_email")).to_have_value("dulieu@example.org")
    expect(page.locator("#field-contact_phone")).to_have_value("024 1022")
    expect(page.locator(".hanoi-filled a")).to_have_count(3)
    score = page.locator(".hanoi-form-score")
    score.locator("summary").press("Enter")
    expect(score.locator("ul")).to_contain_text("+30 điểm" if not lang else "+30 points")
    before = score.locator(".hanoi-score").inner_text()
    eyes.look(page, "form-contact")
    page.fill("#field-contact_email", "")
    _next(page)
    page.wait_for_url(f"**/dataset/new/{name}/3")
    page.goto(f"{lang}/dataset/new/{name}/1")
    choose(page, "field-theme", "giao duc")
    _next(page)
    page.wait_for_url(f"**/dataset/new/{name}/2")
    # what a person has emptied is not filled in again
    expect(page.locator("#field-contact_email")).to_have_value("")
    assert page.locator(".hanoi-score").inner_text() != before
    page.goto(f"{lang}/dataset/new/{name}/4")
    expect(page.locator(".hanoi-filled a")).to_have_count(1)
    assert page.input_value("#field-license_id")
    eyes.look(page, "form-terms")
    assert eyes.wrong == {}


def test_a_file_chosen_before_the_scripts_were_there_is_recognised(agency_admin):
    page = agency_admin
    name = _begin(page, "", f"Tệp sớm {uuid.uuid4().hex[:8]}")
    go_on = hold_scripts(page)
    page.goto(f"/dataset/{name}/resource/new")
    file, content, format_, _ = FILES[0]
    page.set_input_files("input[type=file]", files=[
        {"name": file, "mimeType": "application/octet-stream", "buffer": content}])
    expect(page.locator("#field-format + .select2-container")).to_have_count(0)
    go_on()
    expect(page.locator("#field-format")).to_have_value(format_)


def test_choices_are_found_without_accents_by_initials_and_by_old_names(staff):
    page = staff("editor")
    name = _begin(page, "", f"Lựa chọn {uuid.uuid4().hex[:8]}")
    page.goto(f"/dataset/new/{name}/3")
    for typed in ("dong da", "ĐỐNG ĐA", "p dong da"):
        choose(page, "field-spatial_coverage", typed)
        expect(page.locator("#field-spatial_coverage + .select2-container")).to_contain_text(
            "Phường Đống Đa")
        page.locator("#field-spatial_coverage").evaluate(
            "field => jQuery(field).val([]).trigger('change')")
    choose(page, "field-frequency", "hang thang")
    expect(page.locator("#field-frequency")).to_have_value("MONTHLY")


@pytest.mark.parametrize("lang", ["", "/en"])
def test_every_page_of_the_form_fits_a_phone_and_has_no_serious_finding(staff, eyes, lang):
    page = staff("editor")
    page.goto(f"{lang}/dataset/new")
    eyes.look(page, "form-1")
    name = _begin(page, lang, f"Các trang {uuid.uuid4().hex[:8]}")
    for number in (3, 5) if not lang else (3,):
        page.goto(f"{lang}/dataset/new/{name}/{number}")
        eyes.look(page, f"form-{number}")
    page.goto(f"{lang}/dataset/{name}/resource/new")
    eyes.look(page, "form-6")
    assert eyes.wrong == {}
