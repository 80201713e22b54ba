"""The lists of datasets in a workbook, their rows put together to datasets.

A row is a dataset, or one more resource of the dataset above it (merged or empty title), or, on a
sheet of its own, a resource of the dataset that it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ckanext.hanoi.harvest.inventory.entries import (
    Entry,
    Part,
    differ,
    ditto,
    fill_down,
    go_on,
    labels_of,
    of_resource,
    resource_of,
    split,
    surround,
)
from ckanext.hanoi.harvest.inventory.preamble import Surroundings, look_around
from ckanext.hanoi.harvest.record import Unreadable
from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular.columns import Columns, compact, spaced
from ckanext.hanoi.tabular.mapped_header import Header, find_header, header_at
from ckanext.hanoi.tabular.rows import Row, read_rows
from ckanext.hanoi.tabular.sheet import Book, Sheet, column_letters

_RESOURCE_SHEET = re.compile(
    r"tai ?nguyen|phan ?phoi|tep|resource|distribution|distribucion|file|recurso"
)
#: Columns that both datasets and resources have: they don't tell what a sheet lists.
_BOTH = frozenset(
    "number identifier title notes issued modified license rights language conforms_to url "
    "publisher name".split()
)


@dataclass(slots=True)
class _List:
    sheet: Sheet
    header: Header
    role: str
    around: Surroundings


@dataclass(frozen=True, slots=True)
class Settings:
    """How one source is to be read; see the options of the inventory connector."""

    columns: dict[str, Any] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    header_row: int | None = None


class Lists:
    """Reads the lists of a book: ``entries`` and, in ``problems``, what could not be used."""

    def __init__(self, book: Book, settings: Settings) -> None:
        self.settings = settings
        self.columns = Columns(settings.columns)
        self.entries: list[Entry] = []
        self.problems: list[Unreadable] = []
        self._themes: dict[str, str] = {}
        self._by_key: dict[str, Entry] = {}
        self._by_key_and_title: dict[tuple[str, str], Entry] = {}
        lists = self._lists(book)
        self._require(book, lists)
        for one in lists:
            if one.role == "datasets":
                self._datasets(one)
            elif one.role == "theme":
                self._read_themes(one)
        self._index()
        for role, read in (("resources", self._resources), ("field", self._fields)):
            for one in lists:
                if one.role == role:
                    read(one)
        self._publisher_of_catalog(lists)
        self._name_themes()

    # -- which sheets are lists ------------------------------------------------------------------

    def _lists(self, book: Book) -> list[_List]:
        lists = []
        for sheet in book.sheets:
            if not self._wanted(sheet):
                continue
            header = self._header(sheet)
            if header is None:
                if _looks_like_table(sheet):
                    self.problems.append(_no_header(sheet))
                continue
            around = look_around(sheet, header.top)
            lists.append(_List(sheet, header, _role(header), around))
        self._find_resource_sheets(lists)
        return lists

    def _wanted(self, sheet: Sheet) -> bool:
        name = compact(sheet.name)

        def named(patterns: Iterable[str]) -> bool:
            return any(
                fnmatchcase(spaced(sheet.name), _pattern(pattern)) or compact(pattern) == name
                for pattern in patterns
            )

        if self.settings.include:
            return named(self.settings.include) and not named(self.settings.exclude)
        return not sheet.hidden and not named(self.settings.exclude)

    def _header(self, sheet: Sheet, resource: bool = False) -> Header | None:
        if self.settings.header_row:
            row = self.settings.header_row - 1
            header = header_at(sheet, self.columns, row, resource=resource, forced=True)
            return header if header and header.keys else None
        return find_header(sheet, self.columns, resource=resource)

    def _find_resource_sheets(self, lists: list[_List]) -> None:
        candidates = [one for one in lists if one.role == "datasets" and _lists_resources(one)]
        known: set[str] = set()
        for one in lists if candidates else ():
            if one.role == "datasets" and one not in candidates:
                for row in read_rows(one.sheet, one.header, self.columns):
                    known.update(_references(row))
        for one in candidates:
            rows = [_references(row) for row in read_rows(one.sheet, one.header, self.columns)]
            rows = [references for references in rows if references]
            joined = sum(1 for references in rows if references & known)
            if joined * 2 >= max(len(rows), 1):
                # "Mã định danh" alone is that of the dataset, not one that the resource has
                header = self._header(one.sheet, resource=True)
                one.role, one.header = "resources", header or one.header

    def _require(self, book: Book, lists: list[_List]) -> None:
        """A configured column that stands nowhere is a mistake, and so is a book without lists."""
        labels = {compact(text) for one in lists for text in one.header.labels.values()}
        for key, texts in self.settings.columns.items():
            wanted = [texts] if isinstance(texts, str) else texts
            if not any(compact(str(text)) in labels for text in wanted) and not any(
                key in one.header for one in lists
            ):
                raise SourceError(
                    "No sheet has the column “%(column)s” that the source's configuration names "
                    "for %(key)s.",
                    column=", ".join(map(str, wanted)),
                    key=key,
                )
        if not any(one.role == "datasets" for one in lists):
            raise SourceError(
                "No list of datasets was found in %(sheets)s. There must be a header row with a "
                "column for the name of the dataset (for example “Tên dữ liệu”); or name the "
                "columns in the source's configuration.",
                sheets=", ".join(sheet.name for sheet in book.sheets) or "the file",
            )

    # -- datasets ----------------------------------------------------------------------------------

    def _datasets(self, one: _List) -> None:
        above: Part | None = None
        current: Entry | None = None
        seen: dict[tuple[str, str], Entry] = {}
        sections: tuple[str, ...] = ()
        for row in read_rows(one.sheet, one.header, self.columns):
            about, resource = split(row, one.sheet)
            ditto(about, above)
            if row.sections == sections:
                fill_down(about, above, row)
            above, sections = about, row.sections
            if self._continues(row, about, resource, current):
                assert current is not None
                go_on(current, about, resource)
                continue
            if not about.text("title") and not about.text("title_en"):
                self.problems.append(_no_title(one, row, about))
                current = None
                continue
            surround(about, row, one.around)
            entry = Entry(one.sheet.name, row.index + 1, about, labels_of(row.header))
            entry.number = row.get("number") if row.place("number") not in row.shared else ""
            if resource.fields:
                entry.resources.append(resource)
            elif resource.extras:
                for label, value in resource.extras.items():
                    about.extra(label, value)
            current = self._same(entry, seen) or self._new(entry, seen)

    def _new(self, entry: Entry, seen: dict[tuple[str, str], Entry]) -> Entry:
        self.entries.append(entry)
        seen.setdefault((entry.identifier, compact(entry.title)), entry)
        return entry

    def _same(self, entry: Entry, seen: dict[tuple[str, str], Entry]) -> Entry | None:
        """The dataset of an earlier row, where this one is but a further resource of it."""
        known = seen.get((entry.identifier, compact(entry.title)))
        if known is None or not entry.resources:
            return None
        told_apart = bool(entry.number) and entry.number != known.number
        same_thing = entry.identifier or entry.resources[0].text("resource.name")
        if told_apart or not same_thing or differ(known.about, entry.about):
            return None
        for key, value in entry.about.fields.items():
            known.about.fields.setdefault(key, value)
        for resource in entry.resources:
            if all(resource.pack() != other.pack() for other in known.resources):
                known.resources.append(resource)
        return known

    def _continues(self, row: Row, about: Part, resource: Part, current: Entry | None) -> bool:
        if current is None:
            return False
        identifier = about.text("identifier")
        same = not identifier or " ".join(identifier.split()) == current.identifier
        title = row.place("title")
        if title in row.shared:
            return same
        own_number = bool(row.get("number")) and row.place("number") not in row.shared
        names = resource.text("resource.url") or resource.text("resource.download_url")
        return bool(
            not about.text("title")
            and same
            and not own_number
            and (names or resource.text("resource.name"))
        )

    # -- other sheets ------------------------------------------------------------------------------

    def _index(self) -> None:
        for entry in self.entries:
            for key in _keys(entry.identifier, entry.title):
                self._by_key.setdefault(key, entry)
                self._by_key_and_title.setdefault((key, compact(entry.title)), entry)

    def _resources(self, one: _List) -> None:
        above: Part | None = None
        for row in read_rows(one.sheet, one.header, self.columns):
            about, resource = split(row, one.sheet)
            ditto(about, above)
            if above is not None and not about.text("identifier") and not about.text("title"):
                for key in ("identifier", "title"):
                    if key in above.fields:
                        about.fields[key] = above.fields[key]
            above = about
            entry = self._owner(about)
            if entry is None:
                self.problems.append(_no_owner(one, row, about))
                continue
            title = about.fields.pop("title", "")
            if title and compact(str(title)) != compact(entry.title):
                resource.fields.setdefault("resource.name", title)
            about.fields.pop("identifier", None)
            about.fields.pop("number", None)
            of_resource(entry, about, resource)
            entry.labels = {**labels_of(row.header), **entry.labels}
            entry.resources.append(resource)

    def _owner(self, about: Part) -> Entry | None:
        for keys in (_keys(about.text("identifier"), ""), _keys("", about.text("title"))):
            for key in keys:
                if found := self._by_key.get(key):
                    title = compact(about.text("title"))
                    return self._by_key_and_title.get((key, title), found) if title else found
        return None

    def _fields(self, one: _List) -> None:
        """A sheet that describes the columns of the resources."""
        places: dict[int, dict[tuple[str, str], int]] = {}
        for row in read_rows(one.sheet, one.header, self.columns):
            about, resource = split(row, one.sheet)
            name = row.get("field.title")
            entry = self._owner(about)
            if entry is None or not name:
                continue
            kind, words = row.get("field.type"), row.get("field.description")
            line = (
                name
                + (f" ({kind})" if kind else "")
                + (f": {' '.join(words.split())}" if words else "")
            )
            if known := resource_of(entry, resource, places):
                known.add("resource.data_dictionary", line)
            else:
                entry.about.extra(one.sheet.name, line)

    def _read_themes(self, one: _List) -> None:
        for row in read_rows(one.sheet, one.header, self.columns):
            if row.get("theme.id") and row.get("theme.label"):
                self._themes[compact(row.get("theme.id"))] = row.get("theme.label")

    def _name_themes(self) -> None:
        for entry in self.entries:
            themes = entry.about.fields.get("themes")
            if themes and self._themes:
                texts = themes if isinstance(themes, list) else [themes]
                entry.about.fields["themes"] = [self._themes.get(compact(t), t) for t in texts]

    def _publisher_of_catalog(self, lists: list[_List]) -> None:
        for one in lists:
            if one.role == "catalog":
                rows = list(read_rows(one.sheet, one.header, self.columns))
                name = rows[0].get("catalog.publisher") if len(rows) == 1 else ""
                for entry in self.entries if name else ():
                    entry.about.fields.setdefault("publisher", name)


# -- sheets and headers ----------------------------------------------------------------------------


def _pattern(text: str) -> str:
    """A pattern of the configuration in the form of ``spaced``, with its * and ?."""
    parts = re.split(r"([*?])", text)
    return "".join(part if part in "*?" else spaced(part) for part in parts)


def _role(header: Header) -> str:
    keys = set(header.keys.values())
    for role in ("catalog", "theme"):
        if any(key.startswith(f"{role}.") for key in keys) and "title" not in keys:
            return role
    if "field.title" in keys and keys & {"identifier", "title", "resource.id"}:
        return "field"
    return "datasets"


def _lists_resources(one: _List) -> bool:
    keys = set(one.header.keys.values())
    if not any(key.startswith("resource.") for key in keys):
        return False
    if not keys & {"identifier", "title"}:
        return False
    own = {key for key in keys if not key.startswith("resource.")} - _BOTH
    return not own or (len(own) < 3 and bool(_RESOURCE_SHEET.search(spaced(one.sheet.name))))


def _looks_like_table(sheet: Sheet) -> bool:
    rows = (row for row in sheet.rows if sum(1 for cell in row if cell is not None) > 1)
    return not (sheet.hidden or sum(1 for _, _ in zip(rows, range(3), strict=False)) < 3)


def _references(row: Row) -> set[str]:
    return _keys(row.get("identifier"), row.get("title"))


def _keys(identifier: str, title: str) -> set[str]:
    keys = {f"id:{compact(identifier)}"} if identifier else set()
    return keys | ({f"title:{compact(title)}"} if title else set())


# -- problems --------------------------------------------------------------------------------------


def _place(one: _List, row: Row, key: str) -> Iterator[tuple[str, Any]]:
    column = row.place(key)
    yield "sheet", one.sheet.name
    yield "row", row.index + 1
    letters = column_letters(column) if column is not None else "?"
    label = row.header.label(column) if column is not None else key
    yield "column", letters if label == letters else f"{letters} ({label})"


def _no_header(sheet: Sheet) -> Unreadable:
    return Unreadable(
        "Sheet %(sheet)s was skipped: no row has the headings of a list of datasets. Write them in "
        "one row (for example “Tên dữ liệu”, “Mô tả”), or exclude the sheet in the source's "
        "configuration.",
        {"sheet": sheet.name},
    )


def _no_title(one: _List, row: Row, about: Part) -> Unreadable:
    identifier = " ".join(about.text("identifier").split())
    column = row.place("title")
    if column is not None and (row.index, column) in one.sheet.unvalued:
        return Unreadable(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: the formula has no stored result. "
            "Open the file in a spreadsheet program, save it, and give that file.",
            dict(_place(one, row, "title")),
            guid=identifier or None,
            title=identifier,
        )
    return Unreadable(
        "Sheet %(sheet)s, row %(row)s, column %(column)s: the name of the dataset is missing. "
        "Write it there.",
        dict(_place(one, row, "title")),
        guid=identifier or None,
        title=identifier,
    )


def _no_owner(one: _List, row: Row, about: Part) -> Unreadable:
    key = "identifier" if row.place("identifier") is not None else "title"
    return Unreadable(
        "Sheet %(sheet)s, row %(row)s, column %(column)s: “%(value)s” is no dataset of this "
        "workbook. Write the identifier or the name of a dataset there as its own sheet has it.",
        dict(_place(one, row, key)) | {"value": about.text(key)},
        title=about.text("title"),
    )
