"""XML that is only written wrongly, mended before it is parsed. Pure; works on bytes of UTF-8 (or
another encoding in which ASCII is ASCII), in one pass over the document.

- Text that a browser put in front of XML that somebody saved, and the page that it saves.
- A document type that does nothing but name texts (ontology editors write namespaces so): the
  names are put in their places, within bounds; everything else in one is refused.
- HTML's entities, bare ampersands and "less than" signs, XML declarations inside the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.entities import html5

#: So much text before the first tag is a browser's, not somebody's document.
_LONGEST_PREFIX = 8 * 1024
_VIEWER = b'id="webkit-xml-viewer-source-xml"'
_VIEWER_END = re.compile(rb"</div>\s{0,20}<div[^<>]{0,200}class=\"(?:header|pretty-print)", re.I)
_HEAD = 256 * 1024

_DOCTYPE = re.compile(rb"<!DOCTYPE\s{1,50}[A-Za-z_][\w.:-]{0,100}\s{0,50}\[")
_ENTITY = re.compile(
    rb"<!ENTITY\s{1,50}([A-Za-z_][\w.-]{0,60})\s{1,50}(?:\"([^\"<%]{0,1000})\"|'([^'<%]{0,1000})')"
    rb"\s{0,50}>"
)
_SUBSET_END = re.compile(rb"\]\s{0,50}>")
_REFERENCE = re.compile(rb"&([A-Za-z_][\w.-]{0,60});")
_MOST_ENTITIES = 200
_LONGEST_VALUE = 1000
_LARGEST_SUBSET = 64 * 1024
#: So many bytes the names of a document may add to it.
_LARGEST_GROWTH = 8 * 1024 * 1024

_AMPERSAND = re.compile(rb"&(#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)?")
_OWN = frozenset({b"amp;", b"lt;", b"gt;", b"quot;", b"apos;"})
_LESS = re.compile(rb"<(?![A-Za-z_/!?\x80-\xff])")
_INNER_DECLARATION = re.compile(rb"<\?xml\s[^<>?]{0,300}\?>", re.I)


#: What catalogues write without saying where it comes from.
_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "dcat": "http://www.w3.org/ns/dcat#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "dct": "http://purl.org/dc/terms/",
    "dcterms": "http://purl.org/dc/terms/", "dc": "http://purl.org/dc/elements/1.1/",
    "foaf": "http://xmlns.com/foaf/0.1/", "vcard": "http://www.w3.org/2006/vcard/ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#", "owl": "http://www.w3.org/2002/07/owl#",
    "adms": "http://www.w3.org/ns/adms#", "schema": "http://schema.org/",
    "locn": "http://www.w3.org/ns/locn#", "xlink": "http://www.w3.org/1999/xlink",
    "gco": "http://www.isotc211.org/2005/gco", "gmd": "http://www.isotc211.org/2005/gmd",
    "gml": "http://www.opengis.net/gml/3.2", "gmx": "http://www.isotc211.org/2005/gmx",
    "srv": "http://www.isotc211.org/2005/srv", "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}  # fmt: skip


class RefusedError(ValueError):
    """A document type that does more than to name a few texts."""


def without_viewer(raw: bytes) -> bytes:
    """The document without what a browser put around or in front of it."""
    if viewer := from_viewer(raw):
        return viewer
    if raw.startswith(b"<"):
        return raw
    start = raw.find(b"<", 0, _LONGEST_PREFIX)
    if start <= 0 or b"{" in raw[:start] or b"\0" in raw[:start]:
        return raw
    return raw[start:]


def from_viewer(raw: bytes) -> bytes:
    """The XML inside of the page that a browser saves for it; b"" where this is no such page."""
    at = raw.find(_VIEWER, 0, _HEAD)
    if at < 0:
        return b""
    begin = raw.find(b">", at) + 1
    end = _VIEWER_END.search(raw, begin)
    return raw[begin : end.start()].strip() if begin and end else b""


def without_doctype(raw: bytes, start: int) -> bytes:
    """The document with the names of its document type, at ``start``, replaced by their texts.

    ``RefusedError`` where the document type says anything else: an external part, parameter
    entities, elements, names within names, or too much of it.
    """
    opened = _DOCTYPE.match(raw, start)
    if opened is None:
        raise RefusedError
    values, end = _entities(raw, opened.end())
    if not values:
        raise RefusedError
    body = raw[end:]
    growth = sum(
        len(values[match[1]]) for piece in _outside(body) for match in _REFERENCE.finditer(piece)
        if match[1] in values
    )  # fmt: skip
    if growth > _LARGEST_GROWTH:
        raise RefusedError
    return raw[:start] + _mapped(
        body, lambda piece: _REFERENCE.sub(lambda m: values.get(m[1], m[0]), piece)
    )


def _entities(raw: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    """The names of an internal subset, and where it ends."""
    values: dict[bytes, bytes] = {}
    last = at + _LARGEST_SUBSET
    while at < last:
        if raw[at : at + 1].isspace():
            at += 1
        elif raw.startswith(b"<!--", at):
            at = raw.find(b"-->", at, last) + 3
            if at < 3:
                break
        elif found := _ENTITY.match(raw, at):
            name, value = found[1], found[2] if found[2] is not None else found[3]
            if len(values) >= _MOST_ENTITIES:
                break
            # XML says that the first of two counts
            values.setdefault(name, _resolved(value, values))
            at = found.end()
        elif found := _SUBSET_END.match(raw, at):
            return values, found.end()
        else:
            break
    raise RefusedError


def _resolved(value: bytes, values: dict[bytes, bytes]) -> bytes:
    """A text in which names of texts stand; names are put in, but only one within another."""
    whole = _REFERENCE.sub(lambda m: values.get(m[1], m[0]), value)
    inner = sum(1 for match in _REFERENCE.finditer(value) if match[1] in values)
    if len(whole) > _LONGEST_VALUE or inner > 3 or _REFERENCE.search(whole):
        raise RefusedError
    return whole


def with_prefix(raw: bytes, prefix: str, root: int) -> bytes:
    """The document with a prefix declared that it uses and nobody declared; ``root`` is where its
    first element begins."""
    name = re.compile(rb"<[^\s<>/]{1,200}").match(raw, root)
    if name is None:
        return raw
    address = _NAMESPACES.get(prefix, f"urn:prefix:{prefix}#")
    return raw[: name.end()] + f' xmlns:{prefix}="{address}"'.encode() + raw[name.end() :]


def mended(raw: bytes) -> bytes:
    """The document (in UTF-8) with what XML does not know replaced by what it knows."""
    first = _INNER_DECLARATION.match(raw)
    head = first.end() if first else 0
    return raw[:head] + _mapped(raw[head:], _mended)


def _mended(piece: bytes) -> bytes:
    piece = _INNER_DECLARATION.sub(b"", piece)
    return _LESS.sub(b"&lt;", _AMPERSAND.sub(_reference, piece))


def _reference(match: re.Match[bytes]) -> bytes:
    name = match[1]
    if name is None:
        return b"&amp;"
    if name in _OWN:
        return match[0]
    if name.startswith(b"#"):
        digits = name[1:-1]
        number = int(digits[1:], 16) if digits[:1] in b"xX" else int(digits)
        return match[0] if _allowed(number) else b""
    text = html5.get(name.decode("ascii"))
    if text is None:
        return b"&amp;" + name
    return text.replace("&", "&amp;").replace("<", "&lt;").encode()


def _allowed(number: int) -> bool:
    """Whether XML 1.0 knows this character."""
    return (
        number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD
        or 0x10000 <= number <= 0x10FFFF
    )  # fmt: skip


def _mapped(raw: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """``change`` made to all but the comments and CDATA sections."""
    return b"".join(
        change(piece) if plain else piece for plain, piece in _pieces(raw)
    )


def _outside(raw: bytes) -> Iterator[bytes]:
    return (piece for plain, piece in _pieces(raw) if plain)


def _pieces(raw: bytes) -> Iterator[tuple[bool, bytes]]:
    """(whether it is neither comment nor CDATA, the bytes), piece by piece. What is opened and
    never closed is text: looked for once, so that the time grows with the length only."""
    at = 0
    ends = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}
    while at < len(raw):
        starts = {opening: found for opening in ends if (found := raw.find(opening, at)) >= 0}
        if not starts:
            break
        opening = min(starts, key=lambda o: starts[o])
        start = starts[opening]
        end = raw.find(ends[opening], start + len(opening))
        if end < 0:
            del ends[opening]
            continue
        end += 3
        yield True, raw[at:start]
        yield False, raw[start:end]
        at = end
    yield True, raw[at:]
