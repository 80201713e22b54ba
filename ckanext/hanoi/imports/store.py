"""Imports in the database: put there, counted, ended, forgotten."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from datetime import timedelta
from typing import IO, Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.imports.serialize import plain, to_json
from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.imports import OPEN, Import, ImportRow
from ckanext.hanoi.model.packed import pack
from ckanext.hanoi.tabular import Limits
from ckanext.hanoi.workbook import DatasetRow, Returned, read_workbook

#: The numbers of an import, in the order people read them.
COUNTS = ("rows", "waiting", "create", "update", "unchanged", "error", "done")
#: A preview that nobody says go to is forgotten after so many days.
_UNUSED_DAYS = 14


def option(name: str) -> Any:
    """The declared option ``ckanext.hanoi.import.<name>``."""
    return tk.config.get(f"ckanext.hanoi.import.{name}")


def read(upload: IO[bytes]) -> tuple[Returned, str]:
    """The rows of a file, and its digest. SourceError says what is wrong with the file."""
    largest = int(option("max_size")) * 1024 * 1024
    data = upload.read(largest + 1)
    if len(data) > largest:
        raise SourceError(
            "The file is larger than %(limit)s MB. Split it into several files.",
            limit=option("max_size"),
        )
    most = int(option("max_rows"))
    limits = Limits(
        rows=max(10_000, 10 * most), columns=300, cells=2_000_000, sheets=50,
        unpacked=min(8 * largest, 256 * 1024 * 1024),
    )  # fmt: skip
    returned = read_workbook(io.BytesIO(data), limits)
    if not returned.rows and not returned.problems:
        raise SourceError(
            "The sheet of datasets has no rows. Write each dataset into a row below the headings."
        )
    if len(returned.rows) > most:
        raise SourceError(
            "The file has %(rows)s datasets; at most %(limit)s are taken at once. Split it into "
            "several files.",
            rows=len(returned.rows), limit=most,
        )  # fmt: skip
    return returned, hashlib.sha256(data).hexdigest()


def add(returned: Returned, about: Mapping[str, Any]) -> str:
    """Put an import with its rows into the database; returns its id. ``about``: columns of it."""
    entry = Import(**about, columns=returned.columns, ignored=returned.ignored[:100])
    model.Session.add(entry)
    model.Session.flush()
    rows = [_row(entry.id, number, row) for number, row in enumerate(returned.rows, start=1)]
    for number, problem in enumerate(returned.problems, start=len(rows) + 1):
        where = {name: problem.params.get(name) for name in ("sheet", "row")}
        rows.append({**_empty(entry.id, number), **where, "status": "error",
                     "title": str(problem.params.get("value") or "")[:500].replace("\0", ""),
                     "problems": [plain(problem)]})  # fmt: skip
    model.Session.execute(sa.insert(ImportRow), rows)
    model.Session.commit()
    return entry.id


def _empty(import_id: str, number: int) -> dict[str, Any]:
    return {
        "import_id": import_id, "number": number, "sheet": "", "row": 0, "title": "",
        "status": "waiting", "workbook": None, "problems": [], "data": None,
    }  # fmt: skip


def _row(import_id: str, number: int, row: DatasetRow) -> dict[str, Any]:
    return {
        **_empty(import_id, number), "sheet": row.sheet, "row": row.row,
        "title": str(row.title)[:500].replace("\0", ""),
        "workbook": row.stamp.workbook if row.stamp else None, "data": pack(to_json(row)),
    }  # fmt: skip


def counts(import_id: str) -> dict[str, int]:
    """How many rows there are, of each kind: ``rows`` all, ``waiting`` not yet looked at,
    ``create``, ``update``, ``unchanged`` and ``error`` what they are, ``done`` those written."""
    found: Any = model.Session.execute(
        sa.select(ImportRow.action, ImportRow.status, sa.func.count())
        .where(ImportRow.import_id == import_id)
        .group_by(ImportRow.action, ImportRow.status)
    )
    numbers: dict[str, int] = dict.fromkeys(COUNTS, 0)
    for action, status, number in found:
        numbers["rows"] += number
        if status in ("written", "done"):
            numbers["done"] += number
        if status in ("waiting", "unchanged", "error"):
            numbers[status] += number
        else:
            numbers[action] += number
    return numbers


def move(import_id: str, to: str, *before: str, **values: Any) -> bool:
    """Give the import another status; False where it has none of ``before`` (any more)."""
    result: Any = model.Session.execute(
        sa.update(Import)
        .where(Import.id == import_id, Import.status.in_(before))
        .values(status=to, heartbeat=now(), **values)
        .execution_options(synchronize_session=False)
    )
    model.Session.commit()
    return bool(result.rowcount)


def status(import_id: str) -> str | None:
    """The status at this moment."""
    return model.Session.execute(
        sa.select(Import.status).where(Import.id == import_id)
    ).scalar()


def forget() -> int:
    """Delete what is older than the retention, and previews that nobody used; how many."""
    old = now() - timedelta(days=int(option("retention_days")))
    unused = now() - timedelta(days=_UNUSED_DAYS)
    result: Any = model.Session.execute(
        sa.delete(Import)
        .where(
            sa.or_(
                sa.and_(Import.status.not_in((*OPEN, "ready")), Import.created < old),
                sa.and_(Import.status == "ready", Import.created < unused),
            )
        )
        .execution_options(synchronize_session=False)
    )
    model.Session.commit()
    return result.rowcount
