"""The feeds of datasets: their links lead where they say, in the reader's language."""

from __future__ import annotations

import pytest
from ckan.tests import factories
from lxml import etree

NAMES = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def feed(app):
    def read(path):
        answer = app.get(path)
        assert answer.status_code == 200
        return etree.fromstring(answer.data)

    return read


def links(feed):
    return {link.get("rel"): link.get("href") for link in feed.findall("a:link", NAMES)}


def test_each_page_of_a_feed_is_reached_from_the_one_before(feed, app, datasets, monkeypatch):
    import ckan.plugins.toolkit as tk

    monkeypatch.setitem(tk.config, "ckan.feeds.limit", 1)
    for start in ("/vi/feeds/dataset.atom", "/vi/feeds/organization/so-xay-dung.atom",
                  "/vi/feeds/custom.atom?q=*:*&theme="):  # fmt: skip
        seen, path = [], start
        while path:
            page = feed(path)
            found = links(page)
            assert not any("query=" in (href or "") for href in found.values())
            seen += [entry.find("a:id", NAMES).text for entry in page.findall("a:entry", NAMES)]
            last, path = found["last"], found.get("next")
        assert len(seen) == len(set(seen)) == 2, start
        assert last.endswith("page=2")
        assert "next" not in links(feed(last))


def test_a_feed_is_in_the_readers_language_and_leads_to_pages(feed, datasets):
    for lang, title, agency in (("vi", "Các tuyến xe buýt", "Sở Xây dựng"),
                                ("en", "Bus lines", "Department of Construction")):  # fmt: skip
        page = feed(f"/{lang}/feeds/organization/so-xay-dung.atom")
        assert page.find("a:title", NAMES).text.endswith(agency)
        assert page.get("{http://www.w3.org/XML/1998/namespace}lang") == lang
        assert links(page)["alternate"].endswith(f"/{lang}/organization/so-xay-dung")
        entries = {e.find("a:link[@href]", NAMES).get("href"): e.find("a:title", NAMES).text
                   for e in page.findall("a:entry", NAMES)}  # fmt: skip
        address = next(one for one in entries if one.endswith("/xe-buyt"))
        assert address.endswith(f"/{lang}/dataset/xe-buyt")
        assert entries[address].startswith(title)
        said = page.find("a:subtitle", NAMES).text
        assert ("Recently" in said or "New and changed" in said) is (lang == "en")


def test_odd_questions_to_a_feed_are_answered(app, agency, datasets):
    org = agency["id"]
    factories.Dataset(name="dieu-khien", title="Điều\x0bkhiển", notes="a\x0cb", owner_org=org)
    for query in ("page=abc", "page=-1", "page=99", 'organization=\'"<x>', "q=title:[* TO",
                  "q=a%00b&sort=name,"):  # fmt: skip
        for feed in ("dataset", "organization/so-xay-dung", "custom"):
            answer = app.get(f"/vi/feeds/{feed}.atom?{query}", expect_errors=True)
            assert answer.status_code < 500, (feed, query)
