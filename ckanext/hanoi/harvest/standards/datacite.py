"""DataCite metadata (kernels 2 to 4) as draft datasets."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from ckanext.hanoi.harvest.standards.source_dataset import (
    Extras,
    Reader,
    cleaned,
    earliest,
    first,
    identifier_url,
    is_file,
    language,
    languages,
    latest,
    licences,
    unique,
)
from ckanext.hanoi.parsing import geometry, xml

Element = etree._Element

ROOTS = frozenset({"resource"})

#: Relations of a dataset to what holds its data; all others are related works.
_HOLDS_DATA = frozenset({"HasPart", "IsVariantFormOf", "IsOriginalFormOf", "IsIdenticalTo"})
_UNITS = {"b": 1, "byte": 1, "bytes": 1, "kb": 10**3, "kib": 2**10, "mb": 10**6, "mib": 2**20,
          "gb": 10**9, "gib": 2**30, "tb": 10**12, "tib": 2**40}  # fmt: skip
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([A-Za-z]+)$")
_NO_LICENCE = re.compile(
    r"info:eu-repo/semantics/|^(?:open|closed|restricted|embargoed) ?access$", re.I
)


def summary(root: Element) -> tuple[str, str, str]:
    """(identifier, title, date of the last change) of a record; '' for what it lacks."""
    identifier = xml.text(xml.child(root, "identifier"))
    titles = xml.paths(root, "titles/title")
    plain = [e for e in titles if not xml.attribute(e, "titleType")] or titles
    dates = [
        xml.text(e)
        for e in xml.paths(root, "dates/date")
        if xml.attribute(e, "dateType") == "Updated"
    ]
    return identifier, xml.text(first(*plain)), latest(dates)


def to_draft(root: Element, base: str = "") -> dict[str, Any]:
    """The record as a draft dataset (docs/connectors.md)."""
    return _Mapping(root).draft()


class _Mapping:
    def __init__(self, root: Element) -> None:
        self.root, self.read = root, Reader(root)
        self.extras = Extras()

    def _elements(self, *steps: str) -> list[Element]:
        return xml.paths(self.root, *steps)

    def _extra(self, key: str, *values: str) -> None:
        for value in values:
            self.extras.add(key, value)

    def draft(self) -> dict[str, Any]:
        identifier, _, _ = summary(self.root)
        self.read.take(*self._elements("identifier"))
        address = identifier_url(identifier)
        resources = self._resources(address)
        draft = {
            "identifier": identifier,
            "url": address,
            "title": self._titles(),
            "notes": self._descriptions(),
            "publisher": self.read.text(first(*self._elements("publisher"))),
            "contact": self._people(),
            "keywords": self.read.texts(self._elements("subjects/subject")),
            "language": [self.read.text(first(*self._elements("language")))],
            "version": self.read.text(first(*self._elements("version"))),
            "resources": resources,
            "related": self._related({resource["url"] for resource in resources}),
            **self._dates(),
            **self._rights(),
            **self._places(),
        }
        draft["language"] = unique(draft["language"])
        kind = first(*self._elements("resourceType"))
        general = xml.attribute(kind, "resourceTypeGeneral")
        self._extra("resource_type", general, self.read.text(kind))
        for funding in self._elements("fundingReferences/fundingReference"):
            self._extra(
                "funding", ", ".join(unique(self.read.text(e) for e in xml.children(funding)))
            )
        for section, text in self.read.rest().items():
            self._extra(section, text)
        return cleaned({**draft, "extras": self.extras.texts()})

    def _titles(self) -> Any:
        """The title, ``{language: text}`` where translations are given; other titles as extras."""
        found: dict[str, str] = {}
        for element in self._elements("titles/title"):
            kind, code = xml.attribute(element, "titleType"), language(xml.language(element))
            text = self.read.text(element)
            if kind not in ("", "TranslatedTitle") or (kind and not code) or code in found:
                self._extra("subtitle" if kind == "Subtitle" else "alternative_title", text)
            elif text:
                found[code] = text
        if not found:
            return self.extras.pop("alternative_title") or self.extras.pop("subtitle")
        return languages(found)

    def _descriptions(self) -> Any:
        found: dict[str, list[str]] = {}
        for element in self._elements("descriptions/description"):
            kind = xml.attribute(element, "descriptionType")
            for line_break in xml.children(element, "br"):
                line_break.tail = "\n" + (line_break.tail or "")
            text = self.read.text(element)
            if kind in ("Abstract", ""):
                found.setdefault(language(xml.language(element)), []).append(text)
            else:
                self._extra(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower(), text)
        return languages({code: "\n\n".join(unique(texts)) for code, texts in found.items()})

    def _people(self) -> dict[str, str]:
        """Creators and contributors go to extras; who is to be contacted is given back."""
        contact: dict[str, str] = {}
        for element in self._elements("creators/creator"):
            self._extra("creator", self._person(element, "creatorName"))
        for element in self._elements("contributors/contributor"):
            kind = xml.attribute(element, "contributorType") or "Contributor"
            if kind == "ContactPerson" and not contact:
                name = xml.text(xml.child(element, "contributorName"))
                unit = first(*(xml.text(e) for e in xml.children(element, "affiliation")))
                contact = cleaned({"name": name, "unit": unit})
            self._extra("contributor", f"{kind}: {self._person(element, 'contributorName')}")
        return contact

    def _person(self, element: Element, name: str) -> str:
        self.read.take(element)
        identifiers = [xml.text(e) for e in xml.children(element, "nameIdentifier")]
        affiliations = [xml.text(e) for e in xml.children(element, "affiliation")]
        about = unique([*identifiers, *affiliations])
        said = xml.text(xml.child(element, name))
        return f"{said} ({', '.join(about)})" if about else said

    def _dates(self) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for element in self._elements("dates/date"):
            if text := self.read.text(element):
                found.setdefault(xml.attribute(element, "dateType") or "date", []).append(text)
        year = self.read.text(first(*self._elements("publicationYear")))
        issued = earliest(found.pop("Issued", [])) or earliest(found.get("Available", [])) or year
        updated = found.pop("Updated", [])
        modified = latest(updated)
        self._extra("date_updated", *(text for text in updated if text != modified))
        period = first(*found.get("Coverage", []), *found.get("Collected", [])) or ""
        start, _, end = period.partition("/")
        self._extra("publication_year", year)
        for kind, texts in found.items():
            self._extra(f"date_{kind.lower()}", *texts)
        return {
            "issued": issued.partition("/")[0],
            "modified": modified.rpartition("/")[2],
            "temporal_start": start.strip(),
            "temporal_end": (end or start).strip(),
        }

    def _rights(self) -> dict[str, Any]:
        addresses, codes, texts = [], [], []
        for element in self._elements("rightsList/rights", "rights"):
            addresses.append(xml.attribute(element, "rightsURI"))
            codes.append(xml.attribute(element, "rightsIdentifier"))
            texts.append(self.read.text(element))
        candidates = [*addresses, *codes, *texts]
        return {
            "license": licences(*(c for c in candidates if not _NO_LICENCE.search(c))),
            "rights": "\n".join(unique([*texts, *(a for a in addresses if _NO_LICENCE.search(a))])),
        }

    # -- places ------------------------------------------------------------------------------

    def _places(self) -> dict[str, Any]:
        found: list[geometry.Geometry | None] = []
        names = self.read.texts(self._elements("geoLocations/geoLocation/geoLocationPlace"))
        for name, shape in (
            ("geoLocationPolygon", self._polygon), ("geoLocationBox", self._box),
            ("geoLocationPoint", self._point),
        ):  # fmt: skip
            for element in self._elements(f"geoLocations/geoLocation/{name}"):
                if geometry_found := shape(element):
                    self.read.take(element)
                    found.append(geometry_found)
        polygons = [g for g in found if g and g["type"] != "Point"]
        return {"spatial": geometry.joined(polygons or found), "spatial_text": names}

    def _box(self, element: Element) -> geometry.Geometry | None:
        """Kernel 4 names the sides; kernel 3 wrote ``south west north east`` in one text."""
        sides = (
            "westBoundLongitude",
            "southBoundLatitude",
            "eastBoundLongitude",
            "northBoundLatitude",
        )
        if len(element):
            return geometry.envelope(*(xml.text(xml.child(element, side)) for side in sides))
        values = geometry.numbers(xml.text(element))
        if len(values) != 4:
            return None
        south, west, north, east = values
        return geometry.envelope(west, south, east, north)

    def _point(self, element: Element) -> geometry.Geometry | None:
        if len(element):
            return geometry.point(
                xml.text(xml.child(element, "pointLongitude")),
                xml.text(xml.child(element, "pointLatitude")),
            )
        values = geometry.numbers(xml.text(element))
        return geometry.point(values[1], values[0]) if len(values) == 2 else None

    def _polygon(self, element: Element) -> geometry.Geometry | None:
        points = []
        for corner in xml.children(element, "polygonPoint"):
            x = geometry.number(xml.text(xml.child(corner, "pointLongitude")))
            y = geometry.number(xml.text(xml.child(corner, "pointLatitude")))
            if x is None or y is None:
                values = geometry.numbers(xml.text(corner))
                if len(values) != 2:
                    return None
                y, x = values
            points.append((x, y))
        return geometry.polygon(points)

    # -- where the data is -------------------------------------------------------------------

    def _related(self, used: set[str]) -> list[str]:
        found = []
        for element in self._elements("relatedIdentifiers/relatedIdentifier"):
            text = self.read.text(element)
            address = identifier_url(text)
            if address in used:
                continue
            found.append(address or text)
            if relation := xml.attribute(element, "relationType"):
                self._extra("relation", f"{relation}: {text}")
        return unique(found)

    def _resources(self, address: str) -> list[dict[str, Any]]:
        """Addresses of files that the record names; the landing page where it names none."""
        found: dict[str, dict[str, Any]] = {}
        formats = self.read.texts(self._elements("formats/format"))
        sizes = self.read.texts(self._elements("sizes/size"))
        for element in self._elements("alternateIdentifiers/alternateIdentifier"):
            url = identifier_url(self.read.text(element))
            kind = xml.attribute(element, "alternateIdentifierType")
            if url and kind.upper() in ("URL", "URI", "LANDING PAGE"):
                found[url] = {"url": url}
            else:
                self._extra("alternate_identifier", f"{kind}: {xml.text(element)}".strip(": "))
        for element in self._elements("relatedIdentifiers/relatedIdentifier"):
            url = identifier_url(xml.text(element))
            is_url = xml.attribute(element, "relatedIdentifierType").upper() == "URL"
            if url and is_url and xml.attribute(element, "relationType") in _HOLDS_DATA:
                self.read.take(element)
                found[url] = {"url": url}
        if address and not any(is_file(url) for url in found):
            found = {address: {"url": address}, **found}
        resources = list(found.values())
        for resource in resources:
            if is_file(resource["url"]):
                resource["download_url"] = resource["url"]
        files = [r for r in resources if "download_url" in r] or resources
        if len(files) == 1:
            if len(formats) == 1:
                files[0]["mimetype" if "/" in formats[0] else "format"] = formats[0]
            sized = [size for size in map(_bytes, sizes) if size is not None]
            if len(sized) == 1:
                files[0]["size"] = sized[0]
        self._extra("format_text", *formats)
        self._extra("size_text", *sizes)
        return resources


def _bytes(text: str) -> int | None:
    """``256 KB`` as a number of bytes; None for what is no size of a file (``12 pages``)."""
    found = _SIZE.match(text.strip())
    unit = _UNITS.get(found.group(2).lower()) if found else None
    return int(float(found.group(1).replace(",", ".")) * unit) if found and unit else None
