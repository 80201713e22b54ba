"""Values of JSON from strangers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.parsing import lenient_json

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(['{"vi": "a"}', '["a"', '[{"value": "x", "lang": "vi"}]', "null"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["title", "name", "vi", "en", "@value", "@language", "lang", "x"]),
        inner, max_size=3,
    ),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), ("", ""), ("null", ""), (" a ", "a"), (7, "7"), (True, ""), ([], ""),
        ([None, "", "b"], "b"), ({"name": "N", "title": "T"}, "T"), ({"@value": "v"}, "v"),
        ('{"name": "N"}', "N"), ('["x", "y"]', "x"), ("[không phải JSON]", "[không phải JSON]"),
        ({"en": "Market", "vi": "Chợ"}, "Chợ"), ({"x": 1}, ""),
    ],
)  # fmt: skip
def test_one_text_of_anything(value, text):
    assert lenient_json.text(value) == text


@pytest.mark.parametrize(
    ("value", "split", "texts"),
    [
        ("a, b;c", ",;", ["a", "b", "c"]),
        ("a, b", "", ["a, b"]),
        (["a", "a", None, {"name": "b"}, ["c"]], "", ["a", "b", "c"]),
        ('["a", "b"]', ",", ["a", "b"]),
        (None, ",", []),
    ],
)
def test_all_texts_of_anything(value, split, texts):
    assert lenient_json.texts(value, split) == texts


@pytest.mark.parametrize(
    ("value", "languages"),
    [
        ({"vi": "Chợ", "en_US": "Market"}, {"vi": "Chợ", "en-us": "Market"}),
        ([{"lang": "VI", "value": "Chợ"}, {"@language": "en", "@value": "Market"}],
         {"vi": "Chợ", "en": "Market"}),
        ('{"vi": "Chợ", "en": ""}', {"vi": "Chợ"}),
        ({"title": "Chợ"}, {}),
        ("Chợ", {}),
        (["Chợ"], {}),
    ],
)  # fmt: skip
def test_several_languages_in_one_value(value, languages):
    assert lenient_json.languages(value) == languages


@pytest.mark.parametrize(
    ("value", "number"),
    [("12", 12), (12.9, 12), ("1024.0", 1024), (-1, None), ("x", None), (True, None), (None, None),
     ("1e400", None), (float("nan"), None)],
)  # fmt: skip
def test_a_number_that_is_not_negative(value, number):
    assert lenient_json.integer(value) == number


@pytest.mark.parametrize(
    ("value", "mail"),
    [("mailto:a@b.vn", "a@b.vn"), (" MAILTO:a@b.vn?subject=x", "a@b.vn"),
     ({"@id": "mailto:a@b"}, "a@b"), (None, ""), (["a@b"], "a@b")],
)  # fmt: skip
def test_an_address_of_mail(value, mail):
    assert lenient_json.mail(value) == mail


def test_leftovers_are_texts_and_nothing_empty():
    record = {"a": 1, "b": [], "c": "[]", "d": ["x", 2], "e": {"k": "ở"}, "f": False, "used": "u"}
    assert lenient_json.leftovers(record, {"used"}) == {
        "a": "1", "d": "x; 2", "e": '{"k": "ở"}', "f": "false"
    }  # fmt: skip


@given(ANYTHING)
def test_nothing_raises(value):
    assert isinstance(lenient_json.text(value), str)
    assert all(isinstance(text, str) and text for text in lenient_json.texts(value, ","))
    assert all(words for words in lenient_json.languages(value).values())
    assert isinstance(lenient_json.one_line(lenient_json.multilingual(value)), (str, dict))
    assert isinstance(lenient_json.headline(lenient_json.multilingual(value, value)), str)
    assert isinstance(lenient_json.as_extra(value), str)
    assert isinstance(lenient_json.phone(value) + lenient_json.mail(value), str)
    assert isinstance(lenient_json.items(value), list)
    assert lenient_json.integer(value) is None or lenient_json.integer(value) >= 0
