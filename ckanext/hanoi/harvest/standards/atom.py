"""Atom feeds of catalogues (CSW 3.0 and OpenSearch answers, OGC OWS Context) as draft datasets."""

from __future__ import annotations

from typing import Any

from lxml import etree

from ckanext.hanoi.harvest.standards.source_dataset import (
    Extras,
    Reader,
    absolute,
    cleaned,
    first,
    is_file,
    language,
    licences,
    links,
    unique,
)
from ckanext.hanoi.parsing import geometry, xml

Element = etree._Element

ROOTS = frozenset({"entry"})
_SERVICES = {"csw": "CSW", "wfs": "WFS", "wms": "WMS", "wmts": "WMTS", "wcs": "WCS", "wps": "WPS"}
_NO_DATA = (
    "self",
    "up",
    "first",
    "last",
    "next",
    "previous",
    "search",
    "profile",
    "edit",
    "icon",
    "license",
)


def summary(root: Element) -> tuple[str, str, str]:
    """(identifier, title, date of the last change) of an entry; '' for what it lacks."""
    identifier = xml.text(xml.child(root, "identifier")) or xml.text(xml.child(root, "id"))
    return identifier, xml.text(xml.child(root, "title")), xml.text(xml.child(root, "updated"))


def to_draft(root: Element, base: str = "") -> dict[str, Any]:
    """An ``atom:entry`` as a draft dataset (docs/connectors.md)."""
    read = Reader(root)
    extras = Extras()
    identifier, title, updated = summary(root)
    read.take(*xml.paths(root, "id", "title", "updated"))
    people = [read.text(e) for e in xml.paths(root, "author/name", "creator")]
    emails = read.texts(xml.paths(root, "author/email"))
    rights = read.texts(xml.paths(root, "rights"))
    pages = [_link(e, base) for e in xml.children(root, "link")]
    linked = [url for relation, url, _ in pages if relation == "license"]
    linked += [url for text in rights for url in links(text)]
    draft = {
        "identifier": identifier,
        "title": title,
        "notes": first(*read.texts(xml.paths(root, "summary", "content", "abstract"))),
        "publisher": first(*read.texts(xml.paths(root, "publisher")), *people),
        "contact": cleaned({"name": first(*people), "email": first(*emails)}),
        "keywords": unique(xml.attribute(e, "label") or xml.attribute(e, "term") or xml.text(e)
                           for e in xml.paths(root, "category", "subject")),
        "language": unique([language(xml.language(root))]),
        "issued": first(*read.texts(xml.paths(root, "published", "issued"))),
        "modified": updated,
        "rights": "\n".join(rights),
        "license": licences(*linked, *rights),
        "url": first(*(url for relation, url, kind in pages
                       if relation in ("alternate", "describedby") and "html" in kind)),
        "spatial": _place(read),
        "resources": _resources(read, base),
    }  # fmt: skip
    read.take(*xml.paths(root, "category", "subject", "link"))
    for person in people[1:]:
        extras.add("creator", person)
    period = read.text(xml.path(root, "date"))
    start, _, end = period.partition("/")
    if end:
        draft["temporal_start"], draft["temporal_end"] = start.strip(), end.strip()
    else:
        extras.add("date", period)
    for key, value in read.rest().items():
        extras.add(key, value, separator="\n")
    return cleaned({**draft, "extras": extras.texts()})


def _link(element: Element, base: str) -> tuple[str, str, str]:
    relation = xml.attribute(element, "rel") or "alternate"
    return (
        relation.lower(),
        absolute(xml.attribute(element, "href"), base),
        xml.attribute(element, "type"),
    )


def _place(read: Reader) -> geometry.Geometry | None:
    """GeoRSS: an envelope, box, point or polygon, latitude first."""
    found = []
    for element in xml.descendants(read.root, "Envelope", "BoundingBox", "WGS84BoundingBox"):
        ends = xml.descendants(element, "lowerCorner", "LowerCorner", "upperCorner", "UpperCorner")
        corners = [geometry.numbers(xml.text(e)) for e in ends]
        if len(corners) == 2 and all(len(c) >= 2 for c in corners):
            (s, w), (n, e) = corners[0][:2], corners[1][:2]
            found.append(geometry.envelope(w, s, e, n))
            read.take(element)
    for element in xml.descendants(read.root, "box", "point", "polygon", "posList"):
        values = geometry.numbers(xml.text(element))
        if xml.local(element) == "box" and len(values) == 4:
            found.append(geometry.envelope(values[1], values[0], values[3], values[2]))
        elif xml.local(element) == "point" and len(values) == 2:
            found.append(geometry.point(values[1], values[0]))
        elif len(values) >= 6:
            found.append(geometry.polygon(geometry.pairs(values, latitude_first=True)))
        read.take(element)
    return geometry.joined(found)


def _resources(read: Reader, base: str) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for offering in xml.children(read.root, "offering"):
        code = xml.attribute(offering, "code").rstrip("/").rpartition("/")[2].lower()
        read.take(offering)
        for operation in xml.children(offering, "operation"):
            if url := absolute(xml.attribute(operation, "href"), base):
                name = xml.attribute(operation, "code")
                media = xml.attribute(operation, "type").partition(";")[0]
                data = name.lower() not in ("getcapabilities", "getrecords", "describerecord")
                found.setdefault(url, cleaned({
                    "url": url, "name": f"{_SERVICES.get(code, code.upper())} {name}".strip(),
                    "format": None if data else _SERVICES.get(code),
                    "mimetype": media if data else None,
                    "access_service": url.partition("?")[0] if code in _SERVICES else None,
                    "extras": cleaned({"method": xml.attribute(operation, "method")}),
                }))  # fmt: skip
        for content in xml.children(offering, "content"):
            if url := absolute(xml.attribute(content, "href"), base):
                found.setdefault(
                    url, cleaned({"url": url, "mimetype": xml.attribute(content, "type")})
                )
    for element in xml.children(read.root, "link"):
        relation, url, kind = _link(element, base)
        if url and relation not in _NO_DATA:
            size = xml.attribute(element, "length")
            found.setdefault(url, cleaned({
                "url": url, "name": xml.attribute(element, "title"), "mimetype": kind,
                "download_url": url if relation == "enclosure" or is_file(url) else None,
                "size": int(size) if size.isdigit() and len(size) < 16 else None,
            }))  # fmt: skip
    return list(found.values())
