"""CSV and its relatives: text with a separator between the cells."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular.sheet import Book, Cell, Limits, Sheet

#: In the order in which they win when nothing else tells them apart.
DELIMITERS = (",", ";", "\t", "|")
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_SAMPLE_ROWS = 300
_SAMPLE_TEXT = 256 * 1024


def read_text(text: str, limits: Limits, delimiter: str | None = None) -> Book:
    """One sheet from delimited text. Row n of the sheet is the n-th record of the text, as a
    spreadsheet program numbers it."""
    text = text.replace("\0", "")  # no text, and Python 3.10 reads no line that has one
    hint = _EXCEL_HINT.match(text)
    if hint:
        text, delimiter = text[hint.end() :], delimiter or hint[1]
    delimiter = delimiter or detect_delimiter(text)
    rows: list[list[Cell]] = [[]] if hint else []
    cells = 0
    cut = False
    for row in _records(text, delimiter):
        cells += len(row)
        over = len(rows) >= limits.rows or cells > limits.cells
        if over and limits.cut and len(row) <= limits.columns:
            cut = True
            break
        if len(row) > limits.columns or over:
            raise SourceError(
                "The file has more than %(rows)s rows, %(columns)s columns or %(cells)s cells.",
                rows=limits.rows,
                columns=limits.columns,
                cells=limits.cells,
            )
        rows.append([value if value.strip() else None for value in row])
    return Book("csv", [Sheet("", rows)], delimiter=delimiter, cut=cut)


def detect_delimiter(text: str) -> str:
    """The separator that cuts the first rows most evenly into most cells."""
    sample = text[:_SAMPLE_TEXT]
    whole = len(sample) == len(text)
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        if delimiter not in sample:
            continue
        widths = [len(row) for row in _sample_rows(sample, delimiter, whole) if any(row)]
        if (score := _evenness(widths)) > best_score:
            best, best_score = delimiter, score
    return best


def _sample_rows(sample: str, delimiter: str, whole: bool) -> list[list[str]]:
    rows = []
    try:
        for row in islice(csv.reader(_lines(sample), delimiter=delimiter), _SAMPLE_ROWS):
            rows.append(row)
    except csv.Error:
        pass
    return rows if whole or len(rows) == _SAMPLE_ROWS else rows[:-1]


def _evenness(widths: list[int]) -> float:
    """The share of rows that have the usual number of cells, more for more cells.

    Titles above a list have one cell: they count, but less.
    """
    several = [width for width in widths if width > 1]
    if not several:
        return 0.0
    width, times = Counter(several).most_common(1)[0]
    lonely = len(widths) - len(several)
    even = times / (len(several) + 0.5 * lonely)
    return even * even * (1 - 1 / width) ** 0.5


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise SourceError(
            "%(delimiter)s can't separate columns; choose a single character.", delimiter=delimiter
        )
    lines = _Counting(_lines(text))
    begin = 1
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if lines.ended:  # the text ended before the row did
                raise _never_closed(begin)
            yield row
            begin = lines.number + 1
    except csv.Error as e:
        if "field larger" in str(e):
            raise _never_closed(begin) from e
        raise SourceError("Line %(line)s can't be read: %(error)s", line=begin, error=str(e)) from e


def _never_closed(line: int) -> SourceError:
    return SourceError(
        "A quotation mark in the row that begins in line %(line)s is never closed. Write two of "
        "them where one belongs to the text, or close it.",
        line=line,
    )


class _Counting:
    """Hands out lines, counts them, and remembers whether they came to an end."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.number = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            yield line
        self.ended = True


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends; only CR, LF and CRLF end one (not U+2028, not form feeds)."""
    return (match[0] for match in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text))
