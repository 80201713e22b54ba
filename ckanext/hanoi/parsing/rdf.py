"""RDF from strangers: a guarded parser and a small graph. Knows no CKAN, fetches nothing.

Read by Oxigraph's parsers (``pyoxigraph``): they load no remote context and no external entity,
take bad addresses as they are, and keep the literals' text (rdflib computes every value, and its
XML reader expands entities: 552 bytes took it a minute). In front of them:

- RDF/XML goes through ``xml.parse``, which accepts no document type, and is handed on as what
  that parser understood (``rdf_xml`` repairs what is no RDF);
- JSON-LD: contexts given by address are never fetched; what the common ones say of DCAT is put in
  their place.

Properties and classes are named ``prefix:name`` for the namespaces below, however the source
spells these (https for http, a missing ``#``), else by their full address.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyoxigraph as ox
from lxml import etree

from ckanext.hanoi.parsing import json_text, rdf_xml, xml

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dctype": "http://purl.org/dc/dcmitype/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "schema": "http://schema.org/",
    "adms": "http://www.w3.org/ns/adms#",
    "dcatap": "http://data.europa.eu/r5r/",
    "locn": "http://www.w3.org/ns/locn#",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "prov": "http://www.w3.org/ns/prov#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "org": "http://www.w3.org/ns/org#",
    "time": "http://www.w3.org/2006/time#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "pod": "https://project-open-data.cio.gov/v1.1/schema#",
}
_SPELLINGS = {ns.split("://", 1)[1].rstrip("#/"): p for p, ns in NAMESPACES.items()}
_SPLIT = re.compile(r"^https?://(?:www\.)?(.+?)/?([#/])([^#/]+)$")
_KNOWN = {key.removeprefix("www."): prefix for key, prefix in _SPELLINGS.items()}
#: What GeoNetwork writes for GeoSPARQL.
_KNOWN["opengis.net/rdf"] = "geo"

#: What is read under one spelling only, and what catalogues write in another.
_PROPERTIES = {name.lower(): name for name in (
    *(f"dcat:{name}" for name in (
        "dataset", "distribution", "downloadURL", "accessURL", "landingPage", "mediaType",
        "byteSize", "keyword", "theme", "contactPoint", "accessService", "endpointURL",
        "endpointDescription", "servesDataset", "startDate", "endDate", "bbox", "centroid",
        "version", "inSeries", "service", "catalog", "record", "compressFormat", "packageFormat",
        "temporalResolution", "spatialResolutionInMeters", "themeTaxonomy")),
    *(f"dct:{name}" for name in (
        "title", "description", "identifier", "issued", "modified", "created", "publisher",
        "creator", "license", "rights", "accessRights", "format", "language", "spatial",
        "temporal", "conformsTo", "accrualPeriodicity", "provenance", "subject", "source",
        "relation", "isPartOf", "hasPart", "isVersionOf", "hasVersion", "references", "type")),
    "foaf:name", "foaf:page", "foaf:homepage", "foaf:mbox", "vcard:fn", "vcard:hasEmail",
    "vcard:hasTelephone", "vcard:hasURL", "skos:prefLabel", "rdfs:label", "adms:versionNotes",
    "adms:status", "spdx:checksum", "spdx:checksumValue", "spdx:algorithm",
)}  # fmt: skip
_PROPERTIES["dct:licence"] = "dct:license"
_CLASSES = {name.lower(): name for name in (
    "dcat:Catalog", "dcat:Dataset", "dcat:Distribution", "dcat:DataService", "dcat:DatasetSeries",
    "dcat:CatalogRecord",
)}  # fmt: skip
_FIRST, _NIL = "rdf:first", NAMESPACES["rdf"] + "nil"
_LONGEST_LIST = 100_000

_BY_TYPE = {
    "application/rdf+xml": "xml", "application/xml": "xml", "text/xml": "xml", "text/turtle": "ttl",
    "application/x-turtle": "ttl", "text/n3": "n3", "text/rdf+n3": "n3",
    "application/n-triples": "nt", "application/ld+json": "json", "application/json": "json",
    "application/trig": "trig", "application/n-quads": "nq",
}  # fmt: skip
_BY_EXTENSION = {"rdf": "xml", "xml": "xml", "owl": "xml", "ttl": "ttl", "n3": "n3", "nt": "nt",
                 "jsonld": "json", "json": "json", "trig": "trig", "nq": "nq"}  # fmt: skip
_OXIGRAPH = {"xml": ox.RdfFormat.RDF_XML, "ttl": ox.RdfFormat.TURTLE, "n3": ox.RdfFormat.N3,
             "nt": ox.RdfFormat.N_TRIPLES, "json": ox.RdfFormat.JSON_LD,
             "trig": ox.RdfFormat.TRIG, "nq": ox.RdfFormat.N_QUADS}  # fmt: skip
_NT_LINE = re.compile(rb"^\s*(?:<[^<>]*>|_:\S+)\s+<[^<>]*>\s+\S")
#: What stands between angle brackets in Turtle, and the characters that it must not have.
_IRI = re.compile(r"<([^<>\"\n=]*)>")
_BAD_IN_IRI = re.compile(r"[\\ {}|^`]")
_LIKE_ADDRESS = re.compile(r"[:/.#]")
_BAD_LANGUAGE = re.compile(r"(?<=[\"'])(@[A-Za-z]{2,3})_(?=[A-Za-z])")
_UNDECLARED = re.compile(r"The prefix ([A-Za-z][\w.-]*): has not been declared")
#: What a browser wrote above a document.
_LATE_XML = re.compile(rb"[^<{}@#]{1,2000}<(?:\?xml\s|rdf:RDF\b|!DOCTYPE\s+rdf)")
_PREFIXES_FORGOTTEN = 20
ACCEPT = ("text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8, "
          "application/n-triples;q=0.7, application/xml;q=0.4, */*;q=0.1")  # fmt: skip


class RdfError(ValueError):
    """The document is no RDF, is cut off, or uses what only an attack needs."""


class Literal(NamedTuple):
    """A text with its language (lower case) or type (named as above; '' for plain text)."""

    text: str
    language: str = ""
    type: str = ""


#: The address of a node, or ``_:`` and a label that means nothing outside the document.
Node = str
Term = Node | Literal


def is_blank(node: Node) -> bool:
    """Whether the node has no address that lasts (skolemised blank nodes have none either)."""
    return node.startswith("_:") or "/.well-known/genid/" in node


def property_name(address: str) -> str:
    """As ``compact``, for a property; ``dcat:downloadUrl`` is ``dcat:downloadURL``."""
    name = compact(address)
    return _PROPERTIES.get(name.lower(), name)


def class_name(address: str) -> str:
    """As ``compact``, for a class; ``dcat:dataset`` is ``dcat:Dataset``."""
    name = compact(address)
    return _CLASSES.get(name.lower(), name)


def compact(address: str) -> str:
    """``prefix:name`` of a known namespace in any spelling, else the address."""
    match = _SPLIT.match(address)
    prefix = _KNOWN.get(match[1]) if match else None
    return f"{prefix}:{match[3]}" if match and prefix else address


@dataclass
class Graph:
    """Statements by subject, and who points to whom."""

    by_subject: dict[Node, dict[str, dict[Term, None]]] = field(default_factory=dict)
    by_type: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    pointing: dict[tuple[str, Node], list[Node]] = field(default_factory=lambda: defaultdict(list))

    def add(self, subject: Node, name: str, term: Term) -> None:
        values = self.by_subject.setdefault(subject, {}).setdefault(name, {})
        if term in values:
            return
        values[term] = None
        if not isinstance(term, Literal):
            if name == "rdf:type":
                self.by_type[class_name(term)].append(subject)
            else:
                self.pointing[name, term].append(subject)

    def values(self, subject: Node, *names: str) -> list[Term]:
        """All that is said of ``subject`` by the properties ``names``."""
        said = self.by_subject.get(subject, {})
        return [term for name in names for term in said.get(name, ())]

    def text(self, subject: Node, *names: str) -> str:
        """The first text said by one of the properties."""
        return next((t.text for t in self.values(subject, *names) if isinstance(t, Literal)), "")

    def objects(self, name: str) -> Iterator[Node]:
        """All nodes that some node points to by the property ``name``."""
        for (said, node), _ in self.pointing.items():
            if said == name:
                yield node

    def types(self, subject: Node) -> set[str]:
        values = self.values(subject, "rdf:type")
        return {class_name(t) for t in values if not isinstance(t, Literal)}


def parse(data: bytes, url: str, content_type: str = "") -> Graph:
    """The graph of a document; ``url`` is where it came from, against which it is relative."""
    kind = _kind(data, url, content_type)
    try:
        return _read(_prepared(data, kind), kind, url)
    except xml.XmlError as e:
        raise RdfError(str(e)) from e
    except (SyntaxError, ValueError, RecursionError) as e:
        try:
            if kind in ("ttl", "nt", "n3", "trig"):
                return _read_repaired(_repaired(data), kind, url)
            if kind == "xml":
                return _read(rdf_xml.repaired(data), kind, url)
        except (SyntaxError, ValueError):
            pass
        raise RdfError(_short(e)) from e


def _read_repaired(data: bytes, kind: str, url: str) -> Graph:
    """Also where prefixes are used that nobody declared."""
    for _ in range(_PREFIXES_FORGOTTEN):
        try:
            return _read(data, kind, url)
        except SyntaxError as e:
            found = _UNDECLARED.search(str(e))
            if found is None:
                raise
            address = NAMESPACES.get(found[1]) or f"urn:prefix:{found[1]}#"
            data = f"@prefix {found[1]}: <{address}> .\n".encode() + data
    return _read(data, kind, url)


def _short(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__


def _kind(data: bytes, url: str, content_type: str) -> str:
    """By what the document looks like, else by its declared type or the address."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    # "[" may begin a blank node of Turtle too
    if start[:1] == b"{" or re.match(rb"\[\s*(?:[\[{]|\]\s*$)", start):
        return "json"
    if start.startswith((b"<?xml", b"<rdf:", b"<!DOCTYPE", b"<!--")) or data[:2] in (
        b"\xff\xfe", b"\xfe\xff",
    ) or _LATE_XML.match(start):  # fmt: skip
        return "xml"
    extension = re.sub(r"[?#].*$", "", url).rpartition(".")[2].lower()
    said = _BY_TYPE.get(content_type.lower()) or _BY_EXTENSION.get(extension)
    if said in ("ttl", "nt", "n3", "trig", "nq"):
        return said
    if _NT_LINE.match(start) or re.match(rb"(?:@?prefix|@?base|#|_:|\[)", start, re.I):
        return "ttl"
    return said or ("xml" if start.startswith(b"<") else "ttl")


def _prepared(data: bytes, kind: str) -> bytes:
    if kind == "xml":
        return etree.tostring(xml.parse(data), encoding="utf-8")
    if kind == "json":
        document = json_text.loads(json_text.text_of(data))
        return json.dumps(_inline(document)).encode()
    return data.removeprefix(b"\xef\xbb\xbf")


def _repaired(data: bytes) -> bytes:
    """Turtle whose addresses have characters that must be escaped, with these escaped."""
    text = json_text.text_of(data).lstrip("\ufeff")

    def escape(match: re.Match[str]) -> str:
        if not _BAD_IN_IRI.search(match[1]) or not _LIKE_ADDRESS.search(match[1]):
            return match[0]
        share = "file:" if match[1].lstrip().startswith("\\\\") else ""
        address = re.sub(r"\\(?!u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})", "/", match[1]).strip()
        address = share + address
        return "<" + re.sub(r"[ {}|^`]", lambda m: f"%{ord(m[0]):02X}", address) + ">"

    return _BAD_LANGUAGE.sub(r"\1-", _IRI.sub(escape, text)).encode()


def _read(data: bytes, kind: str, url: str) -> Graph:
    graph = Graph()
    names: dict[str, str] = {}
    for quad in ox.parse(data, format=_OXIGRAPH[kind], base_iri=_base(url), lenient=True):
        address = quad.predicate.value
        name = names.get(address)
        if name is None:
            name = names[address] = property_name(address)
        subject = _node(quad.subject)
        if subject is not None and (term := _term(quad.object)) is not None:
            graph.add(subject, name, term)
    return _without_lists(graph)


def _without_lists(graph: Graph) -> Graph:
    """The graph with the members of a list (JSON-LD's ``@list``) in its place."""
    links = {node for node, said in graph.by_subject.items() if _FIRST in said}
    if not links:
        return graph
    plain = Graph()
    for subject, said in graph.by_subject.items():
        if subject in links:
            continue
        for name, terms in said.items():
            for term in terms:
                whole = not isinstance(term, Literal) and term in links
                for member in _members(graph, term) if whole else [term]:
                    if member != _NIL:
                        plain.add(subject, name, member)
    return plain


def _members(graph: Graph, node: Any) -> Iterator[Term]:
    seen: set[Node] = set()
    while node in graph.by_subject and node not in seen and len(seen) < _LONGEST_LIST:
        seen.add(node)
        yield from graph.values(node, _FIRST)
        node = next((t for t in graph.values(node, "rdf:rest") if not isinstance(t, Literal)), "")


def _base(url: str) -> str:
    return re.sub(r"[\s<>\"{}|\\^`]", "_", url)


#: A folder of somebody's network (\\\\server\\share), which was taken for a path of the base.
_SHARE = re.compile(r"[a-z]+://[^/\\]{0,300}/(?:[^\\]{0,1000}/)?(\\\\[^\\].*)", re.S)


def _node(term: Any) -> Node | None:
    if isinstance(term, ox.NamedNode):
        if share := _SHARE.match(term.value):
            return "file:" + share[1].replace("\\", "/")
        # a path of Windows in an address
        return term.value.replace("/\\", "/").replace("\\", "/").strip()
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else None


def _term(term: Any) -> Term | None:
    if not isinstance(term, ox.Literal):
        return _node(term)
    if term.language:
        return Literal(term.value, term.language.lower().replace("_", "-"))
    type_ = compact(term.datatype.value)
    return Literal(term.value, "", "" if type_ == "xsd:string" else type_)


# -- JSON-LD ------------------------------------------------------------------------------------


def _inline(value: Any) -> Any:
    """The document with every context given by address replaced by ours."""
    if isinstance(value, list):
        return [_inline(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: _inline(item) for key, item in value.items() if key != "@import"}
    if "@context" in value:
        found["@context"] = _context(value["@context"])
    return found


def _context(context: Any) -> Any:
    if isinstance(context, str):
        return CONTEXT
    if isinstance(context, list):
        return [_context(item) for item in context]
    return _inline(context) if isinstance(context, dict) else None


def _address(name: str) -> dict[str, str]:
    return {"@id": name, "@type": "@id"}


#: What DCAT-AP's, DCAT-US's and the usual prefix contexts have in common, by the terms'
#: definitions in DCAT 3 (W3C Recommendation).
CONTEXT: dict[str, Any] = {
    **NAMESPACES,
    "dcterms": NAMESPACES["dct"],
    "dc11": NAMESPACES["dc"],
    "sdo": NAMESPACES["schema"],
    "id": "@id",
    "type": "@type",
    **{name: f"dcat:{name}" for name in (
        "Catalog", "Dataset", "DatasetSeries", "Distribution", "DataService", "CatalogRecord",
        "keyword", "byteSize", "version", "startDate", "endDate", "bbox", "centroid",
        "temporalResolution", "spatialResolutionInMeters", "endpointDescription")},
    **{name: f"dct:{name}" for name in (
        "title", "description", "identifier", "issued", "modified", "created", "spatial",
        "temporal",
        "publisher", "creator", "language", "license", "rights", "accessRights", "format",
        "subject",
        "conformsTo", "provenance", "accrualPeriodicity", "relation", "isPartOf", "hasPart",
        "source",
        "isVersionOf", "hasVersion", "references", "isReferencedBy", "alternative")},
    **{name: {"@id": f"dcat:{name}"} for name in (
        "dataset", "distribution", "service", "catalog", "record", "contactPoint", "theme",
        "inSeries", "accessService", "servesDataset", "mediaType")},
    **{name: _address(f"dcat:{name}") for name in (
        "landingPage", "accessURL", "downloadURL", "endpointURL")},
    "name": "foaf:name", "homepage": _address("foaf:homepage"), "mbox": "foaf:mbox",
    "page": _address("foaf:page"), "fn": "vcard:fn", "hasEmail": "vcard:hasEmail",
    "hasTelephone": "vcard:hasTelephone", "prefLabel": "skos:prefLabel",
    "notation": "skos:notation",
    "label": "rdfs:label", "versionInfo": "owl:versionInfo", "checksum": "spdx:checksum",
    "applicableLegislation": _address("dcatap:applicableLegislation"),
    "availability": "dcatap:availability", "status": "adms:status",
}  # fmt: skip
