"""Values of JSON from strangers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.harvest.parsing import loose

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
    assert loose.text(value) == text


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
    assert loose.texts(value, split) == texts


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
    assert loose.languages(value) == languages


@pytest.mark.parametrize(
    ("value", "number"),
    [("12", 12), (12.9, 12), ("1024.0", 1024), (-1, None), ("x", None), (True, None), (None, None),
     ("1e400", None), (float("nan"), None)],
)  # fmt: skip
def test_a_number_that_is_not_negative(value, number):
    assert loose.integer(value) == number


@pytest.mark.parametrize(
    ("value", "mail"),
    [("mailto:a@b.vn", "a@b.vn"), (" MAILTO:a@b.vn?subject=x", "a@b.vn"),
     ({"@id": "mailto:a@b"}, "a@b"), (None, ""), (["a@b"], "a@b")],
)  # fmt: skip
def test_an_address_of_mail(value, mail):
    assert loose.mail(value) == mail


def test_leftovers_are_texts_and_nothing_empty():
    record = {"a": 1, "b": [], "c": "[]", "d": ["x", 2], "e": {"k": "ở"}, "f": False, "used": "u"}
    assert loose.leftovers(record, {"used"}) == {
        "a": "1", "d": "x; 2", "e": '{"k": "ở"}', "f": "false"
    }  # fmt: skip


@given(ANYTHING)
def test_nothing_raises(value):
    assert isinstance(loose.text(value), str)
    assert all(isinstance(text, str) and text for text in loose.texts(value, ","))
    assert all(words for words in loose.languages(value).values())
    assert isinstance(loose.one_line(loose.multilingual(value)), (str, dict))
    assert isinstance(loose.headline(loose.multilingual(value, value)), str)
    assert isinstance(loose.as_extra(value), str)
    assert isinstance(loose.phone(value) + loose.mail(value), str)
    assert isinstance(loose.items(value), list)
    assert loose.integer(value) is None or loose.integer(value) >= 0
