"""Delimited text: the separator is found, quoted line breaks are kept, half a row is no row."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular import Limits
from ckanext.hanoi.tabular.delimited import DELIMITERS, detect_delimiter, read_text

ROWS = [
    ["Tên dữ liệu", "Mô tả", "Từ khóa", "Đường dẫn"],
    [
        "Trường học",
        "Danh sách trường, lớp;\nnăm học 2025",
        "trường; lớp; học sinh",
        "http://a.vn/1,2",
    ],
    ["Bệnh viện", "Tên, địa chỉ | số giường", "y tế, bệnh viện", "http://a.vn/2"],
    ["Công viên", "", "cây xanh", ""],
]


def written(rows: list[list[str]], delimiter: str, quoting: int = csv.QUOTE_MINIMAL) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, quoting=quoting).writerows(rows)
    return stream.getvalue()


def cells(text: str, **options) -> list[list[str]]:
    return [
        [cell or "" for cell in row] for row in read_text(text, Limits(), **options).sheets[0].rows
    ]


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_the_separator_is_found_beside_others_in_the_text(delimiter, quoting):
    text = written(ROWS, delimiter, quoting)
    assert detect_delimiter(text) == delimiter
    assert cells(text) == ROWS


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_title_rows_above_the_list_do_not_mislead(delimiter):
    titles = "DANH MỤC DỮ LIỆU MỞ, NĂM 2025\nKèm theo Quyết định số 1/QĐ-UBND; ngày 1/1/2025\n\n"
    text = titles + written([row[:3] for row in ROWS] * 3, delimiter)
    assert detect_delimiter(text) == delimiter


def test_a_single_column_is_read_as_one():
    assert cells("Tên dữ liệu\nTrường học\nBệnh viện\n") == [
        ["Tên dữ liệu"],
        ["Trường học"],
        ["Bệnh viện"],
    ]


def test_excels_own_hint_is_followed_and_keeps_the_numbers_of_rows():
    assert cells("sep=;\r\na;b,c\r\n1;2,3\r\n") == [[], ["a", "b,c"], ["1", "2,3"]]


def test_all_ends_of_lines_are_read():
    assert cells("a,b\r1,2\r3,4") == cells("a,b\n1,2\n3,4\n") == cells("a,b\r\n1,2\r\n3,4\r\n")


def test_other_separators_of_lines_belong_to_the_text():
    assert cells("a,b\u2028c\n1,2\x0c\n") == [["a", "b\u2028c"], ["1", "2\x0c"]]


def test_a_quotation_mark_inside_of_a_cell_is_kept():
    assert cells('a,b\n5" ống,x\n') == [["a", "b"], ['5" ống', "x"]]


def test_a_quotation_mark_that_is_never_closed_is_an_error_not_a_swallowed_file():
    with pytest.raises(SourceError) as error:
        read_text('a,b\n1,2\n"x,y\n3,4\n5,6\n', Limits())
    assert error.value.params == {"line": 3}
    with pytest.raises(SourceError, match="line 1 "):
        read_text('"' + "x,y\n" * 100_000, Limits())


def test_a_separator_of_several_characters_is_refused():
    with pytest.raises(SourceError, match="single character"):
        read_text("a::b", Limits(), delimiter="::")


CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12
)


@given(
    st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=6),
    st.sampled_from(DELIMITERS),
)
@settings(max_examples=80, deadline=None)
def test_what_was_written_is_read_again(rows, delimiter):
    text = written(rows, delimiter, csv.QUOTE_ALL)
    expected = [[cell if cell.strip() else "" for cell in row] for row in rows]
    assert cells(text, delimiter=delimiter) == expected


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused(text):
    try:
        delimiter = read_text(text, Limits()).delimiter
    except SourceError as error:
        delimiter = str(error)
    sensible = delimiter in DELIMITERS or "quotation mark" in delimiter
    assert sensible or text.lower().startswith("sep=")


def test_a_zero_character_is_left_out_and_the_rest_is_read():
    assert cells("A,B\0\n1\0,2\n") == [["A", "B"], ["1", "2"]]
