"""The harvester in the browser, as the admin of an agency uses it, with a real worker."""
from __future__ import annotations

import re
import time
import uuid

import pytest
from playwright.sync_api import Page, expect

AGENCY = "so-giao-duc-va-dao-tao"
ENDED = 60_000  # ms, for a run on a busy machine


def _number(page: Page, name: str):
    return page.locator(f"[data-count={name}]")


def _press(page: Page, label: str) -> None:
    page.locator(".hanoi-buttons").get_by_role("button", name=label).click()


def _confirm(page: Page, question: str) -> None:
    """Say yes: in CKAN's dialogue, or on the page that asks before its script is there."""
    expect(page.locator("#ckan-confirm-modal, [role=main] h1").last).to_contain_text(question)
    page.locator("#ckan-confirm-yes").or_(
        page.get_by_role("button", name="Xác nhận", exact=True)
    ).click()


def _wait_for(page: Page, status: str) -> None:
    """The open page of a run comes to this status by itself."""
    expect(page.locator("[aria-live] .badge")).to_have_text(status, timeout=ENDED)


def _harvest(page: Page, source: str, status: str) -> None:
    page.goto(f"/hanoi/harvest/source/{source}")
    _press(page, "Thu thập ngay")
    page.wait_for_url("**/hanoi/harvest/run/**")
    _wait_for(page, status)


@pytest.fixture
def source(sysadmin, portal, worker):
    """A source with ten datasets of the agency: its name and its portal."""
    url, datasets = portal.add(10)
    name = f"nguon-{uuid.uuid4().hex[:8]}"
    sysadmin("hanoi_source_create", name=name, title=f"Cổng {name}", url=url, kind="ckan",
             owner_org=AGENCY)
    return name, datasets


def test_an_admin_adds_a_source_tries_it_and_harvests_it(agency_admin, portal, worker, complaints):
    page = agency_admin
    url, _datasets = portal.add(10)
    name = f"nguon-{uuid.uuid4().hex[:8]}"
    page.goto("/hanoi/harvest")
    page.get_by_role("link", name="Thêm nguồn").click()
    for kind in ("inventory", "ckan"):
        page.select_option("#field-kind", kind)
        expect(page.locator(".hanoi-options:visible")).to_have_count(1)
        expect(page.locator(f".hanoi-options[data-kind={kind}]")).to_be_visible()
    page.fill("#field-title", "Cổng mẫu")
    page.fill("#field-name", name)
    page.fill("#field-url", url)
    page.get_by_role("button", name="Thử", exact=True).click()
    expect(page.locator("#preview .hanoi-change")).to_have_count(10)
    expect(page.locator("#field-name")).to_have_value(name)
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.wait_for_url(f"**/hanoi/harvest/source/{name}")
    page.get_by_role("link", name="Xem trước").click()
    expect(page.locator("h1")).to_contain_text("Cổng mẫu")
    expect(page.locator(".hanoi-change-created")).to_have_count(10)
    _press(page, "Thu thập ngay")
    page.wait_for_url("**/hanoi/harvest/run/**")
    _wait_for(page, "hoàn thành")
    expect(_number(page, "created")).to_have_text("10")
    page.fill("#f-q", " 7: ")
    page.select_option("#f-action", "created")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.locator("table tbody tr")).to_have_count(1)
    page.locator("table tbody a").click()
    page.wait_for_url("**/dataset/*")
    expect(page.locator(".hanoi-origin a")).to_have_text("Cổng mẫu")
    assert complaints == []


def test_a_wrong_address_is_told_at_its_field(agency_admin):
    page = agency_admin
    page.goto("/hanoi/harvest/source/new")
    page.fill("#field-name", f"nguon-{uuid.uuid4().hex[:8]}")
    page.fill("#field-url", "ftp://example.org/")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator(".form-group.error #field-url, .error #field-url")).to_have_count(1)


def test_a_removal_is_held_until_an_admin_says_what_becomes_of_it(agency_admin, source, complaints):
    page = agency_admin
    name, datasets = source
    _harvest(page, name, "hoàn thành")
    kept = dict(list(datasets.datasets.items())[:2])
    datasets.datasets = kept
    _harvest(page, name, "chờ quyết định")
    expect(page.locator(".alert-warning")).to_contain_text("8")
    _press(page, "Từ chối")
    expect(page.locator("#ckan-confirm-modal")).to_have_count(0)
    _wait_for(page, "hoàn thành")
    expect(page.locator(".alert-warning")).to_contain_text("từ chối")
    expect(_number(page, "removed")).to_have_text("0")
    _harvest(page, name, "chờ quyết định")
    _press(page, "Chấp thuận")
    _confirm(page, "thời gian chờ")
    _wait_for(page, "hoàn thành")
    expect(_number(page, "missing")).to_have_text("8")
    assert complaints == []


def test_a_running_page_is_alive_a_run_is_stopped_and_what_failed_is_tried_again(
    agency_admin, source, sysadmin, complaints
):
    page = agency_admin
    name, portal = source
    sysadmin("hanoi_source_update", id=name, config="page_size: 4")
    portal.datasets["khong-ten"] = {"title": "Không tên", "metadata_modified": "2026-01-01"}
    search = portal.package_search

    def slow(query):
        time.sleep(3)
        return search(query)

    portal.package_search = slow
    page.goto(f"/hanoi/harvest/source/{name}")
    _press(page, "Thu thập ngay")
    page.wait_for_url("**/hanoi/harvest/run/**")
    expect(_number(page, "seen")).not_to_have_text("0", timeout=ENDED)
    _press(page, "Dừng")
    _confirm(page, "Dừng")
    _wait_for(page, "đã dừng")
    portal.package_search = search
    _harvest(page, name, "hoàn thành")
    expect(_number(page, "failed")).to_have_text("1")
    page.get_by_role("link", name="Chỉ hiện các bản ghi có nguyên nhân").click()
    expect(page.locator("#changes ~ .table-responsive tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    rows = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert (len(rows), "Không tên" in rows[1]) == (2, True)
    # a record that could not even be read has nothing to be tried again: it is said so
    _press(page, "Thử lại các bản ghi lỗi")
    expect(page.locator(".flash-messages")).to_contain_text("hãy thu thập lại cả nguồn")
    assert complaints == []


def test_a_source_is_edited_a_dataset_detached_and_the_source_deleted(
    agency_admin, source, sysadmin
):
    page = agency_admin
    name, datasets = source
    _harvest(page, name, "hoàn thành")
    page.goto(f"/hanoi/harvest/source/{name}")
    page.get_by_role("link", name="Sửa", exact=True).click()
    page.select_option("#field-schedule", "daily")
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.wait_for_url(f"**/hanoi/harvest/source/{name}")
    expect(page.locator(".hanoi-facts")).to_contain_text("hằng ngày")
    dataset = next(iter(datasets.datasets))
    page.goto(f"/dataset/{dataset}")
    page.get_by_role("button", name="Tách khỏi nguồn").click()
    expect(page.locator(".hanoi-origin")).to_contain_text("Đã tách")
    page.goto(f"/hanoi/harvest/source/{name}")
    page.locator(".hanoi-buttons").get_by_role("link", name="Xóa").click()
    page.check("#d-remove")
    page.locator("form:has(#d-remove) button[type=submit]").click()
    page.wait_for_url("**/hanoi/harvest")
    expect(page.locator(".flash-messages")).to_contain_text("Đã xóa nguồn")
    assert page.goto(f"/dataset/{dataset}").status == 200
    gone = sysadmin("package_show", id=list(datasets.datasets)[1])
    assert gone["state"] == "deleted"


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_pages_of_the_harvester_fit_a_phone_and_speak_one_language(
    agency_admin, source, screenshots, language
):
    page = agency_admin
    name, _datasets = source
    _harvest(page, name, "hoàn thành")
    run = page.url.split("/hanoi/")[1]
    wide, foreign = [], []
    for number, address in enumerate((
        "harvest", "harvest/source/new", f"harvest/source/{name}", f"harvest/source/{name}/edit",
        f"harvest/source/{name}/preview", f"harvest/source/{name}/delete", run,
    )):
        page.goto(f"{language}/hanoi/{address}")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(
                path=screenshots / f"harvest-{number}-{language[1:] or 'vi'}-{width}.png",
                full_page=True,
            )
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((address, width))
        spoken = page.locator("h1, .hanoi-buttons, label, legend, [role=main] button")
        words = spoken.all_inner_texts()
        other = r"[ăđơưạảấầậắằặẹẻẽếềểễệọộốồổịụủứừữự]" if language else (
            r"\b(harvest|source|preview|edit|delete|show|save|kind|mapping|dataset)\b"
        )
        foreign += [word for word in words if re.search(other, word.replace(name, ""), re.I)
                    and "Cổng" not in word]
    assert wide == []
    assert foreign == []
