"""What is noted of a row, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi import parser_messages
from ckanext.hanoi.imports import store
from ckanext.hanoi.imports.serialize import plain
from ckanext.hanoi.model.imports import Import, ImportRow
from ckanext.hanoi.model.packed import pack, unpack

#: What a row is, for people: of its action and its status.
RESULTS = ("create", "update", "unchanged", "error", "waiting")


def put(import_id: str, number: int, **values: Any) -> None:
    """Note something of a row; not committed. ``entries`` and ``problems`` are objects."""
    model.Session.execute(
        sa.update(ImportRow)
        .where(ImportRow.import_id == import_id, ImportRow.number == number)
        .values(**_stored(values))
        .execution_options(synchronize_session=False)
    )


def put_many(import_id: str, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """As ``put``, the same columns of many rows; not committed."""
    if not rows:
        return
    stored = [{"row_number": number, **_stored(values)} for number, values in rows.items()]
    table: Any = ImportRow.__table__
    names = [name for name in stored[0] if name != "row_number"]
    statement = (
        sa.update(table)
        .where(table.c.import_id == import_id, table.c.number == sa.bindparam("row_number"))
        .values({name: sa.bindparam(f"new_{name}") for name in names})
    )
    model.Session.connection().execute(
        statement,
        [
            {"row_number": one["row_number"], **{f"new_{name}": one[name] for name in names}}
            for one in stored
        ],
    )


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    stored = dict(values)
    if "entries" in stored:
        stored["entries"] = pack([asdict(entry) for entry in stored["entries"]])
    if "problems" in stored:
        stored["problems"] = [plain(problem) for problem in stored["problems"]]
    if "title" in stored:
        stored["title"] = str(stored["title"])[:500].replace("\0", "")
    return stored


def message(problem: dict[str, Any]) -> str:
    """A problem as it lies in the database, in the reader's language."""
    text = tk._(problem["message"])
    try:
        return text % parser_messages.in_words(problem["params"], tk._)
    except (KeyError, TypeError, ValueError):
        return text


def shown(entry: Import) -> dict[str, Any]:
    """An import with its numbers, without its rows."""
    organization = model.Group.get(entry.owner_org)
    user = model.User.get(entry.user_id)
    return {
        "id": entry.id,
        "owner_org": entry.owner_org,
        "organization": {
            "id": organization.id, "name": organization.name, "title": organization.title,
        } if organization else None,
        "user": user.name if user else None,
        "user_title": user.display_name if user else None,
        "file_name": entry.file_name,
        "status": entry.status,
        "private": bool((entry.options or {}).get("private")),
        "overwrite": bool((entry.options or {}).get("overwrite")),
        "ignored": entry.ignored,
        "counts": store.counts(entry.id),
        "message": message({"message": entry.message, "params": entry.params})
        if entry.message else None,
        **{name: _iso(getattr(entry, name)) for name in ("created", "started", "finished")},
    }  # fmt: skip


def _iso(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def rows(
    import_id: str, result: str = "", q: str = "", limit: int = 100, offset: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """Rows of an import as they stand, and how many fit: ``result`` and words of the title or the
    number of the row."""
    where = [ImportRow.import_id == import_id]
    if result in ("create", "update"):
        where += [ImportRow.action == result,
                  ImportRow.status.in_(("ready", "written", "done"))]  # fmt: skip
    elif result:
        where.append(ImportRow.status == result)
    if q:
        like = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        where.append(
            sa.or_(ImportRow.title.ilike(like), sa.cast(ImportRow.row, sa.UnicodeText) == q)
        )
    session = model.Session
    total = session.execute(
        sa.select(sa.func.count()).select_from(ImportRow).where(*where)
    ).scalar_one()
    found: Iterable[Any] = session.execute(
        sa.select(ImportRow, model.Package.name)
        .outerjoin(model.Package, model.Package.id == ImportRow.package_id)
        .where(*where)
        .order_by(ImportRow.number)
        .limit(limit)
        .offset(offset)
    ).all()
    return [row(entry, name) for entry, name in found], total


def row(entry: ImportRow, name: str | None = None) -> dict[str, Any]:
    """One row. ``changes`` are its differences: ``field`` of the dataset or of the file
    ``resource`` ("" for a new file), ``old`` and ``new``."""
    done = entry.status in ("written", "done")
    result = entry.action if done or entry.status == "ready" else entry.status
    return {
        "number": entry.number,
        "sheet": entry.sheet,
        "row": entry.row,
        "title": entry.title,
        "action": entry.action,
        "status": "done" if done else entry.status,
        "result": result,
        "package_id": entry.package_id,
        "package_name": name,
        "messages": [message(problem) for problem in entry.problems],
        "changes": [
            {name: one[name] for name in ("field", "resource", "old", "new")}
            for one in (unpack(entry.entries) if entry.entries else ())
        ],
    }
