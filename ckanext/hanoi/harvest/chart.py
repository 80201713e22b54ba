"""A small chart of stacked bars as SVG. Knows no CKAN.

Drawn on the server: the page needs no script for it, and a reader who can't see it has the same
numbers in the title of each bar and in the table beside the chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT, _GAP = 640, 120, 4


def bars(
    title: str,
    columns: Sequence[tuple[str, Mapping[str, int]]],
    series: Sequence[tuple[str, str]],
) -> str:
    """SVG of one stacked bar for each column.

    ``columns``: ``(label, {name: number})``, left to right; ``series``: ``(name, label)``, from the
    bottom to the top; each part has the class ``hanoi-bar-<name>``. Empty text where there is
    nothing to draw.
    """
    names = [name for name, _label in series]
    totals = [
        sum(max(0, int(numbers.get(name, 0))) for name in names) for _label, numbers in columns
    ]
    most = max(totals, default=0)
    if not most:
        return ""
    step = _WIDTH / max(len(columns), 12)
    parts = [
        f'<svg class="hanoi-chart" role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'preserveAspectRatio="none"><title>{escape(title)}</title>'
    ]
    for index, (label, numbers) in enumerate(columns):
        told = ", ".join(f"{text}: {numbers.get(name, 0)}" for name, text in series)
        parts.append(f"<g><title>{escape(label)}: {escape(told)}</title>")
        bottom = float(_HEIGHT)
        for name in names:
            height = max(0, int(numbers.get(name, 0))) / most * _HEIGHT
            if height:
                bottom -= height
                parts.append(
                    f'<rect class="hanoi-bar-{escape(name)}" x="{index * step:.1f}" '
                    f'y="{bottom:.1f}" width="{step - _GAP:.1f}" height="{height:.1f}"/>'
                )
        parts.append("</g>")
    return "".join([*parts, "</svg>"])
