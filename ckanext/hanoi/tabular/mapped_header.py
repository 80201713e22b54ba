"""Where the header of a list stands in a sheet, and what its columns say."""

from __future__ import annotations

from dataclasses import dataclass, field

from ckanext.hanoi.tabular.columns import Columns, Guess, compact
from ckanext.hanoi.tabular.sheet import Sheet, column_letters

#: Rows that are searched for a header, and rows that a header may have.
_SEARCHED, _DEEPEST = 120, 3
_LONGEST_LABEL = 160
_FEWEST_KNOWN = 0.3


@dataclass(slots=True)
class Header:
    """A header: its first row, the first row behind it, and the columns from 0 by position:
    ``keys`` those that are known (``weak`` those that are little sure), ``labels`` all texts (both
    rows of a joined one)."""

    top: int
    bottom: int
    keys: dict[int, str]
    labels: dict[int, str]
    score: float = 0.0
    weak: frozenset[str] = frozenset()
    _columns: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column, key in self.keys.items():
            self._columns.setdefault(key, []).append(column)

    def column(self, key: str) -> int | None:
        """The (first) column that says ``key``."""
        return self._columns.get(key, [None])[0]

    def columns(self, key: str) -> list[int]:
        return self._columns.get(key, [])

    def __contains__(self, key: object) -> bool:
        return key in self._columns

    def label(self, column: int) -> str:
        """The header text on one line, or the letter of a column that has none."""
        return " ".join(self.labels.get(column, "").split()) or column_letters(column)


def find_header(
    sheet: Sheet, columns: Columns, *, first: int = 0, resource: bool = False
) -> Header | None:
    """The first header of a list at or below row ``first``, or None."""
    for row in range(first, min(len(sheet.rows), first + _SEARCHED)):
        found = header_at(sheet, columns, row, resource=resource)
        if found is None:
            continue
        # a title row above a header of one row is no upper row of it
        for lower in range(row + 1, found.bottom):
            later = header_at(sheet, columns, lower, resource=resource)
            if later is not None and later.score >= found.score:
                return later
        return found
    return None


def header_at(
    sheet: Sheet, columns: Columns, row: int, *, resource: bool = False, forced: bool = False
) -> Header | None:
    """The header that begins in this row; None where it is none, unless it is ``forced``."""
    best: Header | None = None
    for depth in _depths(sheet, row):
        found = _read(sheet, columns, row, depth, resource)
        if best is None or found.score > best.score:
            best = found
    if best is None or forced:
        return best
    return best if _acceptable(sheet, columns, best) else None


def _depths(sheet: Sheet, row: int) -> list[int]:
    """Of how many rows a header that begins here may be: where merged cells tell, that many."""
    down = across = False
    deepest = 1
    for top, left, bottom, right in sheet.merged_at(row):
        if not sheet.text(top, left):
            continue
        if bottom > top and bottom - top < _DEEPEST:
            down, deepest = True, max(deepest, bottom - top + 1)
        across = across or right > left
    if down:
        return [deepest]
    return [1, 2] if across or _looks_lower(sheet, row + 1) else [1]


def _looks_lower(sheet: Sheet, row: int) -> bool:
    """Whether a row could be the lower one of a header: short texts only."""
    cells = [
        cell for cell in (sheet.rows[row] if row < len(sheet.rows) else ()) if cell is not None
    ]
    return bool(cells) and all(isinstance(cell, str) and len(cell) <= 60 for cell in cells)


def _read(sheet: Sheet, columns: Columns, row: int, depth: int, resource: bool) -> Header:
    stacks = _stacks(sheet, row, depth)
    labels: dict[int, str] = {}
    guesses: list[tuple[bool, int, int, Guess]] = []
    for column, stack in stacks.items():
        label, group = stack[-1], stack[-2] if len(stack) > 1 else ""
        labels[column] = " ".join(stack) if group else label
        for guess in columns.guesses(label, group, resource):
            guesses.append((guess.weak, guess.rank, column, guess))
    keys: dict[int, str] = {}
    taken: dict[str, bool] = {}
    score = 0.0
    for weak, rank, column, guess in sorted(guesses, key=lambda g: g[:3]):
        if column in keys or (guess.key in taken and guess.key not in columns.several):
            continue
        keys[column] = guess.key
        taken.setdefault(guess.key, weak)
        score += 0.4 if weak else 0.8 if rank >= 500 else 1.0
    return Header(row, row + depth, dict(sorted(keys.items())), labels, score,
                  frozenset(key for key, weak in taken.items() if weak))  # fmt: skip


def _stacks(sheet: Sheet, row: int, depth: int) -> dict[int, list[str]]:
    """Per column the texts of the header's rows from top to bottom, no text twice in a row."""
    rows = range(row, row + depth)
    width = max((len(sheet.rows[r]) for r in rows if r < len(sheet.rows)), default=0)
    grid = [[sheet.text(r, c) for c in range(width)] for r in rows]
    lowest = depth - 1
    for top in range(row, row + lowest):
        for _, left, _bottom, right in sheet.merged_at(top):
            for c in range(left, min(right + 1, width)):
                grid[top - row][c] = grid[top - row][left]
    for level in range(lowest):
        for c in range(1, width):
            # a merged cell of a file that doesn't tell: blank beside a heading, both with
            # something beneath
            above, below = grid[level], grid[level + 1]
            if not above[c] and above[c - 1] and below[c] and below[c - 1]:
                above[c] = above[c - 1]
    stacks = {}
    for c in range(width):
        texts = [grid[level][c] for level in range(depth) if grid[level][c]]
        stack = [t for i, t in enumerate(texts) if i == 0 or compact(t) != compact(texts[i - 1])]
        if stack:
            stacks[c] = stack
    return stacks


def _acceptable(sheet: Sheet, columns: Columns, header: Header) -> bool:
    cells = len(header.labels)
    if any(len(header.labels[c]) > _LONGEST_LABEL for c in header.keys):
        return False
    keys = set(header.keys.values())
    if columns.configured & keys:
        return "title" in keys or "identifier" in keys or len(keys) > 1
    if len(columns.own & keys) > 2:
        return True
    known = len(header.keys)
    if not cells or known / cells < _FEWEST_KNOWN:
        return False
    if "title" in keys:
        if "title" in header.weak:
            return bool(keys - header.weak - {"number"})
        alone_but_sure = header.score >= 1 and (cells > 1 or sheet.width == 1)
        return known >= 2 or alone_but_sure
    if "identifier" in keys:
        return known >= 3 or any(key.startswith("resource.") for key in keys)
    about = {key.partition(".")[0] for key in keys if "." in key} & {"field", "theme", "catalog"}
    return bool(about) and known >= 2
