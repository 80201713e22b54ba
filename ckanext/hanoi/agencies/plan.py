"""Works out what seeding the agencies would change in a catalog. Pure: knows no CKAN.

An organization belongs to an agency when it was seeded for it (``Organization.agency``), else when
its name, code or exact title says so. Only what seeding itself wrote, or what is empty, is changed:
``Organization.seeded`` has a digest of each value written, and a value that is no longer that one
is a person's.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckanext.hanoi.agencies import names
from ckanext.hanoi.agencies.registry import Agency, Registry

#: What is seeded of an organization, in the order in which a plan shows it. ``parent`` is the
#: slug of the agency above, ``predecessors`` a text a line.
FIELDS = ("name", "title", "title_en", "kind", "code", "area_code", "parent", "website",
          "established", "legal_basis", "predecessors")

ACTIONS = ("create", "adopt", "rename", "update", "merge")


@dataclass(frozen=True)
class Organization:
    """An organization as the catalog has it now. ``values`` has a text for each of ``FIELDS``."""

    id: str
    values: Mapping[str, str]
    deleted: bool = False
    agency: str = ""
    seeded: Mapping[str, str] = field(default_factory=dict)
    merged_into: str = ""
    datasets: int = 0
    members: int = 0

    @property
    def name(self) -> str:
        """The name in addresses."""
        return self.values["name"]


@dataclass(frozen=True)
class Change:
    """One step: what ``action`` does to the organization of ``agency``.

    ``fields`` has what it writes, ``before`` what stands there now. A merge has the ``successor``
    whose organization takes over ``datasets`` and ``members``.
    """

    action: str
    agency: str
    organization: str = ""
    title: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    successor: str = ""
    datasets: int = 0
    members: int = 0
    id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For ``--json`` and the API."""
        common = {"action": self.action, "agency": self.agency, "title": self.title,
                  "organization": self.organization or None}
        if self.action == "merge":
            return {**common, "successor": self.successor, "datasets": self.datasets,
                    "members": self.members}
        return {**common, "fields": {
            name: {"from": self.before.get(name, ""), "to": value}
            for name, value in self.fields.items()}}


@dataclass(frozen=True)
class Note:
    """What is left alone, and why: one of the reasons below, with what it is ``about``.

    A value or organization that a person changed is kept:

    - ``edited``: the ``field`` has a person's value; ``about`` is that of the list
    - ``deleted``: a person deleted the organization
    - ``restored``: it was merged before, and a person brought it back

    A person has to decide:

    - ``duplicate``: the organization ``about`` stands for the same agency
    - ``unknown``: it was seeded for an agency that the list no longer has
    - ``taken``: the name ``about`` that it should have is another's
    - ``abolished``: there is no single successor that has an organization; ``about`` has the
      successors' names, if there are any
    """

    agency: str
    organization: str
    reason: str
    about: str = ""
    field: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For ``--json`` and the API."""
        return {"agency": self.agency, "organization": self.organization, "reason": self.reason,
                "about": self.about, "field": self.field}


@dataclass
class Plan:
    """All that would be done, in the order of doing it, and what would not."""

    changes: list[Change] = field(default_factory=list)
    kept: list[Note] = field(default_factory=list)
    review: list[Note] = field(default_factory=list)
    unchanged: int = 0

    def counts(self) -> dict[str, int]:
        """How many of each."""
        done = {action: sum(change.action == action for change in self.changes)
                for action in ACTIONS}
        return {**done, "unchanged": self.unchanged, "kept": len(self.kept),
                "review": len(self.review)}

    def as_dict(self) -> dict[str, Any]:
        """For ``--json`` and the API: ``changes``, ``kept``, ``review``, ``counts``."""
        return {"changes": [change.as_dict() for change in self.changes],
                "kept": [note.as_dict() for note in self.kept],
                "review": [note.as_dict() for note in self.review],
                "counts": self.counts()}


def digest(value: str) -> str:
    """What is remembered of a seeded value."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def wanted(agency: Agency, registry: Registry) -> dict[str, str]:
    """The values of ``FIELDS`` that the list of agencies gives; '' where it says nothing."""
    predecessors = [f"{one.vi} ({one.abolished.isoformat()})" if one.abolished else one.vi
                    for one in registry.predecessors(agency.slug)]
    return {
        "name": agency.slug, "title": agency.vi, "title_en": agency.en, "kind": agency.kind,
        "code": agency.code, "area_code": agency.area_code, "parent": agency.parent,
        "website": agency.website,
        "established": agency.established.isoformat() if agency.established else "",
        "legal_basis": agency.established_by or agency.reorganised_by,
        "predecessors": "\n".join(predecessors),
    }


def plan(registry: Registry, organizations: Iterable[Organization],
         taken: Iterable[str] = ()) -> Plan:
    """What would change. ``taken`` are names that something else than an organization has."""
    return _Planner(registry, list(organizations), set(taken)).plan()


class _Planner:
    def __init__(self, registry: Registry, organizations: list[Organization],
                 taken: set[str]) -> None:
        self.registry = registry
        self.result = Plan()
        self.taken = taken | {one.name for one in organizations}
        self.of_agency = self._identify(organizations)
        self.present: set[str] = set()

    def plan(self) -> Plan:
        changed: list[Change] = []
        created: list[Change] = []
        for agency in self.registry.active():
            organization = self.of_agency.get(agency.slug)
            if organization is None:
                change = self._create(agency)
                if change is None:
                    continue
                created.append(change)
            elif organization.deleted:
                self._keep(agency.slug, organization, "deleted")
                continue
            else:
                changed += self._update(agency, organization)
            self.present.add(agency.slug)
        self.result.changes = [*created, *changed, *self._merges()]
        return self.result

    def _wanted(self, agency: Agency) -> dict[str, str]:
        values = wanted(agency, self.registry)
        if values["parent"] not in self.present:
            values["parent"] = ""  # a person deleted it
        return values

    # -- which organization is which agency's ------------------------------------------------------

    def _identify(self, organizations: list[Organization]) -> dict[str, Organization]:
        found: dict[str, tuple[int, Organization]] = {}
        titles: dict[tuple[str, ...], Agency] = {}
        for agency in self.registry.agencies.values():
            titles[_spelling(agency.vi)] = agency
        for one in organizations:
            if one.deleted and one.merged_into:
                continue
            agency, rank = self._agency_of(one, titles)
            if agency is None:
                continue
            other = found.get(agency.slug)
            if other is None or (rank, one.name) < (other[0], other[1].name):
                found[agency.slug] = (rank, one)
            if other:
                kept, spare = sorted([(rank, one), other], key=lambda pair: (pair[0], pair[1].name))
                self._review(agency.slug, spare[1], "duplicate", kept[1].name)
        return {slug: one for slug, (_, one) in found.items()}

    def _agency_of(self, one: Organization,
                   titles: Mapping[tuple[str, ...], Agency]) -> tuple[Agency | None, int]:
        """The agency of an organization, and by which sign, the surest first."""
        get, values = self.registry.get, one.values
        if one.agency and (seeded := get(one.agency)):
            return seeded, 0
        signs = [get(one.name)]
        if not one.deleted:
            signs += [
                self.registry.by_code(values.get("code", "")),
                self.registry.by_area(values.get("area_code", "")),
                titles.get(_spelling(values.get("title", ""))),
            ]
        found = next(((agency, rank) for rank, agency in enumerate(signs, 1) if agency), None)
        if found is None and one.agency and not one.deleted:
            self._review(one.agency, one, "unknown")
        return found or (None, 0)

    # -- what would be done ------------------------------------------------------------------------

    def _create(self, agency: Agency) -> Change | None:
        if agency.slug in self.taken:
            self.result.review.append(Note(agency.slug, "", "taken", agency.slug))
            return None
        fields = {name: value for name, value in self._wanted(agency).items() if value}
        return Change("create", agency.slug, title=agency.vi, fields=fields)

    def _update(self, agency: Agency, organization: Organization) -> list[Change]:
        fields: dict[str, str] = {}
        for name, value in self._wanted(agency).items():
            current = organization.values.get(name, "")
            if current == value:
                continue
            known = name in organization.seeded
            if _ours(organization, name) or (value and not current and not known):
                fields[name] = value
            elif value or known:
                self._keep(agency.slug, organization, "edited", value, name)
        if fields.get("name") in self.taken:
            del fields["name"]
            self._review(agency.slug, organization, "taken", agency.slug)
        if organization.agency == agency.slug and not fields:
            self.result.unchanged += 1
            return []
        renamed = "name" in fields or "title" in fields
        action = "adopt" if not organization.agency else "rename" if renamed else "update"
        before = {name: organization.values.get(name, "") for name in fields}
        return [Change(action, agency.slug, organization.name, agency.vi, fields, before,
                       id=organization.id)]

    def _merges(self) -> list[Change]:
        merges = []
        for slug, one in self.of_agency.items():
            agency = self.registry.agencies[slug]
            if agency.exists() or one.deleted:
                continue
            heirs = self.registry.heirs(slug)
            if one.merged_into:
                self._keep(slug, one, "restored")
            elif len(heirs) == 1 and heirs[0].slug in self.present:
                merges.append(Change(
                    "merge", slug, one.name, one.values.get("title", ""), id=one.id,
                    successor=heirs[0].slug, datasets=one.datasets, members=one.members))
            else:
                self._review(slug, one, "abolished", ", ".join(heir.vi for heir in heirs))
        return merges

    # -- what would not ----------------------------------------------------------------------------

    def _keep(self, slug: str, one: Organization, reason: str, about: str = "",
              name: str = "") -> None:
        self.result.kept.append(Note(slug, one.name, reason, about, name))

    def _review(self, slug: str, one: Organization, reason: str, about: str = "") -> None:
        self.result.review.append(Note(slug, one.name, reason, about))


def _ours(organization: Organization, name: str) -> bool:
    """Whether a field still has the value that seeding gave it."""
    return organization.seeded.get(name) == digest(organization.values.get(name, ""))


def _spelling(title: str) -> tuple[str, ...]:
    # exact but for case, Unicode form, spaces and the two styles of setting tone marks
    return tuple(word.spelled for word in names.words(title, fillers=True))
