"""The catalogue service protocol, CSW 2.0.2 and 3.0: requests as parameters or XML, answers read.

Sends nothing itself. OWSLib gives the namespaces and the sort clauses; its client fetches by
itself, past our guard, and is not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from owslib.fes import SortBy, SortProperty
from owslib.fes2 import SortBy as SortBy2
from owslib.fes2 import SortProperty as SortProperty2
from owslib.namespaces import Namespaces

from ckanext.hanoi.parsing import xml

Element = etree._Element

GMD = "http://www.isotc211.org/2005/gmd"
MDB = (
    "http://standards.iso.org/iso/19115/-3/mdb/2.0",
    "http://standards.iso.org/iso/19115/-3/mdb/1.0",
)
_NS = Namespaces().get_namespaces()
RECORD = {"2.0.2": _NS["csw"], "3.0.0": _NS["csw30"]}
#: Schemas asked for, the best first.
SCHEMAS = (GMD, *MDB, "http://www.isotc211.org/2005/gmi")


class CswError(Exception):
    """An exception report of the server; ``code`` of the first exception, ``text`` of all."""

    def __init__(self, root: Element) -> None:
        exceptions = list(xml.descendants(root, "Exception", "ServiceException"))
        codes = [xml.attribute(e, "exceptionCode") or xml.attribute(e, "code") for e in exceptions]
        self.code = next(filter(None, codes), "")
        self.locator = next(filter(None, (xml.attribute(e, "locator") for e in exceptions)), "")
        self.text = " ".join(filter(None, map(xml.text, exceptions)))[:500] or self.code
        super().__init__(self.text)


def is_refusal(root: Element) -> bool:
    return xml.local(root) in ("ExceptionReport", "ServiceExceptionReport")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What of a capabilities document matters here; empty where there is none."""

    versions: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()

    @staticmethod
    def read(root: Element) -> Capabilities:
        versions = [xml.text(e) for e in xml.descendants(root, "ServiceTypeVersion")]
        versions.append(xml.attribute(root, "version"))
        schemas: list[str] = []
        methods: list[str] = []
        for operation in xml.descendants(root, "Operation"):
            if xml.attribute(operation, "name") != "GetRecords":
                continue
            methods += [xml.local(e) for e in xml.paths(operation, "DCP/HTTP/*")]
            for parameter in xml.descendants(operation, "Parameter", "Constraint"):
                if xml.attribute(parameter, "name").lower() == "outputschema":
                    schemas += [xml.text(e) for e in xml.descendants(parameter, "Value")]
        return Capabilities(tuple(filter(None, versions)), tuple(schemas), tuple(methods))

    def version(self) -> str:
        """The version to speak: 2.0.2 where the server knows it, for that is spoken best."""
        if "2.0.2" in self.versions or not any(v.startswith("3") for v in self.versions):
            return "2.0.2"
        return "3.0.0"


@dataclass(frozen=True, slots=True)
class Query:
    """One way to ask for records. ``own`` are the parameters of the source's address."""

    version: str = "2.0.2"
    schema: str = GMD
    method: str = "Get"
    sorted: bool = True
    page_size: int = 50
    constraint: str = ""
    own: Mapping[str, str] = field(default_factory=dict)

    def parameters(self, start: int) -> dict[str, Any]:
        """The request as key-value pairs; parameters of the source's own address prevail."""
        second = self.version.startswith("2")
        namespace = RECORD[self.version]
        wanted: dict[str, Any] = {
            "service": "CSW",
            "version": self.version,
            "request": "GetRecords",
            "resultType": "results",
            "namespace": f"xmlns(csw={namespace})" if second else f"xmlns(csw,{namespace})",
            "typeNames": "csw:Record",
            "elementSetName": "full",
            "outputFormat": "application/xml",
            "outputSchema": self.schema,
        }
        if self.constraint:
            wanted["constraintLanguage"] = "CQL_TEXT"
            wanted["constraint_language_version"] = "1.1.0"
            wanted["constraint"] = self.constraint
        if self.sorted:
            wanted["sortBy"] = "dc:identifier:A"
        own = {key.lower() for key in self.own}
        wanted = {key: value for key, value in wanted.items() if key.lower() not in own}
        sizes = {key.lower(): value for key, value in self.own.items()}
        kept = {
            k: v for k, v in self.own.items() if k.lower() not in ("startposition", "maxrecords")
        }
        size = sizes.get("maxrecords", "")
        return {**wanted, **kept, "startPosition": start,
                "maxRecords": size if size.isdigit() and int(size) else self.page_size}  # fmt: skip

    def document(self, start: int) -> bytes:
        """The request as XML, to be posted."""
        namespace = RECORD[self.version]
        second = self.version.startswith("2")
        filter_ns = _NS["ogc"] if second else _NS["fes"]
        names = {"csw": namespace, "ogc" if second else "fes": filter_ns, "gmd": GMD}
        root = etree.Element(f"{{{namespace}}}GetRecords", nsmap=names)
        for key, value in {
            "service": "CSW", "version": self.version, "resultType": "results",
            "startPosition": str(start), "maxRecords": str(self.page_size),
            "outputFormat": "application/xml", "outputSchema": self.schema,
        }.items():  # fmt: skip
            root.set(key, value)
        query = etree.SubElement(root, f"{{{namespace}}}Query", typeNames="csw:Record")
        etree.SubElement(query, f"{{{namespace}}}ElementSetName").text = "full"
        if self.constraint:
            holder = etree.SubElement(query, f"{{{namespace}}}Constraint", version="1.1.0")
            tag = f"{{{filter_ns}}}CqlText" if second else f"{{{namespace}}}CqlText"
            etree.SubElement(holder, tag).text = self.constraint
        if self.sorted:
            clause, prop = (SortBy, SortProperty) if second else (SortBy2, SortProperty2)
            query.append(clause([prop("dc:identifier", "ASC")]).toXML())
        return etree.tostring(root, xml_declaration=True, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to GetRecords: its record elements, how many match in all (None where the
    server does not say), the position of the next record (0: there is none; None: not said)."""

    records: tuple[Element, ...]
    matched: int | None = None
    next: int | None = None

    @staticmethod
    def read(root: Element) -> Page:
        """Of a ``GetRecordsResponse``, a ``GetRecordByIdResponse`` or a bare ``SearchResults``."""
        results = next(xml.descendants(root, "SearchResults"), root)
        return Page(
            tuple(_records(results)),
            _whole(results.get("numberOfRecordsMatched")),
            _whole(results.get("nextRecord")),
        )

    @staticmethod
    def of_feed(root: Element) -> Page:
        """Of an Atom feed with OpenSearch counts, as CSW 3.0 also answers."""
        entries = tuple(xml.children(root, "entry"))
        matched = _whole(xml.text(xml.child(root, "totalResults")))
        start = _whole(xml.text(xml.child(root, "startIndex")))
        after = None if start is None else start + len(entries)
        if after is not None and matched is not None and after > matched:
            after = 0
        return Page(entries, matched, after)

    def following(self, position: int, size: int) -> int | None:
        """Where to go on after a page asked for at ``position``; None at the end.

        A server that withholds records it can't express counts them all the same, so its own
        ``nextRecord`` goes before the number of records that came.
        """
        if self.next == 0 or (not self.records and not self.next):
            return None
        after = position + (len(self.records) or size)
        if self.next is not None and self.next > position:
            after = self.next
        if self.matched is not None and after > self.matched:
            return None
        return after


def _records(results: Element) -> Iterator[Element]:
    for element in xml.children(results):
        if xml.local(element) not in ("SearchStatus", "RequestId", "federatedSearchResultBase"):
            yield element


def _whole(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isdigit() and len(text) < 10 else None
