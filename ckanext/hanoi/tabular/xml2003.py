"""XML spreadsheets of Excel 2003, which programs still write under the name ".xls"."""

from __future__ import annotations

import datetime
import re

from lxml import etree

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.parsing import xml
from ckanext.hanoi.tabular.container import Measure, broken, too_big
from ckanext.hanoi.tabular.sheet import Book, Cell, Limits, Sheet, clean

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_MOST_SPANNED = 200_000
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,6})?$")


def is_one(head: str) -> bool:
    """Whether a text begins as such a workbook does."""
    return NAMESPACE in head and re.search(r"<(?:\w{1,20}:)?Workbook[\s>]", head) is not None


def read_xml2003(text: str, limits: Limits) -> Book:
    """The worksheets of the workbook; SourceError where it is broken or beyond the limits."""
    try:
        root = xml.parse(text)
    except xml.XmlError as e:
        raise broken(e) from e
    measure = Measure(limits)
    elements = xml.children(root, "Worksheet")
    if len(elements) > limits.sheets:
        raise too_big(limits)
    sheets = [_sheet(element, limits, measure) for element in elements]
    if not any(sheet.rows for sheet in sheets):
        raise SourceError("The workbook has no sheet with cells.")
    return Book("xls", sheets)


def _sheet(element: etree._Element, limits: Limits, measure: Measure) -> Sheet:
    sheet = Sheet(xml.attribute(element, "Name"), [])
    options = xml.path(element, "WorksheetOptions/Visible")
    sheet.hidden = xml.text(options).startswith("SheetHidden")
    taken: set[tuple[int, int]] = set()
    for row in xml.paths(element, "Table/Row"):
        number = _index(row, len(sheet.rows))
        if number >= limits.rows:
            measure.sheet(number + 1, 1)
        sheet.rows += [[] for _ in range(number - len(sheet.rows))]
        cells: list[Cell] = []
        for cell in xml.children(row, "Cell"):
            while (number, len(cells)) in taken:
                cells.append(None)
            column = _index(cell, len(cells))
            across, down = _span(cell, "MergeAcross"), _span(cell, "MergeDown")
            if column + across >= limits.columns or len(taken) > _MOST_SPANNED:
                measure.sheet(number + 1, limits.columns + 1)
            cells += [None] * (column - len(cells))
            cells += [_value(xml.child(cell, "Data")), *[None] * across]
            if across or down:
                sheet.merged.append((number, column, number + down, column + across))
                taken.update((number + r, column + c) for r in range(1, down + 1)
                             for c in range(across + 1))  # fmt: skip
            if link := xml.attribute(cell, "HRef"):
                sheet.links[number, column] = link
        sheet.rows.append(cells)
    measure.sheet(len(sheet.rows), sheet.width)
    last = len(sheet.rows) - 1
    sheet.merged = [(a, b, min(c, last), d) for a, b, c, d in sheet.merged]
    return sheet


def _index(element: etree._Element, otherwise: int) -> int:
    """Where a row or cell stands, from 0: places left out are named by the next that is there."""
    text = xml.attribute(element, "Index")
    index = int(text) - 1 if text.isdecimal() and len(text) < 9 else otherwise
    return max(index, otherwise)


def _span(cell: etree._Element, name: str) -> int:
    text = xml.attribute(cell, name)
    return min(int(text), 1000) if text.isdecimal() and len(text) < 9 else 0


def _value(data: etree._Element | None) -> Cell:
    """What a cell holds, by its declared type."""
    if data is None:
        return None
    text, kind = "".join(str(part) for part in data.itertext()), xml.attribute(data, "Type")
    try:
        if kind == "Number":
            return float(text)
        if kind == "Boolean":
            return text.strip() == "1"
        if kind == "DateTime" and (found := _MOMENT.match(text.strip())):
            return datetime.datetime.fromisoformat(f"{found[1]}T{found[2]}")
    except ValueError:
        pass
    return clean(text) or None if kind != "Error" else None
