"""Names that are markup stay names: in every list of every form that a person can open."""

from __future__ import annotations

import uuid
from contextlib import suppress

import pytest
from browsing import log_in
from playwright.sync_api import Page, TimeoutError, expect

#: Runs where it gets into a page as HTML.
MARKUP = "Img \"'><img src=x onerror=window.hanoiRan=1></option><svg onload=window.hanoiRan=1>"
#: Forms and pages with lists; the names in braces are those of what was made.
PATHS = [
    "/hanoi/harvest/source/new", "/hanoi/harvest/source/{source}/edit", "/hanoi/harvest",
    "/hanoi/harvest/source/{source}", "/dataset/new", "/dataset/edit/{dataset}",
    "/dataset/{dataset}/resource/new", "/dataset/groups/{dataset}", "/dataset/",
    "/dataset/{dataset}", "/dataset/collaborators/{dataset}/new", "/organization/new",
    "/organization/edit/{agency}", "/organization/member_new/{agency}", "/organization/",
    "/organization/bulk_process/{agency}", "/group/new", "/group/edit/{theme}",
    "/group/member_new/{theme}", "/ckan-admin", "/hanoi/import/new", "/hanoi/review",
    "/hanoi/tables", "/hanoi/quality", "/hanoi/drafts", "/user/edit/{user}",
]  # fmt: skip


@pytest.fixture(scope="module")
def hostile(sysadmin):
    """An agency, a theme, a user, a source and a dataset with such names."""
    mark = uuid.uuid4().hex[:8]
    names = {kind: f"{kind}-{mark}" for kind in ("agency", "theme", "user", "source", "dataset")}
    sysadmin("organization_create", name=names["agency"], title=MARKUP)
    sysadmin("group_create", name=names["theme"], title=MARKUP)
    sysadmin("user_create", name=names["user"], fullname=MARKUP, password="only-for-tests",
             email=f"{mark}@example.org")  # fmt: skip
    sysadmin("hanoi_source_create", name=names["source"], title=MARKUP, kind="ckan",
             url="https://portal.example.org", owner_org=names["agency"])  # fmt: skip
    sysadmin("package_create", name=names["dataset"], title=MARKUP, owner_org=names["agency"],
             notes=MARKUP, tags=[{"name": "img onerror"}],
             resources=[{"url": "https://data.example.org/a.csv", "name": MARKUP}])  # fmt: skip
    yield names
    sysadmin("hanoi_source_delete", id=names["source"])
    sysadmin("dataset_purge", id=names["dataset"])
    sysadmin("group_purge", id=names["theme"])
    sysadmin("user_delete", id=names["user"])
    sysadmin("organization_purge", id=names["agency"])


@pytest.fixture
def window(chromium, site):
    context = chromium.new_context(base_url=site.url, locale="vi-VN")
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield log_in(page, site.admin, site.password)
    context.close()


def ran(page: Page) -> bool:
    """Whether anything of the markup became part of the page."""
    return page.evaluate(
        "Boolean(window.hanoiRan) || Boolean(document.querySelector('[onerror], [onload]'))"
    )


def open_every_list(page: Page) -> int:
    """Open each list that a script drew, type into it; returns how many there were."""
    page.wait_for_load_state("networkidle")
    boxes = page.locator(".select2-container:visible")
    number = boxes.count()
    for index in range(number):
        boxes.nth(index).locator(".select2-selection").click()
        opened = page.locator(".select2-container--open")
        expect(opened.first).to_be_visible()
        assert not ran(page), page.url
        page.keyboard.type("img")
        # a list of keywords shows none where none fits
        with suppress(TimeoutError):
            page.locator(".select2-results__option").first.wait_for(timeout=3000)
        page.wait_for_load_state("networkidle")
        assert not ran(page), page.url
        page.keyboard.press("Escape")
    return number


def test_no_name_becomes_part_of_a_page_however_a_list_is_opened(window, hostile):
    lists = 0
    for path in PATHS:
        address = path.format(**hostile)
        answer = window.goto(address)
        assert answer, address
        assert answer.status in (200, 403, 404), address
        lists += open_every_list(window)
        assert not ran(window), address
    assert lists > 10


def test_the_agency_of_a_source_is_found_in_its_list_by_what_is_typed(window, hostile):
    window.goto("/hanoi/harvest/source/new")
    expect(window.locator("#field-owner_org")).to_have_value("")
    window.locator("#field-owner_org + .select2-container .select2-selection").click()
    window.keyboard.type("img")
    choice = window.locator(".select2-results__option", has_text="onerror")
    expect(choice).to_have_text(MARKUP)
    choice.click()
    shown = window.locator("#field-owner_org + .select2-container .select2-selection__rendered")
    expect(shown).to_contain_text("onerror")
    assert not ran(window)


def test_the_short_name_follows_the_title_until_somebody_writes_one(window):
    window.goto("/hanoi/harvest/source/new")
    name = window.locator("#field-name")
    expect(window.locator("#field-owner_org + .select2-container")).to_be_visible()
    window.locator("#field-title").press_sequentially("Cổng Sở Xây dựng")
    expect(name).to_have_value("cong-so-xay-dung")
    name.fill("so-xd")
    window.locator("#field-title").press_sequentially(" mới")
    expect(name).to_have_value("so-xd")
    expect(window.locator("#field-cron")).to_be_hidden()
    window.select_option("#field-schedule", "cron")
    expect(window.locator("#field-cron")).to_be_visible()
