"""The home page, a dataset's page and an agency's page, in both languages."""
from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories


@pytest.fixture
def look(app, datasets):
    return lambda address, **options: BeautifulSoup(
        app.get(address, **options).body, "html.parser")


def words(element):
    return " ".join(element.get_text(" ").split())


def test_the_home_page_counts_public_datasets_alone(look):
    headers = {"Authorization": factories.SysadminWithToken()["token"]}
    for options in ({}, {"headers": headers}):
        home = look("/en/", **options)
        figures = words(home.select_one(".hanoi-figures"))
        assert figures.startswith("2 datasets 1 agency publishes 2")
        assert "Hồ sơ mật" not in home.get_text()


def test_the_home_page_leads_to_themes_agencies_and_what_is_new(look):
    home = look("/en/")
    transport = home.select_one(".hanoi-themes a[href*=giao-thong]")
    assert words(transport) == "Transport 1 dataset"
    assert words(look(transport["href"]).select_one(".dataset-list")).startswith("Bus lines")
    assert words(home.select_one(".hanoi-publishers li")) == "Department of Construction 2"
    newest = [link.get_text() for link in home.select(".hanoi-newest li a")]
    assert newest == ["Nhà ở xã hội", "Bus lines"]
    assert home.select_one(".hanoi-newest a[lang=vi]").get_text() == "Nhà ở xã hội"
    assert [words(link) for link in home.select(".hanoi-home-examples a")] == ["xe buýt"]


def test_the_home_page_works_on_an_empty_catalog(app, catalog):
    assert app.get("/").status_code == 200


def test_a_dataset_is_cited_in_both_languages(look):
    cited = look("/en/dataset/xe-buyt").select(".hanoi-citation p")
    assert [one["lang"] for one in cited] == ["en", "vi"]
    assert words(cited[0]).startswith("Department of Construction (2025). Bus lines.")
    assert words(cited[1]).startswith("Sở Xây dựng (2025). Các tuyến xe buýt")
    assert len(look("/dataset/nha-o").select(".hanoi-citation")) == 1


def test_english_pages_mark_what_is_vietnamese_alone(look):
    assert "Only in Vietnamese" in words(look("/en/dataset/nha-o").select_one("h1"))
    assert "Only in Vietnamese" not in words(look("/en/dataset/xe-buyt").select_one("h1"))
    item = look("/en/dataset/?q=nha+o").select_one(".dataset-heading")
    assert item.select_one("a")["lang"] == "vi"
    assert "Only in Vietnamese" in words(item)


def test_a_dataset_says_since_when_it_is_here(look):
    assert look("/en/dataset/xe-buyt").select_one(".hanoi-history time")["datetime"]


def test_an_agency_says_what_stands_above_it_and_how_to_reach_it(look):
    head = look("/en/organization/so-xay-dung").select_one(".hanoi-agency-head")
    assert words(head.select_one(".hanoi-above")) == "City of Hanoi › Department"
    assert head.select_one("a[href='https://soxaydung.hanoi.gov.vn']")
    assert words(head.select_one(".hanoi-chips")) == "Transport 1"


@pytest.mark.parametrize(("lang", "title", "publisher"), [
    ("en", "Bus lines", "Department of Construction"),
    ("vi", "Các tuyến xe buýt", "Sở Xây dựng"),
])
def test_breadcrumb_title_and_what_is_shared_are_in_the_readers_language(
    look, lang, title, publisher
):
    for address in ("/dataset/xe-buyt", "/dataset/activity/xe-buyt"):
        page = look(f"/{lang}{address}")
        crumbs = [link["title"] for link in page.select(".breadcrumb a[title]")]
        assert crumbs[0] == publisher
        assert crumbs[1].startswith(title)
        assert title in page.title.get_text()
    page = look(f"/{lang}/dataset/xe-buyt")
    assert page.select_one("meta[property='og:title']")["content"].startswith(title)
    page = look(f"/{lang}/organization/so-xay-dung")
    assert page.select_one(".breadcrumb .active a")["title"] == publisher
    assert page.title.get_text().strip().startswith(publisher)


def test_every_page_leads_to_the_quality_of_the_metadata(look):
    for address in ("/vi/", "/vi/dataset/xe-buyt", "/vi/hanoi/quality/method"):
        page = look(address)
        assert page.select_one(".masthead a[href='/vi/hanoi/quality']").get_text() == "Chất lượng"
        assert page.select_one(".site-footer a[href='/vi/hanoi/quality']")
    assert look("/vi/").select_one(".hanoi-home a[href='/vi/hanoi/quality']")


def test_a_facet_has_no_choice_without_a_name(look, agency):
    factories.Dataset(owner_org=agency["id"], resources=[{"url": "https://example.org/khong-duoi"}])
    factories.Dataset(owner_org=agency["id"], resources=[{"url": "https://example.org/a.csv"}])
    labels = [words(item) for item in look("/vi/dataset/").select(".nav-facet .item-label")]
    assert "CSV" in labels
    assert "" not in labels


def test_a_description_in_vietnamese_alone_is_marked_once(look, agency):
    for name, title_en, notes_en in (("a", "Trees", ""), ("b", "Trees", "All."), ("c", "", "")):
        factories.Dataset(name=f"cay-{name}", title="Cây xanh", title_en=title_en, notes="Các cây",
                          notes_en=notes_en, owner_org=agency["id"])  # fmt: skip
    marks = [len(look(f"/en/dataset/cay-{name}").select(".hanoi-untranslated")) for name in "abc"]
    assert marks == [1, 0, 1]
    assert look("/vi/dataset/cay-a").select(".hanoi-untranslated") == []
