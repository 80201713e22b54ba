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
