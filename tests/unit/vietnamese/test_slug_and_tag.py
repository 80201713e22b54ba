from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ckan.logic.validators import name_validator, tag_length_validator, tag_name_validator
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.vietnamese import fold, slug, tag, tags

CASES = json.loads((Path(__file__).parents[2] / "data" / "slug_cases.json").read_text("utf-8"))
texts = st.one_of(st.text(), st.text("aăâbđươn 12-_.,'’–ẤỆỢ²🌳\u0301\n", max_size=250))


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_slugs_of_titles(case):
    assert slug(case["text"]) == case["slug"]


@given(texts)
def test_a_slug_is_empty_or_a_name_that_ckan_accepts(text):
    name = slug(text)
    if name:
        assert name_validator(name, {}) == name
        assert slug(name) == name
        assert re.fullmatch(r"[a-z0-9](.*[a-z0-9])?", name)
    else:
        rest = re.sub("[^a-z0-9]", "", fold(text))
        assert len(rest) < 2 or rest in ("new", "edit", "search")


@given(texts, st.integers(2, 100))
def test_a_slug_keeps_to_a_shorter_limit(text, limit):
    short = slug(text, limit)
    assert len(short) <= limit
    assert len(short) == 0 or slug(text).startswith(short)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Giá đất", "Giá đất"),
        ("Thu\u0309y lo\u031b\u0323i", "Thủy lợi"),
        ("  giao   thông\t vận tải. ", "giao thông vận tải"),
        ("y tế/giáo dục", "y tế giáo dục"),
        ("PM2.5", "PM2.5"),
        ("COVID–19", "COVID-19"),
        ("People's Committee", "Peoples Committee"),
        ("«quy hoạch» (2030)", "quy hoạch 2030"),
        ("QÐ-UBND", "QĐ-UBND"),
        ("cây xanh 🌳", "cây xanh"),
        ("q̃ x", "q x"),
        ("河内", "河内"),
        ("a", ""),
        ("-- . _", ""),
        ("🌳🌳", ""),
        ("", ""),
    ],
)
def test_tags_keep_their_accents(text, word):
    assert tag(text) == word


def test_a_long_tag_is_cut_between_words():
    assert tag("đường " * 30) == "đường " * 15 + "đường"


@given(texts)
def test_a_tag_is_empty_or_one_that_ckan_accepts(text):
    word = tag(text)
    if word:
        assert tag_length_validator(tag_name_validator(word, {}), {}) == word
        assert word == word.strip()
    assert tag(word) == word


def test_a_list_of_tags_has_each_once_in_the_first_spelling():
    assert tags("Giá đất, thuỷ lợi; y tế\nGIÁ ĐẤT,,thủy lợi, a, gia dat") == [
        "Giá đất", "thuỷ lợi", "y tế", "gia dat",
    ]  # fmt: skip
    assert tags(["y tế, giáo dục", "Y tế"]) == ["y tế", "giáo dục"]
    assert tags([]) == []
