"""Controlled values as nodes: by address where the vocabulary has one. Pure."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.hanoi.dataset.terms_of_use import TermsOfUse
from ckanext.hanoi.dcat.triples import Node, Statements, address
from ckanext.hanoi.vocabulary import vocabulary


def language_of(package: Mapping[str, Any]) -> str:
    """The language that titles and descriptions are written in: Vietnamese, unless the dataset is
    said to be in other languages only and its title has no letter beyond ASCII."""
    codes = package.get("language") or ["vi"]
    if "vi" in codes or not str(package.get("title") or "").isascii():
        return "vi"
    return str(codes[0])


def coded(said: Statements, name: str, code: str, kind: str) -> Node:
    """The node for the term ``code`` of the vocabulary ``name``. A term without an address has its
    code and its labels; a word that the vocabulary does not know is its label."""
    term = vocabulary(name).get(code)
    if term and (known := address(term.uri)):
        node = said.typed(known, kind)
        if kind == "skos:Concept":
            said.labels(node, "skos:prefLabel", term.vi, term.en)
        return node
    node = said.node(kind)
    if kind in ("dct:Location", "skos:Concept"):
        if term:
            said.labels(node, "skos:prefLabel", term.vi, term.en)
        else:
            said.text(node, "skos:prefLabel", code)
        said.text(node, "dct:identifier" if kind == "dct:Location" else "skos:notation", code)
    else:
        said.text(node, "rdfs:label", code)
    return node


def license_of(said: Statements, holder: Mapping[str, Any]) -> Node | None:
    """The licence of a package or resource; None where it has none. The terms of the law have no
    address: they are a document with their code and names, never a licence of another name."""
    code = holder.get("license_id")
    if not code or code == "notspecified":
        return None
    term = vocabulary("license").get(code)
    link = address(term.uri) if term else address(holder.get("license_url"))
    node = said.typed(link or said.node(), "dct:LicenseDocument")
    said.text(node, "dct:identifier", code)
    if term:
        said.labels(node, "rdfs:label", term.vi, term.en)
    else:
        said.text(node, "rdfs:label", holder.get("license_title") or code)
    return node


def rights_of(said: Statements, node: Node, terms: TermsOfUse, main: str) -> None:
    """What is said of the use of ``node`` in words: the source's own, and the field "rights"."""
    for text in dict.fromkeys((*terms.words, terms.rights)):
        if text:
            rights = said.node("dct:RightsStatement")
            said.text(rights, "rdfs:label", text, main)
            said.say(node, "dct:rights", rights)


def standards(said: Statements, node: Node, texts: Any) -> None:
    """What ``node`` conforms to: addresses, or standards by their name."""
    for text in [texts] if isinstance(texts, str) else texts or ():
        link = address(text)
        standard = said.typed(link or said.node(), "dct:Standard")
        if link is None:
            said.text(standard, "rdfs:label", text)
        said.say(node, "dct:conformsTo", standard)
