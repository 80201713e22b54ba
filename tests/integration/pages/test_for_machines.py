"""What pages say to search engines: schema.org, the sitemap, other languages, other formats."""
from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories
from lxml import etree

from ckanext.hanoi.helpers.structured_data import hanoi_languages
from ckanext.hanoi.views import sitemap

NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def page(app, address, **options):
    return BeautifulSoup(app.get(address, **options).body, "html.parser")


def said(soup):
    found = soup.select('script[type="application/ld+json"]')
    return [json.loads(one.string) for one in found]


def addresses(app, address):
    tree = etree.fromstring(app.get(address).body.encode())
    return [loc.text.replace("http://test.ckan.net", "")
            for loc in tree.iterfind(".//s:loc", NS)]  # fmt: skip


def in_both(*paths):
    """The paths in the default language and in the other one."""
    _default, other = hanoi_languages()
    return sorted([*paths, *(f"/{other}{path}" for path in paths)])


@pytest.mark.parametrize("language", ["/vi", "/en"])
def test_a_dataset_page_describes_it_in_schema_org(app, datasets, language):
    (dataset,) = said(page(app, f"{language}/dataset/xe-buyt"))
    assert dataset["@type"] == "Dataset"
    assert {text["@language"]: text["@value"] for text in dataset["name"]} == {
        "vi": "Các tuyến xe buýt </script>", "en": "Bus lines",
    }  # fmt: skip
    names = {text["@language"]: text["@value"] for text in dataset["publisher"]["name"]}
    assert names["en"] == "Department of Construction"
    assert urlsplit(dataset["url"]).path == "/dataset/xe-buyt"
    assert dataset["distribution"][0]["contentUrl"] == "https://example.org/a.csv"


def test_a_private_dataset_describes_itself_to_nobody(app, datasets):
    headers = {"Authorization": factories.SysadminWithToken()["token"]}
    soup = page(app, "/dataset/mat", headers=headers)
    assert "Hồ sơ mật" in soup.get_text()
    assert said(soup) == []


def test_the_home_page_describes_the_catalog(app, datasets):
    (site,) = said(page(app, "/"))
    assert [part["@type"] for part in site["@graph"]] == ["DataCatalog", "WebSite"]
    target = site["@graph"][1]["potentialAction"]["target"]["urlTemplate"]
    assert app.get(target.replace("{search_term_string}", "xe buyt")).status_code == 200


def test_pages_name_themselves_in_the_other_language_and_in_rdf(app, datasets):
    for address in ("/dataset/xe-buyt", "/organization/so-xay-dung", "/"):
        soup = page(app, address)
        named = {link["hreflang"]: link["href"] for link in soup.select("link[hreflang]")}
        assert set(named) == {"vi", "en", "x-default"}
        default, other = hanoi_languages()
        assert named[default] == named["x-default"]
        assert urlsplit(named[default]).path == address
        assert urlsplit(named[other]).path == f"/{other}{address}"
    links = page(app, "/dataset/xe-buyt").select("link[rel=alternate][type]")
    rdf = {link["type"] for link in links}
    assert {"text/turtle", "application/rdf+xml", "application/ld+json"} <= rdf


def test_the_sitemap_names_every_public_page_in_both_languages(app, datasets):
    parts = addresses(app, "/sitemap.xml")
    assert parts == ["/sitemap-pages.xml", "/sitemap-datasets-1.xml"]
    listed = addresses(app, parts[1])
    assert sorted(listed) == in_both("/dataset/nha-o", "/dataset/xe-buyt")
    pages = addresses(app, parts[0])
    assert set(in_both("/", "/organization/so-xay-dung")) <= set(pages)
    for address in [*listed, *pages]:
        assert app.get(address).status_code == 200, address


def test_the_sitemap_is_cut_into_parts_that_lose_nothing(app, datasets, monkeypatch):
    monkeypatch.setattr(sitemap, "DATASETS", 1)
    monkeypatch.setattr(sitemap, "_ONCE", 1)
    parts = addresses(app, "/sitemap.xml")[1:]
    assert len(parts) == 2
    found = [one for part in parts for one in addresses(app, part)]
    assert sorted(found) == in_both("/dataset/nha-o", "/dataset/xe-buyt")
    assert app.get("/sitemap-datasets-3.xml", expect_errors=True).status_code == 404


def test_a_part_of_the_sitemap_keeps_to_the_limits_of_the_protocol():
    name = "x" * 100
    entry = sitemap._entry({lang: f"https://data.example.org/{lang}/dataset/{name}"
                            for lang in ("vi", "en")}, "2026-01-01")  # fmt: skip
    assert sitemap.DATASETS * 2 <= 50_000
    assert sitemap.DATASETS * len(entry) < 50_000_000


def test_robots_txt_names_the_sitemap(app, datasets):
    text = app.get("/robots.txt").body
    assert "User-agent: *" in text
    assert "Sitemap: http://test.ckan.net/sitemap.xml" in text
