"""Values of a DCAT tree by the vocabularies: codes, licences, types. Pure."""

from __future__ import annotations

from typing import Any

from ckanext.hanoi.harvest.standards.dcat_records import (
    Tree,
    first_text,
    ids,
    label,
    said,
    tail,
    values,
)
from ckanext.hanoi.harvest.standards.source_dataset import unique
from ckanext.hanoi.parsing import lenient_json
from ckanext.hanoi.parsing.rdf import class_name
from ckanext.hanoi.vocabulary import vocabulary


def types(tree: Tree) -> set[str]:
    return {class_name(address) for address in ids(tree, "rdf:type")}


def coded(value: Any, name: str) -> str:
    """The spelling of a controlled value that the vocabulary knows, else its label or address."""
    if not isinstance(value, dict):
        return str(value)
    if "@value" in value:
        return str(value["@value"])
    address = str(value.get("@id") or "")
    spellings = [s for s in (address, label(value), tail(address)) if s]
    known = [s for s in spellings if vocabulary(name).find(s)]
    return next(iter(known or spellings[1:2] or spellings), "")


def first_coded(tree: Tree, name: str, *properties: str) -> str:
    found = [coded(v, name) for v in values(tree, *properties)]
    known = [text for text in found if vocabulary(name).find(text)]
    return next(iter(known or found), "")


def licence(tree: Tree, *names: str) -> list[str]:
    found: list[str] = []
    for value in values(tree, *names):
        if isinstance(value, dict) and "@value" not in value:
            kinds = said(value, "dct:type")
            found += [
                str(value.get("@id") or ""),
                first_text(value, "dct:identifier"),
                label(value),
            ]
            found += [k for k in kinds if vocabulary("license").find(k)]
        else:
            found.append(lenient_json.text(value["@value"] if isinstance(value, dict) else value))
    found = unique(found)
    known = [text for text in found if vocabulary("license").find(text)]
    return known[:1] or found
