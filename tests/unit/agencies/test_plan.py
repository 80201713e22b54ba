"""What seeding would change in a catalog, and what it leaves alone."""
from __future__ import annotations

from datetime import date

from ckanext.hanoi.agencies.plan import FIELDS, Organization, digest, plan, wanted
from ckanext.hanoi.agencies.registry import from_dicts, registry

MARCH = date(2025, 3, 1)
CITY = {"slug": "thanh-pho", "kind": "city", "vi": "UBND thành phố", "code": "H26"}
WORKS = {"slug": "so-xay-dung", "kind": "department", "vi": "Sở Xây dựng", "parent": "thanh-pho",
         "website": "https://soxaydung.example"}
ROADS = {"slug": "so-gtvt", "kind": "department", "vi": "Sở Giao thông vận tải",
         "parent": "thanh-pho", "abolished": MARCH, "successors": ["so-xay-dung"]}


def organization(name, title="", **more):
    """One that a person made."""
    keys = set(more) & set(FIELDS)
    values = {"name": name, "title": title, **{key: more.pop(key) for key in keys}}
    return Organization(id=f"id-{name}", values=values, **more)


def seeded(agencies, slug, **changed):
    """One as seeding made it, but for what was ``changed`` since."""
    values = wanted(agencies.agencies[slug], agencies)
    digests = {name: digest(value) for name, value in values.items() if value}
    return Organization(id=f"id-{slug}", values={**values, **changed}, agency=slug, seeded=digests)


def steps(result):
    return [(change.action, change.agency, dict(change.fields)) for change in result.changes]


def notes(found):
    return [(note.reason, note.organization, note.about or note.field) for note in found]


def test_an_empty_catalog_gets_every_agency_at_work_parents_first():
    result = plan(registry(), [])

    assert result.counts() == {"create": 143, "adopt": 0, "rename": 0, "update": 0, "merge": 0,
                               "unchanged": 0, "kept": 0, "review": 0}
    assert result.changes[0].agency == "ubnd-thanh-pho-ha-noi"


def test_a_new_organization_gets_all_that_the_list_knows_and_nothing_empty():
    change = next(c for c in plan(registry(), []).changes if c.agency == "so-xay-dung")

    assert change.fields == {
        "name": "so-xay-dung", "title": "Sở Xây dựng", "title_en": "Department of Construction",
        "kind": "department", "parent": "ubnd-thanh-pho-ha-noi",
        "website": "https://soxaydung.hanoi.gov.vn",
        "legal_basis": "Nghị quyết 06/NQ-HĐND ngày 25/02/2025",
        "predecessors": "Sở Giao thông vận tải (2025-03-01)",
    }


def test_a_seeded_catalog_needs_no_change():
    known = from_dicts([CITY, WORKS])
    result = plan(known, [seeded(known, "thanh-pho"), seeded(known, "so-xay-dung")])

    assert (result.changes, result.unchanged) == ([], 2)


def test_what_the_list_says_differently_is_updated():
    before = from_dicts([CITY, WORKS])
    now = from_dicts([CITY, {**WORKS, "website": "https://moi.example"}])
    result = plan(now, [seeded(before, "thanh-pho"), seeded(before, "so-xay-dung")])

    assert steps(result) == [("update", "so-xay-dung", {"website": "https://moi.example"})]
    assert result.changes[0].as_dict()["fields"]["website"] == {
        "from": "https://soxaydung.example", "to": "https://moi.example"}


def test_what_the_list_no_longer_says_is_emptied():
    before = from_dicts([CITY, WORKS])
    now = from_dicts([CITY, {**WORKS, "website": ""}])
    result = plan(now, [seeded(before, "thanh-pho"), seeded(before, "so-xay-dung")])

    assert steps(result) == [("update", "so-xay-dung", {"website": ""})]


def test_a_value_that_a_person_changed_is_kept():
    before = from_dicts([CITY, WORKS])
    now = from_dicts([CITY, {**WORKS, "website": "https://moi.example"}])
    ours = seeded(before, "so-xay-dung", website="https://cua-toi.example")
    result = plan(now, [seeded(before, "thanh-pho"), ours])

    assert result.changes == []
    assert [note.as_dict() for note in result.kept] == [{
        "agency": "so-xay-dung", "organization": "so-xay-dung", "reason": "edited",
        "about": "https://moi.example", "field": "website"}]


def test_a_value_that_a_person_emptied_stays_empty():
    known = from_dicts([CITY, WORKS])
    result = plan(known, [seeded(known, "thanh-pho"), seeded(known, "so-xay-dung", website="")])

    assert result.changes == []
    assert result.counts()["kept"] == 1


def test_an_agency_with_a_new_slug_and_name_is_renamed():
    before = from_dicts([CITY, WORKS])
    now = from_dicts([CITY, {**WORKS, "slug": "so-xay-dung-moi", "vi": "Sở Xây dựng mới",
                             "former_slugs": ["so-xay-dung"]}])
    result = plan(now, [seeded(before, "thanh-pho"), seeded(before, "so-xay-dung")])

    assert steps(result) == [("rename", "so-xay-dung-moi",
                              {"name": "so-xay-dung-moi", "title": "Sở Xây dựng mới"})]
    assert result.changes[0].organization == "so-xay-dung"


def test_a_new_slug_without_the_former_one_is_recognised_by_the_name():
    before = from_dicts([CITY, WORKS])
    now = from_dicts([CITY, {**WORKS, "slug": "so-xay-dung-moi"}])
    result = plan(now, [seeded(before, "thanh-pho"), seeded(before, "so-xay-dung")])

    assert steps(result) == [("rename", "so-xay-dung-moi", {"name": "so-xay-dung-moi"})]


def test_a_new_code_is_recognised_by_the_agency():
    before = from_dicts([CITY])
    now = from_dicts([{**CITY, "code": "H27"}])

    assert steps(plan(now, [seeded(before, "thanh-pho")])) == [
        ("update", "thanh-pho", {"code": "H27"})]


def test_an_agency_is_not_renamed_to_a_name_that_is_taken():
    before = from_dicts([CITY, WORKS])
    now = from_dicts([CITY, {**WORKS, "slug": "so-moi", "former_slugs": ["so-xay-dung"]}])
    result = plan(now, [seeded(before, "thanh-pho"), seeded(before, "so-xay-dung")], ["so-moi"])

    assert steps(result) == [("update", "so-moi", {})]
    assert notes(result.review) == [("taken", "so-xay-dung", "so-moi")]


def test_an_organization_that_a_person_made_is_adopted_and_only_completed():
    known = from_dicts([CITY, WORKS])
    own = organization("s-xy-dng", "SỞ XÂY DỰNG", website="https://cu.example")
    result = plan(known, [seeded(known, "thanh-pho"), own])

    assert steps(result) == [("adopt", "so-xay-dung",
                              {"kind": "department", "parent": "thanh-pho"})]
    assert {note.field for note in result.kept} == {"name", "title", "website"}


def test_an_organization_is_recognised_by_name_code_or_exact_title_only():
    known = from_dicts([CITY, WORKS])
    for own in (organization("thanh-pho"), organization("x", code="000.00.00.H26"),
                organization("x", "UBND THÀNH PHỐ"),
                organization("x", "Ủy ban nhân dân thành phố")):
        assert ("adopt", "thanh-pho") in [step[:2] for step in steps(plan(known, [own]))]
    for other in (organization("x", "UBND thanh pho"), organization("x", "Sở Xây dựng Đà Nẵng")):
        assert [action for action, *_ in steps(plan(known, [other]))] == ["create", "create"]


def test_organizations_that_are_no_agency_are_left_alone():
    known = from_dicts([CITY])
    result = plan(known, [seeded(known, "thanh-pho"), organization("cong-ty-nuoc", "Công ty nước")])

    assert (result.changes, result.kept, result.review) == ([], [], [])


def test_an_abolished_agency_is_merged_into_its_single_successor():
    known = from_dicts([CITY, WORKS, ROADS])
    roads = organization("s-giao-thng", "Sở Giao thông vận tải", datasets=7, members=2)
    result = plan(known, [seeded(known, "thanh-pho"), seeded(known, "so-xay-dung"), roads])

    assert [change.as_dict() for change in result.changes] == [{
        "action": "merge", "agency": "so-gtvt", "title": "Sở Giao thông vận tải",
        "organization": "s-giao-thng", "successor": "so-xay-dung", "datasets": 7, "members": 2}]


def test_merging_comes_after_the_successor_is_there():
    known = from_dicts([ROADS, WORKS, CITY])
    result = plan(known, [organization("so-gtvt")])

    assert [change.action for change in result.changes] == ["create", "create", "merge"]


def test_what_was_merged_is_done_with():
    known = from_dicts([CITY, WORKS, ROADS])
    merged = organization("so-gtvt", agency="so-gtvt", deleted=True, merged_into="id-so-xay-dung")
    result = plan(known, [seeded(known, "thanh-pho"), seeded(known, "so-xay-dung"), merged])

    assert (result.changes, result.kept, result.review) == ([], [], [])


def test_what_a_person_brought_back_is_not_merged_again():
    known = from_dicts([CITY, WORKS, ROADS])
    back = organization("so-gtvt", agency="so-gtvt", merged_into="id-so-xay-dung")
    result = plan(known, [seeded(known, "thanh-pho"), seeded(known, "so-xay-dung"), back])

    assert result.changes == []
    assert notes(result.kept) == [("restored", "so-gtvt", "")]


def test_without_a_single_successor_a_person_decides():
    known = from_dicts([CITY, WORKS, {**ROADS, "successors": ["so-xay-dung", "thanh-pho"]},
                        {**ROADS, "slug": "quan", "vi": "UBND quận", "successors": []}])
    result = plan(known, [seeded(known, "thanh-pho"), seeded(known, "so-xay-dung"),
                          organization("so-gtvt"), organization("quan")])

    assert result.changes == []
    assert notes(result.review) == [("abolished", "so-gtvt", "Sở Xây dựng, UBND thành phố"),
                                    ("abolished", "quan", "")]


def test_what_a_person_deleted_is_not_made_again():
    known = from_dicts([CITY])
    gone = seeded(known, "thanh-pho")
    gone = Organization(gone.id, gone.values, deleted=True, agency=gone.agency, seeded=gone.seeded)
    result = plan(known, [gone])

    assert result.changes == []
    assert notes(result.kept) == [("deleted", "thanh-pho", "")]


def test_two_organizations_for_one_agency_are_put_to_a_person():
    known = from_dicts([CITY])
    result = plan(known, [organization("uy-ban", "UBND thành phố"), seeded(known, "thanh-pho")])

    assert result.changes == []
    assert notes(result.review) == [("duplicate", "uy-ban", "thanh-pho")]


def test_a_taken_name_is_put_to_a_person():
    known = from_dicts([CITY, WORKS])
    result = plan(known, [seeded(known, "thanh-pho")], taken=["so-xay-dung"])

    assert result.changes == []
    assert notes(result.review) == [("taken", "", "so-xay-dung")]


def test_an_agency_that_left_the_list_is_put_to_a_person():
    before = from_dicts([CITY, WORKS])
    result = plan(from_dicts([CITY]), [seeded(before, "thanh-pho"), seeded(before, "so-xay-dung")])

    assert result.changes == []
    assert notes(result.review) == [("unknown", "so-xay-dung", "")]


def test_below_what_a_person_deleted_nothing_is_put_and_nothing_merged_into_it():
    known = from_dicts([CITY, WORKS, ROADS])
    city = seeded(known, "thanh-pho")
    city = Organization(city.id, city.values, deleted=True, agency="thanh-pho", seeded=city.seeded)
    result = plan(known, [city])
    assert steps(result) == [("create", "so-xay-dung", {
        "name": "so-xay-dung", "title": "Sở Xây dựng", "kind": "department",
        "website": "https://soxaydung.example", "predecessors":
        "Sở Giao thông vận tải (2025-03-01)"})]

    works = Organization("w", {"name": "so-xay-dung", "title": "x"}, deleted=True)
    result = plan(known, [city, works, organization("so-gtvt")])
    assert result.changes == []
    assert notes(result.review) == [("abolished", "so-gtvt", "Sở Xây dựng")]
