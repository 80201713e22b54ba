"""Words as terms that English stemming leaves alone."""
from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.search import terms

VIETNAMESE = st.text("aáàảãạăắâấđeêiìoôơuưỳybcghknrstxHÀĐ 09&-", max_size=40)


def test_folded_terms_have_neither_accents_nor_english_endings():
    assert terms.folded("Xây dựng Đường") == ["xayq", "dungq", "duongq"]


def test_letters_and_digits_are_terms_of_their_own():
    assert terms.folded("H26, quý 4/2025") == ["hq", "26", "quyq", "4", "2025"]


def test_an_ampersand_inside_an_abbreviation_makes_no_difference():
    assert terms.folded("KH&ĐT") == terms.folded("khđt") == ["khdtq"]


def test_exact_terms_tell_accents_apart():
    spelled = [terms.exact(word)[0] for word in ("mã", "má", "mà", "mạ", "mả", "mâ", "mă", "đa")]
    assert len(set(spelled)) == 8


def test_words_without_accents_have_no_exact_term():
    assert terms.exact("ma 2025") == []


def test_both_tone_styles_and_both_forms_of_unicode_are_one_term():
    forms = ["hoà thuỷ", "hòa thủy", unicodedata.normalize("NFD", "hoà thuỷ"), "HÒA THỦY"]
    assert len({tuple(terms.exact(form)) for form in forms}) == 1


def test_initials_come_with_and_without_the_kind_and_the_and():
    assert terms.initials("Sở Giao thông vận tải") == ["sgtvt", "gtvt"]
    assert set(terms.initials("Sở Kế hoạch và Đầu tư")) == {"skhvdt", "khvdt", "skhdt", "khdt"}
    assert terms.initials("Sở Y") == []


@settings(max_examples=200)
@given(VIETNAMESE)
def test_terms_are_plain_ascii_whatever_the_unicode_form(text):
    folded = terms.folded(text)
    assert folded == terms.folded(unicodedata.normalize("NFD", text))
    assert all(term.isascii() and term.isalnum() for term in folded + terms.exact(text))
    assert all(term.endswith("q") or term.isdecimal() for term in folded)


UUID = "2993da55-db67-43a6-805d-aeac2d5c30f3"


def test_a_uuid_is_one_term_and_holds_no_words():
    (term,) = terms.folded(UUID)
    assert term.isalpha()
    assert terms.folded(UUID.upper()) == [term]
    assert terms.folded(f"urn:uuid:{UUID}, da") == ["urnq", "uuidq", term, "daq"]
    assert terms.folded(UUID[:-1]) != [term]


@given(st.uuids(), st.uuids())
def test_two_uuids_are_the_same_term_only_where_they_are_the_same(one, other):
    assert (terms.folded(str(one)) == terms.folded(str(other))) is (one == other)
