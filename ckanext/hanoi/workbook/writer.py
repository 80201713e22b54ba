"""Writes the publisher's workbook: the agency's datasets, drop-downs, help, instructions."""

from __future__ import annotations

import datetime
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from ckanext.hanoi.vocabulary import vocabulary
from ckanext.hanoi.workbook import guide
from ckanext.hanoi.workbook.cells import FLAGS, Stamp, text_of, value_of
from ckanext.hanoi.workbook.fields import (
    DATASET,
    DATASET_ID,
    HIDDEN,
    ID,
    SHEETS,
    STAMP,
    Field,
    dataset_fields,
    in_language,
    resource_fields,
)

#: Rows that get drop-downs beyond those that are filled.
SPARE_ROWS = 500
#: Excel's bound for the text of a cell; what is longer is not written, and said to be left alone.
LONGEST = 32_767
#: A cell with this text is left alone when the workbook comes back.
UNCHANGED = {"vi": "(giữ nguyên)", "en": "(unchanged)"}
_FORMULA = re.compile(r"[=+\-@\t\r]")
_WIDTHS = {"text": 50, "terms": 28, "list": 28, "tags": 28, "date": 13, "flag": 10, "number": 12}
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def write_template(
    stream: IO[bytes],
    datasets: Iterable[Mapping[str, Any]] = (),
    agency: str = "",
    lang: str = "vi",
) -> None:
    """Write a workbook (XLSX) with ``datasets``, as ``package_show`` gives them, to ``stream``.

    ``agency`` is the name of the agency whose workbook it is. Labels, help and choices are in
    ``lang``. Texts that begin like a formula are texts.
    """
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": SHEETS["datasets"][_lang(lang)], "company": agency})
        _Writer(book, list(datasets), agency, _lang(lang)).write()


def _lang(lang: str) -> str:
    return "vi" if lang.startswith("vi") else "en"


class _Writer:
    def __init__(
        self, book: xlsxwriter.Workbook, datasets: list[Mapping[str, Any]], agency: str, lang: str
    ) -> None:
        self.book, self.datasets, self.agency, self.lang = book, datasets, agency, lang
        head: dict[str, Any] = {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
        self.head = book.add_format({**head, "bg_color": "#DCE6F1"})
        self.needed = book.add_format({**head, "bg_color": "#F8CBAD"})
        body: dict[str, Any] = {"text_wrap": True, "valign": "top"}
        self.body = book.add_format({**body, "num_format": "@"})
        self.quoted = book.add_format({**body, "num_format": "@", "quote_prefix": True})
        self.day = book.add_format({**body, "num_format": "dd/mm/yyyy"})
        self.number = book.add_format({**body, "num_format": "0"})
        self.ranges: dict[str, str] = {}
        self.mark = secrets.token_hex(4)

    def write(self) -> None:
        names = {key: labels[self.lang] for key, labels in SHEETS.items()}
        data = self.book.add_worksheet(names["datasets"])
        files = self.book.add_worksheet(names["resources"])
        instructions = self.book.add_worksheet(names["guide"])
        lists = self.book.add_worksheet(names["lists"])
        fields, more = dataset_fields(), resource_fields()
        self._choices(lists, [*fields, *more])
        rows = [[d, *[d] * len(fields), self._stamp(fields, d)] for d in self.datasets]
        self._sheet(data, [ID, *fields, STAMP], rows, hidden=1)
        rows = [
            [resource, dataset, dataset, *[resource] * len(more), self._stamp(more, resource)]
            for dataset in self.datasets
            for resource in dataset.get("resources") or ()
        ]
        self._sheet(files, [ID, DATASET_ID, DATASET, *more, STAMP], rows, hidden=2)
        self._titles(files, len(rows))
        guide.write(instructions, self.book, fields, self.agency, self.lang)
        lists.hide()
        data.activate()

    def _stamp(self, fields: Sequence[Field], source: Mapping[str, Any]) -> dict[str, Any]:
        return {STAMP.name: str(Stamp.of(self.mark, self.lang, fields, source))}

    def _choices(self, sheet: Worksheet, fields: Sequence[Field]) -> None:
        """The labels of each vocabulary in a column of their own; drop-downs refer to them."""
        for field in fields:
            if field.vocabulary and field.vocabulary not in self.ranges:
                column = len(self.ranges)
                labels = [term.label(self.lang) for term in vocabulary(field.vocabulary)]
                sheet.write_string(0, column, field.vocabulary)
                sheet.write_column(1, column, labels)
                letters = xl_col_to_name(column, col_abs=True)
                name = SHEETS["lists"][self.lang].replace("'", "''")
                self.ranges[field.vocabulary] = f"='{name}'!{letters}$2:{letters}${len(labels) + 1}"

    def _sheet(
        self,
        sheet: Worksheet,
        fields: Sequence[Field],
        rows: Sequence[Sequence[Mapping[str, Any]]],
        hidden: int,
    ) -> None:
        last = len(rows) + SPARE_ROWS
        for column, field in enumerate(fields):
            label = field.label(self.lang)
            sheet.write_string(0, column, label, self.needed if field.required else self.head)
            if text := in_language(self.lang, field.help):
                sheet.write_comment(0, column, text, {"x_scale": 2.5, "y_scale": 1.5})
            width = _WIDTHS.get(field.kind, 22)
            sheet.set_column(
                column, column, width, self._format(field), {"hidden": field in HIDDEN}
            )
            self._drop_down(sheet, column, last, field)
            for row, sources in enumerate(rows, start=1):
                self._cell(sheet, row, column, field, value_of(field, sources[column]))
        sheet.set_row(0, 45)
        sheet.freeze_panes(1, hidden + 1)
        sheet.autofilter(0, 0, max(len(rows), 1), len(fields) - 1)

    def _format(self, field: Field) -> Format:
        return {"date": self.day, "number": self.number}.get(field.kind, self.body)

    def _drop_down(self, sheet: Worksheet, column: int, last: int, field: Field) -> None:
        source: Any = self.ranges.get(field.vocabulary)
        if field.kind == "flag":
            source = list(FLAGS[self.lang])
        if not source:
            return
        several = field.kind == "terms"
        sheet.data_validation(
            1,
            column,
            last,
            column,
            {
                "validate": "list",
                "source": source,
                # several values, or other words, can't be chosen but must be allowed
                "error_type": "information" if several or field.open else "stop",
                "error_title": guide.CHOOSE[self.lang],
                "error_message": guide.SEVERAL[self.lang] if several else guide.ONE[self.lang],
                "show_error": not (several or field.open),
            },
        )

    def _titles(self, sheet: Worksheet, rows: int) -> None:
        """A drop-down of the titles on the sheet of datasets."""
        titles = [field.name for field in (ID, *dataset_fields())].index("title")
        letters = xl_col_to_name(titles, col_abs=True)
        name = SHEETS["datasets"][self.lang]
        source = f"='{name}'!{letters}$2:{letters}${len(self.datasets) + SPARE_ROWS + 1}"
        options = {"validate": "list", "source": source, "show_error": False}
        sheet.data_validation(1, 2, rows + SPARE_ROWS, 2, options)

    def _cell(self, sheet: Worksheet, row: int, column: int, field: Field, value: Any) -> None:
        if field.kind == "date" and (day := _excel_day(value)):
            sheet.write_datetime(row, column, day, self.day)
            return
        text = text_of(field, value, self.lang)
        if not text:
            return
        if len(text) > LONGEST:
            text = UNCHANGED[self.lang]
        elif field.kind == "number" and text.isdecimal() and len(text) < 16:
            sheet.write_number(row, column, int(text), self.number)
            return
        sheet.write_string(row, column, text, self.quoted if _FORMULA.match(text) else self.body)


def _excel_day(value: Any) -> datetime.datetime | None:
    """A whole day that Excel can hold as a date."""
    match = _DAY.fullmatch(str(value or ""))
    if not match or int(match[1]) < 1901:
        return None
    try:
        return datetime.datetime(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
