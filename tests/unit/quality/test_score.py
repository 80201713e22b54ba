"""The score: points, bands, and what is missing for more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ANSWERS, DEAD, EMPTY, FILE, MEASURES, PAGE, dataset, resource, score

from ckanext.hanoi import quality
from ckanext.hanoi.quality.measure import dimensions


def test_the_table_is_that_of_the_european_portal():
    assert [(name, sum(one.points for one in some)) for name, _title, some in dimensions()] == [
        ("findability", 100), ("accessibility", 100), ("interoperability", 110),
        ("reusability", 75), ("contextuality", 20),
    ]  # fmt: skip
    assert quality.OF == 405


def test_every_measure_says_what_to_do_and_where():
    for one in MEASURES.values():
        assert one.title
        assert one.field
        assert "%(field)s" in one.remedy


def test_a_dataset_that_says_everything_has_all_points():
    found = score(dataset())
    assert (found.points, found.of, found.band, found.missing) == (405, 405, "excellent", ())


def test_a_dataset_that_says_nothing_has_none_and_every_measure_is_missing():
    found = score(EMPTY)
    assert (found.points, found.band) == (0, "bad")
    assert {one.measure for one in found.missing} == set(MEASURES)
    assert sum(one.points for one in found.missing) == 405


def test_points_and_what_is_missing_make_up_the_whole():
    found = score(dataset(theme=[], resources=[resource(format="PDF"), resource()]))
    assert found.points == 405 - 30 - 20 / 2 - 20 / 2
    assert sum(one.points for one in found.missing) == 50
    names = [one.measure for one in found.missing]
    assert names == ["theme", "non_proprietary", "machine_readable"]


def test_a_measure_of_files_is_their_average_and_names_those_that_lack_it():
    found = score(dataset(resources=[resource(), resource(url=PAGE), resource(url=PAGE)]),
                  {**ANSWERS, PAGE: DEAD})  # fmt: skip
    [broken] = [one for one in found.missing if one.measure == "access_url_answers"]
    assert broken.points == pytest.approx(33.3)
    assert broken.resources == (1, 2)
    assert broken.of_resource


def test_the_licence_of_the_files_is_a_field_of_the_dataset():
    [first, second] = score(dataset(license_id="")).missing
    assert (first.measure, first.field, first.of_resource) == ("license", "license_id", False)
    assert second.measure == "license_vocabulary"


def test_links_that_wait_for_a_check_ask_nothing_of_the_publisher():
    found = score(dataset(), {})
    assert found.points == 325
    assert found.pending == 80
    assert all(one.pending for one in found.missing)


def test_what_a_person_can_do_comes_before_what_waits_and_the_most_points_first():
    found = score(dataset(theme=[], rights=""), {})
    assert [one.points for one in found.missing] == [30, 5, 50, 30]


@pytest.mark.parametrize(("points", "band"), [
    (405, "excellent"), (351, "excellent"), (350.9, "good"), (221, "good"), (220, "sufficient"),
    (121, "sufficient"), (120.9, "bad"), (0, "bad"),
])  # fmt: skip
def test_the_bands_begin_where_the_method_says(points, band):
    assert quality.band(points) == band


TEXTS = st.one_of(st.none(), st.just(""), st.text(max_size=8), st.just("CSV"), st.just(FILE))
RESOURCES = st.lists(st.fixed_dictionaries(
    {}, optional=dict.fromkeys(
        ["url", "download_url", "format", "mimetype", "size", "hash", "license_id", "issued"], TEXTS
    )), max_size=4)  # fmt: skip
DATASETS = st.fixed_dictionaries({}, optional={
    **dict.fromkeys(["title", "notes", "owner_org", "frequency", "modified", "license_id"], TEXTS),
    "theme": st.lists(st.text(max_size=3)), "resources": st.one_of(st.none(), RESOURCES),
})  # fmt: skip


@given(DATASETS)
def test_no_dataset_is_too_odd_to_be_scored(data):
    found = score(data)
    assert 0 <= found.points <= 405
    # each gain is rounded to one decimal
    assert found.points + sum(one.points for one in found.missing) == pytest.approx(405, abs=1.2)
