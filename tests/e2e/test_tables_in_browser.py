"""A publisher uploads a table, sees what was found, and accepts what its columns mean."""
from __future__ import annotations

import uuid

import pytest

from devstack.environment import ROOT

AGENCY = "so-giao-duc-va-dao-tao"
SOURCES = ROOT / "devstack" / "samples" / "sources"
SCHOOLS = "Mã,Tên trường,Số trẻ (người),Ngày thành lập\n" + "".join(
    f"{n:05},Trường mầm non {n},{n * 7 % 300},{n % 28 + 1:02}/09/2001\n" for n in range(40)
) + "00040,Trường mầm non 40,chưa rõ,31/02/2001\n"


@pytest.fixture
def uploaded(agency_admin, sysadmin, site):
    """Addresses of resources: an own table with errors and a real workbook."""
    found = {}
    for name, content in (
        ("truong.csv", SCHOOLS.encode()),
        ("du-toan.xls", (SOURCES / "mof_Plan_2008.xls").read_bytes()),
    ):
        dataset = sysadmin("package_create", name=f"bang-{uuid.uuid4().hex[:8]}",
                           title=f"Bảng {name}", notes="Bảng mẫu", owner_org=AGENCY,
                           private=False)  # fmt: skip
        token = sysadmin("api_token_create", user=site.admin, name="upload")["token"]
        answer = agency_admin.context.request.post(
            "/api/3/action/resource_create", headers={"Authorization": token},
            multipart={"package_id": dataset["id"], "name": name, "url": name, "upload": {
                "name": name, "mimeType": "application/octet-stream", "buffer": content}},
        )  # fmt: skip
        assert answer.ok, answer.text()
        resource = answer.json()["result"]
        site.ckan("hanoi", "tables", "check", resource["id"])
        found[name] = (f"/dataset/{dataset['name']}/resource/{resource['id']}", resource["id"])
    return found


def test_a_table_is_shown_and_its_dictionary_accepted(
    agency_admin, uploaded, screenshots, findings, complaints
):
    page = agency_admin
    address, id_ = uploaded["truong.csv"]
    page.goto(address)
    section = page.locator("section.hanoi-table")
    assert section.get_by_role("heading", name="Bảng dữ liệu").is_visible()
    assert section.get_by_text("số nguyên").first.is_visible()
    assert section.get_by_text("“chưa rõ” không phải là số nguyên").is_visible()
    assert findings(page) == []
    page.screenshot(path=screenshots / "table-resource-vi.png", full_page=True)

    section.get_by_role("link", name="Xem và chấp nhận").click()
    assert page.input_value("#unit-3") == "người"
    page.fill("#description-2", "Tên đầy đủ của trường")
    assert findings(page) == []
    page.screenshot(path=screenshots / "table-dictionary-vi.png", full_page=True)
    page.get_by_role("button", name="Chấp nhận phần giải thích các cột").click()
    page.wait_for_url(f"**/hanoi/tables/{id_}")
    assert page.get_by_text("Phần giải thích các cột đã lưu vào tài nguyên.").is_visible()
    assert page.get_by_text("Tên đầy đủ của trường").is_visible()
    assert findings(page) == []
    page.screenshot(path=screenshots / "table-report-vi.png", full_page=True)

    page.get_by_role("button", name="Kiểm tra lại").click()
    assert page.get_by_text("đang được kiểm tra lại").is_visible()
    assert complaints == []


def test_a_visitor_reads_a_real_workbook_in_english_and_on_a_phone(
    page, uploaded, screenshots, findings
):
    address, id_ = uploaded["du-toan.xls"]
    page.context.clear_cookies()
    page.goto(f"/en{address}")
    section = page.locator("section.hanoi-table")
    assert section.get_by_text("Columns: types, values, meaning").is_visible()
    assert section.get_by_role("button", name="Check again").count() == 0
    page.screenshot(path=screenshots / "table-resource-en.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"/en/hanoi/tables/{id_}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert findings(page) == []
    page.screenshot(path=screenshots / "table-report-en-phone.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/hanoi/tables")
    assert page.get_by_role("link", name="truong.csv").first.is_visible()
    assert findings(page) == []
    page.screenshot(path=screenshots / "table-list-vi.png", full_page=True)
