"""Workbooks read in a process of its own: readers of binary formats are native code, and a file
of a few bytes can make one ask for more memory than there is, which ends its process.

What it costs is measured before (``container.py``); this is for what nobody has thought of.
"""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any

from ckanext.hanoi.child_process import Child, ChildStoppedError
from ckanext.hanoi.child_process import serve as serve_questions
from ckanext.hanoi.messages import N_, SourceError
from ckanext.hanoi.tabular import book
from ckanext.hanoi.tabular.sheet import Book, Cell, Limits, Sheet

#: Whether this process is one of its own already.
HERE = False
MEMORY, SECONDS = 2 << 30, 120.0
#: After so many seconds without a workbook the process ends; after an answer of so many bytes
#: too, for it may keep what it took.
_IDLE, _LARGE = 60, 16 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0"


class Reader(Child):
    """Reads workbooks. One of them does for all threads."""

    def program(self) -> str:
        return _PROGRAM

    def read(self, file: IO[bytes], limits: Limits) -> Book:
        """The workbook; SourceError where it is none, is beyond the limits, or its reader fails."""
        with tempfile.TemporaryDirectory(prefix="hanoi-workbook-") as folder:
            path, answer = Path(folder, "workbook"), Path(folder, "cells")
            with path.open("wb") as copy:
                file.seek(0)
                shutil.copyfileobj(file, copy)
            try:
                said = self.ask(
                    {"path": str(path), "answer": str(answer), "limits": asdict(limits)}
                )
            except ChildStoppedError as stopped:
                if stopped.late:
                    raise SourceError(
                        "Reading the workbook was stopped after %(seconds)s seconds.",
                        seconds=int(self.seconds),
                    ) from None
                raise _too_much() from None
            if "message" in said:
                if said.get("full"):
                    self.close()
                raise SourceError(said["message"], **said["params"])
            if answer.stat().st_size > _LARGE:
                self.close()
            with answer.open(encoding="ascii") as lines:
                return _book(said, lines)


READER = Reader(MEMORY, SECONDS)


def read_workbook(file: IO[bytes], limits: Limits) -> Book:
    """An XLSX, XLS or ODS workbook; SourceError for any other zip or OLE2 file."""
    return _read(file, limits) if HERE else READER.read(file, limits)


def _read(file: IO[bytes], limits: Limits) -> Book:
    file.seek(0)
    ole = file.read(len(_OLE)) == _OLE
    return (book.read_ole if ole else book.read_zip)(file, limits)


def _too_much() -> SourceError:
    return SourceError(
        N_("Reading the file takes more memory than is allowed for it, or its reader fails on it.")
    )


def _book(said: dict[str, Any], lines: Iterator[str]) -> Book:
    sheets = []
    for about in said["sheets"]:
        count = about.pop("count")
        about["merged"] = [(a, b, c, d) for a, b, c, d in about["merged"]]
        about["links"] = {(row, column): link for row, column, link in about["links"]}
        about["unvalued"] = frozenset((row, column) for row, column in about["unvalued"])
        rows = [json.loads(next(lines), object_hook=_value) for _ in range(count)]
        sheets.append(Sheet(**about, rows=rows))
    return Book(said["kind"], sheets)


def _value(written: dict[str, Any]) -> Cell:
    kind, value = next(iter(written.items()))
    if kind == "seconds":
        return datetime.timedelta(seconds=value)
    return getattr(datetime, kind).fromisoformat(value)


# -- the process -----------------------------------------------------------------------------------

_PROGRAM = """
import sys
sys.path.append(sys.argv[3])
from ckanext.hanoi.tabular.apart import serve
serve(int(sys.argv[1]), float(sys.argv[2]))
"""


def serve(memory: int, seconds: float) -> None:
    serve_questions(_answer, memory, seconds, _IDLE)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        with open(asked["path"], "rb") as file:
            found = _read(file, Limits(**asked["limits"]))
        with open(asked["answer"], "w", encoding="ascii") as out:
            for sheet in found.sheets:
                for row in sheet.rows:
                    out.write(json.dumps(row, default=_written) + "\n")
    except SourceError as error:
        params = {key: value if isinstance(value, int) else str(value)
                  for key, value in error.params.items()}  # fmt: skip
        return {"message": error.message, "params": params}
    except MemoryError:
        return {"message": _too_much().message, "params": {}, "full": True}
    except Exception as error:
        # whatever a library makes of a broken file
        name = f"{type(error).__name__}: {error}"[:300]
        return {"message": "The workbook is damaged and can't be read: %(error)s",
                "params": {"error": name}}  # fmt: skip
    return {"kind": found.kind, "sheets": [_about(sheet) for sheet in found.sheets]}


def _about(sheet: Sheet) -> dict[str, Any]:
    """All of the sheet but its rows; what JSON has no word for, as lists."""
    about = {one.name: getattr(sheet, one.name) for one in fields(sheet)
             if one.name != "rows" and not one.name.startswith("_")}  # fmt: skip
    links = [[*place, address] for place, address in sheet.links.items()]
    return {**about, "links": links, "unvalued": list(sheet.unvalued), "count": len(sheet.rows)}


def _written(value: Any) -> dict[str, Any]:
    if isinstance(value, datetime.timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return {type(value).__name__: value.isoformat()}
    raise TypeError(f"a cell of {type(value).__name__}")
