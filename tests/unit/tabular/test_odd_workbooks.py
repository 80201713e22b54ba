"""Workbooks that Excel opens and other programs wrote in their own way."""

from __future__ import annotations

import datetime
import io
import re
import time
import zipfile

import pytest
import spreadsheets as books
import xlsxwriter
import xlwt

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular import read, xlsx_repair
from ckanext.hanoi.tabular.number_formats import _parts

GRID = [["Mã", "Tên dữ liệu"], ["A1", "Danh sách chợ"], ["A2", "Danh sách kho"]]
SHEET = "xl/worksheets/sheet1.xml"


def changed(content: bytes, parts=None, names=None) -> bytes:
    """The workbook with the text of some parts replaced, and some parts under other names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for pattern, text_of in (parts or {}).get(name, ()):
                text, times = re.subn(pattern, text_of, text, count=1, flags=re.S)
                assert times
            entry = zipfile.ZipInfo(name)
            # ZipInfo would turn the backslashes that some programs write
            entry.filename = names(name) if names else name
            new.writestr(entry, text)
    return stream.getvalue()


def rows(content: bytes) -> list[list[object]]:
    return read(content).sheets[0].rows


BOOK = books.xlsx({"Danh mục": GRID})
CELL = r'<c r="B3"[^>]*>.*?</c>'


@pytest.mark.parametrize(
    "content",
    [
        changed(BOOK, names=lambda name: name.replace("/", "\\")),
        changed(
            BOOK, {"_rels/.rels": [("xl/workbook.xml", "/xl/workbook2.xml")]},
            lambda name: name.replace("workbook.xml", "workbook2.xml"),
        ),
        changed(BOOK, {"_rels/.rels": [("xl/workbook.xml", "xl/Workbook.xml")]},
                lambda name: name.replace("workbook.xml", "Workbook.xml")),
        *(changed(BOOK, {SHEET: [(r'<dimension ref="[^"]*"/>', f"<dimension ref='{ref}'/>")]})
          for ref in ("A0:B3", "A1:B0", "", ":", "Sheet1!A1:B3", "A1:B99999999")),
        changed(BOOK, {SHEET: [(r"<dimension[^>]*/>", '<dimension ref="0"></dimension>')]}),
        *(changed(BOOK, {SHEET: [(CELL, f'<c r="B3" t="inlineStr">{inside}</c>')]})
          for inside in (
              "<v>Danh sách kho</v>", "<is/><v>Danh sách kho</v>",
              "<is><t>Danh sách kho</t></is><v>1.</v>", "<v>0</v><is><t>Danh sách kho</t></is>",
              "<is><r><t xml:space='preserve'>Danh sách </t></r><r><t>kho</t></r></is><v/>")),
    ],
)  # fmt: skip
def test_a_workbook_written_otherwise_is_read(content):
    assert rows(content) == GRID


def test_a_zip_file_that_is_no_workbook_is_still_none():
    with pytest.raises(SourceError, match="ZIP archive"):
        read(changed(BOOK, names=lambda name: f"x/{name}"))


def test_whole_numbers_are_read_as_their_cells_show_them():
    stream = io.BytesIO()
    shown = [
        ("000", 7, "007"), ("00000", 123456, "123456"), ('"Q"0', 7, "Q7"), ("00-00", 123, "01-23"),
        (r"\H\N000;-000", 7, "HN007"), ("[Red]0000", 0, "0000"), ("0", 7, 7.0),
        ("0.00", 7, 7.0), ("#,##0", 7, 7.0), ("0%", 7, 7.0), ("General", 7, 7.0), ("000", 7.5, 7.5),
        ("000", -7, -7.0), ("@", 7, 7.0),
    ]  # fmt: skip
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, (code, number, _) in enumerate(shown):
            sheet.write_number(row, 0, number, book.add_format({"num_format": code}))
    assert [row[0] for row in rows(stream.getvalue())] == [text for _, _, text in shown]


NUMBERS = [("000", 7), ("000000000000", 12345678), ("0", 7), ("000", 7.5), ('"Q"0', 7), ("000", -7)]


def test_whole_numbers_in_old_workbooks_are_read_as_their_cells_show_them():
    book = xlwt.Workbook(encoding="utf-8")
    for name in ("Một", "Hai"):
        sheet = book.add_sheet(name)
        for row, (code, number) in enumerate(NUMBERS):
            sheet.write(row, 0, number, xlwt.easyxf(num_format_str=code))
            sheet.write(row, 1, "x")
    stream = io.BytesIO()
    book.save(stream)
    for sheet in read(stream.getvalue()).sheets:
        assert [row[0] for row in sheet.rows] == ["007", "000012345678", 7.0, 7.5, "Q7", -7.0]


def test_whole_numbers_in_ods_are_read_as_their_cells_show_them():
    parts = [(r"<text:p>7(?:\.0)?</text:p>", "<text:p>007</text:p>")]
    content = changed(books.ods({"Một": [[7, 8, "x"]]}), {"content.xml": parts})
    assert rows(content) == [["007", 8.0, "x"]]


def test_days_counted_from_1904_are_known():
    content = changed(BOOK, {"xl/workbook.xml": [("<workbookPr", '<workbookPr date1904="1"')]})
    assert read(content).sheets[0].from_1904
    assert not read(BOOK).sheets[0].from_1904


def test_a_page_may_begin_with_a_blank_in_its_first_tag():
    table = "<table><tr><th>Mã</th><th>Tên</th></tr><tr><td>A1</td><td>Chợ</td></tr></table>"
    for start in ("< div >", "<  html>", "< table ><tr></tr></table>"):
        assert read(f"{start}\n{table}".encode()).kind == "html"
    assert read(b"< 18,1\n< 20,2\n").kind == "csv"


@pytest.mark.parametrize(
    "piece",
    [b"<c t='inlineStr'>", b"<c t='inlineStr'><v>", b"</is> ", b"</is><v>", b"<dimension ref='",
     b"<c t='inlineStr'><is></is>", b"<c "],
)  # fmt: skip
def test_looking_for_odd_cells_takes_time_by_the_length_only(piece):
    def took(times: int) -> float:
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            xlsx_repair._mended(piece * times)
            best = min(best, time.process_time() - start)
        return best

    assert took(20_000) < 3 * took(10_000) + 0.02


def test_odd_formats_are_none():
    for code in ('"', "0" * 300, "[", "dd/mm/yyyy", "0;0;0", "\\", '"a', "0.0", "??0", "_(0_)"):
        assert _parts(code) == [] or "0" in _parts(code)


def test_a_formula_without_a_stored_result_is_known_as_such():
    cells = [r"<f>A3</f>", "<f>A3</f><v/>", '<f t="shared" si="0"/>']
    for inside in cells:
        content = changed(BOOK, {SHEET: [(CELL, f'<c r="B3">{inside}</c>')]})
        assert read(content).sheets[0].unvalued == {(2, 1)}
    content = changed(BOOK, {SHEET: [(CELL, '<c r="B3" t="str"><f>A3</f><v>x</v></c>')]})
    assert read(content).sheets[0].unvalued == frozenset()
    assert rows(content)[2] == ["A2", "x"]


def xml2003(table: str) -> bytes:
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{name}" xmlns:ss="{name}"><Worksheet ss:Name="Danh mục">'
        f"<Table>{table}</Table></Worksheet></Workbook>"
    ).encode()


def cell(text: str, kind: str = "String", **more: str) -> str:
    about = " ".join(f"ss:{name}='{value}'" for name, value in more.items())
    return f'<Cell {about}><Data ss:Type="{kind}">{text}</Data></Cell>'


def test_an_xml_spreadsheet_of_2003_is_read():
    book = read(xml2003(
        f"<Row>{cell('DANH MỤC', MergeAcross='1')}</Row>"
        f"<Row ss:Index='3'>{cell('A1')}{cell('x', Index='4')}</Row>"
        f"<Row>{cell('2', 'Number')}{cell('1', 'Boolean')}"
        f"{cell('2024-03-15T00:00:00.000', 'DateTime')}{cell('#N/A', 'Error')}"
        f"{cell('Tải', HRef='https://a.vn/x')}</Row>"
    ))  # fmt: skip
    (sheet,) = book.sheets
    day = datetime.datetime(2024, 3, 15)
    assert sheet.rows == [
        ["DANH MỤC", None], [], ["A1", None, None, "x"], [2.0, True, day, None, "Tải"],
    ]  # fmt: skip
    assert (sheet.name, sheet.merged) == ("Danh mục", [(0, 0, 0, 1)])
    assert sheet.links == {(3, 4): "https://a.vn/x"}


@pytest.mark.parametrize(
    "table",
    ["<Row ss:Index='99999999'><Cell/></Row>", "<Row><Cell ss:Index='9999999'/></Row>",
     "<Row><Cell ss:MergeDown='999' ss:MergeAcross='999'/></Row>" * 3, "<Row>", ""],
)  # fmt: skip
def test_an_xml_spreadsheet_that_is_too_much_or_nothing_is_refused(table):
    with pytest.raises(SourceError):
        read(xml2003(table))
