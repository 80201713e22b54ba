"""Scores through API and pages, for all kinds of people: private datasets never show."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import helpers

from ckanext.hanoi.quality import ranking


def test_what_agencies_and_catalog_show_is_public_whoever_asks(
    good, poor, private, people, measure, ask, act
):
    act("package_patch", id=private["id"], title="Bí mật")
    measure()
    for user in people.values():
        rows = ask("hanoi_quality_ranking", user)
        assert [(row["organization"], row["datasets"]) for row in rows] == [
            ("so-giao-duc", 1), ("so-y-te", 1),
        ]  # fmt: skip
        assert rows[0]["points"] == 325
        assert rows[0]["band"] == "good"
        assert rows[1]["bad"] == 1
        listed = ask("hanoi_quality_list", user)
        assert [one["name"] for one in listed["results"]] == ["truong", "khac"]
        assert ask("hanoi_quality_show", user)["datasets"] == 2
        assert ask("hanoi_quality_show", user, organization="so-giao-duc")["datasets"] == 1


def test_a_private_dataset_has_a_score_for_those_who_see_it(private, people, measure, ask):
    measure()
    for name, user in people.items():
        if name in ("anonymous", "stranger"):
            with pytest.raises(tk.NotAuthorized):
                ask("hanoi_quality_show", user, id="rieng")
        else:
            assert ask("hanoi_quality_show", user, id="rieng")["points"] == 325


def test_a_dataset_tells_what_is_missing_where_and_which_links_it_has(poor, measure, ask):
    measure()
    shown = ask("hanoi_quality_show", id="khac")
    assert (shown["of"], shown["band"]) == (405, "bad")
    assert shown["missing"][0]["points"] == 30
    keywords = next(one for one in shown["missing"] if one["measure"] == "keywords")
    assert keywords["label"] == "Keywords"
    assert "“Keywords”" in keywords["remedy"]
    opened = next(one for one in shown["missing"] if one["measure"] == "non_proprietary")
    assert [one["position"] for one in opened["resources"]] == [0]
    assert [link["url"] for link in shown["links"]] == ["https://khac.example.org/x.pdf"]
    assert shown["links"][0]["answers"] is None
    assert shown["computed"]


def test_an_agency_tells_what_its_datasets_lack(good, poor, measure, ask):
    measure()
    shown = ask("hanoi_quality_show", organization="so-y-te")
    assert shown["measures"][0]["points"] == 30
    assert "access_url_answers" not in {one["measure"] for one in shown["measures"]}
    assert shown["pending"] == 80
    assert {one["measure"] for one in shown["measures"]} >= {"keywords", "theme", "dcat_ap"}
    assert all(one["datasets"] == 1 for one in shown["measures"])


def test_lists_are_sorted_and_filtered(good, poor, measure, ask):
    measure()

    def names(**asked):
        return [one["name"] for one in ask("hanoi_quality_list", **asked)["results"]]

    assert names(sort="title") == ["khac", "truong"]
    assert names(order="asc") == ["khac", "truong"]
    assert names(band="good") == ["truong"]
    assert names(q="mam non") == ["truong"]
    assert names(organization="so-y-te", freshness="unknown") == ["khac"]
    assert names(limit=1, offset=1) == ["khac"]
    rows = ask("hanoi_quality_ranking", q="y te", sort="title")
    assert [row["organization"] for row in rows] == ["so-y-te"]


@pytest.mark.parametrize(("action", "asked", "field"), [
    ("hanoi_quality_ranking", {"sort": "points; drop"}, "sort"),
    ("hanoi_quality_list", {"band": "super"}, "band"),
    ("hanoi_quality_list", {"limit": "-1"}, "limit"),
    ("hanoi_quality_show", {"id": "a", "organization": "b"}, "id"),
])  # fmt: skip
def test_a_wrong_question_names_its_field(catalog, ask, action, asked, field):
    with pytest.raises((tk.ValidationError, tk.ObjectNotFound)) as error:
        ask(action, **asked)
    assert isinstance(error.value, tk.ObjectNotFound) or field in error.value.error_dict


def test_what_is_not_there_is_not_found(catalog, ask):
    for asked in ({"id": "khong-co"}, {"organization": "khong-co"}):
        with pytest.raises(tk.ObjectNotFound):
            ask("hanoi_quality_show", **asked)


def test_the_pages_of_ranking_agency_and_method(app, good, poor, private, measure):
    measure()
    page = app.get("/hanoi/quality")
    assert "Sở Giáo dục và Đào tạo" in page.body
    assert "Department of Health" in page.body
    assert "What most datasets lack" in page.body
    agency = app.get("/hanoi/quality/agency/so-giao-duc").body
    assert "Trường mầm non công lập" in agency
    assert agency.count("Trường mầm non công lập") == 1
    assert "405" in app.get("/hanoi/quality/method").body
    assert app.get("/hanoi/quality/agency/khong-co", status=404)
    assert app.get("/hanoi/quality?sort=la", status=400)
    assert "Sở Y tế" in app.get("/vi/hanoi/quality").body


def test_the_same_rows_as_csv_and_json(app, good, poor, measure):
    measure()
    lines = app.get("/hanoi/quality?format=csv&sort=title").body.lstrip("\ufeff").splitlines()
    assert lines[0].split(",") == list(ranking.COLUMNS)
    assert [line.split(",")[0] for line in lines[1:]] == ["so-y-te", "so-giao-duc"]
    assert [row["organization"] for row in app.get("/hanoi/quality?format=json").json] == [
        "so-giao-duc", "so-y-te",
    ]  # fmt: skip
    rows = app.get("/hanoi/quality/agency/so-y-te?format=json").json
    assert [row["name"] for row in rows] == ["khac"]


def test_the_dataset_page_shows_the_score_and_what_would_raise_it(app, poor, good):
    page = app.get("/dataset/khac").body
    assert "Metadata quality" in page
    assert "+30 points" in page
    assert "Số liệu khác" in page
    assert "chờ kiểm tra" in app.get("/vi/dataset/truong").body


def test_an_empty_catalog_has_pages_all_the_same(app, catalog):
    assert "No dataset has been measured yet" in app.get("/hanoi/quality").body


def test_the_facet_has_the_bands_in_words(good, poor):
    for lang, label in (("vi", "Tốt"), ("en", "Good")):
        with helpers.changed_config("ckan.locale_default", lang):
            found = helpers.call_action("package_search", **{"facet.field": ["vocab_quality"]})
        items = found["search_facets"]["vocab_quality"]["items"]
        assert {item["name"] for item in items} == {"good", "bad"}
        if lang == "en":
            assert label in {item["display_name"] for item in items}
