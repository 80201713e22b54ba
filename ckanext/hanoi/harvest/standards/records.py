"""Which standard a record element follows, and reading it by that. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from lxml import etree

from ckanext.hanoi.harvest.standards import atom, datacite, dublin_core, iso19115
from ckanext.hanoi.parsing import xml

Element = etree._Element

_STANDARDS: tuple[ModuleType, ...] = (iso19115, datacite, dublin_core, atom)
#: Elements that hold records: answers of a catalogue, feeds, ISO's series and transfer sets.
_HOLDERS = frozenset({
    "GetRecordsResponse", "GetRecordByIdResponse", "SearchResults", "feed", "oai_datacite",
    "payload", "MX_Aggregate", "DS_Series", "DS_DataSet", "has", "composedOf", "seriesMetadata",
    "metadata",
})  # fmt: skip


def standard(element: Element) -> ModuleType | None:
    """The module (``summary``, ``to_draft``) that reads this element, or None."""
    name = xml.local(element)
    return next((module for module in _STANDARDS if name in module.ROOTS), None)


def records(root: Element) -> Iterator[Element]:
    """The record elements of a document: itself, or those in the holders it consists of."""
    if standard(root) is not None:
        yield root
    elif xml.local(root) in _HOLDERS:
        for inner in xml.children(root):
            yield from records(inner)


def draft(content: dict[str, Any]) -> dict[str, Any]:
    """The draft of a record kept as ``{"xml": canonical XML, "base": its address}``.

    Content that is no such record (it was tampered with) gives an empty draft.
    """
    try:
        root = xml.parse(str(content.get("xml") or ""))
    except xml.XmlError:
        return {}
    module = standard(root)
    return module.to_draft(root, str(content.get("base") or "")) if module else {}
