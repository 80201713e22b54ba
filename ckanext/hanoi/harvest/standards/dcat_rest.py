"""What of a DCAT tree has no field, or comes more often than its field can hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ckanext.hanoi.harvest.standards.dcat_records import Tree, label, literals, tail, trees, values
from ckanext.hanoi.harvest.standards.source_dataset import unique
from ckanext.hanoi.parsing import lenient_json
from ckanext.hanoi.parsing.sanitize import plain_text

#: Properties whose field holds one value, and the name of the extra for the others.
_ONCE = {
    "dct:title": "title_other", "dct:identifier": "identifier_other",
    "dct:publisher": "publisher_other", "dcat:landingPage": "landing_page_other",
    "dcat:contactPoint": "contact_other", "adms:contactPoint": "contact_other",
    "dct:accrualPeriodicity": "frequency_other", "dct:issued": "issued_other",
    "dct:modified": "modified_other", "dcat:version": "version_other",
    "owl:versionInfo": "version_other", "dct:temporal": "temporal_other",
    "adms:versionNotes": "version_notes_other",
}  # fmt: skip
#: Of these also one alone may say more: its address, its name in other languages.
_OF_NODES = ("publisher_other", "contact_other")
_DEPTH = 3
_SHORT = ("dct:", "dcat:", "adms:", "foaf:", "dc:", "vcard:", "skos:", "schema:", "rdfs:")


def told(value: Any, depth: int = 0) -> str:
    """A value in one text: of a node its name, address and whatever else is said of it."""
    if not isinstance(value, dict):
        return str(value)
    if "@value" in value:
        return str(value["@value"])
    name, address = label(value), str(value.get("@id") or "")
    more = [address] if name and address else []
    for property_, inner in value.items() if depth < _DEPTH else ():
        if property_ in ("@id", "rdf:type") or not isinstance(inner, list):
            continue
        for text in (told(item, depth + 1) for item in inner):
            if text and text != name:
                more.append(f"{key(property_)}: {text}")
    said = "; ".join(unique(more))
    if not name:
        name, address = address, ""
    return f"{name} ({said})" if name and said else name or said


def key(property_: str) -> str:
    """The name of a property for an extra."""
    if property_.startswith(_SHORT):
        return property_.partition(":")[2]
    return property_


def rest(tree: Tree, used: Iterable[str]) -> dict[str, str]:
    """Everything without a field, by the property's name."""
    known = frozenset(used)
    return {
        key(name): "; ".join(unique(map(told, value))) if isinstance(value, list)
        else lenient_json.as_extra(value)
        for name, value in tree.items() if name not in known
    }  # fmt: skip


def others(tree: Tree, draft: Any) -> dict[str, str]:
    """What properties that have a field say beyond what ``draft`` has of them."""
    taken = frozenset(_texts(draft))
    found: dict[str, list[Any]] = {}
    for name, extra in _ONCE.items():
        found.setdefault(extra, []).extend(values(tree, name))
    beyond = {
        extra: [told(v) for v in given if not all(
            text in taken or plain_text(text) in taken for text in _leaves(v)
        )]
        for extra, given in found.items() if len(given) > 1 or extra in _OF_NODES
    }  # fmt: skip
    return {extra: "; ".join(unique(texts)) for extra, texts in beyond.items() if any(texts)}


def beside(tree: Tree, placed: bool = True) -> dict[str, str]:
    """What is said of publisher, standards, relations and services beside their names, and of a
    place that could not be used (``placed``)."""
    agents = trees(tree, "dct:publisher", "dc:publisher")
    agencies = [above for agent in agents for above in trees(agent, "org:subOrganizationOf")]
    standards = [v for v in trees(tree, "dct:conformsTo") if label(v) and v.get("@id")]
    roles = trees(tree, "dcat:qualifiedRelation", "prov:qualifiedAttribution")
    shapes = [text for place in trees(tree, "dct:spatial") for name, inner in place.items()
              if "geometry" in name.lower() or tail(name).startswith("as")
              for text in literals({name: inner}, name)]  # fmt: skip
    found = {
        "publisher_part_of": map(told, agencies),
        "conforms_to_address": (str(v["@id"]) for v in standards),
        "qualifiedRelation": map(told, roles),
        "service": (told(s) for s in trees(tree, "dcat:accessService")
                    if set(s) - {"@id", "rdf:type", "dcat:endpointURL"}),
        "spatial_written": () if placed else shapes,
    }  # fmt: skip
    return {name: text for name, texts in found.items() if (text := "; ".join(unique(texts)))}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    elif value is not None:
        yield " ".join(str(value).split())


def _leaves(value: Any) -> Iterator[str]:
    """Every text in a value, as it is written in a field."""
    if not isinstance(value, dict):
        yield re.sub(r"^(?:mailto|tel):", "", " ".join(str(value).split()))
    elif "@value" in value:
        yield " ".join(str(value["@value"]).split())
    else:
        for name, inner in value.items():
            if name != "rdf:type" and (name != "@id" or len(value) == 1):
                for item in inner if isinstance(inner, list) else [inner]:
                    yield from _leaves(item)
