from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legacy import DATA, ENCODERS

from ckanext.hanoi.vietnamese import repair, repair_all

PHRASES = (DATA / "phrases.txt").read_text("utf-8").splitlines()
each_encoding = pytest.mark.parametrize("encode", [e for _, e in ENCODERS.values()], ids=ENCODERS)

RIGHT = [
    "Hà Nội", "Đường Giải Phóng", "Château de Versailles", "São Paulo", "Málaga", "Thaï", "où",
    "naïve café", "Größe", "Straße", "5 µm", "µm", "25 °C ± 2", "m²", "1ª y 2º", "Mª José",
    "Noël à Orléans", "più qualità", "© 2025 Công ty", "Québec – Montréal", "El Niño", "plain",
    "Reykjavík á Íslandi", "smørrebrød på dansk", "İstanbul", "Москва", "河内", "“quoted”", "",
    "Äänekoski", "½ tấn", "è", "có", "thì", "«Là»", "Lê Lai", "Vân Hà", "xã Phú Châu",
]  # fmt: skip


def _misread(data: bytes) -> str:
    return data.decode("latin-1").translate(
        {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}
    )


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Hµ Néi", "Hà Nội"),
        ("Hµ", "Hà"),
        ("ViÖt Nam", "Việt Nam"),
        ("Së Tµi chÝnh", "Sở Tài chính"),
        ("“Hµ Néi” – Thñ ®«", "“Hà Nội” – Thủ đô"),
        ("®\xad\xeec", "được"),
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("CéNG HOµ X· HéI CHñ NGHÜA VIÖT NAM", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("Haø Noäi", "Hà Nội"),
        ("Noäi", "Nội"),
        ("TRÖÔØNG ÑAÏI HOÏC KINH DOANH", "TRƯỜNG ĐẠI HỌC KINH DOANH"),
        ("HÃ\xa0 Ná»™i", "Hà Nội"),
        ("Ä\x90Æ°á»\x9dng", "Đường"),
    ],
)
def test_misread_strings_are_put_right(read, meant):
    assert repair(read) == meant


@pytest.mark.parametrize("text", RIGHT)
def test_what_can_be_right_stays(text):
    assert repair(text) == text


def test_strings_that_are_right_stay_when_judged_together():
    assert repair_all(RIGHT) == RIGHT


@each_encoding
def test_a_sheet_is_put_right_as_a_whole(encode):
    cells = ["STT", "2024", *(_misread(encode(phrase)) for phrase in PHRASES), "Total", "25 °C"]
    meant = ["STT", "2024", *PHRASES, "Total", "25 °C"]
    got = repair_all(cells)
    wrong = [
        (one, other)
        for one, other in zip(got, meant, strict=True)
        if one.casefold() != other.casefold()
    ]
    assert len(wrong) <= 0.01 * len(PHRASES), wrong


@each_encoding
def test_a_string_alone_comes_right_or_stays(encode):
    longer = [phrase for phrase in PHRASES if len(phrase.split()) > 2]
    read = [_misread(encode(phrase)) for phrase in longer]
    got = [repair(text) for text in read]
    right = [one.casefold() == other.casefold() for one, other in zip(got, longer, strict=True)]
    changed = [one != text for one, text in zip(got, read, strict=True)]
    assert sum(right) >= 0.9 * len(longer)
    assert sum(c and not r for c, r in zip(changed, right, strict=True)) <= 0.01 * len(longer)


def test_columns_of_unicode_stay_beside_columns_of_tcvn3():
    cells = ["Hµ Néi", "Đà Nẵng", "QuËn Hoµn KiÕm", "Cần Thơ", "Château", "phè"]
    assert repair_all(cells) == [
        "Hà Nội", "Đà Nẵng", "Quận Hoàn Kiếm", "Cần Thơ", "Château", "phố",
    ]  # fmt: skip


@given(st.text())
def test_ascii_and_strings_with_vietnamese_letters_of_unicode_stay(text):
    plain = text.encode("ascii", "ignore").decode()
    assert repair(plain) == plain
    assert repair(text + "ệ") == text + "ệ"


@pytest.mark.parametrize("phrase", PHRASES[:60])
def test_what_was_put_right_stays_so(phrase):
    fixed = repair(_misread(ENCODERS["tcvn3"][1](phrase)))
    assert repair(fixed) == fixed
