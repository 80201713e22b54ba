"""What of a graph is a dataset, and everything said of it as one tree of JSON. Pure.

The tree is the record's content: ``{"@id": address, "rdf:type": […], "dct:title": […], …}``;
each value is a text, ``{"@value", "@language"}``, ``{"@value", "@type"}`` or the tree of a node.
Blank nodes have no ``@id`` and all lists are sorted, so that the tree of a dataset that did not
change is the same at every read, in whatever order and under whatever labels it comes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ckanext.hanoi.harvest.identity import Candidate
from ckanext.hanoi.parsing import addresses, lenient_json
from ckanext.hanoi.parsing.rdf import Graph, Literal, Node, Term, is_blank

Tree = dict[str, Any]

#: Pointers to what is a thing of its own: kept as the address only.
_LINKS = frozenset(
    "dcat:dataset dcat:catalog dcat:record dcat:servesDataset dcat:seriesMember dcat:inSeries "
    "dcat:first dcat:last dcat:prev dcat:next dcat:hasVersion dcat:previousVersion "
    "dcat:isVersionOf dcat:hasCurrentVersion dct:isPartOf dct:hasPart dct:relation "
    "dct:isReferencedBy "
    "dct:references dct:isVersionOf dct:hasVersion dct:replaces dct:isReplacedBy dct:source "
    "dct:requires dct:isRequiredBy foaf:primaryTopic foaf:isPrimaryTopicOf prov:wasDerivedFrom "
    "dcat:isDistributionOf skos:inScheme skos:broader skos:narrower skos:topConceptOf".split()
)
#: Properties whose texts are addresses.
_ADDRESSES = frozenset(
    "dcat:accessURL dcat:downloadURL dcat:landingPage foaf:page foaf:homepage dcat:endpointURL "
    "dcat:endpointDescription".split()
)
_DEPTH = 5
#: More values than any dataset's description has: beyond, nodes are kept as their address.
_BUDGET = 4000
#: So many texts of one property and language become paragraphs.
_PARAGRAPHS = 50
_NAMING = ("dct:title", "dc:title", "rdfs:label", "skos:prefLabel", "foaf:name", "schema:name")
_DESCRIBING = (
    *_NAMING,
    "dct:description",
    "dc:description",
    "dcat:distribution",
    "dcat:keyword",
    "dcat:landingPage",
    "dct:identifier",
)


def candidates(graph: Graph, url: str) -> Iterator[Candidate]:
    """Every dataset of the graph that came from ``url``, in an order that its content decides."""
    datasets = set(_datasets(graph))
    found = [_candidate(graph, node, url, datasets) for node in datasets]
    yield from sorted(found, key=lambda c: (c.identifier or "~", c.title, c.url))


def is_mention(graph: Graph, candidate: Candidate) -> bool:
    """Whether the document only names the dataset (as the series of another, say)."""
    content = candidate.content
    if set(content) - {"@id", "rdf:type", "dct:identifier", *_NAMING}:
        return False
    pointed = {name for name in _LINKS if (name, content.get("@id")) in graph.pointing}
    return bool(pointed) and "dcat:dataset" not in pointed


def undescribed(graph: Graph) -> list[Node]:
    """Addresses of datasets that a catalogue only points to."""
    return sorted(
        {
            n
            for n in graph.objects("dcat:dataset")
            if n.startswith(("http://", "https://")) and not graph.by_subject.get(n)
        }
    )


def _datasets(graph: Graph) -> Iterator[Node]:
    typed = [n for kind in ("dcat:Dataset", "dcat:DatasetSeries") for n in graph.by_type[kind]]
    for node in [*typed, *graph.objects("dcat:dataset")]:
        if _describes(graph, node) and "dcat:Catalog" not in graph.types(node):
            yield node
    for node in [*graph.by_type["dcat:Distribution"]]:
        if _describes(graph, node) and not graph.pointing.get(("dcat:distribution", node)):
            owners = graph.values(node, "dcat:isDistributionOf", "dct:isPartOf")
            if not any(_describes(graph, o) for o in owners if not isinstance(o, Literal)):
                yield node
    for node in graph.by_type["dcat:DataService"]:
        served = graph.values(node, "dcat:servesDataset")
        if (
            graph.values(node, *_NAMING)
            and not served
            and not graph.pointing.get(("dcat:accessService", node))
        ):
            yield node


def _describes(graph: Graph, node: Node) -> bool:
    return any(graph.values(node, name) for name in _DESCRIBING)


def _candidate(graph: Graph, node: Node, url: str, datasets: set[Node]) -> Candidate:
    content = _Builder(graph, url, datasets - {node}).tree(node)
    inverse = [
        *graph.pointing.get(("dcat:servesDataset", node), ()),
        *graph.pointing.get(("dcat:isDistributionOf", node), ()),
        *(
            n
            for n in graph.pointing.get(("dct:isPartOf", node), ())
            if "dcat:Distribution" in graph.types(n)
        ),
    ]
    for name, type_ in (
        ("dcat:distribution", "dcat:Distribution"),
        ("services", "dcat:DataService"),
    ):
        more = [
            _Builder(graph, url, datasets).tree(n)
            for n in dict.fromkeys(inverse)
            if type_ in graph.types(n)
        ]
        known = content.get(name, [])
        there = set(map(_written, known))
        if more := [tree for tree in more if _written(tree) not in there]:
            content[name] = _sorted(known + more)
    identifier = first_text(content, "dct:identifier", "dc:identifier")
    address = "" if is_blank(node) or _is_fragment(node, url) else node
    return Candidate(
        content,
        address or identifier or None,
        lenient_json.headline(lenient_json.one_line(words(content, *_NAMING))),
        first_id(content, "dcat:landingPage") or _first_link(content),
        first_text(content, "dct:issued", "dc:date") or None,
        first_text(content, "dct:modified") or None,
    )


def _is_fragment(node: Node, url: str) -> bool:
    """Whether the node is a place in one page of several: such an address does not last."""
    return "?" in url and node.partition("#")[0] == url.partition("#")[0]


def _first_link(content: Tree) -> str:
    for distribution in trees(content, "dcat:distribution"):
        if found := first_id(distribution, "dcat:downloadURL", "dcat:accessURL"):
            return found
    return first_id(content, "dcat:downloadURL", "dcat:accessURL", "dcat:endpointURL")


class _Builder:
    def __init__(self, graph: Graph, url: str, others: set[Node]) -> None:
        self.graph, self.url, self.others, self.left = graph, url, others, _BUDGET

    def tree(self, node: Node, above: tuple[Node, ...] = ()) -> Tree:
        found: Tree = {} if is_blank(node) else {"@id": node}
        for name, terms in sorted(self.graph.by_subject.get(node, {}).items()):
            said = [v for term in terms for v in self._values(name, term, (*above, node))]
            if said := _sorted([v for v in said if v not in ("", {})]):
                found[name] = said
        return found

    def _values(self, name: str, term: Term, above: tuple[Node, ...]) -> list[Any]:
        """What one statement says: of where something is, each address in it and the words."""
        if name in _ADDRESSES and (isinstance(term, Literal) or term not in self.graph.by_subject):
            written = term.text if isinstance(term, Literal) else addresses.relative(term, self.url)
            found = addresses.read(written, self.url)
            if isinstance(term, Literal) or found.urls or " " in written:
                self.left -= 1
                return [*({"@id": url} for url in found.urls), *filter(None, [found.rest])]
        return [self._value(name, term, above)]

    def _value(self, name: str, term: Term, above: tuple[Node, ...]) -> Any:
        self.left -= 1
        if isinstance(term, Literal):
            return _literal(term)
        if name == "rdf:type" or (
            not is_blank(term)
            and (
                name in _LINKS
                or term in self.others
                or term not in self.graph.by_subject
                or len(above) > _DEPTH
                or self.left < 0
            )
        ):
            return {"@id": term}
        if term in above or len(above) > _DEPTH or self.left < 0:
            return {}
        return self.tree(term, above)


def _literal(term: Literal) -> Any:
    text = term.text.strip()
    if not text:
        return ""
    if term.language:
        return {"@value": text, "@language": term.language}
    return {"@value": text, "@type": term.type} if term.type else text


def _sorted(values: list[Any]) -> list[Any]:
    return sorted(values, key=_written)


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


# -- reading a tree -----------------------------------------------------------------------------


def values(tree: Tree, *names: str) -> list[Any]:
    """All values of the properties."""
    return [v for name in names if isinstance(tree.get(name), list) for v in tree[name]]


def trees(tree: Tree, *names: str) -> list[Tree]:
    """The nodes that the properties point to."""
    return [v for v in values(tree, *names) if isinstance(v, dict) and "@value" not in v]


def ids(tree: Tree, *names: str) -> list[str]:
    """The addresses of these nodes."""
    return [v["@id"] for v in trees(tree, *names) if isinstance(v.get("@id"), str)]


def first_id(tree: Tree, *names: str) -> str:
    return next(iter(ids(tree, *names)), "")


def literals(tree: Tree, *names: str) -> list[str]:
    """The texts of the properties, whatever their language or type."""
    found = [v.get("@value") if isinstance(v, dict) else v for v in values(tree, *names)]
    return list(dict.fromkeys(v for v in found if isinstance(v, str) and v))


def first_text(tree: Tree, *names: str) -> str:
    return next(iter(literals(tree, *names)), "")


def words(tree: Tree, *names: str, joined: bool = False) -> dict[str, str] | str:
    """The first property that has text, by language; several texts of a language are ``joined``
    to paragraphs, or the first of them counts."""
    for name in names:
        several: dict[str, list[str]] = {}
        for value in values(tree, name):
            tagged = isinstance(value, dict)
            text = value.get("@value") if tagged else value
            language = str(value.get("@language") or "und") if tagged else "und"
            if not isinstance(text, str) or not text:
                continue
            texts = several.setdefault(language, [])
            if not texts or (joined and len(texts) < _PARAGRAPHS and not any(
                    text in said for said in texts)):  # fmt: skip
                texts.append(text)
        found = {language: "\n\n".join(texts) for language, texts in several.items()}
        if found:
            und = found.pop("und", "")
            if und and und not in found.values():
                found = {"und": und, **found}
            return found if len(found) > 1 else next(iter(found.values()))
    return ""


def label(tree: Tree) -> str:
    """The name of a node in one text, or ''."""
    return lenient_json.headline(
        words(
            tree,
            "skos:prefLabel",
            "rdfs:label",
            "dct:title",
            "foaf:name",
            "schema:name",
            "vcard:fn",
            "vcard:organization-name",
            "dc:title",
            "skos:altLabel",
            "skos:notation",
            "rdf:value",
            "dct:identifier",
            "dct:description",
            "rdfs:comment",
        )
    )


def tail(address: str) -> str:
    """The last part of an address that says something."""
    return re.split(r"[/#]", address.rstrip("/#"))[-1]


def said(tree: Tree, *names: str) -> list[str]:
    """What the properties say, in one text each: text, the node's name, else its address."""
    found = []
    for value in values(tree, *names):
        if isinstance(value, dict) and "@value" not in value:
            found.append(label(value) or value.get("@id"))
        else:
            found.append(value.get("@value") if isinstance(value, dict) else value)
    return list(dict.fromkeys(v for v in found if isinstance(v, str) and v))
