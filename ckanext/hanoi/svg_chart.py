"""A small chart of stacked bars as SVG. Knows no CKAN.

Drawn on the server: the page needs no script for it, and a reader who can't see it has the same
numbers in the title of each bar and in the table beside the chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

#: The bars, without what stands around them: numbers to the left, dates below, marks above.
_WIDTH, _HEIGHT, _GAP = 640, 120, 4
_LEFT, _TOP, _BELOW, _RIGHT = 64, 16, 24, 16
_MARK = 5


@dataclass(frozen=True, slots=True)
class Column:
    """One bar: its ``label`` in full, as it stands below (``short``), its numbers by name; what
    is told by a ring above it (``mark``: the run failed), or ""."""

    label: str
    short: str
    numbers: Mapping[str, int]
    mark: str = ""

    def number(self, name: str) -> int:
        return max(0, int(self.numbers.get(name, 0)))


def bars(title: str, columns: Sequence[Column], series: Sequence[tuple[str, str]]) -> str:
    """SVG of one stacked bar for each column, left to right, with an axis of numbers and the dates
    of the first and the last.

    ``series``: ``(name, label)``, from the bottom to the top; each part has the class
    ``hanoi-bar-<name>``. Empty text where there is nothing to draw.
    """
    names = [name for name, _label in series]
    most = max((sum(map(column.number, names)) for column in columns), default=0)
    if not most and not any(column.mark for column in columns):
        return ""
    step = _WIDTH / max(len(columns), 12)
    width, height = _LEFT + _WIDTH + _RIGHT, _TOP + _HEIGHT + _BELOW
    parts = [
        f'<svg class="hanoi-chart" role="img" viewBox="0 0 {width} {height}">'
        f"<title>{escape(title)}</title>"
    ]
    parts += _axis(_ticks(most))
    scale = _HEIGHT / _ticks(most)[-1]
    for index, column in enumerate(columns):
        parts += _bar(column, _LEFT + index * step, step - _GAP, series, scale)
    parts += _dates(columns, step)
    return "".join([*parts, "</svg>"])


def _ticks(most: int) -> list[int]:
    """Zero, the half where it is a whole number, and the least round number that is not below
    ``most``."""
    top = 1
    while top < most:
        for factor in (2, 5, 10):
            if top * factor >= most:
                top *= factor
                break
        else:
            top *= 10
    return [0, top // 2, top] if top % 2 == 0 else [0, top]


def _axis(ticks: list[int]) -> list[str]:
    parts = []
    for tick in ticks:
        y = _TOP + _HEIGHT - _HEIGHT * tick / ticks[-1]
        kind = "grid" if tick else "axis"
        number = f"{tick:,}".replace(",", "\u202f")
        parts.append(
            f'<line class="hanoi-{kind}" x1="{_LEFT - 4}" x2="{_LEFT + _WIDTH}" y1="{y:.1f}" '
            f'y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number}</text>'
        )
    return parts


def _bar(
    column: Column, x: float, width: float, series: Sequence[tuple[str, str]], scale: float
) -> list[str]:
    told = ", ".join(f"{text}: {column.number(name)}" for name, text in series)
    told = f"{column.mark} – {told}" if column.mark else told
    parts = [f"<g><title>{escape(column.label)}: {escape(told)}</title>"]
    bottom = float(_TOP + _HEIGHT)
    for name, _text in series:
        if height := column.number(name) * scale:
            bottom -= height
            parts.append(
                f'<rect class="hanoi-bar-{escape(name)}" x="{x:.1f}" y="{bottom:.1f}" '
                f'width="{width:.1f}" height="{height:.1f}"/>'
            )
    if column.mark:
        parts.append(
            f'<circle class="hanoi-bar-mark" cx="{x + width / 2:.1f}" '
            f'cy="{bottom - _MARK - 3:.1f}" r="{_MARK}"/>'
        )
    return [*parts, "</g>"]


def _dates(columns: Sequence[Column], step: float) -> list[str]:
    """Below the first bar, and below the last where there is room for both."""
    y = _TOP + _HEIGHT + 16
    shown = [(0, columns[0])]
    if (len(columns) - 1) * step > 180:
        shown.append((len(columns) - 1, columns[-1]))
    return [
        f'<text x="{_LEFT + index * step:.1f}" y="{y}" '
        f'text-anchor="{"end" if index > len(columns) / 2 and index else "start"}">'
        f"{escape(column.short)}</text>"
        for index, column in shown
    ]
