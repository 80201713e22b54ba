"""Tables of a web page: what many web applications send as an ".xls" export."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular.sheet import Book, Cell, Limits, Sheet, clean

#: A page larger than this (characters) is not taken apart; cells that spans may cover.
LARGEST = 32 * 1024 * 1024
_MOST_SPANNED = 200_000
_CELLS = frozenset({"td", "th"})
#: Elements that begin a new line in a cell.
_BREAKS = frozenset({"br", "p", "div", "li", "tr"})


def read_html(text: str, limits: Limits) -> Book | None:
    """The page's tables, a sheet each; tables within tables are text. None where there is none."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None
    tables = [] if root is None else [t for t in root.iter("table") if _outermost(t)]
    cells = [0]
    sheets = [_sheet(str(n), table, limits, cells) for n, table in enumerate(tables[:99], start=1)]
    sheets = [sheet for sheet in sheets if sheet.rows]
    return Book("html", sheets) if sheets else None


def _outermost(table: etree._Element) -> bool:
    return not any(parent.tag == "table" for parent in table.iterancestors())


def _sheet(name: str, table: etree._Element, limits: Limits, cells: list[int]) -> Sheet:
    sheet = Sheet(name, [])
    taken: set[tuple[int, int]] = set()
    for number, line in enumerate(_lines(table)):
        row: list[Cell] = []
        for cell in line:
            while (number, len(row)) in taken:
                row.append(None)
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            cells[0] += down * across
            spanned = len(taken) + down * across if down > 1 else 0
            too_wide = len(row) + across > limits.columns or number >= limits.rows
            if too_wide or cells[0] > limits.cells or spanned > _MOST_SPANNED:
                raise SourceError(
                    "The file has more than %(rows)s rows, %(columns)s columns or %(cells)s cells.",
                    rows=limits.rows,
                    columns=limits.columns,
                    cells=limits.cells,
                )
            column = len(row)
            if down > 1 or across > 1:
                sheet.merged.append((number, column, number + down - 1, column + across - 1))
                taken.update(
                    (number + r, column + c) for r in range(1, down) for c in range(across)
                )
            row += [_text(cell) or None, *[None] * (across - 1)]
            link = next((a.get("href", "") for a in cell.iter("a")), "")
            if _is_http(link):
                sheet.links[number, column] = link
        sheet.rows.append(row)
    last = len(sheet.rows) - 1
    sheet.merged = [(a, b, min(c, last), d) for a, b, c, d in sheet.merged]
    return sheet


def _lines(table: etree._Element) -> Iterator[list[etree._Element]]:
    for row in table.iter("tr"):
        if next(row.iterancestors("table")) is table:
            yield [cell for cell in row if cell.tag in _CELLS]


def _span(cell: etree._Element, name: str) -> int:
    text = (cell.get(name) or "").strip()
    return min(max(int(text), 1), 1000) if text.isdecimal() and len(text) < 9 else 1


def _text(cell: etree._Element) -> str:
    parts = []
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        if event == "start":
            if element.tag in _BREAKS:
                parts.append("\n")
            parts.append(" ".join((element.text or "").split("\n")))
        elif element is not cell:
            parts.append(" ".join((element.tail or "").split("\n")))
    return clean("".join(parts))


def _is_http(link: str) -> bool:
    try:
        return urlsplit(link).scheme in ("http", "https")
    except ValueError:
        return False
