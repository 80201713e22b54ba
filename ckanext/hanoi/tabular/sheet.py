"""What a table file is read into: sheets of cells. Knows nothing of datasets."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from ckanext.hanoi.vietnamese.letters import normalized

#: A cell: None (empty), text, int, float, bool, date, datetime, time or timedelta.
Cell = Any
#: A merged range: first row, first column, last row, last column (from 0, inclusive).
Merged = tuple[int, int, int, int]

_BLANKS = re.compile(r"[^\S\n]+")
_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_INVISIBLE.update(dict.fromkeys((*range(9), *range(14, 32), 127), " "))
#: What Excel and LibreOffice show for a formula that has no result.
_ERRORS = frozenset(
    "#N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA Err:502 "
    "Err:504 Err:508 Err:509 Err:511".split()
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read: rows and columns of a sheet, cells of all sheets, and bytes
    after unpacking. More raises SourceError: half a list must never look like a whole one. With
    ``cut``, of delimited text the rows up to the limit are read, and ``Book.cut`` says so.
    """

    rows: int = 200_000
    columns: int = 2_000
    cells: int = 4_000_000
    sheets: int = 300
    unpacked: int = 256 * 1024 * 1024
    cut: bool = False


@dataclass(slots=True)
class Sheet:
    """One sheet. ``rows[0]`` is the file's first row, also where it is empty, so that
    ``index + 1`` is the number that a person sees; rows may differ in length.

    ``links`` are the addresses behind cells (row, column) that show another text.
    """

    name: str
    rows: list[list[Cell]]
    merged: list[Merged] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: bool = False
    #: Whether its workbook counts days from 1904: for numbers that are dates, but not shown so.
    from_1904: bool = False
    #: Cells (row, column) with a formula whose result is not in the file.
    unvalued: frozenset[tuple[int, int]] = frozenset()
    _by_top: dict[int, list[Merged]] | None = field(default=None, repr=False, compare=False)

    def merged_at(self, row: int) -> list[Merged]:
        """The merged ranges that begin in this row."""
        if self._by_top is None:
            self._by_top = {}
            for one in self.merged:
                self._by_top.setdefault(one[0], []).append(one)
        return self._by_top.get(row, [])

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    def cell(self, row: int, column: int) -> Cell:
        """The cell, or None outside of the sheet."""
        try:
            return self.rows[row][column] if row >= 0 and column >= 0 else None
        except IndexError:
            return None

    def text(self, row: int, column: int) -> str:
        return text_of(self.cell(row, column))


@dataclass(slots=True)
class Book:
    """A file. ``kind`` is csv, xlsx, xls, ods or html; ``encoding`` (as ``vietnamese.decode``
    names it) and ``delimiter`` are there for text only; ``cut``: it has more rows."""

    kind: str
    sheets: list[Sheet]
    encoding: str | None = None
    delimiter: str | None = None
    cut: bool = False


def text_of(value: Cell) -> str:
    """A cell as a person would read it: NFC, spaces trimmed, lines kept, dates in ISO 8601.

    An error of a formula is no text.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return "" if value.strip() in _ERRORS else clean(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def clean(text: str) -> str:
    """NFC; one space between words; no control, zero-width or surrogate characters; lines kept."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    if not text.isascii():
        text = normalized("NFC", text.encode("utf-8", "replace").decode())
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(lines).strip("\n")


def column_letters(column: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA, as spreadsheets name their columns."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int | None:
    """The inverse of ``column_letters``; None for anything else than one to three letters."""
    if not re.fullmatch(r"[A-Za-z]{1,3}", letters):
        return None
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)
