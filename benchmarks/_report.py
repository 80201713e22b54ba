"""What every benchmark shares: its options, its figures, the printed table or the JSON.

A benchmark is a module with

    def measure(figures: Figures, size: int) -> None: …

    if __name__ == "__main__":
        sys.exit(main(measure, "What it measures", size=1000))

While it runs, everything that anything prints goes to standard error: standard output has nothing
but the table, or with ``--json`` one object
``{"figures": {NAME: {"ours": x, "peer": y, "ratio": r, "unit": u}}}``.
"""
from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field

AT_LEAST, AT_MOST = "≥", "≤"


@dataclass(frozen=True)
class Figure:
    """One measured number.

    ``peer`` is the same of what it is compared with; ``less`` says that less is better.
    ``target`` is (``AT_LEAST`` or ``AT_MOST``, number) and is about the ratio where there is a
    peer, else about ``ours``. ``note`` stands under the table.
    """

    name: str
    title: str
    ours: float
    unit: str
    peer: float | None = None
    less: bool = False
    target: tuple[str, float] | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times better ours is than the peer's; None where nothing can be compared."""
        better, worse = (self.peer, self.ours) if self.less else (self.ours, self.peer)
        if better is None or not worse:
            return None
        return better / worse

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        sign, number = self.target
        value = self.ours if self.peer is None else self.ratio
        if value is None:
            return False
        return value >= number if sign == AT_LEAST else value <= number


@dataclass
class Figures:
    """What a benchmark has measured, in the order in which it was added."""

    all: list[Figure] = field(default_factory=list)

    def add(
        self,
        name: str,
        title: str,
        ours: float,
        unit: str,
        *,
        peer: float | None = None,
        less: bool = False,
        target: tuple[str, float] | None = None,
        note: str = "",
    ) -> Figure:
        """Add a figure (see ``Figure``) and say it on standard error."""
        figure = Figure(name, title, ours, unit, peer, less, target, note)
        self.all.append(figure)
        say("  ".join(cell for cell in _cells(figure) if cell))
        return figure

    def as_json(self) -> str:
        """The object that ``--json`` prints."""
        return json.dumps({
            "figures": {
                figure.name: {
                    "ours": _rounded(figure.ours),
                    "peer": _rounded(figure.peer),
                    "ratio": _rounded(figure.ratio),
                    "unit": figure.unit,
                }
                for figure in self.all
            }
        })

    def as_table(self, title: str, peer: str = "peer") -> str:
        """The table for people, as Markdown."""
        head = ["", "ours", peer, "ratio", "target", ""]
        rows = [head, *([cell.replace("|", "/") for cell in _cells(f)] for f in self.all)]
        used = [i for i in range(len(head)) if i < 2 or any(row[i] for row in rows[1:])]
        rows = [[row[i] for i in used] for row in rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(used))]
        rows.insert(1, ["-" * width for width in widths])
        lines = [
            "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
            for row in rows
        ]
        notes = [f"- {figure.title}: {figure.note}" for figure in self.all if figure.note]
        return "\n".join([f"**{title}**", "", *lines, *([""] if notes else []), *notes])


def _cells(figure: Figure) -> list[str]:
    times = "" if figure.ratio is None else f"{_short(figure.ratio)}×"
    target = ""
    if figure.target:
        target = f"{figure.target[0]} {_short(figure.target[1])}"
        target += f" {figure.unit}" if figure.peer is None else "×"
    return [
        figure.title,
        f"{_short(figure.ours)} {figure.unit}",
        "" if figure.peer is None else f"{_short(figure.peer)} {figure.unit}",
        times,
        target,
        {True: "✓", False: "✗ missed", None: ""}[figure.met],
    ]


def _short(number: float) -> str:
    """Three significant digits, thousands apart."""
    if abs(number) >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.3g}"


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def say(message: str) -> None:
    """One line of progress on standard error."""
    print(f"· {message}", file=sys.stderr, flush=True)


class Clock:
    """``seconds`` of a ``with`` block: those of the block, or, inside it, those until now."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._ended: float | None = None

    @property
    def seconds(self) -> float:
        return (self._ended or time.perf_counter()) - self._began

    def stop(self) -> None:
        self._ended = time.perf_counter()


@contextmanager
def clock() -> Iterator[Clock]:
    """Measures how long the block takes."""
    measured = Clock()
    try:
        yield measured
    finally:
        measured.stop()


def main(
    measure: Callable[[Figures, int], None],
    title: str,
    *,
    size: int,
    peer: str = "peer",
    arguments: list[str] | None = None,
) -> int:
    """Runs a benchmark and prints what it found; returns the exit status.

    ``size`` is the default of ``--size``; ``{size}`` in ``title`` is filled in. ``peer`` is the
    head of the peer's column.
    """
    parser = argparse.ArgumentParser(description=title.format(size="N"))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--size", type=_positive, default=size, help=f"N, by default {size}")
    options = parser.parse_args(arguments)
    figures = Figures()
    with _output_kept_clean():
        measure(figures, options.size)
    shown = title.format(size=f"{options.size:,}")
    print(figures.as_json() if options.json else figures.as_table(shown, peer))
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a number from 1 on is expected")
    return number


@contextmanager
def _output_kept_clean() -> Iterator[None]:
    """What is printed inside, by child processes too, goes to standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
