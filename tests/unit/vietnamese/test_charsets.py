from __future__ import annotations

import pytest
from legacy import ENCODERS, GLIBC, LETTERS, vn1

from ckanext.hanoi.vietnamese.charsets import VIETNAMESE, as_bytes, capitals_of_fonts

VN3, VN1, VNI, WINDOWS_1258, VISCII = VIETNAMESE


def test_there_are_134_vietnamese_letters_beyond_ascii():
    assert len(LETTERS) == len(set(LETTERS)) == 134


@pytest.mark.parametrize(
    ("charset", "table"), [(VN1, "TCVN5712-1"), (WINDOWS_1258, "CP1258"), (VISCII, "VISCII")]
)
def test_every_byte_means_what_glibc_says(charset, table):
    assert {code: charset.convert(chr(int(code, 16))) for code in GLIBC[table]} == GLIBC[table]


@pytest.mark.parametrize(
    ("charset", "name"),
    [(VN1, "tcvn3-vn1"), (VNI, "vni"), (WINDOWS_1258, "windows-1258"), (VISCII, "viscii")],
)
def test_every_letter_comes_back_from_its_encoding(charset, name):
    encode = ENCODERS[name][1]
    got = [charset.convert(encode(letter).decode("latin-1")) for letter in LETTERS]
    assert got == LETTERS


def test_tcvn3_of_the_fonts_has_every_small_letter_and_seven_capitals():
    letters = [letter for letter in LETTERS if letter.islower() or letter in "ĂÂÊÔƠƯĐ"]
    assert len(letters) == 67 + 7
    assert [VN3.convert(vn1(letter).decode("latin-1")) for letter in letters] == letters


def test_tcvn3_of_the_fonts_has_the_quotes_dashes_and_signs_of_windows_1252():
    assert VN3.convert("\x93H\xb5 N\xe9i\x94 \x96 25\xb0, m\xb2\x85") == "“Hà Nội” – 25°, m²…"


@pytest.mark.parametrize(
    ("text", "read"),
    [("Haø Noäi", "Hà Nội"), ("HAØ NOÄI", "HÀ NỘI"), ("HAø NOäI", "HÀ NỘI"),
     ("ñöôøng phoá", "đường phố"), ("kyõ thuaät tænh Nghóa", "kỹ thuật tỉnh Nghĩa"),
     ("quyù thò", "quý thị"), ("TRÖÔØNG ÑAÏI HOÏC", "TRƯỜNG ĐẠI HỌC"), ("ù xø", "ù xø")],
)  # fmt: skip
def test_vni_has_the_mark_behind_its_vowel_in_either_case(text, read):
    assert VNI.convert(text) == read


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("CộNG HOà Xã HộI CHủ NGHĩA VIệT NAM", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("Hà NộI", "HÀ NỘI"),
        ("UBND thành phố Hà Nội", "UBND thành phố Hà Nội"),
        ("Hà Nội", "Hà Nội"),
        ("Tứ Kỳ", "Tứ Kỳ"),
        ("QUậN Ba Đình", "QUẬN Ba Đình"),
        ("STT\tHọ và tên\tĐịA CHỉ\n1;Lý Hà;Hà NộI", "STT\tHọ và tên\tĐỊA CHỈ\n1;Lý Hà;HÀ NỘI"),
        ("đđ", "đđ"),
        ("", ""),
    ],
)
def test_small_letters_among_capitals_are_the_fonts_capitals(typed, meant):
    assert capitals_of_fonts(typed) == meant


def test_text_read_as_windows_1252_or_latin_1_gives_its_bytes_again():
    assert as_bytes("“Hµ Néi” – \x81") == "\x93H\xb5 N\xe9i\x94 \x96 \x81"
