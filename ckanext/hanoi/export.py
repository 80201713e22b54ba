"""Tables for people to take away: CSV and XLSX that spreadsheets open well and that run nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter
from flask import Response

from ckanext.hanoi.tabular.csv_safe import csv_cell

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST = 32_767


def csv_response(
    name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> Response:
    """A table as CSV: with a BOM, lists with commas, and no cell that could be taken for a
    formula. ``columns`` are the headings and the keys of the rows."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_cell(_text(row.get(column))) for column in columns])
    return _download(f"{name}.csv", "\ufeff" + stream.getvalue(), "text/csv; charset=utf-8")


def xlsx_response(
    name: str, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]
) -> Response:
    """A table as XLSX. ``columns``: headings for people by the keys of the rows."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet()
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
        sheet.write_row(0, 0, list(columns.values()), bold)
        sheet.set_column(0, len(columns) - 1, 24)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                value = row.get(column)
                if isinstance(value, int) and not isinstance(value, bool):
                    sheet.write_number(number, place, value)
                elif text := _text(value)[:_LONGEST]:
                    sheet.write_string(number, place, text, wrap)
    return file_response(f"{name}.xlsx", stream.getvalue(), _XLSX)


def file_response(name: str, content: bytes, media_type: str) -> Response:
    """A file to be saved under this (ASCII) name."""
    return _download(name, content, media_type)


def _download(name: str, content: str | bytes, media_type: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
