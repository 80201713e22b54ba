"""What people type, as a query of Solr."""
from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.search import for_query


def rewritten(q, **params):
    return for_query({"q": q, **params})


@pytest.mark.parametrize(
    "q", ["", "*:*", '""', "title:x", "a AND title:(b c)", "+tags:y", "(name:a)", "*:* -title:x",
          "res_format:CSV", "vocab_theme:y-te", "extras_x:1", "{!term f=name}x", "name:[a TO b]"])
def test_solr_syntax_is_left_alone(q):
    assert rewritten(q) == {"q": q}


@pytest.mark.parametrize("name", ["defType", "qf", "bf", "boost"])
def test_a_query_with_a_parser_of_its_own_is_left_alone(name):
    assert rewritten("xay dung", **{name: "x"}) == {"q": "xay dung", name: "x"}


@pytest.mark.parametrize("q", ["Hà Nội: giao thông", "TCVN:2012", "http://a/b", "tình hình:"])
def test_a_colon_in_a_text_names_no_field(q):
    assert rewritten(q)["defType"] == "edismax"


def test_each_word_is_looked_for_folded_and_as_typed():
    assert rewritten("Xây")["q"] == "(extras_hanoi_title:xayq^4 OR text:xayq OR Xây)"


def test_decomposed_queries_become_composed_ones():
    assert rewritten("xa\u0302y") == rewritten("xây")


@pytest.mark.parametrize(("count", "least"), [(1, 1), (2, 2), (3, 2), (5, 4), (6, 4), (10, 8)])
def test_as_many_words_must_be_there_as_in_ckan(count, least):
    assert rewritten(" ".join(["ma"] * count))["mm"] == str(least)


def test_a_given_least_is_kept():
    assert rewritten("a b c", mm="100%").get("mm") == "100%"


def test_signs_and_phrases_keep_their_meaning():
    q = rewritten('+giao "nhà ở" -xe')["q"]
    assert "+(extras_hanoi_title:giaoq^4" in q
    assert '(extras_hanoi_title:"nhaq oq"^4 OR text:"nhaq oq" OR "nhà ở")' in q
    assert "-(extras_hanoi_title:xeq^4" in q


def test_only_accents_that_were_typed_raise_a_document():
    assert "boost" not in rewritten("xay dung")
    assert "'duzkzjngzq'" in rewritten("xay dựng")["boost"]
    assert "boost" not in rewritten("xay -dựng")


@pytest.mark.parametrize("q", ['"', "+", ":", "-- !!", "&&", "AND", "\x00"])
def test_text_without_words_finds_nothing(q):
    assert rewritten(q) == {"q": "+*:* -*:*"}


def test_long_queries_are_cut():
    assert rewritten("xây " * 5000)["q"].count("OR text:") == 40


def test_other_parameters_stay_and_the_given_ones_are_not_changed():
    params = {"q": "xay", "fq": "tags:a", "rows": 3}
    assert for_query(params)["fq"] == "tags:a"
    assert params == {"q": "xay", "fq": "tags:a", "rows": 3}


@settings(max_examples=200)
@given(st.text('aâđ "+-()[]{}^~*?:\\/&|!<\x00\ud7ff💧', max_size=30))
def test_no_character_that_means_something_to_solr_gets_through(text):
    q = rewritten(text)["q"]
    if q != text and q not in ("+*:* -*:*", "*:*"):
        bare = re.sub(r"\\.", "", q)
        assert bare.count("(") == bare.count(")")
        assert bare.count('"') % 2 == 0
        assert "\x00" not in bare


def test_values_of_filters_are_composed_as_they_are_in_the_index():
    apart = unicodedata.normalize("NFD", "Giao thông")
    found = for_query({"q": "*:*", "fq": f'tags:"{apart}"', "fq_list": [f'+tags:"{apart}"', None]})
    assert found["fq"] == 'tags:"Giao thông"'
    assert found["fq_list"] == ['+tags:"Giao thông"', None]
    assert for_query({"q": f"tags:{apart}"})["q"] == "tags:Giao thông"
