"""A page of the catalog put together from what was written of each dataset. Pure.

A fragment is the middle of a document: Turtle without its prefixes, RDF/XML without its root,
the inside of JSON-LD's list. Fragments stand behind one another under one head.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from ckanext.hanoi.dcat.triples import PREFIXES, address, name

FORMATS = {
    "ttl": ox.RdfFormat.TURTLE, "n3": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML, "xml": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip

#: Names for a format that is kept under another.
SAME = {"xml": "rdf", "n3": "ttl", "turtle": "ttl", "json-ld": "jsonld"}

_PREFIX_LINE = re.compile(r"^@prefix [^\n]*\n", re.M)
#: What hydra calls the pages, in the old and in the new way.
_PAGING = {
    "next": ("hydra:nextPage", "hydra:next"),
    "previous": ("hydra:previousPage", "hydra:previous"),
    "first": ("hydra:firstPage", "hydra:first"),
    "last": ("hydra:lastPage", "hydra:last"),
    "count": ("hydra:totalItems",),
    "items_per_page": ("hydra:itemsPerPage",),
}
_OLD = ox.NamedNode(PREFIXES["hydra"] + "PagedCollection")


def fragment(triples: Iterable[ox.Triple], form: str) -> str:
    """The statements in a format of ``FORMATS``, without the document around them."""
    return _split(_written(triples, form), form)[1]


def page(head: Iterable[ox.Triple], fragments: Iterable[str], form: str) -> str:
    """One document of the statements ``head`` and the fragments, all in one format."""
    start, first, end = _split(_written(head, form), form)
    between = "," if FORMATS[form] is ox.RdfFormat.JSON_LD else ""
    return start + between.join(part for part in (first, *fragments) if part) + end


def links(base: str, datasets: Iterable[str], paging: Mapping[str, object]) -> list[ox.Triple]:
    """Which datasets stand on the page, and where the other pages are."""
    catalog = ox.NamedNode(base)
    found = [ox.Triple(catalog, name("dcat:dataset"), ox.NamedNode(uri)) for uri in datasets]
    if here := address(paging.get("current")):
        found.append(ox.Triple(here, name("rdf:type"), _OLD))
        for key, props in _PAGING.items():
            value = paging.get(key)
            for prop in props if value else ():
                found.append(ox.Triple(here, name(prop), _literal(value)))
    return found


def _literal(value: object) -> ox.Literal:
    return ox.Literal(value) if isinstance(value, int) else ox.Literal(str(value))


def _written(triples: Iterable[ox.Triple], form: str) -> str:
    kind = FORMATS[form]
    known = PREFIXES if kind in (ox.RdfFormat.TURTLE, ox.RdfFormat.RDF_XML) else None
    written = ox.serialize(triples, format=kind, prefixes=known)
    return (written or b"").decode()


def _split(text: str, form: str) -> tuple[str, str, str]:
    """(head, middle, end) of a document."""
    kind = FORMATS[form]
    if kind is ox.RdfFormat.TURTLE:
        # a text of several lines that begins with "@prefix" must stay: only the head is looked at
        end = 0
        while found := _PREFIX_LINE.match(text, end):
            end = found.end()
        return text[:end], text[end:], ""
    if kind is ox.RdfFormat.RDF_XML:
        start = text.index(">", text.index("<rdf:RDF")) + 1
        stop = text.rindex("</rdf:RDF>")
        return text[:start], text[start:stop], text[stop:]
    if kind is ox.RdfFormat.JSON_LD:
        return "[", text.strip()[1:-1], "]"
    return "", text, ""
