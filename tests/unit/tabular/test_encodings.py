"""Lists in every encoding of Vietnamese files, and old text inside of workbooks."""

from __future__ import annotations

import itertools
from functools import cache

import pytest
import spreadsheets as books

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular import read, text_of
from ckanext.hanoi.vietnamese.charsets import VIETNAMESE

ROWS = [
    ["STT", "Tên dữ liệu", "Cơ quan cung cấp", "Mô tả"],
    ["1", "Danh sách trường mầm non công lập", "Sở Giáo dục và Đào tạo", "Tên, địa chỉ, số trẻ"],
    ["2", "Các tuyến xe buýt nội đô", "Sở Giao thông vận tải", "Lộ trình, giờ chạy; giá vé"],
    ["3", "Bệnh viện, trạm y tế phường", "Sở Y tế", "Số giường bệnh được cấp phép"],
]
TEXT = "\n".join(";".join(row).replace("giờ chạy; giá", "giờ chạy, giá") for row in ROWS)
NAMES = sorted({charset.name for charset in VIETNAMESE})


@cache
def table(name: str) -> dict[str, str]:
    """Unicode letter -> the characters of its bytes, by trying what the decoder makes of each."""
    charset = next(charset for charset in VIETNAMESE if charset.name == name)
    found: dict[str, str] = {}
    high = [chr(code) for code in range(0x80, 0x100)]
    vowels = [*"aeiouyAEIOUY", *high]
    for pair in itertools.chain(((c,) for c in high), itertools.product(vowels, high)):
        made = charset.convert("".join(pair))
        if len(made) == 1:
            found.setdefault(made, "".join(pair))
    return found


def encoded(text: str, name: str) -> bytes:
    return "".join(table(name).get(char, char) for char in text).encode("latin-1")


def grid(data: bytes, **options: str) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for row in read(data, **options).sheets[0].rows]


EXPECTED = [line.split(";") for line in TEXT.split("\n")]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_with_and_without_a_byte_order_mark(codec):
    assert grid(TEXT.encode(codec)) == EXPECTED
    assert grid("\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be")) == EXPECTED


@pytest.mark.parametrize("name", NAMES)
def test_old_encodings_are_detected(name):
    data = encoded(TEXT, name)
    assert grid(data) == EXPECTED
    assert read(data).encoding == name


@pytest.mark.parametrize("name", NAMES)
def test_an_old_encoding_may_be_named(name):
    short = "Tên;Mã\nSở Y tế;1"
    assert grid(encoded(short, name), encoding=name.upper()) == [["Tên", "Mã"], ["Sở Y tế", "1"]]


def test_an_encoding_that_does_not_fit_is_an_error():
    with pytest.raises(SourceError, match="not written in ascii"):
        read("Tên".encode(), encoding="ascii")


@pytest.mark.parametrize("make", [books.xlsx, books.xls, books.ods])
@pytest.mark.parametrize("name", ["tcvn3", "vni"])
def test_text_of_old_fonts_inside_of_a_workbook_becomes_unicode(make, name):
    if name == "tcvn3" and make is books.ods:
        pytest.skip("odfpy writes no control characters")
    old = [[encoded(cell, name).decode("cp1252") for cell in row] for row in ROWS]
    assert old != ROWS
    assert grid(make({"A": old})) == ROWS


def test_text_of_other_languages_in_a_workbook_stays():
    rows = [["Información Jurídica", "Sécurité"], ["Straße", "Ação"], ["São Paulo", "Ñandú"]]
    assert grid(books.xlsx({"A": rows})) == rows
