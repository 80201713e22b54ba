"""One look at a file: what it is, what its table holds, what is wrong with it. Never raises."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import IO, Any

from ckanext.hanoi.messages import N_, SourceError
from ckanext.hanoi.tables.check import Checked, check
from ckanext.hanoi.tables.finding import Finding, short
from ckanext.hanoi.tables.grid import Grid, open_grid
from ckanext.hanoi.tables.header_detection import Header, find_header
from ckanext.hanoi.tabular.sheet import Limits, text_of

#: Characters of a cell of the preview; columns of a report; remarks and errors kept of one kind.
_LONGEST_CELL, _MOST_COLUMNS = 160, 200
#: Encodings that a new file should not have.
_OLD = ("tcvn3", "vni", "viscii", "windows-1258", "windows-1252")


OUT_OF_MEMORY = N_("Reading the file takes more memory than is allowed for it.")


@dataclass(frozen=True, slots=True)
class InspectionLimits:
    """How far a look goes: rows shown, rows and cells read, errors kept, seconds for the check."""

    preview_rows: int = 20
    max_rows: int = 200_000
    max_cells: int = 2_000_000
    max_bytes: int = 64 * 1024 * 1024
    errors: int = 100
    seconds: float = 20.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def inspect(path: str, claimed: str = "", wishes: InspectionLimits | None = None) -> dict[str, Any]:
    """The report on the file at ``path``, which the catalog says is ``claimed`` (CSV, XLSX, …).

    Always ``size`` (bytes) and ``hash`` (SHA-256). Of a table: ``kind``, ``encoding``,
    ``delimiter``, ``sheet``, ``sheets``, ``header_rows`` (from 1), ``first_row``, ``rows``,
    ``checked``, ``cut``, ``columns``, ``preview`` (texts), ``errors``, ``errors_total``,
    ``error_counts``, ``remarks``. Of anything else ``message`` and ``params`` say why it is none.
    """
    wishes = wishes or InspectionLimits()
    try:
        with open(path, "rb") as file:
            return {**_fingerprint(file), **_table(file, claimed, wishes)}
    except SourceError as error:
        reason = {"message": error.message, "params": _texts(error.params)}
    except MemoryError:
        reason = {"message": OUT_OF_MEMORY, "params": {}}
    except OSError as error:
        reason = {"message": N_("The file can't be read: %(error)s"),
                  "params": {"error": error.strerror or str(error)}}  # fmt: skip
    except Exception as error:
        # whatever a library makes of a broken file is said, and nobody waits for it in vain
        reason = {"message": N_("The file can't be read as a table: %(error)s"),
                  "params": {"error": short(f"{type(error).__name__}: {error}", 300)}}  # fmt: skip
    try:
        with open(path, "rb") as file:
            return {**_fingerprint(file), **reason}
    except OSError:
        return reason


def _fingerprint(file: IO[bytes]) -> dict[str, Any]:
    digest = hashlib.sha256()
    while data := file.read(1024 * 1024):
        digest.update(data)
    size = file.tell()
    file.seek(0)
    return {"size": size, "hash": digest.hexdigest()}


def _table(file: IO[bytes], claimed: str, wishes: InspectionLimits) -> dict[str, Any]:
    size = os.fstat(file.fileno()).st_size
    if size > wishes.max_bytes:
        raise SourceError("The file is larger than %(limit)s bytes.", limit=wishes.max_bytes)
    limits = Limits(
        rows=wishes.max_rows, cells=wishes.max_cells, unpacked=4 * wishes.max_bytes, cut=True
    )
    grid = open_grid(file, claimed=claimed, limits=limits)
    header = find_header(grid)
    if not header.labels or header.start >= len(grid.rows):
        raise SourceError("The file has no rows of data.")
    checked = check(grid, header, seconds=wishes.seconds, errors_kept=wishes.errors)
    columns = [column.as_dict() for column in checked.columns[:_MOST_COLUMNS]]
    return {
        "kind": grid.kind,
        "encoding": grid.encoding,
        "delimiter": grid.delimiter,
        "sheet": grid.sheet,
        "sheets": grid.sheets[:50],
        "header_rows": [row + 1 for row in header.rows],
        "first_row": header.start + 1,
        "rows": checked.rows,
        "checked": checked.checked,
        "cut": grid.cut,
        "columns": columns,
        "columns_total": len(checked.columns),
        "preview": _preview(grid, header, wishes.preview_rows),
        "errors": [_plain(finding) for finding in checked.errors],
        "errors_total": sum(checked.counts.values()),
        "error_counts": dict(checked.counts),
        "remarks": [_plain(finding) for finding in _remarks(grid, header, checked)],
    }


def _preview(grid: Grid, header: Header, rows: int) -> list[list[str]]:
    width = min(len(header.labels), _MOST_COLUMNS)
    first = grid.rows[header.start : header.start + rows + 20]
    shown = [row for row in first if any(cell is not None for cell in row)]
    return [
        [short(text_of(row[c]), _LONGEST_CELL) if c < len(row) else "" for c in range(width)]
        for row in shown[:rows]
    ]


def _remarks(grid: Grid, header: Header, checked: Checked) -> Iterable[Finding]:
    """What is no error but makes the table harder to use."""
    if grid.encoding in _OLD:
        yield Finding(N_("The text is written in the old encoding %(encoding)s. Save the file as "
                         "UTF-8."), {"encoding": grid.encoding}, "old-encoding")  # fmt: skip
    if grid.labels is None and not header.rows:
        yield Finding(N_("No row with the names of the columns was found."), {}, "no-header")
    elif header.rows and header.rows[0] > 0:
        yield Finding(
            N_("The names of the columns are in row %(row)s. Programs expect them in the first "
               "row: put titles and notes elsewhere."),
            {"row": header.rows[0] + 1}, "titles-above", header.rows[0] + 1,
        )  # fmt: skip
    if len(header.rows) > 1:
        yield Finding(
            N_("The names of the columns take %(number)s rows. One row is easier to read for "
               "programs."),
            {"number": len(header.rows)}, "several-header-rows",
        )  # fmt: skip
    merged = sum(1 for top, _, bottom, _ in grid.merged if bottom >= header.start)
    if merged:
        yield Finding(N_("%(number)s merged cells are among the data. Write the value into each "
                         "row instead."), {"number": merged}, "merged-cells")  # fmt: skip
    others = [sheet for sheet in grid.sheets if sheet["rows"] and sheet["name"] != grid.sheet]
    if others:
        yield Finding(
            N_("The workbook has further sheets: %(sheets)s. Only the largest one was looked at."),
            {"sheets": ", ".join(short(sheet["name"], 40) for sheet in others[:10])},
            "several-sheets",
        )  # fmt: skip
    if _broken(grid):
        yield Finding(N_("Some characters were lost and show as %(character)s. Save the file "
                         "again from its source, as UTF-8."),
                      {"character": "\ufffd"}, "lost-characters")  # fmt: skip
    yield from checked.remarks


def _broken(grid: Grid) -> bool:
    return any(isinstance(c, str) and "\ufffd" in c for row in grid.rows[:20_000] for c in row)


def _plain(finding: Finding) -> dict[str, Any]:
    return {**finding.as_dict(), "params": _texts(finding.params)}


def _texts(params: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, int) else str(value)[:500] for key, value in params.items()
    }
