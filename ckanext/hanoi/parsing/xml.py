"""XML from strangers: a guarded parser, and reading by local name. Knows no CKAN, fetches nothing.

Metadata standards keep their element names and change their namespaces (ISO 19139, the editions
of ISO 19115-3, CSW 2 and 3, DataCite 2 to 4), and servers misspell the latter: elements are
therefore told apart by their local names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ckanext.hanoi.parsing import json_text, xml_repair

__all__ = [
    "XmlError", "attribute", "canonical", "child", "children", "descendants", "is_html",
    "language", "local", "parse", "path", "paths", "text",
]  # fmt: skip

XLINK = "{http://www.w3.org/1999/xlink}"
XML = "{http://www.w3.org/XML/1998/namespace}"
Element = etree._Element

_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I)
#: What XML 1.0 forbids and portals send all the same: control characters and references to them.
_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));",
    re.I,
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_UNDECLARED = re.compile(r"Namespace prefix ([A-Za-z_][\w.-]{0,60}) (?:for|on) ")
_PREFIXES_FORGOTTEN = 12
#: A program's warning before the document is no longer than this.
_LATE = 64 * 1024
_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SPACE = re.compile(r"[ \t\r\f\v\u00a0]+")


class XmlError(ValueError):
    """The document is no well-formed XML, or uses what only an attack needs."""


def parse(data: bytes | str) -> Element:
    """The root of the document; XmlError where it is cut off, not XML, or has a document type
    that does more than to name a few texts.

    No entities but such, no network, no giant nodes. Forbidden control characters are left out,
    bytes that the declared encoding does not know are replaced, and what ``xml_repair`` knows is
    mended, because one bad title must not hide a page of records.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if b"\0" in raw[:4] or raw[:2] in _BOMS:
        # UTF-16 or UTF-32, with a mark or without: XML begins with a sign of ASCII
        raw = json_text.text_of(raw).lstrip("\ufeff").encode("utf-8", "replace")
        raw = _DECLARED.sub(lambda m: m.group().replace(m.group(1), b"utf-8"), raw)
    raw = xml_repair.without_viewer(raw.removeprefix(b"\xef\xbb\xbf").lstrip())
    if not raw.startswith(b"<"):
        raise XmlError("no XML")
    if isinstance(data, str):
        raw = _DECLARED.sub(lambda m: m.group().replace(m.group(1), b"utf-8"), raw)
    if doctype := _doctype(raw):
        try:
            raw = xml_repair.without_doctype(raw, doctype.start())
        except xml_repair.RefusedError as e:
            raise XmlError("a document type is not accepted") from e
    root = _read_somehow(raw)
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlError("a document type is not accepted")
    return root


def _read_somehow(raw: bytes) -> Element:
    """The root of the document as it is, mended, or without what stands before its declaration."""
    try:
        return _read(raw)
    except etree.XMLSyntaxError as e:
        first = e
    except ValueError as e:
        raise XmlError(str(e)) from e
    late = raw.find(b"<?xml ", 1, _LATE)
    for attempt in (raw, raw[late:] if late > 0 else b""):
        clean = _repaired(attempt)
        if _doctype(clean):
            raise XmlError("a document type is not accepted") from first
        for _ in range(_PREFIXES_FORGOTTEN):
            try:
                return _read(clean)
            except etree.XMLSyntaxError as e:
                missing = _UNDECLARED.search(str(e))
                if missing is None:
                    break
                clean = xml_repair.with_prefix(clean, missing[1], _root_start(clean))
            except ValueError:
                break
    raise XmlError(str(first)) from first


def _read(raw: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root = etree.fromstring(raw, parser)
    if root is None:
        raise XmlError("no XML")
    return root


def _doctype(raw: bytes) -> re.Match[bytes] | None:
    return _DOCTYPE.search(raw, 0, raw.find(b">", _root_start(raw)) + 1)


def _root_start(raw: bytes) -> int:
    """Where the first element that is no declaration, comment or instruction begins."""
    found = re.search(rb"<[A-Za-z_]", raw)
    return found.start() if found else len(raw)


def _repaired(raw: bytes) -> bytes:
    declared = _DECLARED.match(raw)
    name = declared.group(1).decode("ascii") if declared else "utf-8"
    try:
        text = raw.decode(name)
    except UnicodeDecodeError:
        text = json_text.text_of(raw, name)
    except LookupError:
        text = json_text.text_of(raw)
    clean = _FORBIDDEN.sub(b"", text.encode())
    clean = _DECLARED.sub(lambda m: m.group().replace(m.group(1), b"utf-8"), clean)
    return xml_repair.mended(clean)


def is_html(data: bytes) -> bool:
    """Whether the document is a web page (also XHTML) rather than data."""
    if xml_repair.from_viewer(data):
        return False
    start = data[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"<?xml"):
        start = start.partition(b"?>")[2].lstrip()
    while start.startswith(b"<!--"):
        start = start.partition(b"-->")[2].lstrip()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<pre"))


def canonical(element: Element) -> str:
    """The element alone as exclusive canonical XML: the same text at every read."""
    try:
        return etree.tostring(element, method="c14n", exclusive=True).decode()
    except etree.C14NError:  # names in a relative namespace have no canonical form
        return etree.tostring(element, encoding="unicode", with_tail=False)


def local(element: Element) -> str:
    """Name without namespace; '' for what is no element (an entity reference)."""
    name = element.tag
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def children(element: Element | None, name: str = "*") -> list[Element]:
    """Child elements of that local name, or all."""
    if element is None:
        return []
    return list(element.iterchildren("*" if name == "*" else "{*}" + name))


def child(element: Element | None, name: str) -> Element | None:
    """The first child element of that local name."""
    return next(iter(children(element, name)), None)


def paths(element: Element | None, *steps: str) -> list[Element]:
    """All elements at a path of local names such as ``"citation/*/title"``; '*' is any name.

    Several paths give the elements of each, one after the other.
    """
    found: list[Element] = []
    for route in steps:
        here = [element] if element is not None else []
        for name in route.split("/"):
            here = [e for parent in here for e in children(parent, name)]
        found += here
    return found


def path(element: Element | None, *steps: str) -> Element | None:
    """The first element at one of the paths."""
    return next(iter(paths(element, *steps)), None)


def descendants(element: Element | None, *names: str) -> Iterator[Element]:
    """Elements below (and including) ``element`` with one of the local names."""
    if element is not None:
        yield from element.iter(*("{*}" + name for name in names))


def text(element: Element | None) -> str:
    """All text within the element: runs of blanks made one, each line trimmed; '' for None."""
    if element is None:
        return ""
    whole = "".join(part for part in element.itertext() if isinstance(part, str))
    lines = (_SPACE.sub(" ", line).strip() for line in whole.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def attribute(element: Element | None, name: str) -> str:
    """The attribute of that local name in any namespace (``href`` finds ``xlink:href``)."""
    if element is None:
        return ""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value).strip()
    return ""


def language(element: Element | None) -> str:
    """``xml:lang`` of the element or of the nearest element around it; '' where nobody says."""
    while element is not None:
        if value := element.get(XML + "lang"):
            return value.strip()
        element = element.getparent()
    return ""
