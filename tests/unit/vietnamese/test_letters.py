from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.vietnamese import canonical, fold, nfc

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằấậẽệỉịọốờợủứựỳỵ AĐƠƯẤỆ"
MARKS = "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323\u00a0\u00ad\u200bÐðƉɖþ"
texts = st.one_of(st.text(), st.text(VIETNAMESE + MARKS))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Hà Nội", "Hà Nội"),
        (unicodedata.normalize("NFD", "Đường Giải Phóng"), "Đường Giải Phóng"),
        ("Hue\u0301\u0302 nga\u0300\u0306y", "Huế ngằy"),
        ("E\u0309\u0302 O\u0303\u0302 a\u0323\u0302 o\u0300\u031b u\u031b\u0323", "Ể Ỗ ậ ờ ự"),
        ("Viê\u0323t Nam", "Việt Nam"),
        ("Hà\u00a0Nội 1\u202f000\u2007km", "Hà Nội 1 000 km"),
        ("\ufeffThống\u00ad k\u200bê\u2060", "Thống kê"),
    ],
)
def test_text_of_old_software_is_put_right(text, right):
    assert nfc(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Ðà Nẵng", "Đà Nẵng"),
        ("ÐÔNG ANH", "ĐÔNG ANH"),
        ("804/QÐ-UBND", "804/QĐ-UBND"),
        ("HÐND", "HĐND"),
        ("Tp. Bà Rịa và ðảo", "Tp. Bà Rịa và đảo"),
        ("Ɖống Ɖa, ɖường phố", "Đống Đa, đường phố"),
    ],
)
def test_eth_and_african_d_are_d_with_stroke_in_vietnamese_text(text, right):
    assert nfc(text) == right


@pytest.mark.parametrize(
    "text",
    ["við Ísland", "MEÐ ÞÖKK", "Suðurnes", "Veðurstofa Íslands: Garðabær", "ɖe", "eʋegbe ɖɔɖɔ",
     "Đakovo", "Ðakovo æ"],
)  # fmt: skip
def test_eth_of_icelandic_and_d_of_ewe_stay(text):
    assert nfc(text) == text


@pytest.mark.parametrize(
    "text", ["Crème brûlée", "Москва", "東京 データ", "ภาษาไทย", "a👨‍👩‍👧b", "naïve, señor", "½ m²"]
)
def test_text_that_is_right_comes_back_as_it_is(text):
    assert nfc(text) == text


@given(texts)
def test_nfc_is_idempotent_and_composed(text):
    once = nfc(text)
    assert nfc(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(VIETNAMESE))
def test_nfc_of_decomposed_vietnamese_is_the_composed_text(text):
    assert nfc(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường Phố  HÀ NỘI", "duong pho ha noi"),
        (unicodedata.normalize("NFD", "Giấy phép"), "giay phep"),
        ("Hoà Bình – Thuỷ lợi", "hoa binh – thuy loi"),
        ("Hòa Bình – Thủy lợi", "hoa binh – thuy loi"),
        ("  Quyết định\tsố\n804/QÐ-UBND ", "quyet dinh so 804/qd-ubnd"),
        ("m² ＨＮ ﬁ\u00a0x", "m2 hn fi x"),
        ("Straße, Øst, Łódź, Œuvre", "strasse, ost, lodz, oeuvre"),
        ("Москва 東京 データ", "москва 東京 データ"),
        ("", ""),
    ],
)
def test_folding_takes_case_accents_and_surplus_space_away(text, folded):
    assert fold(text) == folded


@given(texts)
def test_folding_is_idempotent_and_blind_to_form_and_tone_style(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded
    assert fold(canonical(text)) == fold(nfc(text))
