"""Reads the publisher's workbook when it comes back: rows with what their columns say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from ckanext.hanoi import dates, tabular
from ckanext.hanoi.harvest.inventory import values
from ckanext.hanoi.harvest.record import SourceError
from ckanext.hanoi.tabular.columns import Columns, compact
from ckanext.hanoi.tabular.header import Header, find_header
from ckanext.hanoi.tabular.sheet import Sheet, column_letters
from ckanext.hanoi.vietnamese import nfc
from ckanext.hanoi.vocabulary import vocabulary
from ckanext.hanoi.workbook.fields import (
    DATASET,
    DATASET_ID,
    ID,
    SHEETS,
    Field,
    dataset_fields,
    resource_fields,
)
from ckanext.hanoi.workbook.template import UNCHANGED

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
    """One resource: ``values`` by the schema's field names, only of columns that are there."""

    sheet: str
    row: int
    id: str | None
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class DatasetRow:
    """One dataset. ``id`` is that of an existing one; None: a new one.

    ``values`` has only the columns that are there, by the schema's field names, as
    ``package_create`` takes them: codes, lists, ISO dates, bool. An empty cell is "", [] or False
    in the row of an existing dataset (clear it) and is left out in that of a new one.
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

    @property
    def title(self) -> str:
        return self.values.get("title", "")

    def all_problems(self) -> list[Problem]:
        return [*self.problems, *(p for r in self.resources or () for p in r.problems)]


@dataclass(slots=True)
class Returned:
    """What came back: a row for each dataset, and the problems that belong to none of them."""

    rows: list[DatasetRow]
    problems: list[Problem] = field(default_factory=list)


def read_workbook(source: bytes | IO[bytes]) -> Returned:
    """Read a publisher's workbook in any of the formats of ``tabular``.

    Columns may be missing, moved or renamed to any heading that is known for them. Raises
    SourceError where the file can't be read, or has no column for the title.
    """
    # what we wrote is Unicode, and must come back as it is
    book = tabular.read(source, repair=False)
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
        known = [ID, *((DATASET_ID, DATASET) if resource else ()), *fields]
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
            where["column"] = f"{column_letters(column)} ({self.header.label(column)})"
        return where

    def values(self, row: int, new: bool) -> tuple[dict[str, Any], list[Problem]]:
        found: dict[str, Any] = {}
        problems = []
        for column, about in self.fields.items():
            if about in (ID, DATASET_ID, DATASET):
                continue
            cell = self.sheet.cell(row, column)
            text = nfc(cell).strip() if isinstance(cell, str) else self.sheet.text(row, column)
            if compact(text) in _UNCHANGED:
                continue
            if not text:
                if about.required:
                    problems.append(_missing(self.place(row, column), about))
                elif not new:
                    found[about.name] = _EMPTY.get(about.kind, "")
                continue
            try:
                found[about.name] = _READ.get(about.kind, _line)(text, about)
            except _Refused as refused:
                where = self.place(row, column) | {"value": text[:200]} | refused.params
                problems.append(Problem(refused.message, where))
        return found, problems


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
        values_, problems = table.values(row, new=id_ is None or copied)
        made = DatasetRow(table.name, row + 1, None if copied else id_, values_, problems)
        if twin is not None and not copied:
            made.problems.append(_twice(table.place(row, table.column("title")), twin))
        if made.id:
            known.setdefault(made.id, made)
        rows.append(made)
    return rows


def _join(returned: Returned, table: _Table) -> None:
    by_id = {row.id: row for row in reversed(returned.rows) if row.id}
    by_name: dict[str, list[DatasetRow]] = {}
    for row in returned.rows:
        for name in {row.title, row.values.get("identifier", "")} - {""}:
            by_name.setdefault(compact(name), []).append(row)
    taken: set[str] = set()
    for index in table.rows():
        name = table.text(index, "dataset")
        named = by_name.get(compact(name), []) if name else []
        hidden = by_id.get(table.text(index, "dataset_id"))
        if len(named) == 1:
            owner = named[0]
        elif hidden is not None and (not named or hidden in named):
            owner = hidden
        else:
            where = table.place(index, table.column("dataset")) | {"value": name}
            returned.problems.append(_unknown_dataset(where, bool(named)))
            continue
        id_ = table.text(index, "id") or None
        new = id_ is None or id_ in taken
        values_, problems = table.values(index, new)
        made = ResourceRow(table.name, index + 1, None if new else id_, values_, problems)
        taken.add(id_ or "")
        owner.resources = [*(owner.resources or ()), made]


# -- cells -----------------------------------------------------------------------------------------


class _Refused(Exception):
    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message, self.params = message, params


def _line(text: str, about: Field) -> str:
    return " ".join(text.split())


def _text(text: str, about: Field) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _code(text: str, about: Field) -> str:
    terms = vocabulary(about.vocabulary)
    term = terms.find(" ".join(text.split()))
    if term is not None:
        return term.code
    if about.open:
        return _line(text, about)
    proposals = terms.suggest(text) or list(terms)[:3]
    raise _Refused(
        "Sheet %(sheet)s, row %(row)s, column %(column)s: “%(value)s” is not in the list. Choose "
        "one of the drop-down, for example: %(choices)s.",
        value=text[:200],
        choices="; ".join(term.vi for term in proposals),
    )


def _codes(text: str, about: Field) -> list[str]:
    known = vocabulary(about.vocabulary).find
    parts = [text] if known(text) else values.several(text, known)
    return list(dict.fromkeys(_code(part, about) for part in parts))


def _list(text: str, about: Field) -> list[str]:
    parts = (" ".join(part.split()) for part in re.split(r"\n|;\s", text))
    return list(dict.fromkeys(part for part in parts if part))


def _date(text: str, about: Field) -> str:
    date = dates.parse(text)
    if date is None:
        raise _Refused(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: “%(value)s” is no date. Write it as "
            "31/12/2025, 12/2025, Quý IV/2025 or 2025."
        )
    return date.iso_end if about.name == "temporal_end" else date.iso


def _flag(text: str, about: Field) -> bool:
    answer = values.yes_or_no(text)
    if answer is None:
        raise _Refused(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: “%(value)s” is neither yes nor no. "
            "Write Có or Không."
        )
    return answer


def _number(text: str, about: Field) -> int:
    digits = re.sub(r"[\s.,](?=\d{3}(?!\d))", "", text)
    if not digits.isdecimal() or len(digits) > 18:
        raise _Refused(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: “%(value)s” is no whole number. "
            "Write digits only, for example 10240."
        )
    return int(digits)


def _tags(text: str, about: Field) -> str:
    return ", ".join(values.keywords(text))


_READ = {
    "text": _text,
    "term": _code,
    "terms": _codes,
    "list": _list,
    "date": _date,
    "flag": _flag,
    "number": _number,
    "tags": _tags,
}
_EMPTY: dict[str, Any] = {"terms": [], "list": [], "flag": False}


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
