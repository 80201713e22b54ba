"""Reads the publisher's workbook when it comes back: rows with what their columns say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from ckanext.hanoi import tabular
from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular.columns import Columns, compact
from ckanext.hanoi.tabular.mapped_header import Header, find_header
from ckanext.hanoi.tabular.sheet import Limits, Sheet, column_letters
from ckanext.hanoi.vietnamese import nfc
from ckanext.hanoi.workbook.cells import Stamp
from ckanext.hanoi.workbook.fields import (
    DATASET,
    DATASET_ID,
    ID,
    SHEETS,
    STAMP,
    Field,
    dataset_fields,
    resource_fields,
)
from ckanext.hanoi.workbook.parse import CellError, empty, parse
from ckanext.hanoi.workbook.writer import UNCHANGED

#: Where the draft datasets of harvested lists have another name for a field of the schema.
_SCHEMA_NAMES = {
    "themes": "theme",
    "keywords": "tag_string",
    "spatial_text": "spatial_coverage",
    "license": "license_id",
}
_UNCHANGED = frozenset(map(compact, UNCHANGED.values()))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in one cell that can't be taken. ``message`` is an English message id with
    ``%(name)s`` placeholders; ``params`` has sheet, row, column (letters and heading), value and
    what the message asks for."""

    message: str
    params: dict[str, Any]

    def __str__(self) -> str:
        return self.message % self.params


@dataclass(slots=True)
class ResourceRow:
    """One resource: ``values`` by the schema's field names, only of columns that are there.

    ``stamp`` is the mark that the row was written with, ``untouched`` the fields whose cells still
    say what they said then.
    """

    sheet: str
    row: int
    id: str | None
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    stamp: Stamp | None = None
    untouched: frozenset[str] = frozenset()


@dataclass(slots=True)
class DatasetRow:
    """One dataset. ``id`` is that of an existing one; None: a new one.

    ``values`` has only the columns that are there, by the schema's field names, as
    ``package_create`` takes them: codes, lists, ISO dates, bool. An empty cell is "", [] or False
    in the row of an existing dataset (clear it) and is left out in that of a new one. ``stamp``
    and ``untouched`` as for a resource.
    ``resources`` is None where the workbook says nothing of them (leave them alone), else all
    rows of the sheet of resources that belong to it. Nothing should be done with a row that has
    problems (``all_problems``).
    """

    sheet: str
    row: int
    id: str | None
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    resources: list[ResourceRow] | None = None
    stamp: Stamp | None = None
    untouched: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        return self.values.get("title", "")

    def all_problems(self) -> list[Problem]:
        return [*self.problems, *(p for r in self.resources or () for p in r.problems)]


@dataclass(slots=True)
class Returned:
    """What came back: a row for each dataset, and the problems that belong to none of them.

    ``columns`` has by sheet and field where the field stands (letters and heading), ``ignored``
    the headings of columns that mean nothing here.
    """

    rows: list[DatasetRow]
    problems: list[Problem] = field(default_factory=list)
    columns: dict[str, dict[str, str]] = field(default_factory=dict, compare=False)
    ignored: list[str] = field(default_factory=list, compare=False)


def read_workbook(source: bytes | IO[bytes], limits: Limits | None = None) -> Returned:
    """Read a publisher's workbook in any of the formats of ``tabular``.

    Columns may be missing, moved or renamed to any heading that is known for them. Raises
    SourceError where the file can't be read, is beyond ``limits``, or has no column for the title.
    """
    # what we wrote is Unicode, and must come back as it is
    book = tabular.read(source, repair=False, limits=limits)
    data = _Table.find(book.sheets, "datasets", dataset_fields())
    if data is None:
        raise SourceError(
            "The workbook has no sheet with the column “%(column)s”. Start from the template.",
            column=dataset_fields()[0].label("vi"),
        )
    rest = [sheet for sheet in book.sheets if sheet is not data.sheet]
    files = _Table.find(rest, "resources", resource_fields())
    returned = Returned(_datasets(data))
    if files is not None:
        _join(returned, files)
    for table in filter(None, (data, files)):
        returned.columns[table.name] = table.places()
        returned.ignored.extend(table.ignored())
    return returned


class _Table:
    """A sheet of the workbook, its header found."""

    def __init__(self, sheet: Sheet, header: Header, fields: Mapping[str, Field]) -> None:
        self.sheet, self.header = sheet, header
        self.name = sheet.name or "CSV"
        self.fields = {
            column: fields[_SCHEMA_NAMES.get(key, key)]
            for column, key in _plain(header).items()
            if _SCHEMA_NAMES.get(key, key) in fields
        }

    @classmethod
    def find(cls, sheets: Iterable[Sheet], part: str, fields: Iterable[Field]) -> _Table | None:
        """The sheet of this name in either language, else the first that has its columns."""
        resource = part == "resources"
        known = [ID, STAMP, *((DATASET_ID, DATASET) if resource else ()), *fields]
        columns = Columns(more={f.name: [f.name, *f.labels.values()] for f in known})
        needed = "dataset" if resource else "title"
        named = {compact(name) for name in SHEETS[part].values()}
        visible = [sheet for sheet in sheets if not sheet.hidden]
        for sheet in sorted(visible, key=lambda sheet: compact(sheet.name) not in named):
            header = find_header(sheet, columns, resource=resource)
            if header is not None:
                table = cls(sheet, header, {f.name: f for f in known})
                if needed in {f.name for f in table.fields.values()}:
                    return table
        return None

    def rows(self) -> Iterable[int]:
        for row in range(self.header.bottom, len(self.sheet.rows)):
            if any(self.sheet.text(row, column) for column in self.fields):
                yield row

    def column(self, name: str) -> int | None:
        return next((c for c, f in self.fields.items() if f.name == name), None)

    def text(self, row: int, name: str) -> str:
        column = self.column(name)
        return self.sheet.text(row, column) if column is not None else ""

    def place(self, row: int, column: int | None) -> dict[str, Any]:
        where = {"sheet": self.name, "row": row + 1, "column": "?"}
        if column is not None:
            where["column"] = self._heading(column)
        return where

    def _heading(self, column: int) -> str:
        return f"{column_letters(column)} ({self.header.label(column)})"

    def places(self) -> dict[str, str]:
        """Where each field stands: letters and heading of its column."""
        return {f.name: self._heading(column) for column, f in self.fields.items()}

    def ignored(self) -> list[str]:
        """Headings of columns that are not read, though they have a heading and content."""
        rows = range(self.header.bottom, len(self.sheet.rows))
        return [
            self._heading(column)
            for column, label in sorted(self.header.labels.items())
            if label.strip() and column not in self.fields
            and any(self.sheet.text(row, column) for row in rows)
        ]  # fmt: skip

    def fill(self, row: int, made: DatasetRow | ResourceRow) -> None:
        """Put what the row's cells say, and what is wrong with them, into ``made``."""
        new = made.id is None
        # the mark of a row that was copied to make a new one is the other row's
        made.stamp = None if new else Stamp.parse(self.text(row, STAMP.name))
        untouched = set()
        for column, about in self.fields.items():
            if about in (ID, DATASET_ID, DATASET, STAMP):
                continue
            cell = self.sheet.cell(row, column)
            text = nfc(cell).strip() if isinstance(cell, str) else self.sheet.text(row, column)
            if compact(text) in _UNCHANGED:
                continue
            as_written = made.stamp is not None and made.stamp.said(about, text)
            if as_written:
                untouched.add(about.name)
            if not text:
                if about.required and not as_written:
                    made.problems.append(_missing(self.place(row, column), about))
                elif not new:
                    made.values[about.name] = empty(about)
                continue
            try:
                made.values[about.name] = parse(about, text)
            except CellError as refused:
                # a value that the list doesn't have may stay as long as nobody touches it
                if not as_written:
                    where = self.place(row, column) | {"value": text[:200]} | refused.params
                    made.problems.append(Problem(refused.message, where))
        made.untouched = frozenset(untouched)


def _plain(header: Header) -> dict[int, str]:
    return {column: key.removeprefix("resource.") for column, key in header.keys.items()}


# -- datasets and resources ------------------------------------------------------------------------


def _datasets(table: _Table) -> list[DatasetRow]:
    rows: list[DatasetRow] = []
    known: dict[str, DatasetRow] = {}
    for row in table.rows():
        id_ = table.text(row, "id") or None
        twin = known.get(id_) if id_ else None
        copied = twin is not None and compact(table.text(row, "title")) != compact(twin.title)
        made = DatasetRow(table.name, row + 1, None if copied else id_, {})
        table.fill(row, made)
        if twin is None and made.id is None:
            twin = known.get(_new_key(made))
        if twin is not None and not copied:
            made.problems.append(_twice(table.place(row, table.column("title")), twin))
        for key in {made.id, _new_key(made)} - {None, ""}:
            known.setdefault(key, made)
        rows.append(made)
    return rows


def _new_key(row: DatasetRow) -> str:
    """What a new dataset is recognised by: two rows with the same key are one dataset."""
    return f"{row.title}\n{row.values.get('identifier', '')}" if row.id is None else ""


def _join(returned: Returned, table: _Table) -> None:
    by_id = {row.id: row for row in reversed(returned.rows) if row.id}
    by_name: dict[str, list[DatasetRow]] = {}
    for row in returned.rows:
        for name in {row.title, row.values.get("identifier", "")} - {""}:
            by_name.setdefault(compact(name), []).append(row)
    taken: set[str] = set()
    for index in table.rows():
        name, of = table.text(index, "dataset"), table.text(index, "dataset_id")
        named = by_name.get(compact(name), []) if name else []
        hidden = by_id.get(of)
        if len(named) == 1:
            owner = named[0]
        elif hidden is not None and (not named or hidden in named):
            owner = hidden
        else:
            where = table.place(index, table.column("dataset")) | {"value": name}
            returned.problems.append(_unknown_dataset(where, bool(named)))
            continue
        id_ = table.text(index, "id") or None
        # a row that was copied, in its dataset or to another one, is a new file
        new = id_ is None or id_ in taken or bool(of and of != owner.id)
        made = ResourceRow(table.name, index + 1, None if new else id_, {})
        table.fill(index, made)
        taken.add(id_ or "")
        if owner.resources is None:
            owner.resources = []
        owner.resources.append(made)


# -- problems --------------------------------------------------------------------------------------


def _missing(where: dict[str, Any], about: Field) -> Problem:
    return Problem(
        "Sheet %(sheet)s, row %(row)s, column %(column)s: this must be filled. Write there: "
        "%(label)s.",
        where | {"label": about.label("vi")},
    )


def _twice(where: dict[str, Any], first: DatasetRow) -> Problem:
    return Problem(
        "Sheet %(sheet)s, row %(row)s, column %(column)s: this is the dataset of row %(first)s "
        "once more. Delete one of the rows, or write another title for a new dataset.",
        where | {"first": first.row},
    )


def _unknown_dataset(where: dict[str, Any], several: bool) -> Problem:
    if several:
        return Problem(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: several datasets are called "
            "“%(value)s”. Write the identifier of the dataset there.",
            where,
        )
    return Problem(
        "Sheet %(sheet)s, row %(row)s, column %(column)s: there is no dataset “%(value)s” on the "
        "sheet of datasets. Write the title of one of them there.",
        where,
    )
