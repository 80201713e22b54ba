"""Workbooks (XLSX, XLS, ODS) through calamine, after their containers were measured."""

from __future__ import annotations

from typing import IO, Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular import ods, xls, xlsx, xlsx_repair
from ckanext.hanoi.tabular.container import Notes, Package, broken, protected
from ckanext.hanoi.tabular.sheet import Book, Cell, Limits, Sheet

_OTHER_OFFICE = ("word/", "ppt/", "visio/")


def read_zip(file: IO[bytes], limits: Limits) -> Book:
    """An XLSX or ODS workbook; SourceError for any other zip file."""
    package = Package(file, limits)
    if (mended := xlsx_repair.rewritten(file, package, limits)) is not None:
        file, package = mended, Package(mended, limits)
    names = package.entries
    if "xl/workbook.xml" in names:
        book = _read("xlsx", file, limits, xlsx.check(package))
        if xlsx.is_1904(package):
            for sheet in book.sheets:
                sheet.from_1904 = True
        return book
    if b"opendocument.spreadsheet" in package.read("mimetype", 4096)[:200]:
        return _read("ods", file, limits, ods.check(package))
    if "xl/workbook.bin" in names:
        raise SourceError("The binary workbook format XLSB is not read. Save the file as XLSX.")
    if "mimetype" in names or any(name.startswith(_OTHER_OFFICE) for name in names):
        raise SourceError(
            "This is an office document, but not a spreadsheet. Put the table into a spreadsheet."
        )
    raise SourceError("This is a ZIP archive. Give the address of the table itself.")


def read_ole(file: IO[bytes], limits: Limits) -> Book:
    """An XLS workbook; SourceError for any other OLE2 file."""
    return _read("xls", file, limits, xls.check(file, limits))


def _read(kind: str, file: IO[bytes], limits: Limits, notes: dict[str, Notes]) -> Book:
    file.seek(0)
    try:
        with CalamineWorkbook.from_filelike(file) as workbook:
            sheets = [
                _sheet(workbook.get_sheet_by_index(index), about, notes, limits)
                for index, about in enumerate(workbook.sheets_metadata)
                if about.typ == SheetTypeEnum.WorkSheet
            ]
    except SourceError:
        raise
    except PasswordError as e:
        raise protected() from e
    except (CalamineError, OSError, ValueError, OverflowError) as e:
        raise broken(e) from e
    except BaseException as e:
        # A panic of the Rust library is no Exception; its type can't be imported.
        if type(e).__name__ != "PanicException":
            raise
        raise broken(e) from e
    if not sheets:
        raise SourceError("The workbook has no sheet with cells.")
    return Book(kind, sheets)


def _is_number(value: Cell) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _sheet(sheet: CalamineSheet, about: Any, notes: dict[str, Notes], limits: Limits) -> Sheet:
    if sheet.total_height > limits.rows or sheet.total_width > limits.columns:
        raise SourceError(
            "Sheet %(sheet)s has more than %(rows)s rows or %(columns)s columns.",
            sheet=sheet.name,
            rows=limits.rows,
            columns=limits.columns,
        )
    rows: list[list[Cell]] = [
        [None if value == "" else value for value in row]
        for row in sheet.to_python(skip_empty_area=False)
    ]
    seen = notes.get(about.name, Notes())
    for (row, column), text in seen.shown.items():
        if row < len(rows) and column < len(rows[row]) and _is_number(rows[row][column]):
            rows[row][column] = text
    merged = [(*start, *end) for start, end in sheet.merged_cell_ranges or ()] or seen.merged
    last = len(rows) - 1
    return Sheet(
        name=about.name,
        rows=rows,
        # a range of whole columns is as long as the sheet, not as its format
        merged=[(a, b, min(c, last), d) for a, b, c, d in merged if a <= last],
        links=seen.links,
        unvalued=frozenset(seen.unvalued),
        hidden=about.visible != SheetVisibleEnum.Visible,
    )
