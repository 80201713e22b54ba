"""RDF/XML that is well-formed XML but no RDF, as some catalogues write it. Knows no CKAN."""

from __future__ import annotations

from lxml import etree

from ckanext.hanoi.parsing import xml

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LABEL = "{http://www.w3.org/2000/01/rdf-schema#}label"


def repaired(data: bytes) -> bytes:
    """The document without text where RDF allows none: the text beside an address becomes its
    label (``<dcat:theme rdf:resource="…">Water</dcat:theme>``), text between elements goes.

    Raises ``xml.XmlError`` as ``xml.parse`` does.
    """
    root = xml.parse(data)
    for element in list(root.iter("*")):
        if element.get(f"{_RDF}parseType") == "Literal":
            continue
        address, text = element.get(f"{_RDF}resource"), (element.text or "").strip()
        if len(element):
            element.text = None
            for inner in element:
                inner.tail = None
        elif address is not None and text:
            del element.attrib[f"{_RDF}resource"]
            element.text = None
            node = etree.SubElement(element, f"{_RDF}Description", {f"{_RDF}about": address})
            etree.SubElement(node, _LABEL).text = text
    return etree.tostring(root, encoding="utf-8")
