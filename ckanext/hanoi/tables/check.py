"""The columns of a table and the errors in it, by frictionless. Imports it only when called: it
is heavy, and web processes never need it.
"""

from __future__ import annotations

import datetime
import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ckanext.hanoi.messages import N_
from ckanext.hanoi.tables.finding import Finding, short
from ckanext.hanoi.tables.grid import Grid
from ckanext.hanoi.tables.header_detection import Header
from ckanext.hanoi.tabular.sheet import Cell, column_letters, text_of

#: Types that a column may have, the first that fits wins; formats as Vietnamese agencies write.
_PLAIN_NUMBERS = [{"type": "integer"}, {"type": "number"}]
_VIETNAMESE_NUMBERS = [{"type": "number", "groupChar": ".", "decimalChar": ","}]
_ENGLISH_NUMBERS = [{"type": "number", "groupChar": ","}]
_DATES = [
    *({"type": "date", "format": f} for f in ("default", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")),
    *({"type": "date", "format": f} for f in ("%Y/%m/%d", "%m/%d/%Y", "%Y%m%d")),
    *({"type": "datetime", "format": f} for f in (
        "default", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S",
        "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M",
    )),
    *({"type": "time", "format": f} for f in ("%H:%M:%S", "%H:%M")),
]  # fmt: skip
_BOOLEAN = [{"type": "boolean"}]
_TRUE = ["true", "True", "TRUE", "Có", "có", "CÓ", "Đúng", "đúng", "Yes", "yes", "YES", "x", "X"]
_FALSE = ["false", "False", "FALSE", "Không", "không", "KHÔNG", "Sai", "sai", "No", "no", "NO"]
_LEADING_ZERO = re.compile(r"\s*0\d+\s*")
#: 1.234.567 or 12.345,6 or 12,5: no number that is written with a decimal point.
_WITH_COMMA = re.compile(r"\s*[+-]?(?:\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:\.\d{3})*,\d+|\d+,\d+)\s*")
_THOUSANDS = re.compile(r"\s*[+-]?\d{1,3}\.\d{3}\s*")
_ENGLISH_GROUP = re.compile(r"\s*[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\s*")
_EIGHT_DIGITS = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_FORMULA_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)|Err:5\d\d"
)
_MISSING = ["", "-", "–", "...", "…", "n/a", "N/A", "NA", "null", "NULL", "None", "NaN", "nan"]
#: Right cells less wrong ones, as a share: of eight cells, one may be wrong.
_CONFIDENCE = 0.75
#: Cells from which types are told; rows between two looks at the clock.
_SAMPLE_CELLS, _FEWEST, _MOST = 12_000, 30, 600
_TICK = 64
_EXAMPLES, _DISTINCT = 3, 1000


@dataclass(slots=True)
class Column:
    """What was found in one column; ``least`` and ``most`` are of numbers and dates only."""

    name: str
    type: str = "string"
    format: str = ""
    filled: int = 0
    empty: int = 0
    least: Any = None
    most: Any = None
    examples: list[str] = field(default_factory=list)
    values: set[str] = field(default_factory=set)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.type if self.filled else "",
            "format": self.format,
            "filled": self.filled,
            "empty": self.empty,
            "min": _plain(self.least),
            "max": _plain(self.most),
            "examples": self.examples,
            "distinct": len(self.values) if len(self.values) < _DISTINCT else None,
        }


@dataclass(slots=True)
class Checked:
    """``checked`` rows of ``rows`` were read against the columns' types: fewer where time was up
    or there were too many errors. ``counts`` is by the code of the error."""

    columns: list[Column]
    rows: int
    checked: int
    errors: list[Finding]
    counts: Counter[str]
    remarks: list[Finding]


def check(
    grid: Grid, header: Header, *, seconds: float, errors_kept: int, errors_most: int = 5000
) -> Checked:
    """Tell the columns' types, then read every row against them until the time is up."""
    names = _unique([header.name(c) for c in range(len(header.labels))])
    data = [_cells(row, len(names)) for row in grid.rows[header.start :]]
    columns = [Column(header.name(c)) for c in range(len(names))]
    found = Checked(columns, len(data), 0, [], Counter(), [])
    schema = _schema(names, data, found)
    texts = [index for index, column in enumerate(columns) if column.type == "string"]
    deadline = time.monotonic() + seconds
    for finding in _errors_of_labels(header, grid):
        _note(found, finding, errors_kept)
    for row, cells in _read(schema, names, data, texts):
        number = header.start + row.row_number - 1
        _measure(columns, row, cells, names)
        for error in row.errors:
            # JSON has no rows but records, which are counted from 1 too
            finding = _finding(error, number, columns)
            if finding:
                _note(found, finding, errors_kept)
        found.checked += 1
        full = sum(found.counts.values()) >= errors_most
        if full or (found.checked % _TICK == 0 and time.monotonic() > deadline):
            break
    return found


def _note(found: Checked, finding: Finding, kept: int) -> None:
    found.counts[finding.code] += 1
    if len(found.errors) < kept:
        found.errors.append(finding)


def _unique(names: list[str]) -> list[str]:
    """Names for frictionless, which wants them different."""
    taken: set[str] = set()
    unique = []
    for name in names:
        candidate, number = name, 2
        while candidate in taken:
            candidate, number = f"{name}{number}", number + 1
        taken.add(candidate)
        unique.append(candidate)
    return unique


def _cells(row: list[Cell], width: int) -> list[Cell]:
    """A row for frictionless: no empty cells behind the last column, none of Python's own types
    that it doesn't know."""
    cells = [_cell(cell) for cell in row]
    while len(cells) > width and cells[-1] is None:
        cells.pop()
    return cells


def _cell(value: Cell) -> Cell:
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date()
    if isinstance(value, datetime.timedelta):
        return text_of(value)
    return value


# -- types -----------------------------------------------------------------------------------


def _schema(names: list[str], data: list[list[Cell]], found: Checked) -> Any:
    """frictionless' schema of the table; each column's type goes into ``found``."""
    from frictionless import Detector, Schema, fields

    sample = _sample(data, len(names))
    detector = Detector(
        field_confidence=_CONFIDENCE, field_missing_values=_MISSING,
        field_true_values=_TRUE, field_false_values=_FALSE,
    )  # fmt: skip
    schema = Schema(fields=[], missing_values=_MISSING)
    for index, name in enumerate(names):
        cells = [[row[index] if index < len(row) else None] for row in sample]
        detected = detector.detect_schema(
            cells, labels=["column"], field_candidates=_candidates(cells)
        )
        told = detected.fields[0]
        if told.type == "any":
            told = fields.StringField(name="column")
        told = told.to_copy()
        told.name = name
        schema.add_field(told)
        column = found.columns[index]
        column.type, column.format = told.type, _format(told)
        if told.type == "number" and column.format == "1234.5" and _thousands(cells):
            found.remarks.append(Finding(
                N_("Column %(column)s: a dot with three digits behind it was read as a decimal "
                   "point. If it separates thousands, write the numbers without it."),
                {"column": column.name}, "ambiguous-number", column=index + 1,
            ))  # fmt: skip
    return schema


def _sample(data: list[list[Cell]], width: int) -> list[list[Cell]]:
    """Rows from the whole table, more from its beginning."""
    size = max(_FEWEST, min(_MOST, _SAMPLE_CELLS // max(width, 1)))
    if len(data) <= size:
        return data
    first = size // 3
    step = (len(data) - first) / (size - first)
    return data[:first] + [data[first + int(step * n)] for n in range(size - first)]


def _candidates(cells: list[list[Cell]]) -> list[dict[str, Any]]:
    """Types worth trying for these cells; what fits none is text (tried here too, it would win
    over a type with a single wrong cell). Codes with a leading zero are no numbers."""
    texts = [cell for (cell,) in cells if isinstance(cell, str)]
    filled = [text for text in texts if text.strip() and text.strip() not in _MISSING]
    zeros = sum(bool(_LEADING_ZERO.fullmatch(text)) for text in filled)
    if zeros > 0.02 * len(filled):
        return _DATES
    if filled and all(_EIGHT_DIGITS.fullmatch(text) for text in filled):
        return [*_DATES, *_PLAIN_NUMBERS]
    numbers = list(_PLAIN_NUMBERS)
    if any(_ENGLISH_GROUP.fullmatch(text) for text in filled):
        numbers += _ENGLISH_NUMBERS
    if any(_WITH_COMMA.fullmatch(text) for text in filled):
        numbers = [_PLAIN_NUMBERS[0], *_VIETNAMESE_NUMBERS, *numbers[1:]]
    return [*numbers, *_DATES, *_BOOLEAN]


def _format(told: Any) -> str:
    """How the values are written, for people: 31/12/2025, 1.234,5; "" where it is plain."""
    if told.type == "number":
        decimal, group = told.decimal_char, told.group_char
        return f"1{group}234{decimal}5"
    if told.type in ("date", "datetime", "time"):
        patterns = {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%H": "hh", "%M": "mm", "%S": "ss"}
        text = told.format if told.format != "default" else _DEFAULT_FORMATS[told.type]
        for pattern, letters in patterns.items():
            text = text.replace(pattern, letters)
        return text
    return ""


_DEFAULT_FORMATS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S", "time": "%H:%M:%S"}


def _thousands(cells: list[list[Cell]]) -> bool:
    """Whether every text with a dot has exactly three digits behind it."""
    dotted = {cell for (cell,) in cells if isinstance(cell, str) and "." in cell}
    return len(dotted) >= 3 and all(_THOUSANDS.fullmatch(text) for text in dotted)


# -- rows ------------------------------------------------------------------------------------


def _read(
    schema: Any, names: list[str], data: list[list[Cell]], texts: list[int]
) -> Iterator[tuple[Any, list[Cell]]]:
    """frictionless' rows, each with the cells it was made of. A number in a column of texts
    (``texts`` by place) is no error: workbooks make numbers of what looks like one."""
    from frictionless import Resource

    if not data or not names:
        return
    for row in data:
        for index in texts:
            if index < len(row) and row[index] is not None and not isinstance(row[index], str):
                row[index] = text_of(row[index])
    source: Any = Resource(data=[list(names), *data], schema=schema)
    with source as resource:
        for row, cells in zip(resource.row_stream, data, strict=True):
            yield row, cells


def _measure(columns: list[Column], row: Any, cells: list[Cell], names: list[str]) -> None:
    for index, column in enumerate(columns):
        cell = cells[index] if index < len(cells) else None
        if cell is None:
            column.empty += 1
            continue
        column.filled += 1
        if len(column.values) < _DISTINCT:
            text = cell if isinstance(cell, str) else text_of(cell)
            if text not in column.values and len(column.examples) < _EXAMPLES:
                column.examples.append(short(text))
            column.values.add(text)
        value = row[names[index]]
        if column.type in _ORDERED and value is not None and _comparable(value, column.least):
            column.least = value if column.least is None else min(column.least, value)
            column.most = value if column.most is None else max(column.most, value)


_ORDERED = frozenset({"integer", "number", "date", "datetime", "time"})


def _comparable(value: Any, other: Any) -> bool:
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    if isinstance(value, (datetime.datetime, datetime.time)):
        # with and without a time zone can't be compared
        return other is None or (value.tzinfo is None) == (other.tzinfo is None)
    return True


def _plain(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if abs(value.adjusted()) < 30 else str(value)
    return text_of(value) if isinstance(value, (int, float)) else value.isoformat()


# -- errors ----------------------------------------------------------------------------------


def _errors_of_labels(header: Header, grid: Grid) -> Iterator[Finding]:
    if grid.labels is None and not header.rows:
        return
    row = header.rows[-1] + 1 if header.rows else None
    seen: dict[str, int] = {}
    for index, label in enumerate(header.labels):
        letters = column_letters(index)
        if not label:
            yield Finding(N_("Column %(letter)s has no name. Give it one."),
                          {"letter": letters}, "blank-label", row, index + 1)  # fmt: skip
        elif label in seen:
            yield Finding(
                N_("Columns %(first)s and %(letter)s have the same name %(name)s. Give them "
                   "different ones."),
                {"first": column_letters(seen[label]), "letter": letters, "name": short(label)},
                "duplicate-label", row, index + 1,
            )  # fmt: skip
        else:
            seen[label] = index


def _finding(error: Any, number: int, columns: list[Column]) -> Finding | None:
    """An error of frictionless in our words; ``number`` is the row's as the file counts."""
    place = getattr(error, "field_number", None)
    column = columns[place - 1] if place and place <= len(columns) else None
    told = {"row": number, "column": column.name if column else ""}
    if error.type == "type-error" and column:
        if _FORMULA_ERROR.fullmatch(str(error.cell).strip()):
            return Finding(
                N_("Row %(row)s, column %(column)s: the formula gives %(cell)s."),
                {**told, "cell": error.cell}, "formula-error", number, place,
            )  # fmt: skip
        return Finding(
            _WRONG_TYPE.get(column.type, _WRONG), {**told, "cell": short(error.cell)},
            "type-error", number, place,
        )  # fmt: skip
    if error.type == "blank-row":
        return Finding(N_("Row %(row)s is empty. Delete it."), told, error.type, number)
    if error.type == "missing-cell":
        return Finding(N_("Row %(row)s ends before column %(column)s."), told, error.type,
                       number, place)  # fmt: skip
    if error.type == "extra-cell":
        return Finding(
            N_("Row %(row)s has a cell more than there are columns: %(cell)s"),
            {**told, "cell": short(error.cell)}, error.type, number, place,
        )  # fmt: skip
    return None


_WRONG = N_("Row %(row)s, column %(column)s: “%(cell)s” is not like the other values.")
_WRONG_TYPE = {
    "integer": N_("Row %(row)s, column %(column)s: “%(cell)s” is not a whole number."),
    "number": N_("Row %(row)s, column %(column)s: “%(cell)s” is not a number."),
    "date": N_("Row %(row)s, column %(column)s: “%(cell)s” is not a date written like the others."),
    "datetime": N_("Row %(row)s, column %(column)s: “%(cell)s” is not a date and time written like "
                   "the others."),
    "time": N_("Row %(row)s, column %(column)s: “%(cell)s” is not a time of day."),
    "boolean": N_("Row %(row)s, column %(column)s: “%(cell)s” is neither yes nor no."),
}  # fmt: skip
