"""The list of agencies: what it says of Hà Nội, and what it refuses."""
from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from ckanext.hanoi.agencies.registry import (
    RegistryError,
    from_dicts,
    load,
    normalise_code,
    registry,
)

DATA = Path(__file__).parents[2] / "data" / "agencies"


@pytest.fixture(scope="module")
def hanoi():
    return registry()


def read(name):
    with (DATA / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_ward_and_commune_has_its_peoples_committee_with_its_area_code(hanoi):
    wards = read("hanoi_wards.csv")

    assert len(wards) == 126
    for ward in wards:
        committee = hanoi.by_area(ward["code"])
        assert committee.vi == f"UBND {ward['kind'].lower()} {ward['name']}"
        assert committee.kind == {"Phường": "ward", "Xã": "commune"}[ward["kind"]]
        assert committee.parent == "ubnd-thanh-pho-ha-noi"
        assert committee.established == date(2025, 7, 1)


def test_every_department_has_its_name_website_and_predecessors(hanoi):
    by_name = {agency.vi: agency for agency in hanoi.agencies.values()}
    for row in read("agencies.csv"):
        agency = by_name[row["name_vi"]]
        assert agency.en == row["name_en"]
        assert agency.website.removeprefix("https://") == row["website"]
        gone = {name for name in row["predecessors"].split(";") if name} - {agency.vi}
        assert {one.vi for one in hanoi.predecessors(agency.slug)} == gone


def test_the_city_stands_above_all_and_has_the_only_published_code(hanoi):
    assert hanoi.by_code("H26").slug == "ubnd-thanh-pho-ha-noi"
    assert hanoi.by_code("000.00.00.H26").slug == "ubnd-thanh-pho-ha-noi"
    assert [agency.code for agency in hanoi.agencies.values() if agency.code] == ["H26"]
    assert {a.parent for a in hanoi.agencies.values()} == {"", "ubnd-thanh-pho-ha-noi"}


def test_a_department_abolished_in_march_2025_gave_way_to_one_other(hanoi):
    assert [heir.slug for heir in hanoi.heirs("so-giao-thong-van-tai")] == ["so-xay-dung"]
    gone = hanoi.agencies["so-giao-thong-van-tai"]
    assert gone.exists(date(2025, 2, 28))
    assert not gone.exists(date(2025, 3, 1))
    assert not gone.exists()


def test_thirty_districts_are_known_as_abolished_without_successors(hanoi):
    districts = [a for a in hanoi.agencies.values()
                 if a.kind in ("urban_district", "rural_district", "town")]

    assert len(districts) == 30
    assert {district.abolished for district in districts} == {date(2025, 7, 1)}
    assert not any(district.successors for district in districts)


def test_agencies_at_work_come_after_their_parents(hanoi):
    active = hanoi.active()
    seen = set()
    for agency in active:
        assert not agency.parent or agency.parent in seen
        seen.add(agency.slug)
    assert len(active) == 1 + 16 + 126


def test_names_are_shown_in_english_only_where_there_is_one(hanoi):
    board = hanoi.agencies["ban-quan-ly-khu-cong-nghe-cao-va-khu-cong-nghiep"]
    assert hanoi.agencies["so-y-te"].name("en") == "Department of Health"
    assert hanoi.agencies["so-y-te"].name("vi") == "Sở Y tế"
    assert board.name("en") == board.vi


@pytest.mark.parametrize(("text", "code"), [
    ("H26", "H26"), (" h26 ", "H26"), ("H26.14", "H26.14"), ("H26.14.3", "H26.14.3"),
    ("000.00.14.H57", "H57.14"), ("000.00.00.H26", "H26"), ("000.02.14.h57", "H57.14.02"),
    ("Sở Y tế", ""), ("H2", ""), ("14.H57.x", ""), ("", ""),
])
def test_codes_are_read_in_their_present_and_older_form(text, code):
    assert normalise_code(text) == code


def one(slug, **more):
    return {"slug": slug, "kind": "department", "vi": slug.upper(), **more}


@pytest.mark.parametrize(("entries", "problem"), [
    ([one("a"), {**one("a"), "vi": "B"}], "slug 'a' stands twice"),
    ([one("a"), one("b", former_slugs=["a"])], "slug 'a' stands twice"),
    ([one("a", code="H26"), one("b", code="H26")], "code 'H26' stands twice"),
    ([one("a", area_code="00001"), one("b", area_code="00001")], "area code '00001'"),
    ([one("a"), {**one("b"), "vi": "A"}], "name 'A' stands twice"),
    ([one("a", parent="x")], "unknown agency 'x'"),
    ([one("a", successors=["x"], abolished=date(2025, 1, 1))], "unknown agency 'x'"),
    ([one("a", parent="b"), one("b", parent="a")], "is above itself"),
    ([one("a", successors=["b"], abolished=date(2025, 1, 1)),
      one("b", successors=["a"], abolished=date(2025, 1, 1))], "is a successor of itself"),
    ([one("a", successors=["b"]), one("b")], "has successors but is not abolished"),
    ([one("a", parent="b"), one("b", abolished=date(2025, 1, 1))], "parent 'b' is abolished"),
    ([one("a", code="h 26")], "malformed code"),
    ([one("a", kind="ministry")], "unknown kind"),
    ([one("A b")], "is no slug"),
    ([one("a", phone="1")], "unknown field phone"),
    ([one("a", established=date(2025, 1, 1), abolished=date(2024, 1, 1))], "before it was"),
])
def test_a_list_that_contradicts_itself_is_refused_with_the_reason(entries, problem):
    with pytest.raises(RegistryError, match=problem):
        from_dicts(entries)


def test_all_contradictions_are_said_at_once():
    with pytest.raises(RegistryError) as refused:
        from_dicts([one("a", parent="x"), one("b", kind="ministry")])

    assert "unknown agency 'x'" in str(refused.value)
    assert "unknown kind 'ministry'" in str(refused.value)


def test_heirs_are_found_through_several_mergers_and_splits():
    known = from_dicts([
        one("a", abolished=date(2010, 1, 1), successors=["b"]),
        one("b", abolished=date(2020, 1, 1), successors=["c", "d"]),
        one("c"), one("d"),
    ])
    assert [heir.slug for heir in known.heirs("a")] == ["c", "d"]


def test_an_agency_is_found_by_a_former_slug():
    known = from_dicts([one("so-moi", former_slugs=["so-cu"])])
    assert known.get("so-cu").slug == "so-moi"
    assert known.get("so-khac") is None


def test_the_file_is_read_again_from_a_path(tmp_path):
    path = tmp_path / "agencies.yaml"
    path.write_text("agencies:\n- {slug: so-y-te, kind: department, vi: Sở Y tế}\n", "utf-8")
    assert list(load(path).agencies) == ["so-y-te"]
