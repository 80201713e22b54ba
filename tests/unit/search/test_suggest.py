"""What is suggested to somebody who is still typing."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.search import suggest, synonyms
from ckanext.hanoi.vietnamese import fold
from ckanext.hanoi.vocabulary import vocabulary


def fit(text, *called):
    asked = suggest.typed(text)
    assert asked is not None
    return suggest.fit(asked, called)


@pytest.mark.parametrize(
    ("typed", "name", "rank"),
    [
        ("so xay dung", "Sở Xây dựng", 0),
        ("Sở Xây", "Sở Xây dựng", 1),
        ("xay d", "Sở Xây dựng", 2),
        ("dung xay", "Sở Xây dựng", 3),
        ("DUNG SO", "Sở Xây dựng", 3),
        ("dd", "Phường Đống Đa", None),
        ("dong da", "Phường Đống Đa", 2),
        ("xay xay", "Sở Xây dựng", None),
    ],
)
def test_a_name_fits_by_its_words_and_the_last_may_be_unfinished(typed, name, rank):
    found = fit(typed, name)
    assert (found[0] if found else None) == rank


@pytest.mark.parametrize("text", ["", "a", " - ", "“”", "ờ", "!"])
def test_too_little_suggests_nothing(text):
    assert suggest.typed(text) is None


def test_the_query_lets_the_last_word_go_on_and_prefers_the_accents_typed():
    asked = suggest.typed("thời ti")
    assert asked is not None
    query = suggest.query(asked)
    assert "+extras_hanoi_title:thoiq" in query
    assert "+extras_hanoi_title:ti*" in query
    assert query.count("extras_hanoi_title:") == 3


@given(st.text(max_size=300))
def test_no_text_makes_a_query_of_anything_but_words_and_our_operators(text):
    asked = suggest.typed(text)
    if asked is not None:
        query = suggest.query(asked).replace("extras_hanoi_title:", "")
        rest = set(query.replace('"^2', "")) - set('+ *"')
        assert not {letter for letter in rest if letter.isascii() and not letter.isalnum()}
        assert not any(letter.isspace() for letter in rest)


@given(st.sampled_from(vocabulary("ward").terms), st.data())
def test_every_ward_fits_what_its_name_begins_with(term, data):
    length = data.draw(st.integers(2, len(term.vi)))
    begun = term.vi[:length].rstrip()
    if len(fold(begun)) >= 2:
        found = fit(begun, term.vi)
        assert found is not None
        assert found[0] <= 1


def test_an_agency_is_called_by_what_it_took_over():
    called = synonyms.of_agency("so-xay-dung", "Sở Xây dựng")
    assert {"Sở Giao thông vận tải", "sgtvt", "gtvt", "sxd"} <= set(called)
    assert fit("sgtvt", *called) == (0, "sgtvt")


def test_every_ward_lay_in_a_district_of_the_list_and_every_district_has_wards():
    from ckanext.hanoi.agencies.registry import registry

    kinds = ("urban_district", "rural_district", "town")
    districts = {
        agency.vi.removeprefix("UBND ").capitalize()
        for agency in registry().agencies.values() if agency.kind in kinds
    }  # fmt: skip
    named = {
        district.capitalize()
        for term in vocabulary("ward") if term.code != "01"
        for district in synonyms.former_districts(term.code)
    }  # fmt: skip
    assert all(synonyms.former_districts(term.code) for term in vocabulary("ward").terms[1:])
    assert named == districts
    assert len(districts) == 30


def test_the_ward_of_a_former_district_is_called_by_it():
    assert synonyms.former_districts("00235") == ["Quận Đống Đa"]
    assert "Quận Hoàn Kiếm" in synonyms.of_agency("ubnd-phuong-cua-nam", "UBND phường Cửa Nam")
    assert synonyms.former_districts("no such ward") == []
