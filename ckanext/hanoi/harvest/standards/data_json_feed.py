"""data.json feeds as portals publish them: finding the datasets in a document of any size. Pure."""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

import ijson

from ckanext.hanoi.harvest.identity import Candidate
from ckanext.hanoi.parsing import json_text, lenient_json

#: Where datasets stand in a document: path of ijson, and a word that is in every such document.
_PATHS = (
    ("dataset.item", b'"dataset"'),
    ("datasets.item", b'"datasets"'),
    ("dcat:dataset.item", b'"dcat:dataset"'),
    ("service.item", b'"service"'),
    ("datasetSeries.item", b'"datasetSeries"'),
    ("catalog.item", b'"catalog"'),
    ("catalog.dataset.item", b'"catalog"'),
    ("result.item", b'"result"'),
    ("results.item", b'"results"'),
    ("data.item", b'"data"'),
)
_NESTED = ("dataset", "service", "catalog", "datasetSeries", "seriesMember")
_ADDRESS = ("@id", "url", "accessURL", "href", "endpointURL", "identifier", "id")
#: What has one of these is given whole, not by its address.
_WHOLE = ("title", "dct:title", "dataset", "distribution")
#: So deep catalogues may stand in catalogues.
_DEPTH = 8
_CHUNK = 1024 * 1024
#: No feed nests deeper; ijson's time grows with the square of the depth.
_DEEPEST = 500
_SLICE = 2048
#: A text, with its end if it has one here, or a bracket.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{}]', re.S)
PREFIX = re.compile(r"^(?:dct|dcterms|dcat|foaf|vcard|dc|skos|rdfs|schema|adms|dcat-us):")


def utf8(file: IO[bytes], declared: str | None) -> tuple[IO[bytes], bytes]:
    """The document in UTF-8, at its beginning, and which of the words of ``_PATHS`` are in it.

    A document in another encoding (by its byte-order mark, as declared, else in which it reads
    best) is rewritten into a temporary file.
    """
    start = file.read(4)
    file.seek(0)
    encoding = "utf-8"
    if start.startswith(codecs.BOM_UTF8):
        file.seek(3)
    elif start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and start[2:] != b"\0\0":
        encoding = "utf-16"
    elif b"\0" in start:
        # UTF-32, or UTF-16 without a mark: JSON begins with a sign of ASCII
        return _rewritten(json_text.text_of(file.read(), declared).encode("utf-8", "replace"))
    begin = file.tell()
    words = _scan(file, encoding)
    if words is None:
        file.seek(0)
        return _rewritten(json_text.text_of(file.read(), declared).encode("utf-8", "replace"))
    if encoding == "utf-8":
        file.seek(begin)
        return file, words
    file.seek(0)
    rewritten = tempfile.TemporaryFile(prefix="hanoi-json-")  # noqa: SIM115
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while chunk := file.read(_CHUNK):
        rewritten.write(decoder.decode(chunk).encode("utf-8", "replace"))
    rewritten.write(decoder.decode(b"", True).encode("utf-8", "replace"))
    rewritten.seek(0)
    words = _scan(rewritten, "utf-8") or b""
    rewritten.seek(0)
    return rewritten, words


def _rewritten(data: bytes) -> tuple[IO[bytes], bytes]:
    file = tempfile.TemporaryFile(prefix="hanoi-json-")  # noqa: SIM115
    file.write(data)
    file.seek(0)
    words = _scan(file, "utf-8") or b""
    file.seek(0)
    return file, words


def _scan(file: IO[bytes], encoding: str) -> bytes | None:
    """The words that are in the document; None where it is not in ``encoding``."""
    decoder = codecs.getincrementaldecoder(encoding)()
    found: set[bytes] = set()
    before, depth, deep = b"", 0, False
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
            suspicious, depth = _may_be_deep(chunk, depth)
            deep = deep or suspicious
            window = before + chunk
            found |= {word for _, word in _PATHS if word not in found and word in window}
            before = chunk[-32:]
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return None
    if deep and encoding == "utf-8":
        file.seek(0)
        _check_depth(file)
    return b" ".join(sorted(found))


def _check_depth(file: IO[bytes]) -> None:
    """``TooDeepError`` where the document is nested so deep that it can only be an attack."""
    depth, rest = 0, b""
    while chunk := file.read(_CHUNK):
        data, rest = rest + chunk, b""
        for match in _TOKEN.finditer(data):
            token = data[match.start() : match.start() + 1]
            if token == b'"' and not match[1]:
                # it goes on in the next chunk
                rest = data[match.start() :]
                break
            depth += (token in b"[{") - (token in b"]}")
            if depth > _DEEPEST:
                raise TooDeepError("nested too deeply")
        if len(rest) > 16 * _CHUNK:
            raise TooDeepError("a text too long")


def _may_be_deep(chunk: bytes, depth: int) -> tuple[bool, int]:
    """Cheaply: whether brackets pile up in ``chunk`` (those in texts count too), and how many
    remain open behind it."""
    suspicious = False
    for start in range(0, len(chunk), _SLICE):
        piece = chunk[start : start + _SLICE]
        opened = piece.count(b"[") + piece.count(b"{")
        suspicious = suspicious or depth + opened > _DEEPEST
        depth += opened - piece.count(b"]") - piece.count(b"}")
    return suspicious, depth


class TooDeepError(ValueError):
    """The document is nested deeper than any feed."""


class Feed:
    """The datasets of one document; reads it anew each time, one dataset in memory.

    Raises ``ijson.JSONError`` where it is cut off or no JSON, ``TooDeepError`` when it is made.
    """

    def __init__(self, file: IO[bytes], declared: str | None = None) -> None:
        self._file, words = utf8(file, declared)
        self._begin = self._file.tell()
        first = self._file.read(256).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        self._paths = ["item"] if first == b"[" else [p for p, word in _PATHS if word in words]
        #: Whether the document has a place for datasets, even if there are none in it.
        self.is_catalog = first == b"[" or any("dataset" in path for path in self._paths)

    def __iter__(self) -> Iterator[Any]:
        """Every entry that is a dataset, service or series (or should be one)."""
        came = False
        for path in self._paths:
            for item in self._items(path):
                came = True
                yield from _unfolded(item)
        if not came and "dataset.item" in self._paths:
            # one dataset alone, not in a list
            for item in self._items("dataset"):
                yield from _unfolded(item) if isinstance(item, Mapping) else ()

    def mend(self) -> None:
        """Rewrite the document without what is only written wrongly (see ``json_text``)."""
        repair, mended = json_text.Repair(), tempfile.TemporaryFile(prefix="hanoi-json-")  # noqa: SIM115
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._file.seek(self._begin)
        while chunk := self._file.read(_CHUNK):
            mended.write(repair.feed(decoder.decode(chunk)).encode("utf-8", "replace"))
        mended.write(repair.feed(decoder.decode(b"", True)).encode("utf-8", "replace"))
        mended.write(repair.finish().encode("utf-8", "replace"))
        mended.seek(0)
        # what is not read any more is closed with the object
        self.__init__(mended)

    def _items(self, path: str) -> Iterator[Any]:
        self._file.seek(self._begin)
        return ijson.items(self._file, path, use_float=True)


def _unfolded(item: Any, depth: int = 0) -> Iterator[Any]:
    """The entry; of a catalogue what is in it; of a series itself and its members."""
    if not isinstance(item, Mapping):
        yield item
        return
    record = {PREFIX.sub("", str(key)): value for key, value in item.items()}
    nested: list[Any] = []
    for key in _NESTED:
        inside = record.get(key)
        entries = inside if isinstance(inside, list) else [inside]
        whole = [e for e in entries if isinstance(e, Mapping) and any(k in e for k in _WHOLE)]
        if whole and depth < _DEPTH:
            nested += whole
            record[key] = [link(e) if isinstance(e, Mapping) else e for e in entries]
    catalogue = "catalog" in lenient_json.text(record.get("@type")).lower() or (
        ("dataset" in record or "catalog" in record) and "distribution" not in record
    )
    if not catalogue:
        yield record
    for inner in nested:
        yield from _unfolded(inner, depth + 1)


def candidate(record: Mapping[str, Any]) -> Candidate | None:
    """What identifies the dataset; None where it says nothing at all."""
    title = lenient_json.headline(
        lenient_json.one_line(lenient_json.multilingual(record.get("title")))
    )
    identifier = lenient_json.text(record.get("identifier")) or lenient_json.text(record.get("@id"))
    url = link(record.get("landingPage"))
    for part in lenient_json.items(record.get("distribution")):
        url = url or link(part.get("downloadURL")) or link(part.get("accessURL"))
    if not (title or identifier or url or record.get("description")):
        return None
    return Candidate(
        dict(record), identifier or None, title, url,
        lenient_json.text(record.get("issued")) or None,
        lenient_json.text(record.get("modified")) or None,
        frozenset(key for key in record if key.startswith("%")),
    )  # fmt: skip


def link(value: Any) -> str:
    """An address: text, ``{"@id"}``, ``{"accessURL"}``, or the first of a list of these."""
    value = lenient_json.unpacked(value)
    if isinstance(value, list):
        return next((found for item in value if (found := link(item))), "")
    if isinstance(value, Mapping):
        return next((found for key in _ADDRESS if (found := lenient_json.text(value.get(key)))), "")
    return lenient_json.text(value)
