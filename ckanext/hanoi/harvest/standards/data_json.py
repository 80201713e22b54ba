"""data.json feeds as portals publish them: finding the datasets in a document of any size, and
one dataset (DCAT-US 1.0, 1.1 and 3.0, DKAN, Socrata, ArcGIS Hub, Argentina) as a draft. Pure.
"""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

import ijson

from ckanext.hanoi import dates
from ckanext.hanoi.harvest import geometry, loose
from ckanext.hanoi.harvest.identity import Candidate
from ckanext.hanoi.harvest.places import place
from ckanext.hanoi.harvest.standards.draft import absolute, cleaned, is_file, unique
from ckanext.hanoi.vocabulary import vocabulary

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
_SHAPES = ("geometry", "locn:geometry", "bbox", "dcat:bbox", "centroid", "dcat:centroid")
#: What has one of these is given whole, not by its address.
_WHOLE = ("title", "dct:title", "dataset", "distribution")
#: So deep catalogues may stand in catalogues.
_DEPTH = 8
_CHUNK = 1024 * 1024
#: No feed nests deeper; ijson's time grows with the square of the depth.
_DEEPEST = 500
_SLICE = 2048
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.S)
_PREFIX = re.compile(r"^(?:dct|dcterms|dcat|foaf|vcard|dc|skos|rdfs|schema|adms|dcat-us):")
_USED = frozenset(
    "@type @id @context title description keyword modified issued publisher contactPoint "
    "identifier accessLevel license rights temporal accrualPeriodicity language theme superTheme "
    "landingPage isPartOf inSeries references relation conformsTo distribution accessURL "
    "downloadURL webService endpointURL version versionNotes versionInfo accessRights "
    "seriesMember dataset service catalog accrualperiodicity mbox format mediaType "
    "applicableLegislation".split()
)
_USED_PART = frozenset(
    "@type @id identifier title name description accessURL downloadURL format mediaType byteSize "
    "fileSize checksum describedBy describedByType field conformsTo license rights issued modified "
    "language status endpointURL accessService characterEncoding webService".split()
)


def utf8(file: IO[bytes], declared: str | None) -> tuple[IO[bytes], bytes]:
    """The document in UTF-8, at its beginning, and which of the words of ``_PATHS`` are in it.

    A document in another encoding (by its byte-order mark, as declared, else windows-1252) is
    rewritten into a temporary file.
    """
    start = file.read(4)
    file.seek(0)
    encoding = "utf-8"
    if start.startswith(codecs.BOM_UTF8):
        file.seek(3)
    elif start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16"
    begin = file.tell()
    words = _scan(file, encoding)
    if words is None:
        encoding = declared if declared not in (None, "utf-8", "ascii") else "cp1252"
    elif encoding == "utf-8":
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
    """``TooDeep`` where the document is nested so deep that it can only be an attack."""
    depth, rest = 0, b""
    while chunk := file.read(_CHUNK):
        data, end = rest + chunk, 0
        for match in _TOKEN.finditer(data):
            end = match.end()
            token = data[match.start() : match.start() + 1]
            depth += (token in b"[{") - (token in b"]}")
            if depth > _DEEPEST:
                raise TooDeep("nested too deeply")
        # a text that goes on in the next chunk begins behind the last token
        quote = data.find(b'"', end)
        rest = data[quote:] if quote >= 0 else b""
        if len(rest) > 16 * _CHUNK:
            raise TooDeep("a text too long")


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


class TooDeep(ValueError):
    """The document is nested deeper than any feed."""


class Feed:
    """The datasets of one document; reads it anew each time, one dataset in memory.

    Raises ``ijson.JSONError`` where it is cut off or no JSON, ``TooDeep`` when it is made.
    """

    def __init__(self, file: IO[bytes], declared: str | None = None) -> None:
        self._file, words = utf8(file, declared)
        self._begin = self._file.tell()
        first = self._file.read(256).lstrip()[:1]
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

    def _items(self, path: str) -> Iterator[Any]:
        self._file.seek(self._begin)
        return ijson.items(self._file, path, use_float=True)


def _unfolded(item: Any, depth: int = 0) -> Iterator[Any]:
    """The entry; of a catalogue what is in it; of a series itself and its members."""
    if not isinstance(item, Mapping):
        yield item
        return
    record = {_PREFIX.sub("", str(key)): value for key, value in item.items()}
    nested: list[Any] = []
    for key in _NESTED:
        inside = record.get(key)
        entries = inside if isinstance(inside, list) else [inside]
        whole = [e for e in entries if isinstance(e, Mapping) and any(k in e for k in _WHOLE)]
        if whole and depth < _DEPTH:
            nested += whole
            record[key] = [_link(e) if isinstance(e, Mapping) else e for e in entries]
    catalogue = "catalog" in loose.text(record.get("@type")).lower() or (
        ("dataset" in record or "catalog" in record) and "distribution" not in record
    )
    if not catalogue:
        yield record
    for inner in nested:
        yield from _unfolded(inner, depth + 1)


def candidate(record: Mapping[str, Any]) -> Candidate | None:
    """What identifies the dataset; None where it says nothing at all."""
    title = loose.headline(loose.one_line(loose.multilingual(record.get("title"))))
    identifier = loose.text(record.get("identifier")) or loose.text(record.get("@id"))
    url = _link(record.get("landingPage"))
    for part in loose.items(record.get("distribution")):
        url = url or _link(part.get("downloadURL")) or _link(part.get("accessURL"))
    if not (title or identifier or url or record.get("description")):
        return None
    return Candidate(
        dict(record), identifier or None, title, url,
        loose.text(record.get("issued")) or None, loose.text(record.get("modified")) or None,
        frozenset(key for key in record if key.startswith("%")),
    )  # fmt: skip


# -- mapping ------------------------------------------------------------------------------------


def to_draft(record: Mapping[str, Any], base: str = "") -> dict[str, Any]:
    """The draft of one dataset; relative addresses are relative to ``base``."""
    licence = _licence(record.get("license"))
    resources = [r for part in _parts(record) if (r := _resource(part, base))]
    if not licence:
        stated = {tuple(r.get("license") or ()) for r in resources}
        licence = list(stated.pop()) if len(stated) == 1 else []
    extras = loose.leftovers(
        {key: value for key, value in record.items() if not key.startswith("%")},
        _USED | {"spatial"},
    )
    draft: dict[str, Any] = {
        "title": loose.one_line(loose.multilingual(record.get("title"))),
        "notes": loose.multilingual(record.get("description")),
        "identifier": loose.text(record.get("identifier")) or loose.text(record.get("@id")),
        "publisher": _publisher(record.get("publisher")),
        "themes": unique(loose.texts(record.get("theme")) + loose.texts(record.get("superTheme"))),
        "keywords": loose.texts(record.get("keyword"), ",;"),
        "frequency": _frequency(record),
        "language": loose.texts(record.get("language"), ",;"),
        "license": licence,
        "rights": "\n".join(unique(loose.texts(record.get("rights")))),
        "issued": loose.text(record.get("issued")),
        "modified": loose.text(record.get("modified")),
        "contact": _contact(record.get("contactPoint")),
        "url": absolute(_link(record.get("landingPage")), base),
        "conforms_to": loose.texts(record.get("conformsTo")),
        "version": loose.text(record.get("version")) or loose.text(record.get("versionInfo")),
        "version_notes": loose.text(record.get("versionNotes")),
        "legal_basis": "; ".join(loose.texts(record.get("applicableLegislation"))),
        "related": unique(
            text for key in ("isPartOf", "inSeries", "references", "relation", "seriesMember")
            for text in _references(record.get(key))
        ),
        "resources": resources,
        "extras": extras,
    }  # fmt: skip
    if draft["modified"].startswith("R/"):
        # an interval is how often it is updated, not when it was
        draft["extras"]["modified"] = draft.pop("modified")
    _access(record, draft)
    _period(record.get("temporal"), draft)
    _place(record.get("spatial"), draft)
    return cleaned(draft)


def _link(value: Any) -> str:
    """An address: text, ``{"@id"}``, ``{"accessURL"}``, or the first of a list of these."""
    value = loose.unpacked(value)
    if isinstance(value, list):
        return next((found for item in value if (found := _link(item))), "")
    if isinstance(value, Mapping):
        return next((found for key in _ADDRESS if (found := loose.text(value.get(key)))), "")
    return loose.text(value)


def _references(value: Any) -> list[str]:
    value = loose.unpacked(value)
    return [
        _link(item) or loose.text(item) for item in (value if isinstance(value, list) else [value])
    ]


def _frequency(record: Mapping[str, Any]) -> str:
    stated = loose.text(record.get("accrualPeriodicity"))
    modified = loose.text(record.get("modified"))
    return stated or (modified if modified.startswith("R/") else "")


def _licence(value: Any) -> list[str]:
    found: list[str] = []
    value = loose.unpacked(value)
    for item in value if isinstance(value, list) else [value]:
        found += (
            [_link(item), loose.text(item)] if isinstance(item, Mapping) else [loose.text(item)]
        )
    found = unique(found)
    known = [text for text in found if vocabulary("license").find(text)]
    return known[:1] or found


def _publisher(value: Any) -> dict[str, str]:
    agents = loose.items(value)
    if not agents:
        name = loose.text(value)
        return {"name": name} if name else {}
    agent, above = agents[0], []
    higher = agent.get("subOrganizationOf")
    while (more := loose.items(higher)) and len(above) < 10:
        above.append(loose.text(more[0]))
        higher = more[0].get("subOrganizationOf")
    found = {
        "name": loose.headline(
            loose.multilingual(agent.get("name"), agent.get("prefLabel"), agent)
        ),
        "identifier": loose.text(agent.get("identifier")),
        "email": loose.mail(agent.get("mbox") or agent.get("hasEmail") or agent.get("email")),
        "url": _link(agent.get("homepage") or agent.get("url")),
        "parents": " > ".join(filter(None, above)),
    }
    return {key: text for key, text in found.items() if text}


def _contact(value: Any) -> dict[str, str]:
    points = loose.items(value)
    if not points:
        words = loose.text(value)
        return {"email" if "@" in words else "name": loose.mail(words)} if words else {}
    point = points[0]
    found = {
        "name": loose.text(point.get("fn")) or loose.text(point.get("name")),
        "email": loose.mail(point.get("hasEmail") or point.get("email") or point.get("mbox")),
        "phone": loose.phone(
            point.get("hasTelephone") or point.get("tel") or point.get("telephone")
            or point.get("phone")
        ),
        "unit": loose.text(point.get("organization-name")) or loose.text(point.get("organization")),
        "url": _link(point.get("hasURL") or point.get("url")),
    }  # fmt: skip
    return {key: text for key, text in found.items() if text}


def _access(record: Mapping[str, Any], draft: dict[str, Any]) -> None:
    for value in (record.get("accessLevel"), record.get("accessRights")):
        for text in (*([_link(value)] if isinstance(value, Mapping) else ()), *loose.texts(value)):
            if vocabulary("access_level").find(text):
                draft.setdefault("access_level", text)
            elif text and text not in draft["rights"] and not isinstance(value, Mapping):
                draft["rights"] = "\n".join(filter(None, (draft["rights"], text)))


def _period(value: Any, draft: dict[str, Any]) -> None:
    value = loose.unpacked(value)
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            start, end = loose.text(item.get("startDate")), loose.text(item.get("endDate"))
            draft.setdefault("temporal_start", start)
            draft.setdefault("temporal_end", end)
            continue
        text = loose.text(item)
        first, _, last = text.partition("/")
        if last and not dates.parse_period(text) and dates.parse(first):
            draft.setdefault("temporal_start", first)
            draft["extras"].setdefault("temporal", text)
        elif period := dates.parse_period(text):
            draft.setdefault("temporal_start", period[0].iso)
            draft.setdefault("temporal_end", period[1].iso_end)
        elif text:
            draft["extras"].setdefault("temporal", text)


def _place(value: Any, draft: dict[str, Any]) -> None:
    value = loose.unpacked(value)
    found, names = [], []
    alone = isinstance(value, list) and value and not isinstance(value[0], (str, Mapping, list))
    for item in [value] if alone or not isinstance(value, list) else value:
        shape = place(item)
        if isinstance(item, Mapping) and not shape:
            inner = [item.get(key) for key in _SHAPES]
            shape = next((g for i in inner if (g := place(loose.text(i)) or place(i))), None)
            names.append(
                loose.text({k: item.get(k) for k in ("prefLabel", "title", "name", "@id")})
            )
        elif not shape:
            names.append(loose.text(item))
        found.append(shape)
    draft["spatial"] = geometry.joined(found)
    draft["spatial_text"] = unique(names)


def _parts(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    parts = loose.items(record.get("distribution"))
    own = ("accessURL", "downloadURL", "webService", "endpointURL")
    if any(record.get(key) for key in own):
        keys = (*own, "format", "mediaType", "endpointDescription")
        parts = [{key: record[key] for key in keys if key in record}, *parts]
    return parts


def _resource(raw: Mapping[str, Any], base: str) -> dict[str, Any]:
    part = {_PREFIX.sub("", str(key)): value for key, value in raw.items()}
    part = {key: value for key, value in part.items() if not key.startswith("%")}
    download = absolute(_link(part.get("downloadURL")), base)
    services = part.get("accessService") or part.get("webService") or part.get("endpointURL")
    service = _link(services) or loose.text(services)
    written = _link(part.get("accessURL"))
    url = absolute(written, base) or download or absolute(service, base)
    if not download and is_file(url):
        download = url
    checksum = next(iter(loose.items(part.get("checksum"))), {})
    extras = loose.leftovers(part, _USED_PART)
    if written and not absolute(written, base):
        extras["accessURL"] = written
    resource = {
        "id": loose.text(part.get("identifier")) or loose.text(part.get("@id")),
        "url": url,
        "download_url": download,
        "name": loose.one_line(loose.multilingual(part.get("title"), part.get("name"))),
        "description": loose.multilingual(part.get("description")),
        "format": loose.text(part.get("format")),
        "mimetype": loose.text(part.get("mediaType")),
        "encoding": loose.text(part.get("characterEncoding")),
        "size": loose.integer(part.get("byteSize") or part.get("fileSize")),
        "hash": loose.text(checksum.get("checksumValue")),
        "hash_algorithm": loose.text(checksum.get("algorithm")),
        "status": loose.text(part.get("status")),
        "issued": loose.text(part.get("issued")),
        "modified": loose.text(part.get("modified")),
        "license": _licence(part.get("license")),
        "rights": "\n".join(loose.texts(part.get("rights"))),
        "conforms_to": loose.texts(part.get("conformsTo")),
        "language": loose.texts(part.get("language"), ",;"),
        "data_dictionary": _dictionary(part, base),
        "access_service": service,
        "extras": extras,
    }
    return cleaned(resource)


def _dictionary(part: Mapping[str, Any], base: str) -> str:
    """Where the columns are described, or their description (Argentina's ``field``)."""
    link = _link(part.get("describedBy"))
    lines = []
    for field in loose.items(part.get("field")):
        kind, about = loose.text(field.get("type")), loose.text(field.get("description"))
        name = loose.text(field.get("title")) + (f" ({kind})" if kind else "")
        lines.append(f"{name}: {about}" if about else name)
    return absolute(link, base) or link or "\n".join(lines)
