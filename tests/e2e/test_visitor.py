"""What a visitor does: from the home page by a search to a dataset and its agency."""
from __future__ import annotations

import re

import pytest
from browsing import hold_scripts
from playwright.sync_api import Page, expect

# Words of CKAN's interface that a Vietnamese page has no reason to say.
ENGLISH = re.compile(
    r"\b(search|datasets?|organizations?|resources?|home|log in|filter|order by|relevance|"
    r"last (?:modified|updated)|followers?|licen[sc]e|about|groups?|tags|show more|harvested|"
    r"read more|contact|skip to|no description|theme|format|additional info|powered by)\b",
    re.IGNORECASE,
)


def _english_in(page: Page) -> list[str]:
    """English words of the page outside what was given by the publisher (addresses, file names)."""
    text = page.locator("body").inner_text()
    lines = (re.sub(r"\S*[./_]\S*", "", line) for line in text.splitlines())
    return [line for line in lines if ENGLISH.search(line)]


@pytest.fixture
def visitor(page, harvested) -> Page:
    return page


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_visitor_walks_from_the_home_page_to_an_agency(visitor, complaints, language):
    prefix = "" if language == "vi" else "/en"
    foreign: dict[str, list[str]] = {}

    def look(name: str) -> None:
        assert visitor.locator("html").get_attribute("lang") == language
        if language == "vi" and (found := _english_in(visitor)):
            foreign[name] = found

    visitor.goto(f"{prefix}/")
    look("home")
    box = visitor.locator("[role=main] input[name=q]").first
    box.press_sequentially("thoi tiet")
    box.press("Enter")
    visitor.wait_for_url(f"**{prefix}/dataset/?q=*")
    look("search")
    first = visitor.locator(".dataset-heading a").first
    expect(first).to_contain_text(re.compile("thời tiết|weather", re.I))
    first.click()
    visitor.wait_for_url(f"**{prefix}/dataset/*")
    look("dataset")
    expect(visitor.locator("h1")).to_contain_text(re.compile("thời tiết|weather", re.I))
    expect(visitor.locator(".resource-list .resource-item").first).to_be_visible()
    agency = visitor.locator(".hanoi-facts a[href*='/organization/']").first
    name = agency.inner_text().strip()
    agency.click()
    visitor.wait_for_url(f"**{prefix}/organization/*")
    look("organization")
    expect(visitor.locator("h1").first).to_contain_text(name)
    expect(visitor.locator(".dataset-heading a").first).to_be_visible()
    assert foreign == {}
    assert complaints == []


def test_a_suggestion_is_chosen_by_keyboard_and_the_box_searches_without_one(visitor, complaints):
    visitor.goto("/")
    box = visitor.locator("#field-main-search")
    box.press_sequentially("sgtvt")
    options = visitor.locator(".hanoi-suggestions [role=option]")
    expect(options.first).to_contain_text("Sở Xây dựng")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
    box.press("Enter")
    visitor.wait_for_url("**/organization/so-xay-dung")
    box = visitor.locator("#field-giant-search")
    box.press_sequentially("thoi tiet")
    expect(visitor.locator(".hanoi-suggestions:visible [role=option]").first).to_be_visible()
    box.press("Enter")
    visitor.wait_for_url("**/organization/so-xay-dung?q=thoi*")
    assert complaints == []


def test_what_was_typed_before_the_scripts_were_there_is_suggested_for(visitor):
    go_on = hold_scripts(visitor)
    visitor.goto("/")
    box = visitor.locator("#field-main-search")
    box.press_sequentially("sgtvt")
    expect(box).not_to_have_attribute("role", "combobox")
    go_on()
    options = visitor.locator(".hanoi-suggestions [role=option]")
    expect(options.first).to_contain_text("Sở Xây dựng")


def test_a_citation_is_copied(visitor, sysadmin):
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dataset = sysadmin("package_search", q="thoi tiet", rows=1)["results"][0]
    visitor.goto(f"/dataset/{dataset['name']}")
    visitor.locator(".hanoi-citation button").first.click()
    expect(visitor.locator(".hanoi-copied")).to_have_text("Đã sao chép")
    copied = visitor.evaluate("navigator.clipboard.readText()")
    assert copied == visitor.locator(".hanoi-citation p").first.inner_text()


def test_what_the_keyboard_has_reached_can_be_seen(visitor):
    visitor.goto("/dataset/")
    unseen = []
    for _step in range(15):
        visitor.keyboard.press("Tab")
        shown = visitor.evaluate(
            """() => {
                const element = document.activeElement, style = getComputedStyle(element);
                const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
                return [element.outerHTML.slice(0, 120), ring || style.boxShadow !== 'none'];
            }"""
        )
        if not shown[1]:
            unseen.append(shown[0])
    assert unseen == []


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_a_visitor_fit_a_phone(visitor, sysadmin, screenshots, width):
    dataset = sysadmin("package_search", q="thoi tiet", rows=1)["results"][0]
    visitor.set_viewport_size({"width": width, "height": 800})
    wide = []
    for name, address in {
        "home": "/", "search": "/dataset/", "agencies": "/organization/",
        "dataset": f"/dataset/{dataset['name']}",
        "agency": f"/organization/{dataset['organization']['name']}",
    }.items():  # fmt: skip
        for language in ("", "/en"):
            visitor.goto(language + address)
            picture = f"visitor-{name}-{language[1:] or 'vi'}-{width}.png"
            visitor.screenshot(path=screenshots / picture, full_page=True)
            if visitor.evaluate("document.documentElement.scrollWidth") > width:
                wide.append(language + address)
    assert wide == []
