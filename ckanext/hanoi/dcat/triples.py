"""Statements about one thing, collected under the usual prefixes. Pure.

Addresses that are none (a blank, a control character) are never said: one bad field must not make
a whole page unreadable.
"""
from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from ckanext.hanoi.dates import parse
from ckanext.hanoi.parsing.rdf import NAMESPACES

PREFIXES = {
    **{key: NAMESPACES[key] for key in (
        "rdf rdfs xsd dcat dct foaf vcard skos adms dcatap locn hydra spdx prov").split()},
    "geo": "http://www.opengis.net/ont/geosparql#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "geodcatap": "http://data.europa.eu/930/",
    "cnt": "http://www.w3.org/2011/content#",
}  # fmt: skip
Node = ox.NamedNode | ox.BlankNode

_DATES = tuple((re.compile(pattern, re.ASCII), kind) for pattern, kind in (
    (r"\d{4}", "xsd:gYear"),
    (r"\d{4}-\d{2}", "xsd:gYearMonth"),
    (r"\d{4}-\d{2}-\d{2}", "xsd:date"),
    (r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?", "xsd:dateTime"),
))  # fmt: skip
_ABSOLUTE = re.compile(r"(?:https?|ftps?)://[^/\s]+", re.I)


def name(short: str) -> ox.NamedNode:
    """``dct:title`` as a node."""
    prefix, _, local = short.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def address(text: Any) -> ox.NamedNode | None:
    """An absolute web address as a node; None for any other text."""
    if not isinstance(text, str) or not _ABSOLUTE.match(text.strip()):
        return None
    try:
        return ox.NamedNode(quote(text.strip(), safe="%/:=&?~#+!$,;'@()*[]._-"))
    except ValueError:
        return None


def iri(text: Any) -> ox.NamedNode | None:
    """Any absolute IRI as a node (``urn:…`` too); None for a text that is none."""
    if found := address(text):
        return found
    try:
        return ox.NamedNode(text.strip())
    except (AttributeError, ValueError):
        return None


def _literal(words: str, language: str) -> ox.Literal:
    try:
        return ox.Literal(words, language=language or None)
    except ValueError:  # a language that is none
        return ox.Literal(words)


def date(text: str) -> ox.Literal:
    """A date as exact as it is written: a year, a month, a day or a moment; a plain text where
    there is no such day (old datasets have 2020-13-45)."""
    for pattern, kind in _DATES:
        if pattern.fullmatch(text) and parse(text) is not None:
            return ox.Literal(text.replace(" ", "T"), datatype=name(kind))
    return ox.Literal(text)


class Statements:
    """The statements of one dataset. Blank nodes are named after ``seed``, so that those of two
    datasets never meet on a page, and stay the same when nothing changed."""

    def __init__(self, seed: str) -> None:
        self.triples: list[ox.Triple] = []
        self._seed = "b" + hashlib.sha256(seed.encode()).hexdigest()[:16]
        self._blank = 0

    def node(self, *types: str) -> ox.BlankNode:
        """A new blank node of these classes."""
        self._blank += 1
        return self.typed(ox.BlankNode(f"{self._seed}x{self._blank}"), *types)

    def typed(self, node: Any, *types: str) -> Any:
        """``node``, said to be of these classes."""
        for kind in types:
            self.say(node, "rdf:type", name(kind))
        return node

    def say(self, subject: Node, prop: str, value: Any) -> None:
        """One statement; nothing where there is no value."""
        if value is not None:
            self.triples.append(ox.Triple(subject, name(prop), value))

    def text(self, subject: Node, prop: str, text: Any, language: str = "") -> None:
        """A text, in its language where it is known."""
        if isinstance(text, (str, int)) and str(text).strip():
            self.say(subject, prop, _literal(str(text).strip(), language))

    def labels(self, subject: Node, prop: str, vi: str, en: str) -> None:
        """A term's name in both languages."""
        self.text(subject, prop, vi, "vi")
        self.text(subject, prop, en, "en")
