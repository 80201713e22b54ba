"""What the rows of a list say, put together to datasets with their resources."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from ckanext.hanoi.harvest.inventory.preamble import Surroundings, is_agency
from ckanext.hanoi.parsing import addresses
from ckanext.hanoi.tabular.columns import spaced
from ckanext.hanoi.tabular.mapped_header import Header
from ckanext.hanoi.tabular.rows import Row
from ckanext.hanoi.tabular.sheet import Sheet
from ckanext.hanoi.vocabulary import vocabulary

#: Columns of a dataset that say something of the resource in a further row of it.
_OF_RESOURCE = {"notes": "description", "title_en": "name_en"} | {
    key: key for key in ("issued", "modified", "license", "rights", "language", "conforms_to")
}
_DATES = frozenset("issued modified temporal_start temporal_end".split())
#: 1931 to 2173: numbers of five digits, as no year has.
_DAYS = range(10_000, 98_538)
_FILLED_DOWN = ("publisher", "publisher_code", "managing_agency")
_DITTO = frozenset(['"', "''", "”", "“", "〃", "//", "nt", "-nt-", "như trên", "nhu tren", "ditto"])
_GENERIC = re.compile(
    r"(?:link|xem|xem (?:chi tiet|them)|tai(?: ve| xuong)?|tai day|download|click here|here|url|"
    r"duong dan|lien ket|truy cap|csv|xlsx?|json|xml|pdf|zip)"
)


@dataclass(slots=True)
class Part:
    """What a row says: ``fields`` by key (a list where several columns say the same), the other
    columns in ``extras`` by their header text."""

    fields: dict[str, Any] = field(default_factory=dict)
    _extras: dict[str, dict[str, None]] = field(default_factory=dict)
    _lengths: dict[str, int] = field(default_factory=dict)

    def add(self, key: str, value: str) -> None:
        known = self.fields.get(key)
        if known is None:
            self.fields[key] = value
        elif isinstance(known, list):
            known.append(value)
        elif known != value:
            self.fields[key] = [known, value]

    def extra(self, label: str, value: str) -> None:
        known = self._extras.setdefault(label, {})
        if value not in known:
            known[value] = None
            self._lengths[label] = self._lengths.get(label, -1) + 1 + len(value)

    @property
    def extras(self) -> dict[str, str]:
        """The texts by label, those of one label below one another."""
        return {label: "\n".join(values) for label, values in self._extras.items()}

    def says(self, label: str, value: str) -> bool | None:
        """Whether the extra is this text; None where there is no such extra."""
        known = self._extras.get(label)
        if known is None:
            return None
        return self._lengths[label] == len(value) and "\n".join(known) == value

    def text(self, key: str) -> str:
        value = self.fields.get(key, "")
        return value[0] if isinstance(value, list) else value

    def pack(self) -> dict[str, Any]:
        return {"fields": self.fields, "extras": self.extras}


@dataclass(slots=True)
class Entry:
    """One dataset: what its rows say. ``labels`` are the header texts by key."""

    sheet: str
    row: int
    about: Part
    labels: dict[str, str]
    resources: list[Part] = field(default_factory=list)
    number: str = ""

    @property
    def identifier(self) -> str:
        return " ".join(self.about.text("identifier").split())

    @property
    def title(self) -> str:
        return " ".join((self.about.text("title") or self.about.text("title_en")).split())


def labels_of(header: Header) -> dict[str, str]:
    """The header texts by key."""
    return {key: header.label(column) for column, key in header.keys.items()}


def ditto(about: Part, above: Part | None) -> None:
    """Put the text of the row above in the place of "như trên" and its kind."""
    for key, value in list(about.fields.items()) if above else ():
        if isinstance(value, str) and value.lower() in _DITTO:
            if above and key in above.fields:
                about.fields[key] = above.fields[key]
            else:
                del about.fields[key]


def split(row: Row, sheet: Sheet) -> tuple[Part, Part]:
    """What the row says of the dataset and what of a resource."""
    about, resource = Part(), Part()
    for column, text in sorted(row.cells.items()):
        key = row.header.keys.get(column)
        if sheet.from_1904 and key and key.rpartition(".")[2] in _DATES:
            text = _day_of_1904(sheet.cell(row.index, column)) or text
        link = sheet.links.get((row.index, column), "")
        link = "" if link in text or not addresses.read(link).urls else link
        if key is None:
            about.extra(row.header.label(column), f"{text}\n{link}" if link else text)
        elif key in ("resource.url", "resource.download_url"):
            if link and not addresses.read(text).urls:
                if not _GENERIC.fullmatch(spaced(text)):
                    resource.fields.setdefault("resource.name", text)
                text = link
            resource.add(key, text)
        elif key.startswith("resource."):
            resource.add(key, text)
            if link:
                resource.add("resource.url", link)
        elif key != "number":
            about.add(key, text)
            if link and key in ("title", "source", "url"):
                about.fields.setdefault("link", link)
            elif link and key not in ("contact_email", "contact"):
                about.extra(row.header.label(column), link)
    return about, resource


def _day_of_1904(cell: Any) -> str:
    """The day that a plain number is in a workbook that counts from 1904; '' for other cells."""
    if not isinstance(cell, float) or not cell.is_integer() or int(cell) not in _DAYS:
        return ""
    return (datetime.date(1904, 1, 1) + datetime.timedelta(days=int(cell))).isoformat()


def fill_down(about: Part, above: Part | None, row: Row) -> None:
    """Who provides it stands often only in the first of several rows."""
    for key in _FILLED_DOWN:
        if above and key in above.fields and key not in about.fields and row.place(key) is not None:
            about.fields[key] = above.fields[key]


def surround(about: Part, row: Row, around: Surroundings) -> None:
    """Add what sections and the surroundings of the list say, where the row doesn't."""
    for level, text in enumerate(reversed(row.sections)):
        named = re.sub(r"^(?:lĩnh vực|linh vuc|nhóm|chủ đề)\s*:?\s+", "", text, flags=re.I)
        agency = re.sub(r"^(?:cơ quan|đơn vị)(?: cung cấp| chủ trì)?\s*:\s*", "", text, flags=re.I)
        if agency != text or (named == text and is_agency(text)):
            if "publisher" not in about.fields:
                about.fields["publisher"] = agency
                continue
        elif "themes" not in about.fields and (
            level == 0 or named != text or vocabulary("theme").find(text)
        ):
            about.fields["themes"] = named
            continue
        if text not in (about.text("publisher"), about.text("themes")):
            about.extra("section", text)
    if around.agency:
        about.fields.setdefault("publisher", around.agency)
    if around.legal_basis:
        about.fields.setdefault("legal_basis", around.legal_basis)
    if around.decision_number:
        about.fields.setdefault("decision_number", around.decision_number)


def go_on(entry: Entry, about: Part, resource: Part) -> None:
    """A further row of a dataset: one more resource, or more of the dataset itself."""
    about.fields.pop("title", None)
    about.fields.pop("identifier", None)
    if resource.fields:
        of_resource(entry, about, resource)
        entry.resources.append(resource)
        return
    for key, value in about.fields.items():
        if key not in entry.about.fields:
            entry.about.fields[key] = value
        elif entry.about.fields[key] != value:
            entry.about.extra(entry.labels.get(key, key), str(value))
    for label, value in (about.extras | resource.extras).items():
        entry.about.extra(label, value)


def of_resource(entry: Entry, about: Part, resource: Part) -> None:
    """What a row of a resource says in columns of the dataset."""
    for key, value in about.fields.items():
        same = entry.about.fields.get(key)
        if same == value:
            continue
        if key in _OF_RESOURCE:
            resource.fields.setdefault(f"resource.{_OF_RESOURCE[key]}", value)
        elif same is None and key not in ("title", "identifier", "url"):
            entry.about.fields[key] = value
        elif key == "url":
            resource.fields.setdefault("resource.url", value)
        else:
            entry.about.extra(entry.labels.get(key, key), str(value))
    for label, value in about.extras.items():
        if not entry.about.says(label, value):
            resource.extra(label, value)


def differ(one: Part, other: Part) -> bool:
    """Whether two rows say different things of a dataset."""
    mine, theirs = one.fields, other.fields
    return any(mine.get(key, value) != value for key, value in theirs.items()) or any(
        one.says(label, value) is False for label, value in other.extras.items()
    )


def resource_of(
    entry: Entry, described: Part, places: dict[int, dict[tuple[str, str], int]]
) -> Part | None:
    """The first resource with the id or the name of the described one. ``places`` remembers where
    each dataset's resources are."""
    known = places.get(id(entry))
    if known is None:
        known = places[id(entry)] = {}
        for place, one in enumerate(entry.resources):
            for key in ("resource.id", "resource.name"):
                known.setdefault((key, one.text(key)), place)
    found = [
        known[key, text]
        for key in ("resource.id", "resource.name")
        if (text := described.text(key)) and (key, text) in known
    ]
    return entry.resources[min(found)] if found else None
