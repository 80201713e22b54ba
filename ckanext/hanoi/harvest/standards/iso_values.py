"""The building blocks of ISO 19139 and ISO 19115-3 records: texts in several languages, code
lists, parties, online resources, extents. Both standards are read by local names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from ckanext.hanoi.harvest.standards.source_dataset import (
    Reader,
    absolute,
    earliest,
    first,
    language,
    languages,
    latest,
    read,
)
from ckanext.hanoi.parsing import geometry, xml

Element = etree._Element

_ROLES = (
    "resourceProvider|custodian|owner|user|distributor|originator|pointOfContact|"
    "principalInvestigator|processor|publisher|author|sponsor|coAuthor|collaborator|editor|"
    "mediator|rightsHolder|contributor|funder|stakeholder"
)
_TITLED_ROLE = re.compile(rf"^\s*({_ROLES})\s*[-:]\s*(.+)$", re.I | re.S)
_LATITUDE_FIRST = re.compile(r"(?:urn:|/def/crs/|gml/srs/epsg)", re.I)
_GEOGRAPHIC = ("4326", "4258", "4269")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is responsible: role code, organization, person, ways to reach them."""

    role: str = ""
    organisation: Any = ""
    person: str = ""
    position: str = ""
    email: str = ""
    phone: str = ""
    url: str = ""
    address: str = ""
    more: str = ""

    def line(self) -> str:
        """The party in one line, for an extra."""
        organisation = self.organisation
        if isinstance(organisation, dict):
            organisation = " / ".join(organisation.values())
        parts = (
            organisation,
            self.person,
            self.position,
            self.email,
            self.phone,
            self.url,
            self.address,
            self.more,
        )
        said = ", ".join(part for part in parts if part)
        return f"{self.role}: {said}" if self.role else said


@dataclass(frozen=True, slots=True)
class Online:
    """An online resource: absolute ``url`` ('' where it is no address), ``link`` as written, with
    ``more`` addresses and the ``rest`` of words in it."""

    url: str
    link: str
    protocol: str = ""
    profile: str = ""
    name: Any = ""
    description: Any = ""
    function: str = ""
    mimetype: str = ""
    more: tuple[str, ...] = ()
    rest: str = ""


class IsoReader(Reader):
    """Reads the typed properties of a record, remembering what was read.

    ``base`` is the address of the record, against which relative links stand.
    """

    def __init__(self, root: Element, base: str = "") -> None:
        super().__init__(root)
        self.base = base
        self._locales = self._read_locales()
        self.language = self._base_language()

    def _read_locales(self) -> dict[str, str]:
        found = {}
        for locale in xml.descendants(self.root, "PT_Locale"):
            code = self._language_code(xml.path(locale, "languageCode", "language"))
            name = xml.attribute(locale, "id") or xml.attribute(locale, "uuid")
            if name and code:
                found[name.lower()] = language(code)
        return found

    def _language_code(self, element: Element | None) -> str:
        inner = next(iter(xml.children(element)), None)
        return xml.attribute(inner, "codeListValue") or xml.text(element)

    def _base_language(self) -> str:
        said = xml.path(
            self.root, "language", "defaultLocale/PT_Locale/language",
            "defaultLocale/PT_Locale/languageCode",
        )  # fmt: skip
        return language(self._language_code(said)) if said is not None else ""

    def value(self, element: Element | None) -> str:
        """The text of a property in the language of the record (or the first there is)."""
        texts = self._localised(element)
        return next(iter(texts.values()), "")

    def localised(self, element: Element | None) -> dict[str, str] | str:
        """``{language: text}`` where the property is given in several languages, else text."""
        return languages(self._localised(element))

    def values(self, elements: Sequence[Element]) -> list[str]:
        """The texts of several properties, every language of each."""
        found = (text for element in elements for text in self._localised(element).values())
        return list(dict.fromkeys(text for text in found if text))

    def _localised(self, element: Element | None) -> dict[str, str]:
        if element is None:
            return {}
        self.take(element)
        main = [e for e in xml.children(element) if xml.local(e) != "PT_FreeText"]
        text = first(*(xml.text(e) for e in main), *(self._linked(e) for e in main))
        if not len(element):
            text = xml.text(element)
        found = {self.language or "": text} if text else {}
        for string in xml.descendants(element, "LocalisedCharacterString", "LocalisedURL"):
            locale = xml.attribute(string, "locale").lstrip("#").lower()
            code = self._locales.get(locale) or language(locale)
            if content := xml.text(string):
                found.setdefault(code, content)
        return found

    def _linked(self, element: Element) -> str:
        return xml.attribute(element, "codeListValue") or xml.attribute(element, "href")

    def code(self, element: Element | None) -> str:
        """The value of a code list (``codeListValue``, else the text)."""
        if element is None:
            return ""
        self.take(element)
        inner = first(*xml.children(element)) if len(element) else element
        return (xml.attribute(inner, "codeListValue") or xml.text(inner)).strip()

    def codes(self, elements: Sequence[Element]) -> list[str]:
        return list(dict.fromkeys(code for code in map(self.code, elements) if code))

    def anchors(self, elements: Sequence[Element]) -> list[str]:
        """The addresses that the properties' anchors point to."""
        return list(dict.fromkeys(filter(None, map(self.link, elements))))

    def link(self, element: Element | None) -> str:
        """The absolute address that a property's anchor points to, or ''."""
        for inner in xml.descendants(element, "Anchor", "URL"):
            if url := absolute(xml.attribute(inner, "href"), self.base):
                return url
        return absolute(xml.attribute(element, "href"), self.base)

    # -- parties -----------------------------------------------------------------------------

    def party(self, element: Element) -> Party:
        """A ``CI_ResponsibleParty`` or ``CI_Responsibility``, or a link with a title to one."""
        self.take(element)
        inner = xml.path(element, "CI_ResponsibleParty", "CI_Responsibility", "*")
        if inner is None:
            title = xml.attribute(element, "title")
            found = _TITLED_ROLE.match(title)
            role, name = found.groups() if found else ("", title)
            return Party(role=role, organisation=re.sub(r"\s+", " ", name).strip())
        role = self.code(xml.path(inner, "role"))
        people = list(xml.descendants(inner, "CI_Individual"))
        organisations = list(xml.descendants(inner, "CI_Organisation"))
        organisation = xml.path(inner, "organisationName")
        if organisations:
            organisation = xml.path(organisations[0], "name")
        person = xml.path(people[0], "name") if people else xml.path(inner, "individualName")
        position = (
            xml.path(people[0], "positionName") if people else xml.path(inner, "positionName")
        )
        named = self.value(person) or " ".join(
            filter(None, map(self.value, xml.paths(
                inner, "individualFirstName", "individualLastName")))
        )  # the Swiss profile
        return Party(
            role, self.localised(organisation), named, self.value(position),
            email=self._email(inner), phone=self._phone(inner), url=self._party_url(inner),
            address=self._address(inner), more=self._more(inner),
        )  # fmt: skip

    def _email(self, element: Element) -> str:
        return first(*map(self.value, xml.descendants(element, "electronicMailAddress"))) or ""

    def _phone(self, element: Element) -> str:
        for telephone in xml.descendants(element, "CI_Telephone", "CHE_CI_Telephone"):
            kind = self.code(xml.path(telephone, "numberType"))
            if number := first(*map(self.value, xml.paths(telephone, "voice"))):
                return number
            if kind in ("", "voice") and (number := self.value(xml.path(telephone, "number"))):
                return number
        return ""

    def _party_url(self, element: Element) -> str:
        links = xml.descendants(element, "linkage")
        return first(*(absolute(self.value(link), self.base) for link in links)) or ""

    def _address(self, element: Element) -> str:
        parts = [
            self.value(part)
            for part in xml.descendants(  # fmt: skip
                element, "deliveryPoint", "streetName", "streetNumber", "postBox", "city",
                "administrativeArea", "postalCode", "country",
            )
        ]
        return ", ".join(dict.fromkeys(part for part in parts if part))

    def _more(self, element: Element) -> str:
        """Fax numbers, hours of service and the like, each with its name."""
        said = [
            (xml.local(e).replace("facsimile", "fax"), self.value(e))
            for e in xml.descendants(
                element, "facsimile", "hoursOfService", "contactInstructions"
            )
        ]
        for telephone in xml.descendants(element, "CI_Telephone"):
            kind = self.code(xml.path(telephone, "numberType"))
            if kind not in ("", "voice"):
                said.append((kind, self.value(xml.path(telephone, "number"))))
        return ", ".join(dict.fromkeys(f"{name}: {text}" for name, text in said if text))

    # -- online resources --------------------------------------------------------------------

    def online(self, element: Element) -> Online:
        """A ``CI_OnlineResource`` (or the property around one)."""
        self.take(element)
        inner = element
        if xml.local(element) != "CI_OnlineResource":
            inner = first(*xml.children(element)) if len(element) else element
        link = self.value(xml.path(inner, "linkage"))
        file_type = next(xml.descendants(xml.path(inner, "name"), "MimeFileType"), None)
        found = read(link, self.base)
        return Online(
            found.first,
            link,
            self.value(xml.path(inner, "protocol")),
            self.value(xml.path(inner, "applicationProfile")),
            self.localised(xml.path(inner, "name")),
            self.localised(xml.path(inner, "description")),
            self.code(xml.path(inner, "function")),
            xml.attribute(file_type, "type"),
            found.urls[1:],
            found.rest,
        )

    # -- extents -----------------------------------------------------------------------------

    def box(self, element: Element) -> geometry.Geometry | None:
        """An ``EX_GeographicBoundingBox``; taken only when it is a usable one."""
        sides = (
            "westBoundLongitude",
            "southBoundLatitude",
            "eastBoundLongitude",
            "northBoundLatitude",
        )
        found = geometry.envelope(*(xml.text(xml.path(element, side)) for side in sides))
        if found:
            self.take(element)
        return found

    def polygon(self, element: Element, box: geometry.Geometry | None) -> geometry.Geometry | None:
        """An ``EX_BoundingPolygon``. Where the order of its axes is in doubt, ``box`` decides."""
        rings = []
        for ring in xml.descendants(element, "exterior", "outerBoundaryIs"):
            positions = list(xml.descendants(ring, "posList", "pos", "coordinates"))
            values = geometry.numbers(" ".join(xml.text(p).replace(",", " ") for p in positions))
            if values:
                holder = [ring, *ring.iterancestors(), *positions]
                rings.append((values, self._reference(holder), self._dimension(holder)))
        orders = [[geometry.polygon(geometry.pairs(v, turned, d)) for v, _, d in rings]
                  for turned in (False, True)]  # fmt: skip
        straight, turned = (geometry.joined(parts) if all(parts) else None for parts in orders)
        wants_turned = any(
            reference.rstrip().endswith(_GEOGRAPHIC) and _LATITUDE_FIRST.search(reference)
            for _, reference, _ in rings
        )
        found = turned if wants_turned else straight
        if box is not None:
            fitting = [g for g in (found, straight, turned) if g and _within(g, box)]
            found = fitting[0] if fitting else None
        if found:
            self.take(element)
        return found

    def _reference(self, elements: Sequence[Element]) -> str:
        return first(*(xml.attribute(e, "srsName") for e in elements)) or ""

    def _dimension(self, elements: Sequence[Element]) -> int:
        return 3 if any(xml.attribute(e, "srsDimension") == "3" for e in elements) else 2

    def period(self, element: Element) -> tuple[str, str, dict[str, str]]:
        """(start, end, ``{"temporal_start"|"temporal_end": now|unknown|before|after}``) of an
        ``EX_TemporalExtent``; '' where there is none."""
        self.take(element)
        instants = [xml.text(e) for e in xml.descendants(element, "timePosition") if xml.text(e)]
        ends, unsure = [], {}
        for name, position, holder in (
            ("temporal_start", "beginPosition", "begin"), ("temporal_end", "endPosition", "end"),
        ):  # fmt: skip
            found = next(xml.descendants(element, position), None)
            if found is None:
                inside = next(xml.descendants(element, holder), None)
                found = next(xml.descendants(inside, "timePosition"), None)
            ends.append(xml.text(found))
            if open_end := xml.attribute(found, "indeterminatePosition"):
                unsure[name] = open_end
        if not any(ends) and not unsure and instants:
            ends = [earliest(instants), latest(instants)]
        return ends[0], ends[1], unsure


def _within(inner: geometry.Geometry, outer: geometry.Geometry) -> bool:
    w, s, e, n = geometry.bounds(outer)
    iw, is_, ie, in_ = geometry.bounds(inner)
    slack_x, slack_y = 0.01 + 0.05 * (e - w), 0.01 + 0.05 * (n - s)
    return iw >= w - slack_x and ie <= e + slack_x and is_ >= s - slack_y and in_ <= n + slack_y
