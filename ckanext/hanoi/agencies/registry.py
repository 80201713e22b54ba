"""The city's agencies, as ``schemas/agencies.yaml`` lists them. Knows no CKAN.

An agency is named by its slug, which is also the name of its organization in the catalog. Agencies
that no longer exist stay in the list, so that names in old data still lead somewhere.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ckanext.hanoi import yaml_files
from ckanext.hanoi.agencies.matching import Match, Matcher

FILE = Path(__file__).parent.parent / "schemas" / "agencies.yaml"

#: Kinds of agencies, in the order in which lists show them, with their labels.
KINDS: dict[str, dict[str, str]] = {
    "city": {"vi": "Thành phố", "en": "City"},
    "office": {"vi": "Văn phòng", "en": "Office"},
    "department": {"vi": "Sở", "en": "Department"},
    "inspectorate": {"vi": "Thanh tra", "en": "Inspectorate"},
    "board": {"vi": "Ban quản lý", "en": "Management board"},
    "committee": {"vi": "Ban", "en": "Committee"},
    "ward": {"vi": "Phường", "en": "Ward"},
    "commune": {"vi": "Xã", "en": "Commune"},
    "urban_district": {"vi": "Quận (trước 01/07/2025)", "en": "Urban district (until June 2025)"},
    "rural_district": {"vi": "Huyện (trước 01/07/2025)", "en": "Rural district (until June 2025)"},
    "town": {"vi": "Thị xã (trước 01/07/2025)", "en": "Town (until June 2025)"},
    "other": {"vi": "Khác", "en": "Other"},
}

_CODE = re.compile(r"[A-Z]\d{2}(\.\d{1,3}){0,3}")
_OLD_CODE = re.compile(r"((?:\d{2,3}\.)*\d{2,3})\.([A-Z]\d{2})")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class RegistryError(ValueError):
    """The list of agencies contradicts itself; the message says every contradiction found."""


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency. Empty text, None or () where no source says more."""

    slug: str
    kind: str
    vi: str
    en: str = ""
    code: str = ""
    area_code: str = ""
    parent: str = ""
    website: str = ""
    established: date | None = None
    established_by: str = ""
    reorganised: date | None = None
    reorganised_by: str = ""
    abolished: date | None = None
    abolished_by: str = ""
    successors: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    former_slugs: tuple[str, ...] = ()

    def name(self, lang: str = "vi") -> str:
        """The name in ``lang``: English where asked for and known, else Vietnamese."""
        return self.en if self.en and not lang.startswith("vi") else self.vi

    def exists(self, on_date: date | None = None) -> bool:
        """Whether it is at work on that day (today when None is given)."""
        return self.abolished is None or (on_date or date.today()) < self.abolished


def normalise_code(text: str) -> str:
    """An agency's e-identifier in the form of Quyết định 20/2020/QĐ-TTg, or '' if it is none.

    The older form reads the other way round: ``000.00.14.H26`` is ``H26.14``, ``000.00.00.H26``
    is ``H26``.
    """
    text = text.strip().upper()
    if _CODE.fullmatch(text):
        return text
    old = _OLD_CODE.fullmatch(text)
    if not old:
        return ""
    levels = [level for level in reversed(old[1].split(".")) if level.strip("0")]
    return ".".join([old[2], *levels])


class Registry:
    """All agencies, checked: see ``problems`` for the rules."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        listed = list(agencies)
        self.agencies: dict[str, Agency] = {agency.slug: agency for agency in listed}
        found = problems(listed)
        if found:
            raise RegistryError("; ".join(found))
        self._former = {old: a.slug for a in listed for old in a.former_slugs}
        self._codes = {a.code: a for a in listed if a.code}
        self._areas = {a.area_code: a for a in listed if a.area_code}
        self._children: dict[str, list[Agency]] = {}
        self._predecessors: dict[str, list[Agency]] = {}
        for agency in listed:
            if agency.parent:
                self._children.setdefault(agency.parent, []).append(agency)
            for successor in agency.successors:
                self._predecessors.setdefault(successor, []).append(agency)

    def __len__(self) -> int:
        return len(self.agencies)

    def get(self, slug: str) -> Agency | None:
        """The agency of this slug, present or former."""
        return self.agencies.get(self._former.get(slug, slug))

    def by_code(self, text: str) -> Agency | None:
        """The agency with this e-identifier, in its present or older form."""
        return self._codes.get(normalise_code(text))

    def by_area(self, code: str) -> Agency | None:
        """The people's committee of the administrative unit with this code (``01``, ``00082``)."""
        return self._areas.get(code.strip())

    def children(self, slug: str) -> list[Agency]:
        """The agencies directly below, in the order of the file, abolished ones included."""
        return list(self._children.get(slug, ()))

    def predecessors(self, slug: str) -> list[Agency]:
        """The agencies whose work it took over."""
        return list(self._predecessors.get(slug, ()))

    def heirs(self, slug: str) -> list[Agency]:
        """Who does its work today: itself, or the successors of its successors."""
        agency = self.agencies[slug]
        if agency.exists():
            return [agency]
        found = {heir.slug: heir for next_one in agency.successors for heir in self.heirs(next_one)}
        return list(found.values())

    def active(self) -> list[Agency]:
        """The agencies at work today, each after its parent."""
        done: dict[str, Agency] = {}

        def add(agency: Agency) -> None:
            if agency.slug in done or not agency.exists():
                return
            if agency.parent:
                add(self.agencies[agency.parent])
            done[agency.slug] = agency

        for agency in self.agencies.values():
            add(agency)
        return list(done.values())

    def match(self, text: str, on_date: date | None = None) -> Match:
        """Which agency a name as people write it means; see ``matching.Matcher.match``."""
        return self._matcher.match(text, on_date)

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher(self)


def problems(agencies: list[Agency]) -> list[str]:
    """What is wrong with a list of agencies, a sentence each; empty when it may be used."""
    by_slug = {agency.slug: agency for agency in agencies}
    found = []
    for what, values in (
        ("slug", [s for a in agencies for s in (a.slug, *a.former_slugs)]),
        ("code", [a.code for a in agencies if a.code]),
        ("area code", [a.area_code for a in agencies if a.area_code]),
        ("name", [a.vi for a in agencies]),
    ):
        found += [f"{what} {v!r} stands twice" for v, n in Counter(values).items() if n > 1]
    for agency in agencies:
        found += [f"{agency.slug}: {problem}" for problem in _problems_of(agency, by_slug)]
    return found


def _problems_of(agency: Agency, by_slug: Mapping[str, Agency]) -> list[str]:
    found = []
    if not _SLUG.fullmatch(agency.slug):
        found.append("is no slug")
    if agency.kind not in KINDS:
        found.append(f"unknown kind {agency.kind!r}")
    if not agency.vi:
        found.append("has no Vietnamese name")
    if agency.code and normalise_code(agency.code) != agency.code:
        found.append(f"malformed code {agency.code!r}")
    found += [f"unknown agency {slug!r}" for slug in (agency.parent, *agency.successors)
              if slug and slug not in by_slug]
    if agency.successors and not agency.abolished:
        found.append("has successors but is not abolished")
    if agency.established and agency.abolished and agency.abolished <= agency.established:
        found.append("abolished before it was established")
    parent = by_slug.get(agency.parent)
    if agency.exists() and parent and not parent.exists():
        found.append(f"its parent {parent.slug!r} is abolished")
    if _reaches(agency.slug, lambda slug: [by_slug[slug].parent], by_slug):
        found.append("is above itself")
    if _reaches(agency.slug, lambda slug: by_slug[slug].successors, by_slug):
        found.append("is a successor of itself")
    return found


def _reaches(start: str, step: Any, by_slug: Mapping[str, Agency]) -> bool:
    """Whether following ``step`` from ``start`` comes back to ``start``."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        for slug in step(todo.pop()):
            if slug == start:
                return True
            if slug in by_slug and slug not in seen:
                seen.add(slug)
                todo.append(slug)
    return False


def load(path: Path = FILE) -> Registry:
    """Read and check a file of agencies; RegistryError says what is wrong with it."""
    return from_dicts(yaml_files.load(path)["agencies"])


def from_dicts(entries: Iterable[Mapping[str, Any]]) -> Registry:
    """A registry from the entries of such a file."""
    known = {field.name for field in fields(Agency)}
    agencies = []
    for entry in entries:
        unknown = set(entry) - known
        if unknown:
            raise RegistryError(f"{entry.get('slug')}: unknown field {', '.join(sorted(unknown))}")
        lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
        agencies.append(Agency(**{**entry, **lists}))
    return Registry(agencies)


@cache
def registry() -> Registry:
    """The city's agencies; read once."""
    return load()
