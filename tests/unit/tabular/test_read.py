"""Files of every kind are read alike, and hostile ones are refused before they are unpacked."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile

import pytest
import spreadsheets as books
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular import Limits, read, text_of
from ckanext.hanoi.tabular.sheet import column_index, column_letters

GRID = [
    ["Tên dữ liệu", "Ngày", "Số"],
    ["Danh sách\ntrường học", datetime.date(2025, 12, 31), 12],
    ["Đường phố", None, 0.5],
]
MADE = {
    "xlsx": books.xlsx({"Trang 1": GRID}),
    "xls": books.xls({"Trang 1": GRID}),
    "ods": books.ods({"Trang 1": GRID}),
}


def texts(data: bytes, **options) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for row in read(data, **options).sheets[0].rows]


@pytest.mark.parametrize("kind", MADE)
def test_a_workbook_gives_the_same_texts_in_every_format(kind):
    book = read(MADE[kind])
    assert book.kind == kind
    assert book.sheets[0].name == "Trang 1"
    assert texts(MADE[kind]) == [
        ["Tên dữ liệu", "Ngày", "Số"],
        ["Danh sách\ntrường học", "2025-12-31", "12"],
        ["Đường phố", "", "0.5"],
    ]


@pytest.mark.parametrize("kind", MADE)
def test_rows_keep_their_numbers_where_a_sheet_begins_with_empty_ones(kind):
    grid = [[None, None], [None, None], [None, "đây"]]
    made = {"xlsx": books.xlsx, "xls": books.xls, "ods": books.ods}[kind]({"A": grid})
    assert read(made).sheets[0].text(2, 1) == "đây"


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_merged_cells_are_known_in_every_format(kind):
    grid = [["nhóm", None, "x"], ["a", "b", "c"]]
    made = {"xlsx": books.xlsx, "xls": books.xls, "ods": books.ods}[kind]
    assert read(made({"A": grid}, merged=[(0, 0, 0, 1)])).sheets[0].merged == [(0, 0, 0, 1)]


def test_addresses_behind_cells_are_kept():
    stream = io.BytesIO()
    import xlsxwriter

    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Danh mục")
        sheet.write_url(2, 1, "https://a.vn/x?a=1&b=2", string="Tải về")
        sheet.write_formula(3, 1, '=HYPERLINK("https://b.vn/y.csv","Xem")', None, "Xem")
    links = read(stream.getvalue()).sheets[0].links
    assert links == {(2, 1): "https://a.vn/x?a=1&b=2", (3, 1): "https://b.vn/y.csv"}
    linked = books.ods({"A": [["x", "Tải"]]}, links={(0, 1): "https://c.vn/z.csv"})
    assert read(linked).sheets[0].links == {(0, 1): "https://c.vn/z.csv"}


def test_a_file_object_is_read_from_its_beginning():
    file = io.BytesIO(MADE["xlsx"])
    file.seek(10)
    assert read(file).sheets[0].text(0, 0) == "Tên dữ liệu"


def test_errors_of_formulas_are_no_text():
    assert text_of("#N/A") == text_of(" #REF! ") == ""
    assert text_of("#1 trong danh sách") == "#1 trong danh sách"


def test_cells_become_text_as_people_read_them():
    assert text_of(45000.0) == "45000"
    assert text_of(True) == "TRUE"
    assert text_of(datetime.datetime(2025, 1, 2)) == "2025-01-02"
    assert text_of(datetime.datetime(2025, 1, 2, 10, 5)) == "2025-01-02T10:05:00"
    assert text_of(" a\u00a0\u200b b \r\n\tc\x07 ") == "a b\nc"
    assert text_of("e\u0302\u0301") == "ế"
    assert text_of(float("nan")) == ""


@given(st.integers(0, 16383))
@settings(max_examples=50, deadline=None)
def test_column_letters_and_numbers_are_inverse(column):
    assert column_index(column_letters(column)) == column


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_cleaning_twice_changes_nothing_more(text):
    assert text_of(text_of(text)) == text_of(text)


# -- what is no table ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<!DOCTYPE html><html><body>dang nhap</body></html>", "HTML"),
        (b'{"dataset": []}', "JSON"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG"),
        (b"PK\x03\x04" + b"junk" * 20, "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
        (MADE["xlsx"][: len(MADE["xlsx"]) // 2], "damaged"),
        (MADE["xls"][: len(MADE["xls"]) // 2], "damaged"),
        (bytes(range(256)) * 8, "neither text nor"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(data, words):
    with pytest.raises(SourceError, match=words):
        read(data)


def test_archives_and_other_office_files_are_named_as_what_they_are():
    def archive(*names: str) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as made:
            for name in names:
                made.writestr(name, "x")
        return stream.getvalue()

    with pytest.raises(SourceError, match="ZIP archive"):
        read(archive("danhmuc.csv"))
    with pytest.raises(SourceError, match="not a spreadsheet"):
        read(archive("[Content_Types].xml", "word/document.xml"))
    with pytest.raises(SourceError, match="XLSB"):
        read(archive("[Content_Types].xml", "xl/workbook.bin"))


def test_a_protected_workbook_says_so():
    locked = bytearray(MADE["xls"])
    # a FILEPASS record in the place of the first record behind the BOF of the workbook
    begin = locked.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    at = begin + 4 + struct.unpack_from("<H", locked, begin + 2)[0]
    struct.pack_into("<H", locked, at, 0x2F)
    with pytest.raises(SourceError, match="password"):
        read(bytes(locked))
    manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    with pytest.raises(SourceError, match="password"):
        read(books.with_part(MADE["ods"], "META-INF/manifest.xml", manifest))


# -- bombs -----------------------------------------------------------------------------------------


def test_one_cell_in_the_last_corner_is_refused_without_being_unpacked():
    far = books.part(MADE["xlsx"], "xl/worksheets/sheet1.xml").replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    with pytest.raises(SourceError, match="reaches to row 1048576"):
        read(books.with_part(MADE["xlsx"], "xl/worksheets/sheet1.xml", far))


def test_empty_cells_with_a_style_in_the_last_corner_do_no_harm():
    styled = books.part(MADE["xlsx"], "xl/worksheets/sheet1.xml").replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    )
    assert (
        len(read(books.with_part(MADE["xlsx"], "xl/worksheets/sheet1.xml", styled)).sheets[0].rows)
        == 3
    )


@pytest.mark.parametrize(
    "hidden",
    [
        b'<c x=">" r="XFD1048576"><v>1</v></c>',
        b'<c x=\' r="A1"\' r="XFD1048576"><v>1</v></c>',
        b'<x:c r="XFD1048576"><v>1</v></x:c>',
        b"<c\n\n   r = 'xfd1048576' ><v>1</v></c>",
        b"<c " + b" " * 300_000 + b'r="XFD1048576"><v>1</v></c>',
    ],
)
def test_a_far_cell_can_not_be_hidden_from_the_guard(hidden):
    sheet = books.part(MADE["xlsx"], "xl/worksheets/sheet1.xml").replace(
        b"</sheetData>", b'<row r="1048576">' + hidden + b"</row></sheetData>"
    )
    with pytest.raises(SourceError, match="reaches to row 1048576"):
        read(books.with_part(MADE["xlsx"], "xl/worksheets/sheet1.xml", sheet))


def test_an_ods_that_repeats_a_filled_row_a_million_times_is_refused():
    content = books.part(MADE["ods"], "content.xml").replace(
        b"</table:table>",
        b'<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
        b'office:value-type="string" table:number-columns-repeated="16000"><text:p>x</text:p>'
        b"</table:table-cell></table:table-row></table:table>",
    )
    with pytest.raises(SourceError, match="reaches to row 10000"):
        read(books.with_part(MADE["ods"], "content.xml", content))


def test_the_empty_rows_that_libreoffice_repeats_to_the_end_do_no_harm():
    content = books.part(MADE["ods"], "content.xml").replace(
        b"</table:table>",
        b'<table:table-row table:number-rows-repeated="1048573"><table:table-cell '
        b'table:number-columns-repeated="16384"/></table:table-row></table:table>',
    )
    assert len(read(books.with_part(MADE["ods"], "content.xml", content)).sheets[0].rows) == 3


def test_a_workbook_that_unpacks_to_too_much_is_refused_whatever_sizes_it_states():
    bomb = books.with_part(MADE["xlsx"], "xl/theme/theme1.xml", b"<a/>" * 10_000_000)
    assert len(bomb) < 100_000
    small = Limits(unpacked=10_000_000)
    with pytest.raises(SourceError, match="unpacks to more than 10000000"):
        read(bomb, limits=small)
    # the size in the container's directory says 100 bytes
    lying = bomb.replace(struct.pack("<L", 40_000_000), struct.pack("<L", 100))
    with pytest.raises(SourceError, match=r"unpacks to more than|damaged"):
        read(lying, limits=small)


def test_a_long_text_that_a_million_cells_refer_to_is_refused():
    texts_part = (
        b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<si><t>" + b"x" * 1_000_000 + b"</t></si></sst>"
    )
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (i, i) for i in range(1, 3000)
    )
    sheet = books.part(MADE["xlsx"], "xl/worksheets/sheet1.xml")
    begin, end = sheet.index(b"<sheetData>") + 11, sheet.index(b"</sheetData>")
    made = books.with_part(MADE["xlsx"], "xl/sharedStrings.xml", texts_part)
    made = books.with_part(made, "xl/worksheets/sheet1.xml", sheet[:begin] + cells + sheet[end:])
    with pytest.raises(SourceError, match="unpacks to more than"):
        read(made)


def test_an_xls_with_cells_in_far_corners_is_refused():
    far = books.xls({"A": [["x"]]})
    place = far.index(struct.pack("<HH", 0xFD, 10) + struct.pack("<HH", 0, 0))
    moved = far[: place + 4] + struct.pack("<HH", 65535, 255) + far[place + 8 :]
    with pytest.raises(SourceError, match="more than 4000000 cells"):
        read(moved)


def test_more_rows_than_allowed_are_refused_not_cut():
    rows = "\n".join(f"a{i},b" for i in range(50)).encode()
    with pytest.raises(SourceError, match="more than 20 rows"):
        read(rows, limits=Limits(rows=20))
    with pytest.raises(SourceError, match="at most 2 rows"):
        read(MADE["xlsx"], limits=Limits(rows=2))
    assert len(read(rows, limits=Limits(rows=50)).sheets[0].rows) == 50


def outcome(content: bytes) -> str:
    """The kind of a file that could be read, or why it was refused; any other error gets out."""
    try:
        book = read(content)
    except SourceError as error:
        return error.message
    assert all(text_of(c) is not None for sheet in book.sheets for row in sheet.rows for c in row)
    return book.kind


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_a_damaged_file_is_read_or_refused_never_anything_else(data):
    kind = data.draw(st.sampled_from(sorted(MADE)))
    damaged = bytearray(MADE[kind])
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        damaged = damaged[: data.draw(st.integers(0, len(damaged)))]
    assert outcome(bytes(damaged))


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_a_damaged_part_of_a_workbook_is_read_or_refused(data):
    kind, name = data.draw(
        st.sampled_from(
            [
                ("xlsx", "xl/worksheets/sheet1.xml"),
                ("xlsx", "xl/sharedStrings.xml"),
                ("xlsx", "xl/workbook.xml"),
                ("xlsx", "xl/_rels/workbook.xml.rels"),
                ("xlsx", "xl/styles.xml"),
                ("ods", "content.xml"),
            ]
        )
    )
    content = books.part(MADE[kind], name)
    at, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 40))
    junk = data.draw(
        st.sampled_from([b"", b"<", b'"', b"&#0;", b"999999999999", b"\xff", b"/>", b"XFE0"])
    )
    assert outcome(books.with_part(MADE[kind], name, content[:at] + junk + content[at + length :]))
