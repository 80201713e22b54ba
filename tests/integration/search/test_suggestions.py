"""Suggestions while typing: of public things alone, to everybody, in the reader's language."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers


def suggest(q, user="", **params):
    return helpers.call_action(
        "hanoi_suggest", {"user": user, "ignore_auth": False}, q=q, **params
    )


def names(q, **params):
    return [(one["kind"], one["name"]) for one in suggest(q, **params)]


@pytest.fixture
def some(create, agency, other_agency):
    org = agency["id"]
    create(name="bus", title="Các tuyến xe buýt", title_en="Bus lines", owner_org=org)
    create(name="stops", title="Điểm dừng của các tuyến xe buýt", owner_org=org)
    create(name="secret", title="Tuyến xe buýt mật", owner_org=org, private=True)


def test_datasets_agencies_themes_and_areas_are_suggested(some):
    assert names("cac tuyen xe b") == [("dataset", "bus"), ("dataset", "stops")]
    assert names("sgtvt") == [("agency", "so-xay-dung")]
    assert suggest("sgtvt")[0]["matched"] == "Sở Giao thông vận tải"
    assert ("theme", "giao-thong") in names("giao th")
    assert names("quan dong da")[0] == ("area", "00235")
    assert suggest("quan dong da")[0]["matched"] == "Quận Đống Đa"


def test_what_is_private_is_suggested_to_nobody(some, agency):
    editor = factories.User()
    helpers.call_action(
        "organization_member_create", id=agency["id"], username=editor["name"], role="admin"
    )
    for user in ("", editor["name"], factories.Sysadmin()["name"]):
        found = suggest("tuyen xe buyt mat", user=user)
        assert [one for one in found if one["kind"] == "dataset"] == [], user


def test_an_agency_that_was_put_away_is_not_suggested(some, other_agency):
    user = factories.Sysadmin()["name"]
    helpers.call_action("organization_delete", {"user": user}, id=other_agency["id"])
    assert ("agency", "van-phong-khac") not in names("van phong")


def test_kinds_and_their_number_can_be_chosen(some):
    assert names("xe buyt", kinds="dataset", limit=1) == [("dataset", "bus")]
    assert all(kind == "agency" for kind, _name in names("so", kinds=["agency"]))


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 1000}, {"kinds": "ward"}])
def test_a_wrong_parameter_is_named(catalog, wrong):
    with pytest.raises(tk.ValidationError) as error:
        suggest("xe", **wrong)
    assert set(error.value.error_dict) == set(wrong)


def test_the_titles_are_in_the_readers_language(some, app):
    def titles(language, q):
        answer = app.get(f"{language}/api/3/action/hanoi_suggest", query_string={"q": q})
        return [one["title"] for one in answer.json["result"]]

    assert titles("/vi", "bus lin") == ["Các tuyến xe buýt"]
    assert titles("/en", "xe buyt")[0] == "Bus lines"
    assert "Transport" in titles("/en", "giao thong")


def test_nothing_that_people_type_breaks_it(catalog):
    for typed in ('"', "a:b", "{!x}", "+-&&", "*", "\x00ab", "😀😀", "x" * 5000, "[a TO b]", "a\\"):
        assert isinstance(suggest(typed), list), typed
    assert suggest("") == []


def test_the_boxes_of_the_pages_ask_for_suggestions(app, some):
    for page, boxes in (("/dataset/", 2), ("/organization/", 2), ("/organization/so-xay-dung", 2)):
        assert app.get(page).body.count('data-module="hanoi-suggest"') == boxes, page
