"""ODS before it is read: how large it is, its merged cells and the addresses behind its cells."""

from __future__ import annotations

import re
from html import unescape

from ckanext.hanoi.tabular.container import (
    ATTRIBUTES,
    PAIR,
    Measure,
    Notes,
    Package,
    attributes,
    find,
    protected,
)

_TAG = re.compile(
    rb"<(/?)(?:[\w.-]+:)?(table|table-row|table-cell|covered-table-cell|a)(?=[\s/>])"
    + ATTRIBUTES
    + rb"(/?)>(?:\s{0,9}<(?:[\w.-]{1,40}:)?p(?:\s[^<>]{0,300})?>\s{0,9}(0\d{1,14})\s{0,9}<)?"
)


def check(package: Package) -> dict[str, Notes]:
    """Refuse what is over the limits; notes by name of sheet."""
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise protected()
    for name in package.entries:
        if name != "content.xml" and name.endswith(".xml"):
            for _piece in package.pieces(name):
                pass
    walk = _Walk(Measure(package.limits))
    if "content.xml" in package.entries:
        for match in find(_TAG, package.pieces("content.xml")):
            walk.tag(*match.groups())
    walk.end_of_sheet()
    return walk.notes


class _Walk:
    """Goes through the cells as they stand in the file. Rows and columns count from 0."""

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self.notes: dict[str, Notes] = {}
        self.sheet = Notes()
        self.row = self.column = 0  # where the next one begins
        self.row_repeats = 1
        self.rows = self.columns = 0  # with content
        self.text = 0

    def end_of_sheet(self) -> None:
        self.measure.sheet(self.rows, self.columns)
        self.row = self.column = self.rows = self.columns = 0
        self.row_repeats = 0

    def tag(
        self, slash: bytes, name: bytes, about: bytes, empty: bytes, text: bytes | None = None
    ) -> None:
        if slash:
            return
        pairs = attributes(about)
        if name == b"table":
            self.end_of_sheet()
            self.sheet = self.notes.setdefault(pairs.get("name", ""), Notes())
        elif name == b"table-row":
            self.row += self.row_repeats
            self.row_repeats = _repeats(about, b"number-rows-repeated")
            self.column = 0
        elif name == b"a":
            if "href" in pairs:
                self.sheet.links.setdefault((self.row, self.column - 1), pairs["href"])
        else:
            if text and pairs.get("value-type") == "float":
                # as the cell shows its number
                self.sheet.shown[self.row, self.column] = text.decode()
            self._cell(about, pairs, bool(empty) and "value-type" not in pairs)

    def _cell(self, about: bytes, pairs: dict[str, str], empty: bool) -> None:
        repeats = _repeats(about, b"number-columns-repeated")
        down = _count(pairs.get("number-rows-spanned"))
        across = _count(pairs.get("number-columns-spanned"))
        if down > 1 or across > 1:
            self.sheet.merged.append(
                (self.row, self.column, self.row + down - 1, self.column + across - 1)
            )
        self.column += repeats
        if not empty:
            self.rows = max(self.rows, self.row + self.row_repeats)
            self.columns = max(self.columns, self.column)


def _count(text: str | None) -> int:
    digits = (text or "").strip().removeprefix("+").lstrip("0")
    return int(digits[:9]) if digits.isdecimal() else 1


def _repeats(about: bytes, name: bytes) -> int:
    """The largest of the counts that are called so, for a prefix may name one twice."""
    found = (value or other for key, value, other in PAIR.findall(about) if key == name)
    return max((_count(unescape(text.decode("utf-8", "replace"))) for text in found), default=1)
