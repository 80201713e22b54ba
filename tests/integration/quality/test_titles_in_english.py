"""Lists beside CKAN's search show, sort and find titles in the reader's language."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from ckanext.hanoi.quality import link_checker


@pytest.fixture
def both(create, agency, measure):
    """A dataset with an English title, and one without."""
    site = "https://dulieu.example.org"
    create(name="ao-ho", title="Ao hồ", title_en="Ponds and lakes", owner_org=agency["id"],
           resources=[{"url": f"{site}/ao.csv"}])  # fmt: skip
    create(name="tram", title="Trạm đo", owner_org=agency["id"],
           resources=[{"url": f"{site}/tram.csv"}])  # fmt: skip
    measure()
    link_checker.ask(link_checker.scope())


@pytest.mark.parametrize(
    ("lang", "titles"), [("vi", ["Ao hồ", "Trạm đo"]), ("en", ["Ponds and lakes", "Trạm đo"])]
)
def test_lists_of_quality_and_links_show_titles_in_the_readers_language(both, app, lang, titles):
    quality = _page(app, f"/{lang}/hanoi/quality/agency/so-giao-duc?sort=title")
    assert [one.get_text() for one in quality.select("th[scope=row] a")] == titles
    links = _page(app, f"/{lang}/hanoi/quality/links?state=all&sort=title")
    assert [one.get_text() for one in links.select("tbody td:nth-of-type(1) > a")] == titles


def test_a_title_is_found_in_the_language_in_which_it_is_shown(both, app):
    for path in ("quality/agency/so-giao-duc?", "quality/links?state=all&"):
        assert "ao-ho" in app.get(f"/en/hanoi/{path}q=lakes").body
        assert "dataset/ao-ho" not in app.get(f"/vi/hanoi/{path}q=lakes").body


def _page(app, path):
    return BeautifulSoup(app.get(path).body, "html.parser")
