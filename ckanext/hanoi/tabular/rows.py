"""The rows of a list beneath its header, without what is no entry of the list.

Skipped: empty rows, the row of column numbers, repeated headers, totals, remarks, signatures.
A row that only has a heading ("II. Lĩnh vực y tế") opens a section, which its rows remember.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ckanext.hanoi.tabular.columns import Columns, compact, spaced
from ckanext.hanoi.tabular.container import broken
from ckanext.hanoi.tabular.mapped_header import Header, header_at
from ckanext.hanoi.tabular.sheet import Sheet, text_of
from ckanext.hanoi.vietnamese import fold

_MOST_FILLED = 4_000_000
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d+)*[.)]?")
_COLUMN_NUMBER = re.compile(r"\(?\s*(\d{1,2}|[A-ZĐ])\s*(?:\)\s*)?(?:=.*)?")
_MARKER = re.compile(r"(?:Phần|Mục|Chương|Nhóm)?\s*([IVXLC]+|[A-ZĐ]|\d{1,2})\s*[.):/-]?", re.I)
_MARKED = re.compile(r"((?:Phần|Mục|Chương)\s+\S+|[IVXLC]+|[A-ZĐ])\s*[.):/-]\s*(?=\S)")
_TOTAL = re.compile(
    r"(?:tong cong|tong so|tong|cong|total|grand total|sub ?total)"
    r"(?: (?:so )?(?:(?:bo|tap) )?(?:du lieu |datasets? )?\d.*|(?: (?:[ivx]+|[a-d]))+)?"
)
_TOTAL_OF = re.compile(
    r"(?:tong cong|tong so|cong (?:linh vuc|nhom|muc|phan|so)|total of|sub ?total)\b.*"
)
#: A title that is none, whatever stands beside it.
_SUM = re.compile(r"tong cong|tong so|tong|cong|total|grand total|sub ?total")
_REMARK = re.compile(
    r"(?:ghi chu|chu thich|luu y|note|notes|remark|remarks)\s*(?:\(.*?\)\s*)?:.*", re.S
)
_SIGNED = re.compile(
    r"(?:tm|kt|tl|tuq|q)\. .{3,}|noi nhan ?:?.*|.{2,40}, ?ngay\b.{0,12}\bthang\b.{0,8}\bnam\b.*|"
    r"(?:nguoi|can bo|chuyen vien) (?:lap bieu|lap bang|lap|tong hop|kiem tra|duyet|thuc hien)|"
    r"(?:lanh dao|thu truong)(?: (?:don vi|co quan))?|(?:pho )?(?:chu tich|giam doc|truong phong|"
    r"chanh van phong|vien truong|cuc truong|chi cuc truong|hieu truong)|"
    r"\(?ky,? ?(?:ten|ghi ro|dong dau).*|xac nhan cua .*|prepared by.*|approved by.*|signature",
    re.S,
)
_AMOUNT = re.compile(
    r"[\d\s.,%()+-]+|\d[\d.,]*\s*(?:tập|bộ|bản ghi|trường|dữ liệu|tệp|datasets?|files?)"
    r"(?:\s+dữ liệu)?\.?", re.I
)
_ROMAN = re.compile(r"[IVXLC]+", re.I)


@dataclass(slots=True)
class Row:
    """An entry. ``index`` counts from 0 in the sheet; ``cells`` are texts by column, with the
    text of a merged cell in each of its rows; ``shared`` are the columns whose text comes from a
    merged cell that began above; ``sections`` the headings above, the outermost first.
    """

    index: int
    header: Header
    cells: dict[int, str]
    shared: frozenset[int] = frozenset()
    sections: tuple[str, ...] = ()

    def get(self, key: str) -> str:
        """The text of the column that says ``key``, or ""."""
        column = self.header.column(key)
        return self.cells.get(column, "") if column is not None else ""

    def place(self, key: str) -> int | None:
        return self.header.column(key)


def read_rows(sheet: Sheet, header: Header, columns: Columns) -> Iterator[Row]:
    """The entries of the list beneath ``header``, down to the end of the sheet. A further header
    on the way (a second table, a page break) is honoured."""
    return _Reader(sheet, header, columns).rows()


class _Reader:
    """Goes down a sheet and remembers what the rows above said."""

    def __init__(self, sheet: Sheet, header: Header, columns: Columns) -> None:
        self.sheet, self.columns = sheet, columns
        self.sections: list[tuple[str, str]] = []  # (style of the marker, text)
        self.styles: list[str] = []  # the outermost first
        self.anchors: dict[tuple[int, int], tuple[int, int]] = {}
        self.across: dict[tuple[int, int], int] = {}
        self.width = sheet.width
        self.numbering: dict[int, tuple[list[tuple[int, int]], int]] = {}
        self._merged(header.bottom)
        self._start(header)

    def _start(self, header: Header) -> None:
        self.header = header
        self.signed = False
        self.titles = {compact(header.labels[c]) for c in header.columns("title")}
        self.number = header.column("number")
        self.title = header.column("title")
        numbered = filled = 0
        self.last_numbered = -1
        if self.number is not None:
            (filled, numbered), self.last_numbered = self._numbered(self.number, header.bottom)
        self.numbered = numbered * 3 >= max(filled, 1)

    def _numbered(self, column: int, first: int) -> tuple[tuple[int, int], int]:
        """From a row on: how many rows have something, how many a number in this column, and the
        last of these (-1: none). Each column is gone through once, however many headers."""
        if column not in self.numbering:
            filled, numbered, last = [0], [0], -1
            for index in range(len(self.sheet.rows) - 1, -1, -1):
                something = any(cell is not None for cell in self.sheet.rows[index])
                number = something and _NUMBER.fullmatch(self.sheet.text(index, column))
                last = index if number and last < 0 else last
                filled.append(filled[-1] + something)
                numbered.append(numbered[-1] + bool(number))
            self.numbering[column] = list(zip(filled, numbered, strict=True))[::-1], last
        counts, last = self.numbering[column]
        return counts[min(first, len(counts) - 1)], last if last >= first else -1

    def _merged(self, first: int) -> None:
        for top, left, bottom, right in self.sheet.merged:
            if top < first:
                continue
            self.across[top, left] = right - left + 1
            if len(self.anchors) + bottom - top > _MOST_FILLED:
                raise broken("too many merged cells")
            for row in range(top + 1, bottom + 1):
                self.anchors[row, left] = top, left

    def rows(self) -> Iterator[Row]:
        behind_header = self.header.bottom
        for index in range(self.header.bottom, len(self.sheet.rows)):
            if index < behind_header:
                continue
            cells = enumerate(self.sheet.rows[index])
            own = {c: text for c, cell in cells if cell is not None and (text := text_of(cell))}
            if self._may_be_header(own):
                again = header_at(self.sheet, self.columns, index)
                if again is not None:
                    self._start(again)
                    behind_header = again.bottom
                    continue
            if not own or (index <= behind_header + 1 and numbers_columns(own)):
                continue
            filled, shared = self._filled(index, own)
            if self._is_entry(index, own, shared):
                sections = tuple(text for _, text in self.sections)
                yield Row(index, self.header, filled, shared, sections)

    def _may_be_header(self, own: dict[int, str]) -> bool:
        """Whether one text heads titles, and another one is known too."""
        short = [text for text in own.values() if len(text) <= 60]
        if len(short) < 2 or len(short) * 2 < len(own):
            return False
        keys = [self.columns.exact_key(text) for text in short]
        title = "title" in keys or any(compact(text) in self.titles for text in short)
        return title and len({key for key in keys if key}) >= 2

    def _filled(self, index: int, own: dict[int, str]) -> tuple[dict[int, str], frozenset[int]]:
        cells = dict(own)
        if self.anchors:
            for column in range(self.width):
                anchor = self.anchors.get((index, column))
                if anchor and column not in own and (text := self.sheet.text(*anchor)):
                    cells[column] = text
        return cells, frozenset(cells) - frozenset(own)

    def _is_entry(self, index: int, own: dict[int, str], shared: frozenset[int]) -> bool:
        """Whether the row is an entry. Takes note of sections and signatures."""
        number = own.get(self.number, "") if self.number is not None else ""
        others = {c: text for c, text in own.items() if c != self.number}
        texts = [text for text in others.values() if not _is_amount(text)]
        if _NUMBER.fullmatch(number):
            self.signed = self.signed and len(others) < 2
            if len(texts) == 1 == len(others) and self._numbers_below(index, number):
                self._open(number, texts[0])
                return False
            return bool(others) and not self.signed
        if self.title in shared and others:
            return True
        named = own.get(self.title, "") if self.title is not None else ""
        if _is_total(own) or _SUM.fullmatch(spaced(named)):
            return False
        if self.signed or _is_signature(own):
            self.signed = not self._looks_whole(own)
            return not self.signed
        if len(own) == 1 and _REMARK.fullmatch(_on_one_line(next(iter(own.values())))):
            return False
        # beneath merged cells a row may have little of its own, and is still no heading
        return bool(shared and others) or not self._opens_section(index, own, texts, number)

    def _looks_whole(self, own: dict[int, str]) -> bool:
        known = sum(1 for column in own if column in self.header.keys)
        return self.title in own and known >= max(3, len(self.header.keys) / 2)

    def _numbers_below(self, index: int, number: str) -> bool:
        """Whether the next row is numbered 2.1 where this one is 2."""
        if self.number is None:
            return False
        below = self.sheet.text(index + 1, self.number)
        return below.startswith(number.rstrip(".)") + ".") and len(below) > len(number)

    def _opens_section(
        self, index: int, own: dict[int, str], texts: list[str], number: str
    ) -> bool:
        if number and len(texts) == 1 and _MARKER.fullmatch(number):
            self._open(number, texts[0])
            return True
        if len(own) != 1:
            return False
        column, text = next(iter(own.items()))
        if self.numbered and index > self.last_numbered:
            return column != self.title  # a remark behind the list, or a dataset without number
        marked = _MARKED.match(text)
        wide = self.across.get((index, column), 1) * 2 >= max(len(self.header.labels), 4)
        if marked or wide or self.numbered or column != self.title:
            self._open(marked[1] if marked else "", text[marked.end() :] if marked else text)
            return True
        return False

    def _open(self, marker: str, text: str) -> None:
        """Open a section: it ends those of its own kind and the ones within."""
        style = _style(marker)
        if style in self.styles:
            del self.styles[self.styles.index(style) + 1 :]
        else:
            self.styles.append(style)
        kept = [s for s in self.sections if s[0] in self.styles and s[0] != style]
        self.sections = [*kept, (style, text)]


def numbers_columns(own: dict[int, str]) -> bool:
    """The row "(1) (2) (3)" or "A B 1 2" beneath a header."""
    matches = [_COLUMN_NUMBER.fullmatch(text) for _, text in sorted(own.items())]
    if len(matches) < 3 or not all(matches):
        return False
    numbers = [int(match[1]) for match in matches if match and match[1].isdigit()]
    steps = [b - a for a, b in zip(numbers, numbers[1:], strict=False)]
    return not numbers or (steps.count(1) * 2 >= len(steps) and numbers[0] <= 5)


def _is_amount(text: str) -> bool:
    return bool(_AMOUNT.fullmatch(text))


def _is_total(own: dict[int, str]) -> bool:
    """A row of sums. "Tổng số trẻ em" with other texts beside it is a dataset."""
    texts = [spaced(text) for text in own.values() if not _is_amount(text)]
    if len(texts) != 1:
        return False
    return bool(_TOTAL.fullmatch(texts[0]) or (len(own) > 1 and _TOTAL_OF.fullmatch(texts[0])))


def _is_signature(own: dict[int, str]) -> bool:
    return len(own) <= 4 and any(_SIGNED.fullmatch(_on_one_line(text)) for text in own.values())


def _style(marker: str) -> str:
    marker = marker.strip(" .):/-")
    if _ROMAN.fullmatch(marker):
        return "roman"
    if marker.isdigit():
        return "digit"
    return "letter" if len(marker) == 1 else "word" if marker else ""


def _on_one_line(text: str) -> str:
    """Lower case and no accents, on one line, punctuation kept."""
    return " ".join(fold(text).split())
