"""The agencies through the API, and who may do what."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

from ckanext.hanoi.agencies import seed
from ckanext.hanoi.vietnamese import sort_key

pytestmark = pytest.mark.usefixtures("catalog")

CITY, WORKS, ROADS = "ubnd-thanh-pho-ha-noi", "so-xay-dung", "so-giao-thong-van-tai"


def get(app, action, **params):
    answer = app.get(f"/api/action/{action}", query_string=params)
    return answer.status_code, answer.json


def test_everybody_reads_the_agencies(app):
    status, answer = get(app, "hanoi_agency_list", kind="department")

    assert status == 200
    titles = [one["title"] for one in answer["result"]]
    assert len(titles) == 13
    assert titles[:3] == ["Sở Công Thương", "Sở Dân tộc và Tôn giáo", "Sở Du lịch"]


def test_lists_are_filtered_and_in_the_vietnamese_order():
    call = helpers.call_action
    assert len(call("hanoi_agency_list")) == 143
    assert len(call("hanoi_agency_list", abolished=True)) == 183
    assert [one["name"] for one in call("hanoi_agency_list", q="cua nam")] == [
        "ubnd-phuong-cua-nam"]
    assert [one["name"] for one in call("hanoi_agency_list", q="00082")] == ["ubnd-phuong-cua-nam"]
    assert len(call("hanoi_agency_list", parent=CITY)) == 142
    kinds = [one["kind"] for one in call("hanoi_agency_list")]
    assert kinds[:3] == ["city", "office", "department"]
    wards = [one["title"] for one in call("hanoi_agency_list", kind="ward", sort="name")]
    assert wards[:2] == ["UBND phường Ba Đình", "UBND phường Bạch Mai"]
    assert wards.index("UBND phường Dương Nội") < wards.index("UBND phường Đại Mỗ")
    assert wards.index("UBND phường Đống Đa") < wards.index("UBND phường Giảng Võ")


def test_a_filter_that_makes_no_sense_is_refused():
    for data in ({"kind": "ministry"}, {"sort": "size"}):
        with pytest.raises(tk.ValidationError) as refused:
            helpers.call_action("hanoi_agency_list", **data)
        assert list(refused.value.error_dict) == list(data)


def test_an_agency_is_shown_with_its_history_and_its_organization(few):
    seed.apply(few)
    shown = helpers.call_action("hanoi_agency_show", id=WORKS)

    assert shown["predecessors"] == [ROADS]
    assert shown["reorganised"] == "2025-03-01"
    assert shown["organization"] == WORKS
    assert (shown["state"], shown["heirs"]) == ("active", [WORKS])
    gone = helpers.call_action("hanoi_agency_show", id=ROADS)
    assert (gone["state"], gone["abolished"], gone["heirs"]) == ("abolished", "2025-03-01", [WORKS])
    assert gone["organization"] is None


def test_an_agency_is_found_by_code_area_and_organization():
    own = factories.Organization(name="s-xy-dng", title="x", hanoi_agency=WORKS)
    for id_, slug in (("H26", CITY), ("000.00.00.H26", CITY), ("00082", "ubnd-phuong-cua-nam"),
                      ("s-xy-dng", WORKS), (own["id"], WORKS)):
        assert helpers.call_action("hanoi_agency_show", id=id_)["name"] == slug


def test_an_unknown_agency_is_not_found(app):
    assert get(app, "hanoi_agency_show", id="so-khong-co")[0] == 404
    assert get(app, "hanoi_agency_show")[0] == 409


def test_a_name_is_resolved(app, few):
    seed.apply(few)
    _, answer = get(app, "hanoi_agency_match", text="so gtvt")
    assert answer["result"] == {
        "agency": WORKS, "confidence": 0.95, "via": ROADS, "organization": WORKS,
        "candidates": [{"agency": WORKS, "title": "Sở Xây dựng", "confidence": 0.95,
                        "organization": WORKS}]}
    _, answer = get(app, "hanoi_agency_match", text="Sở GTVT", on_date="2024-12-31")
    assert answer["result"]["agency"] == ROADS
    _, answer = get(app, "hanoi_agency_match", text="UBND quận Hoàn Kiếm")
    assert (answer["result"]["agency"], answer["result"]["via"]) == (None, "ubnd-quan-hoan-kiem")
    assert answer["result"]["candidates"][0]["agency"] == "ubnd-phuong-hoan-kiem"


def test_a_question_that_makes_no_sense_is_refused(app):
    for params in ({}, {"text": ""}, {"text": "Sở Y tế", "on_date": "hôm qua"}):
        assert get(app, "hanoi_agency_match", **params)[0] == 409


# -- CKAN's own list -------------------------------------------------------------------------------


def test_organizations_are_listed_in_the_vietnamese_order_and_found_without_accents(app):
    for name, title in (("a", "Ưng Hòa"), ("b", "Đống Đa"), ("c", "Ba Đình"), ("d", "Dịch Vọng"),
                        ("e", "Ứng dụng"), ("f", "Zét"), ("g", "Ân Thi")):
        factories.Organization(name=f"co-quan-{name}", title=title, title_en=f"English {name * 3}")

    def titles(**data):
        return [one["title"] for one in helpers.call_action(
            "organization_list", all_fields=True, **data)]

    ordered = ["Ân Thi", "Ba Đình", "Dịch Vọng", "Đống Đa", "Ưng Hòa", "Ứng dụng", "Zét"]
    ordered.sort(key=sort_key)
    assert ordered.index("Dịch Vọng") < ordered.index("Đống Đa") < ordered.index("Zét")
    assert titles() == ordered
    assert titles(sort="title desc") == ordered[::-1]
    assert titles(limit=2, offset=2) == ordered[2:4]
    assert titles(limit=3, offset=6) == ordered[6:]
    assert titles(offset=99) == []
    for q in ("dong da", "ĐỐNG đa", "bbb english"):
        assert titles(q=q) == ["Đống Đa"]
    assert titles(q="dong da", sort="name asc") == ["Đống Đa"]
    assert titles(q="không có") == titles(q="không có", sort="package_count") == []
    assert titles(organizations=["co-quan-f", "co-quan-b"]) == ["Đống Đa", "Zét"]
    assert helpers.call_action("organization_list", sort="name desc")[0] == "co-quan-g"
    assert helpers.call_action("organization_list")[:2] == ["co-quan-g", "co-quan-c"]
    answer = app.get("/vi/organization/", query_string={"q": "dich vong"})
    assert "Dịch Vọng" in answer.body
    assert "Ba Đình" not in answer.body


def test_what_ckan_refuses_of_a_list_is_refused(app):
    for params in ({"limit": "x"}, {"offset": -1, "limit": 1}, {"sort": "size"}):
        assert get(app, "organization_list", **params)[0] == 409


# -- who may seed ----------------------------------------------------------------------------------


@pytest.fixture
def people():
    """Tokens of people in several roles, None for anonymous."""
    users = {role: factories.UserWithToken() for role in ("other", "member", "editor", "admin")}
    factories.Organization(name=CITY, users=[
        {"name": users[role]["name"], "capacity": role} for role in ("member", "editor", "admin")])
    factories.Organization(users=[{"name": users["other"]["name"], "capacity": "admin"}])
    users["sysadmin"] = factories.SysadminWithToken()
    return {"anonymous": None, **{role: user["token"] for role, user in users.items()}}


def test_only_a_sysadmin_plans_and_seeds(app, people, few, monkeypatch):
    monkeypatch.setattr(seed, "registry", lambda: few)
    for role, token in people.items():
        headers = {"Authorization": token} if token else {}
        before = len(helpers.call_action("organization_list"))
        planned = app.post("/api/action/hanoi_agency_plan", json={}, headers=headers)
        applied = app.post("/api/action/hanoi_agency_apply", json={}, headers=headers)

        expected = 200 if role == "sysadmin" else 403
        assert (planned.status_code, applied.status_code) == (expected, expected), role
        made = len(helpers.call_action("organization_list")) - before
        assert made == (2 if role == "sysadmin" else 0), role
    assert applied.json["result"]["counts"]["create"] == 2


def test_seeding_is_not_done_by_following_a_link(app, people):
    answer = app.get("/api/action/hanoi_agency_apply",
                     headers={"Authorization": people["sysadmin"]})
    assert answer.status_code == 400


def test_everybody_may_read(app, people):
    for token in people.values():
        headers = {"Authorization": token} if token else {}
        for action in ("hanoi_agency_list", "hanoi_agency_show", "hanoi_agency_match"):
            answer = app.get(f"/api/action/{action}", headers=headers,
                             query_string={"id": "H26", "text": "Sở Y tế"})
            assert answer.status_code == 200
