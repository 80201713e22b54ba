"""Facets: what they count, how they are named and ordered, where they lead."""
from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from ckan.tests import helpers


@pytest.fixture
def three(create, agency, other_agency):
    create(name="one", title="Nhà", owner_org=agency["id"], theme=["giao-thong", "y-te"],
           spatial_coverage=["00082"], frequency="MONTHLY")
    create(name="two", title="Nhà máy", owner_org=agency["id"], theme=["giao-thong"])
    create(name="three", title="Nhà nước", owner_org=other_agency["id"], theme=["tu-phap"])


def counts(facet, **params):
    answer = helpers.call_action(
        "package_search", **{"facet.field": [facet], "rows": 0, **params}
    )
    return {i["name"]: i["count"] for i in answer["search_facets"][facet]["items"]}


def test_a_dataset_counts_for_each_of_its_themes_and_wards(three):
    assert counts("vocab_theme") == {"giao-thong": 2, "y-te": 1, "tu-phap": 1}
    assert counts("vocab_ward") == {"00082": 1}
    assert counts("frequency")["MONTHLY"] == 1
    assert counts("access_level") == {"open": 3}


def test_an_agency_counts_what_those_below_it_have(three):
    assert counts("vocab_agency") == {
        "ubnd-thanh-pho-ha-noi": 2, "so-xay-dung": 2, "van-phong-khac": 1,
    }


@pytest.mark.parametrize(("path", "label", "other"), [
    ("/vi/dataset/", "Giao thông", "Transport"), ("/en/dataset/", "Transport", "Giao thông")])
def test_labels_are_in_the_readers_language(app, three, path, label, other):
    body = facets_of(app.get(path).body)
    assert label in body
    assert other not in body
    assert "giao-thong</span>" not in body


def test_agencies_stand_below_those_above_them(app, three):
    body = facets_of(app.get("/vi/dataset/").body)
    labels = re.findall(r'item-label">([^<]+)<', body)
    city = labels.index("UBND thành phố Hà Nội")
    assert labels[city + 1] == "\u2003Sở Xây dựng"


def test_equal_counts_are_in_vietnamese_order(app, three):
    labels = re.findall(r'item-label">([^<]+)<', facets_of(app.get("/vi/dataset/").body))
    themes = [label for label in labels if label in ("Giao thông", "Tư pháp", "Y tế")]
    assert themes == ["Giao thông", "Tư pháp", "Y tế"]


def test_a_facet_leads_to_its_datasets_and_can_be_taken_back(app, three):
    body = app.get("/vi/dataset/?vocab_agency=ubnd-thanh-pho-ha-noi&vocab_theme=y-te").body
    assert re.findall(r'href="/vi/dataset/(one|two|three)"', body)[:1] == ["one"]
    assert 'href="/vi/dataset/two"' not in body
    pills = re.findall(r'filtered pill">\s*([^<]+?)\s*<', body)
    assert pills == ["UBND thành phố Hà Nội", "Y tế"]


def test_empty_facets_are_not_shown(app, create, other_agency):
    create(name="one", title="Nhà", owner_org=other_agency["id"])
    body = app.get("/en/dataset/").body
    assert "Access level" in body
    assert "Ward or commune" not in body
    assert "There are no" not in body


def test_an_agencys_page_has_facets_too(app, three):
    body = facets_of(app.get("/en/organization/so-xay-dung").body)
    assert "Theme" in body
    assert "Transport" in body
    assert "Văn phòng khác" not in body


def test_more_of_a_facet_is_shown_on_request(app, create, other_agency):
    from ckanext.hanoi.vocabulary import vocabulary

    codes = [term.code for term in vocabulary("theme")][:12]
    create(name="all", title="Tất cả", theme=codes, owner_org=other_agency["id"])
    few = facets_of(app.get("/en/dataset/").body)
    every = facets_of(app.get("/en/dataset/?_vocab_theme_limit=0").body)
    assert few.count("vocab_theme=") < every.count("vocab_theme=")
    assert "_vocab_theme_limit=0" in few


def test_the_sort_options_have_the_newest(app, three):
    assert 'value="metadata_created desc"' in app.get("/en/dataset/").body


def facets_of(body):
    """The part of a page that has the facets."""
    return body[body.index('id="search-facets"'):]


@pytest.mark.parametrize("path", ["/dataset/", "/organization/so-xay-dung"])
def test_facets_are_made_once_though_ckan_renders_the_side_twice(app, three, monkeypatch, path):
    from ckanext.hanoi.search import facets

    made, items = [], facets.facet_items

    def counted(name, search_facets):
        made.append(name)
        return items(name, search_facets)

    monkeypatch.setattr(facets, "facet_items", counted)
    for language, theme in (("vi", "Giao thông"), ("en", "Transport")):
        made.clear()
        page = BeautifulSoup(app.get(f"/{language}{path}").body, "html.parser")
        assert theme in page.select_one("aside.secondary").get_text()
        assert made.count("vocab_ward") == 1


def test_a_filter_finds_whichever_way_its_accents_are_sent(app, create, other_agency):
    create(name="the", title="Xe buýt", tags=[{"name": "giao thông"}], owner_org=other_agency["id"])
    for form in ("NFC", "NFD"):
        tags = quote(unicodedata.normalize(form, "giao thông"))
        assert "/dataset/the" in app.get(f"/dataset/?tags={tags}").body


def test_a_search_that_fails_has_a_page_all_the_same(app, three):
    for path in ("/vi/organization/so-xay-dung", "/vi/dataset/"):
        for query in ("sort=name", "q=title:[* TO", "sort=title_string asc,", "q=a%00b"):
            answer = app.get(f"{path}?{query}", expect_errors=True)
            assert answer.status_code in (200, 400), (path, query)
            assert "<html" in answer.body
