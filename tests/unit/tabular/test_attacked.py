"""Workbooks made to end the process that reads them: they are refused, and the next one is read."""

from __future__ import annotations

import contextlib
import datetime
import io
import os
import re
import struct
import zipfile

import pytest
import spreadsheets
import xlsxwriter

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular import Limits, apart, read

GOOD = {"A": [["Tên", "Số"], ["a", 1]]}
#: Limits that let everything through: what was not thought of when a file is measured.
BLIND = Limits(rows=1 << 40, columns=1 << 40, cells=1 << 60, sheets=1 << 30)
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def rewritten(workbook: bytes, change) -> bytes:
    """The container with each part as ``change`` (name, content) makes it; None: without it."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if (part := change(name, old.read(name))) is not None:
                new.writestr(*part)
    return made.getvalue()


def far(target: str, part: str) -> bytes:
    """A workbook whose one sheet is in ``part``, which is called ``target`` in the relations, and
    has a cell in its last column and row."""

    def change(name: str, content: bytes):
        if name == "xl/worksheets/sheet1.xml":
            text = re.sub(r"<sheetData>.*</sheetData>", f"<sheetData>{FAR}</sheetData>",
                          content.decode(), flags=re.S)  # fmt: skip
            return part, re.sub(r"<dimension[^>]*>", "", text).encode()
        if name == "xl/_rels/workbook.xml.rels":
            content = content.replace(b"worksheets/sheet1.xml", target.encode())
        return name, content.replace(b"/xl/worksheets/sheet1.xml", f"/{part}".encode())

    return rewritten(spreadsheets.xlsx(GOOD), change)


def with_sheet(body: str) -> bytes:
    def change(name: str, content: bytes):
        if name == "xl/worksheets/sheet1.xml":
            content = re.sub(rb"<sheetData>.*</sheetData>", body.encode(), content, flags=re.S)
        return name, content

    return rewritten(spreadsheets.xlsx(GOOD), change)


def ods(row: str, cell: str) -> bytes:
    """A spreadsheet of one cell whose row and cell have these attributes."""

    def change(name: str, content: bytes):
        if name != "content.xml":
            return name, content
        table = (
            f'<table:table xmlns:x="urn:x" table:name="A"><table:table-row {row}>'
            f'<table:table-cell office:value-type="string" {cell}><text:p>a</text:p>'
            "</table:table-cell></table:table-row></table:table>"
        )
        return name, re.sub(rb"<table:table .*</table:table>", table.encode(), content, flags=re.S)

    return rewritten(spreadsheets.ods(GOOD), change)


ROWS, COLUMNS = "table:number-rows-repeated", "table:number-columns-repeated"
ATTACKS = {
    "a sheet without a suffix": far("worksheets/.dat", "xl/worksheets/.dat"),
    "a sheet by its whole path": far("/xl/far.bin", "xl/far.bin"),
    "a sheet by a path with its folder": far("xl/far.bin", "xl/far.bin"),
    "a sheet that is called a picture": far("media/a.png", "xl/media/a.png"),
    "a sheet in capitals": far("worksheets/FAR.DAT", "xl/worksheets/far.dat"),
    "a far cell": far("worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
    "rows again and again": ods(f'{ROWS}="1048576"', f'{COLUMNS}="16384"'),
    "a count with a sign": ods(f'{ROWS}="+1048576"', f'{COLUMNS}="+16384"'),
    "a count with zeros before it": ods(f'{ROWS}="{"0" * 20}1048576"', f'{COLUMNS}="016384"'),
    "a count that another hides": ods(
        f'{ROWS}="1048576" x:number-rows-repeated="1"',
        f'{COLUMNS}="16384" x:number-columns-repeated="1"',
    ),
    "a count that is an entity": ods(f'{ROWS}="&#49;048576"', f'{COLUMNS}="16384"'),
    "many sheets": spreadsheets.xlsx({f"A{n}": [["a"]] for n in range(320)}),
    "a bomb": rewritten(
        spreadsheets.xlsx(GOOD),
        lambda name, content: (name, content + b" " * (300 << 20))
        if name == "xl/worksheets/sheet1.xml" else (name, content),
    ),
    "a bomb of texts": rewritten(
        spreadsheets.xlsx(GOOD),
        lambda name, content: (name, b"<sst><si><t>" + b"a" * (300 << 20) + b"</t></si></sst>")
        if name == "xl/sharedStrings.xml" else (name, content),
    ),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def own_process():
    yield
    apart.READER.close()


@pytest.mark.parametrize("name", ATTACKS)
def test_a_workbook_that_asks_for_too_much_is_measured_and_refused(name):
    assert read(spreadsheets.xlsx(GOOD)).sheets[0].rows[1] == ["a", 1]
    process = apart.READER._process
    with pytest.raises(SourceError):
        read(ATTACKS[name])
    # by measuring: the process that reads lives on
    assert apart.READER._process is process
    assert process is not None
    assert process.poll() is None


@pytest.mark.parametrize("name", ["a sheet without a suffix", "rows again and again"])
def test_what_was_not_measured_ends_a_process_of_its_own_only(name):
    for _ in range(2):
        with pytest.raises(SourceError, match="memory|damaged"):
            read(ATTACKS[name], limits=BLIND)
        assert read(spreadsheets.xlsx(GOOD)).sheets[0].rows[1] == ["a", 1]


def test_an_old_workbook_with_a_far_cell_is_refused():
    workbook = spreadsheets.xls(GOOD)
    # the number's cell record: row, column
    place = workbook.find(struct.pack("<HHHH", 0x0203, 14, 1, 1))
    place = place if place >= 0 else workbook.find(struct.pack("<HHHH", 0x027E, 10, 1, 1))
    assert place > 0
    attack = workbook[: place + 4] + struct.pack("<HH", 65535, 255) + workbook[place + 8 :]
    with pytest.raises(SourceError):
        read(attack, limits=Limits(cells=1_000_000))
    assert read(spreadsheets.xls(GOOD)).sheets[0].rows[1] == ["a", 1]


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_elements_within_elements_without_end_are_no_trouble(kind):
    if kind == "xlsx":
        deep = with_sheet("<sheetData>" + "<row><c>" * 300_000)
    else:
        deep = rewritten(
            spreadsheets.ods(GOOD),
            lambda name, content: (name, content.replace(b"<text:p>", b"<text:p>" * 300_000))
            if name == "content.xml" else (name, content),
        )  # fmt: skip
    with contextlib.suppress(SourceError):
        read(deep)
    assert read(spreadsheets.xlsx(GOOD)).sheets[0].rows[1] == ["a", 1]


def test_a_process_that_was_killed_while_idle_is_replaced():
    read(spreadsheets.xlsx(GOOD))
    process = apart.READER._process
    assert process is not None
    os.kill(process.pid, 9)
    process.wait()
    assert read(spreadsheets.xlsx(GOOD)).sheets[0].rows[1] == ["a", 1]


def whole_workbook() -> bytes:
    """One with everything that a sheet may have."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Trang")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["Tên", None, 1, 2.5, True, "\U0001f600", 'x"\\\n'])
        sheet.write_datetime(1, 0, datetime.date(2025, 3, 2), day)
        sheet.write_datetime(1, 1, datetime.datetime(2025, 3, 2, 7, 30), day)
        sheet.write_url(1, 2, "https://example.org/a", string="a")
        sheet.merge_range(2, 0, 3, 1, "gộp")
        sheet.write_formula(4, 0, "=1+1", value="")
        book.add_worksheet("Ẩn").hide()
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_workbook_comes_back_from_the_process_as_it_is(kind):
    workbook = {
        "xlsx": whole_workbook,
        "ods": lambda: spreadsheets.ods(GOOD, [(0, 0, 0, 1)], {(1, 0): "https://example.org/b"}),
        "xls": lambda: spreadsheets.xls({"A": [[datetime.date(2025, 3, 2), 1.5, "a"]]}),
    }[kind]()
    found = read(workbook)
    apart.HERE = True
    try:
        assert found == read(workbook)
    finally:
        apart.HERE = False
