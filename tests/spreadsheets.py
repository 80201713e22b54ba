"""Workbooks made for a test, in each of the formats."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import A, P
from python_calamine import CalamineWorkbook

Grid = Sequence[Sequence[Any]]
#: first row, first column, last row, last column
Merged = tuple[int, int, int, int]


def xlsx(
    sheets: Mapping[str, Grid], merged: Iterable[Merged] = (), hidden: Iterable[str] = ()
) -> bytes:
    """``merged`` holds for each of the sheets."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(stream, options) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, grid in sheets.items():
            sheet = book.add_worksheet(name)
            for top, left, bottom, right in merged:
                sheet.merge_range(top, left, bottom, right, "")
            for r, row in enumerate(grid):
                for c, value in enumerate(row):
                    if isinstance(value, (datetime.date, datetime.datetime)):
                        sheet.write_datetime(r, c, value, day)
                    elif value is not None:
                        sheet.write(r, c, value)
            if name in hidden:
                sheet.hide()
    return stream.getvalue()


def xls(sheets: Mapping[str, Grid], merged: Iterable[Merged] = ()) -> bytes:
    stream = io.BytesIO()
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for name, grid in sheets.items():
        sheet = book.add_sheet(name)
        spans = {(top, left): (bottom, right) for top, left, bottom, right in merged}
        for r, row in enumerate(grid):
            for c, value in enumerate(row):
                if value is None:
                    continue
                style = [day] if isinstance(value, datetime.date) else []
                if (r, c) in spans:
                    bottom, right = spans[r, c]
                    sheet.write_merge(r, bottom, c, right, value, *style)
                else:
                    sheet.write(r, c, value, *style)
    book.save(stream)
    return stream.getvalue()


def ods(
    sheets: Mapping[str, Grid],
    merged: Iterable[Merged] = (),
    links: Mapping[tuple[int, int], str] | None = None,
) -> bytes:
    spans = {(top, left): (bottom, right) for top, left, bottom, right in merged}
    covered = {
        (r, c)
        for (top, left), (bottom, right) in spans.items()
        for r in range(top, bottom + 1)
        for c in range(left, right + 1)
    } - set(spans)
    document = OpenDocumentSpreadsheet()
    for name, grid in sheets.items():
        table = Table(name=name)
        for r, row in enumerate(grid):
            line = TableRow()
            for c, value in enumerate(row):
                line.addElement(
                    _ods_cell(value, spans.get((r, c)), (r, c), covered, (links or {}).get((r, c)))
                )
            table.addElement(line)
        document.spreadsheet.addElement(table)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _ods_cell(
    value: Any, span: Any, place: tuple[int, int], covered: set[tuple[int, int]], link: str | None
) -> Any:
    if place in covered:
        return CoveredTableCell()
    about: dict[str, Any] = {}
    if span:
        about["numberrowsspanned"] = span[0] - place[0] + 1
        about["numbercolumnsspanned"] = span[1] - place[1] + 1
    if isinstance(value, datetime.date):
        about |= {"valuetype": "date", "datevalue": value.isoformat()}
    elif isinstance(value, (int, float)):
        about |= {"valuetype": "float", "value": value}
    elif value is not None:
        about["valuetype"] = "string"
    cell = TableCell(**about)
    if value is not None:
        text = P()
        text.addElement(A(href=link, text=str(value))) if link else text.addText(str(value))
        cell.addElement(text)
    return cell


def with_part(workbook: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part of its container replaced."""
    source, target = io.BytesIO(workbook), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, content if entry.filename == name else old.read(entry))
        if name not in old.namelist():
            new.writestr(name, content)
    return target.getvalue()


def part(workbook: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return archive.read(name)


def grids(workbook: bytes) -> dict[str, list[list[Any]]]:
    """The cells of each sheet, read by another library than the one that wrote them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return {n: book.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in book.sheet_names}


def edited(workbook: bytes, change: Callable[[dict[str, list[list[Any]]]], Any]) -> bytes:
    """The workbook as a person sends it back, after ``change`` of its sheets' cells."""
    sheets = {name: [list(row) for row in grid] for name, grid in grids(workbook).items()}
    change(sheets)
    for grid in sheets.values():
        grid[:] = [[None if cell == "" else cell for cell in row] for row in grid]
    return xlsx(sheets, hidden=["Danh sách chọn"])


class Headed:
    """A sheet of a workbook by the headings of its columns: ``sheet[row, heading]``, rows as
    people count them."""

    def __init__(self, grid: list[list[Any]]) -> None:
        self.grid = grid

    def column(self, heading: str) -> int:
        return self.grid[0].index(heading)

    def __getitem__(self, place: tuple[int, str]) -> Any:
        return self.grid[place[0] - 1][self.column(place[1])]

    def __setitem__(self, place: tuple[int, str], value: Any) -> None:
        self.grid[place[0] - 1][self.column(place[1])] = value

    def add(self, **values: Any) -> int:
        """Another row, by headings with _ for spaces; its number."""
        row = [""] * len(self.grid[0])
        for heading, value in values.items():
            row[self.column(heading.replace("_", " "))] = value
        self.grid.append(row)
        return len(self.grid)

    def drop(self, heading: str) -> None:
        column = self.column(heading)
        for row in self.grid:
            del row[column]
