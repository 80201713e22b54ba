"""Dublin Core records (``oai_dc``, qualified, ``csw:Record``) as draft datasets."""

from __future__ import annotations

import html
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
    links,
    read,
    unique,
)
from ckanext.hanoi.parsing import geometry, xml

Element = etree._Element

#: Local names of the root elements read here.
ROOTS = frozenset({"dc", "Record", "SummaryRecord", "BriefRecord", "qualifieddc", "qdc", "dcterms"})

_YEARS = re.compile(
    r"(-?\d{4}(?:-\d\d(?:-\d\d)?)?)\s*(?:/|\.\.|–|--?)\s*(\d{4}(?:-\d\d(?:-\d\d)?)?)?$"
)
_DCMI = re.compile(r"\b(\w+)\s*=\s*([^;]*)")
_MEDIA_TYPE = re.compile(r"[a-z]+/[\w.+-]+$", re.I)
#: ``info:eu-repo/semantics/…`` speaks of access, not of a licence.
_ACCESS_RIGHTS = re.compile(
    r"info:eu-repo/semantics/|^(?:open|closed|restricted|embargoed) ?access$", re.I
)
_PROTOCOLS = (("wms", "WMS"), ("wfs", "WFS"), ("wcs", "WCS"), ("wmts", "WMTS"), ("csw", "CSW"),
              ("kml", "KML"), ("esri", "ArcGIS"), ("arcgis", "ArcGIS"))  # fmt: skip
_DATES = {"issued": "issued", "available": "issued", "dateSubmitted": "", "modified": "modified",
          "created": "", "dateAccepted": "", "valid": "", "dateCopyrighted": ""}  # fmt: skip
#: Terms that name other works.
_RELATIONS = ("relation", "source", "isPartOf", "hasPart", "isReferencedBy", "requires", "replaces",
              "isReplacedBy", "isVersionOf", "hasFormat", "isFormatOf", "isRequiredBy")  # fmt: skip


def summary(root: Element) -> tuple[str, str, str]:
    """(identifier, title, date of the last change) of a record; '' for what it lacks."""
    identifier = first(*(xml.text(e) for e in xml.children(root, "identifier"))) or ""
    title = first(*(xml.text(e) for e in xml.children(root, "title"))) or ""
    modified = latest(xml.text(e) for e in xml.children(root, "modified"))
    return identifier, title, modified


def to_draft(root: Element, base: str = "") -> dict[str, Any]:
    """The record as a draft dataset (docs/connectors.md)."""
    return _Mapping(root, base).draft()


def _addresses(identifier: str) -> list[str]:
    """The address of an identifier, or the several that somebody wrote into one."""
    if url := identifier_url(identifier):
        return [url]
    found = read(identifier)
    return list(found.urls) if len(found.urls) > 1 and not found.rest else []


class _Mapping:
    def __init__(self, root: Element, base: str) -> None:
        self.read, self.root, self.base = Reader(root), root, base
        self.extras = Extras()
        self.formats = self.read.texts(self._elements("format", "medium"))

    def _elements(self, *names: str) -> list[Element]:
        return [e for name in names for e in xml.children(self.root, name)]

    def _texts(self, *names: str) -> list[str]:
        return self.read.texts(self._elements(*names))

    def _extra(self, key: str, *values: str) -> None:
        for value in values:
            self.extras.add(key, value)

    def draft(self) -> dict[str, Any]:
        identifiers = self._texts("identifier", "bibliographicCitation")
        creators = self._texts("creator")
        addresses = unique(url for text in identifiers for url in _addresses(text))
        resources = self._resources(addresses)
        draft = {
            "identifier": first(*identifiers),
            "title": self._localised("title", "\x1f"),
            "notes": self._localised("description", "\n\n", also=("abstract",)),
            "publisher": first(*self._texts("publisher")),
            "keywords": self._keywords(),
            "language": unique(language(code) or code for code in self._texts("language")),
            "frequency": first(*self._texts("accrualPeriodicity")),
            "conforms_to": self._texts("conformsTo"),
            "url": first(*(url for url in addresses if not is_file(url)), *addresses),
            "version": first(*self._texts("hasVersion", "version")),
            **self._dates(),
            **self._rights(),
            **self._coverage(),
        }
        draft["related"] = self._related(resources)
        draft["resources"] = resources
        self._extra("identifier_other", *identifiers[1:])
        self._extra("creator", *creators)
        self._extra("contributor", *self._texts("contributor"))
        self._extra("publisher_other", *self._texts("publisher")[1:])
        self._extra("resource_type", *self._texts("type"))
        self._extra("format_text", *self.formats)
        for key, value in self.read.rest().items():
            self._extra(key, value)
        return cleaned({**draft, "extras": self.extras.texts()})

    def _keywords(self) -> list[str]:
        """Subjects; several in one element stand apart by semicolons."""
        texts = (html.unescape(html.unescape(text)) for text in self._texts("subject"))
        return unique(word for text in texts for word in text.split(";"))

    def _localised(self, name: str, joint: str, also: tuple[str, ...] = ()) -> Any:
        """``{language: text}`` where the languages differ, else the text.

        Several titles in one language: the first counts, the others are alternative titles.
        """
        several: dict[str, dict[str, None]] = {}
        for element in self._elements(name, *also):
            texts = several.setdefault(language(xml.language(element)), {})
            if text := self.read.text(element):
                texts[text] = None
        found = {code: list(texts) for code, texts in several.items()}
        if name == "title":
            for texts in found.values():
                self._extra("alternative_title", *texts[1:])
            self._extra("alternative_title", *self._texts("alternative"))
            return languages({code: texts[0] for code, texts in found.items() if texts})
        return languages({code: joint.join(texts) for code, texts in found.items()})

    def _dates(self) -> dict[str, str]:
        found: dict[str, list[str]] = {"issued": [], "modified": []}
        for name, target in _DATES.items():
            for text in self._texts(name):
                if target:
                    found[target].append(text)
                else:
                    self._extra(f"date_{name}", text)
        plain = self._texts("date")
        if plain and not found["issued"]:
            # Repositories export the dates of receipt and publication as plain dates.
            found["issued"] = [earliest(plain)]
        taken = set(found["issued"])
        self._extra("date", *(text for text in plain if text not in taken))
        issued, modified = earliest(found["issued"]), latest(found["modified"])
        self._extra("date_issued", *(text for text in found["issued"] if text != issued))
        self._extra("date_modified", *(text for text in found["modified"] if text != modified))
        return {"issued": issued, "modified": modified}

    def _rights(self) -> dict[str, Any]:
        said = self._texts("license")
        rights = self._texts("rights", "accessRights", "useLimitation", "otherConstraints")
        holders = self._texts("rightsHolder")
        self._extra("rights_holder", *holders)
        named = [text for text in rights if not _ACCESS_RIGHTS.search(text)]
        addresses = [url for text in [*said, *named] for url in links(text)]
        return {
            "license": licences(*addresses, *said, *named),
            "rights": "\n".join(unique([*rights, *said])),
        }

    def _coverage(self) -> dict[str, Any]:
        spatial: list[geometry.Geometry | None] = []
        places: list[str] = []
        period: tuple[str, str] = ("", "")
        for text in self._texts("coverage", "spatial", "temporal"):
            parts = {key.lower(): value.strip() for key, value in _DCMI.findall(text)}
            box = geometry.envelope(
                *(parts.get(f"{side}limit") for side in ("west", "south", "east", "north"))
            )
            box = box or geometry.point(parts.get("east"), parts.get("north"))
            years = _YEARS.match(text)
            if box:
                spatial.append(box)
                places += [parts["name"]] if parts.get("name") else []
            elif "start" in parts or "end" in parts:
                period = (parts.get("start", ""), parts.get("end", ""))
            elif years:
                period = (years.group(1), years.group(2) or "")
            else:
                places.append(text)
        for element in self._elements("BoundingBox", "WGS84BoundingBox", "WGS84BoundingBoxType"):
            spatial.append(self._box(element))
        return {
            "spatial": geometry.joined(spatial), "spatial_text": unique(places),
            "temporal_start": period[0], "temporal_end": period[1],
        }  # fmt: skip

    def _box(self, element: Element) -> geometry.Geometry | None:
        """An ``ows:BoundingBox``: longitude first unless its reference system says otherwise."""
        lower = geometry.numbers(xml.text(xml.child(element, "LowerCorner")))
        upper = geometry.numbers(xml.text(xml.child(element, "UpperCorner")))
        if len(lower) < 2 or len(upper) < 2:
            return None
        crs = xml.attribute(element, "crs")
        if ("urn:" in crs or "/def/" in crs) and crs.endswith(("4326", "4258")):
            lower, upper = lower[1::-1], upper[1::-1]
        box = geometry.envelope(lower[0], lower[1], upper[0], upper[1])
        if box:
            self.read.take(element)
        return box

    def _related(self, resources: list[dict[str, Any]]) -> list[str]:
        used = {resource["url"] for resource in resources}
        found = []
        for name in _RELATIONS:
            for text in self._texts(name):
                address = identifier_url(text)
                if not address and re.search(r"\s", text):
                    self._extra(name, text)
                elif address not in used:
                    found.append(address or text)
        return unique(found)

    def _resources(self, addresses: list[str]) -> list[dict[str, Any]]:
        """From references and URIs with a protocol, then from identifiers and relations."""
        found: dict[str, dict[str, Any]] = {}
        for element in self._elements("references", "URI", "references_"):
            written = read(xml.text(element), self.base)
            if not written.urls:
                continue
            self.read.take(element)
            self._extra("url_text", written.rest)
            protocol = xml.attribute(element, "protocol") or xml.attribute(element, "scheme")
            for url in written.urls:
                found.setdefault(url, self._resource(url, protocol, element))
        for element in self._elements("relation"):
            written = read(xml.text(element), self.base)
            for url in () if written.rest else written.urls:
                found.setdefault(url, self._resource(url))
        for url in addresses:
            found.setdefault(url, self._resource(url))
        resources = list(found.values())
        media = [text for text in self.formats if _MEDIA_TYPE.match(text)]
        if len(self.formats) == 1 and len(resources) == 1 and "format" not in resources[0]:
            resources[0]["mimetype" if media else "format"] = self.formats[0]
        return resources

    def _resource(
        self, url: str, protocol: str = "", element: Element | None = None
    ) -> dict[str, Any]:
        kind = next((name for word, name in _PROTOCOLS if word in protocol.lower()), "")
        return cleaned({
            "url": url,
            "download_url": url if is_file(url) else None,
            "name": xml.attribute(element, "name"),
            "description": xml.attribute(element, "description"),
            "format": kind,
            "mimetype": protocol if _MEDIA_TYPE.match(protocol) else None,
            "access_service": url if kind and kind != "KML" else None,
            "extras": {"protocol": protocol} if protocol else None,
        })  # fmt: skip
