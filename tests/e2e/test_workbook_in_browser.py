"""A publisher takes the workbook of the agency, fills it in and sends it back, with a worker."""
from __future__ import annotations

import uuid

import pytest
import spreadsheets
from playwright.sync_api import expect

AGENCY = "so-giao-duc-va-dao-tao"
ENDED = 60_000  # ms, on a busy machine

#: What a person reads, by language.
WORDS = {
    "": {"sheet": "Dữ liệu", "title": "Tên tập dữ liệu", "notes": "Mô tả",
         "often": "Tần suất cập nhật",
         "download": "Tải bảng tính", "send": "Gửi bảng tính", "show": "Xem những gì sẽ thay đổi",
         "write": "Ghi", "finished": "hoàn thành", "ready": "chờ xác nhận"},
    "/en": {"sheet": "Datasets", "title": "Title", "notes": "Description",
            "often": "Update frequency",
            "download": "Download the workbook", "send": "Send a workbook",
            "show": "Show what would change", "write": "Write", "finished": "finished",
            "ready": "waits for your word"},
}  # fmt: skip


@pytest.mark.parametrize("lang", ["", "/en"])
def test_a_workbook_goes_out_is_filled_in_and_comes_back(
    agency_admin, sysadmin, worker, eyes, complaints, tmp_path, lang
):
    page, words = agency_admin, WORDS[lang]
    mark = uuid.uuid4().hex[:8]
    sysadmin("package_create", title=f"Trường mầm non {mark}", owner_org=AGENCY, notes="Cũ")
    page.goto(f"{lang}/organization/{AGENCY}")
    eyes.look(page, "workbook-agency")
    with page.expect_download() as download:
        page.get_by_role("link", name=words["download"]).first.click()
    workbook = download.value.path().read_bytes()
    assert download.value.suggested_filename == f"{AGENCY}.xlsx"
    page.get_by_role("link", name=words["send"]).first.click()

    def change(sheets):
        grid = sheets[words["sheet"]]
        title, notes, often = (grid[0].index(words[n]) for n in ("title", "notes", "often"))
        row = next(row for row in grid if row[title] == f"Trường mầm non {mark}")
        row[notes] = "Danh sách các trường mầm non công lập, do các trường báo cáo."
        for text in (f"Chợ {mark}", f"Bến xe {mark}"):
            grid.append([""] * len(grid[0]))
            grid[-1][title] = text
        grid[-1][often] = "bao giờ cũng được"

    file = tmp_path / "danh-muc.xlsx"
    page.set_input_files("#field-upload", files=[
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}])  # fmt: skip
    page.get_by_role("button", name=words["show"]).click()
    expect(page.locator("#upload-error")).to_contain_text("PDF")
    eyes.look(page, "workbook-refused")
    file.write_bytes(spreadsheets.edited(workbook, change))
    page.set_input_files("#field-upload", file)
    page.get_by_role("button", name=words["show"]).click()
    page.wait_for_url("**/hanoi/import/*-*")
    expect(page.locator("[aria-live] .badge")).to_have_text(words["ready"], timeout=ENDED)
    for name, number in (("create", "1"), ("update", "1"), ("error", "1")):
        expect(page.locator(f"[data-count={name}]")).to_have_text(number)
    page.select_option("#f-result", "update")
    page.get_by_role("button", name="Xem" if not lang else "Show", exact=True).click()
    expect(page.locator(".hanoi-import-row")).to_have_count(1)
    expect(page.locator(".hanoi-import-row td").first).to_have_text("Cũ")
    page.go_back()
    eyes.look(page, "workbook-preview")
    page.locator(".hanoi-buttons").get_by_role("button", name=words["write"]).click()
    expect(page.locator("[aria-live] .badge")).to_have_text(words["finished"], timeout=ENDED)
    expect(page.locator("[data-count=done]")).to_have_text("2")
    eyes.look(page, "workbook-done")
    page.goto(f"{lang}/hanoi/import")
    expect(page.locator("table tbody tr").first).to_contain_text("danh-muc.xlsx")
    eyes.look(page, "workbook-list")
    shown = sysadmin("package_search", q=f'title:"{mark}"')["results"]
    assert sorted(one["title"] for one in shown) == [f"Chợ {mark}", f"Trường mầm non {mark}"]
    assert eyes.wrong == {}
    # pictures of users come from elsewhere, which a test cannot reach
    assert [one for one in complaints if "ERR_NAME_NOT_RESOLVED" not in one] == []
