"""Where the header of any table is: beneath titles, in one row or two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ckanext.hanoi.tables.grid import Grid
from ckanext.hanoi.tabular.rows import numbers_columns
from ckanext.hanoi.tabular.sheet import Cell, column_letters, text_of

_SEARCHED, _SAMPLED, _DEEPEST = 60, 300, 4
_LONGEST = 300
_NUMBER = re.compile(r"[+-]?\d[\d.,\s]*%?")
#: (1) or 4=5+6, beneath a header.
_COLUMN_NUMBER = re.compile(r"\(\s*\d{1,2}\s*\)|\d{1,2}\s*=.*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}.*")


@dataclass(slots=True)
class Header:
    """``rows`` are the header's own, counted from 0 (none where the table has no header); the data
    begins in row ``start``; ``labels`` has "" where a column has no label."""

    rows: list[int]
    start: int
    labels: list[str]

    def name(self, column: int) -> str:
        """The label of a column from 0, or its letter."""
        return self.labels[column] or column_letters(column)


def find_header(grid: Grid) -> Header:
    """The header of the grid's table."""
    if grid.labels is not None:
        return Header([], 0, list(grid.labels))
    rows = grid.rows
    usual = _usual_width(rows)
    for index in range(min(len(rows), _SEARCHED)):
        if _filled(rows[index]) >= max(min(2, usual), 0.5 * usual):
            if _is_header(rows[index]):
                return _header(grid, index)
            break
    first = next((i for i, row in enumerate(rows) if _filled(row) >= 0.6 * usual), 0)
    return Header([], first, [""] * _width(rows, first))


def _usual_width(rows: list[list[Cell]]) -> float:
    filled = [count for row in rows[:_SAMPLED] if (count := _filled(row))]
    return median(filled) if filled else 0


def _filled(row: list[Cell]) -> int:
    return sum(cell is not None for cell in row)


def _width(rows: list[list[Cell]], start: int) -> int:
    """Columns up to the last one with content."""
    width = 0
    for row in rows[start:]:
        last = len(row)
        while last > width and row[last - 1] is None:
            last -= 1
        width = max(width, last)
    return width


def _is_label(cell: Cell) -> bool:
    text = text_of(cell)
    return bool(
        _YEAR.fullmatch(text)
        or (
            isinstance(cell, str)
            and not _is_number(text)
            and not _COLUMN_NUMBER.fullmatch(text)
            and not _DATE.fullmatch(text)
            and len(text) <= _LONGEST
        )
    )


def _is_header(row: list[Cell]) -> bool:
    cells = [cell for cell in row if cell is not None]
    labels = sum(map(_is_label, cells))
    years = sum(bool(_YEAR.fullmatch(text_of(cell))) for cell in cells)
    return labels >= 0.8 * len(cells) and labels > years


def _header(grid: Grid, index: int) -> Header:
    rows = [index]
    down = [bottom for top, _, bottom, _ in grid.merged if top == index and bottom - top < _DEEPEST]
    deepest = max(down, default=index)
    while rows[-1] + 2 < len(grid.rows) and _goes_on(grid, index, rows[-1] + 1, deepest):
        rows.append(rows[-1] + 1)
    start = rows[-1] + 1
    while start + 1 < len(grid.rows) and not _filled(grid.rows[start]):
        start += 1
    labels = _labels(grid, rows, _header_width(grid, rows))
    if _only_numbers_columns(grid.rows, start):
        start += 1
    return Header(rows, start, labels)


def _only_numbers_columns(rows: list[list[Cell]], index: int) -> bool:
    """Whether the row says (1) (2) (3) and is no data as the row beneath it."""
    if index + 1 >= len(rows):
        return False
    own, below = (
        {c: text for c, cell in enumerate(row) if (text := text_of(cell))}
        for row in rows[index : index + 2]
    )
    return numbers_columns(own) and not all(map(_is_number, below.values()))


def _header_width(grid: Grid, rows: list[int]) -> int:
    """Columns with a label; those without one count where the data beneath mostly fills them."""
    labelled = max(_width([grid.rows[row]], 0) for row in rows)
    data = grid.rows[rows[-1] + 1 :]
    widest = _width(grid.rows, rows[0])
    width = labelled
    for column in range(labelled, widest):
        filled = sum(len(row) > column and row[column] is not None for row in data)
        if filled * 2 >= max(len(data), 1):
            width = column + 1
    return width


def _goes_on(grid: Grid, top: int, index: int, deepest: int) -> bool:
    """Whether row ``index`` belongs to the header that begins in row ``top``: all of it is labels,
    and it is beneath a merged cell, fills gaps, or stands over numbers without being one."""
    row = grid.rows[index]
    texts = [cell for cell in row if cell is not None]
    if not texts or not all(map(_is_label, texts)):
        return False
    if index <= deepest or (index <= top + _DEEPEST and _over_numbers(grid, index)):
        return True
    if index > top + 1:
        return False
    across = any(
        first == top and left < right and any(c is not None for c in row[left : right + 1])
        for first, left, _bottom, right in grid.merged
    )
    above = grid.rows[top]
    gaps = [c for c, cell in enumerate(row) if cell is not None
            and (c >= len(above) or above[c] is None)]  # fmt: skip
    return across or (len(gaps) >= 2 and len(gaps) * 2 >= len(texts))


def _over_numbers(grid: Grid, index: int) -> bool:
    """Whether a row of texts stands over columns that are mostly numbers."""
    below = [row for row in grid.rows[index + 1 : index + 40] if _filled(row)]
    over = 0
    columns = [c for c, cell in enumerate(grid.rows[index]) if cell is not None]
    for column in columns:
        texts = [text for row in below if len(row) > column and (text := text_of(row[column]))]
        over += len(texts) >= 2 and sum(map(_is_number, texts)) >= 0.6 * len(texts)
    return over >= 2 and over * 2 >= len(columns)


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text))


def _labels(grid: Grid, rows: list[int], width: int) -> list[str]:
    """One label per column. A heading stands over the columns to its right that have none of
    their own; of two full rows, as in a table with names in two languages, both are said."""
    levels = [_one_line(grid.rows[row], width) for row in rows]
    joint = " "
    for upper, lower in pairwise(levels):
        if all(upper[c] for c in range(width) if lower[c]):
            joint = " / "
        for column in range(1, width):
            if not upper[column] and lower[column] and upper[column - 1] and lower[column - 1]:
                upper[column] = upper[column - 1]
    return [
        joint.join(dict.fromkeys(level[column] for level in levels if level[column]))
        for column in range(width)
    ]


def _one_line(row: list[Cell], width: int) -> list[str]:
    texts = [" ".join(text_of(cell).split()) for cell in row[:width]]
    return texts + [""] * (width - len(texts))
