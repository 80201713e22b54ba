"""Quality as visitors see it: from the ranking to an agency, a dataset and what would raise it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

WORDS = {
    "vi": {"title": "Chất lượng siêu dữ liệu", "raise": "Cách nâng điểm", "points": "điểm"},
    "en": {"title": "Metadata quality", "raise": "What would raise the score",
           "points": "points"},
}  # fmt: skip


@pytest.fixture(scope="module")
def measured(site, harvested):
    site.ckan("hanoi", "quality", "update")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_visitor_walks_from_the_ranking_to_what_would_raise_a_score(
    page: Page, measured, complaints, screenshots, findings, language
):
    prefix, words = ("" if language == "vi" else "/en"), WORDS[language]
    found = {}

    def look(name: str) -> None:
        page.screenshot(path=screenshots / f"quality-{name}-{language}.png", full_page=True)
        serious = findings(page)
        if name == "dataset":  # the rest of that page is looked at elsewhere
            serious = [one for one in serious if "hanoi-quality" in one or "hanoi-grade" in one]
        if serious:
            found[name] = serious

    page.goto(f"{prefix}/hanoi/quality")
    expect(page.locator("h1")).to_have_text(words["title"])
    look("ranking")
    page.locator("thead a").nth(1).click()
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    page.locator("tbody th[scope=row] a").first.click()
    page.wait_for_url("**/hanoi/quality/agency/*")
    look("agency")
    page.locator("tbody th[scope=row] a").first.click()
    page.wait_for_url("**/dataset/*")
    details = page.locator(".hanoi-quality details")
    expect(details.locator("summary")).to_have_text(words["raise"])
    details.locator("summary").press("Enter")
    expect(details.locator("li").first).to_contain_text(words["points"])
    look("dataset")
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{prefix}/hanoi/quality")
    look("phone")
    page.locator(f"a[href='{prefix}/hanoi/quality/method']").click()
    expect(page.locator("table")).to_contain_text("DCAT-AP")
    look("method")
    assert found == {}
    assert complaints == []
