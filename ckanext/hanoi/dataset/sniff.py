"""What kind of file it is, and in which character encoding, told from its first bytes. Knows no
CKAN.

The content is believed before the name: an XLSX that is called ``.csv`` is an XLSX. The name
decides only where the content leaves a choice (``.txt`` or ``.csv``, ``.doc`` or ``.xls``).
"""
from __future__ import annotations

import codecs
import re
import struct
from dataclasses import asdict, dataclass
from typing import Any

from ckanext.hanoi.dataset.rules import format_of
from ckanext.hanoi.tabular.delimited import detect_delimiter
from ckanext.hanoi.vietnamese import decode
from ckanext.hanoi.vocabulary import Term, vocabulary

#: So many bytes from the beginning are enough.
HEAD = 64 * 1024

_MAGIC = (
    (b"%PDF-", "PDF"), (b"{\\rtf", "RTF"), (b"\x89PNG\r\n", "PNG"), (b"GIF8", "GIF"),
    (b"\xff\xd8\xff", "JPEG"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"), (b"Rar!\x1a\x07", "RAR"), (b"PAR1", "Parquet"),
    (b"CDF\x01", "NetCDF"), (b"CDF\x02", "NetCDF"), (b"\x89HDF\r\n", "HDF"), (b"LASF", "LAS"),
    (b"$FL2", "SAV"), (b"GRIB", "GRIB"), (b"\0\1\0\0Standard Jet DB", "MDB"),
    (b"\0\1\0\0Standard ACE DB", "MDB"), (b"\0\0\x27\x0a", "SHP"), (b"AC10", "DWG"),
    (b"ID3", "MP3"), (b"MZ", "EXE"),
)  # fmt: skip
_ZIP, _OLE, _SQLITE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"SQLite format 3\0"
_OLE_STREAMS = (("Workbook", "XLS"), ("Book", "XLS"), ("WordDocument", "DOC"),
                ("PowerPoint Document", "PPT"))  # fmt: skip
_ODF = {
    b"application/vnd.oasis.opendocument.spreadsheet": "ODS",
    b"application/vnd.oasis.opendocument.text": "ODT",
    b"application/vnd.oasis.opendocument.presentation": "ODP",
}
_GTFS = {"stops.txt", "routes.txt", "trips.txt"}
_ENCODINGS = {"utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "utf-32-le": "UTF-32LE",
              "utf-32-be": "UTF-32BE"}  # fmt: skip
#: Of these formats a text file is taken to be what its name says.
_BY_NAME = frozenset({"NDJSON", "Turtle", "N-Triples", "N-Quads", "TriG", "N3", "SPARQL", "SQL",
                      "Markdown", "PC-Axis", "DXF", "ICS", "TXT", "RTF"})  # fmt: skip
_DECLARED = re.compile(r"<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']([\w.:-]{2,40})[\"']")
_ROOT = re.compile(r"<\s*(?:([\w.-]+):)?([A-Za-z_][\w.-]*)")
_SKIPPED = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)", re.DOTALL | re.IGNORECASE)
_HTML = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_BLANK = re.compile(r"\s*")
_XML_ROOTS = {"kml": "KML", "gpx": "GPX", "RDF": "RDF/XML", "rss": "RSS", "feed": "Atom",
              "svg": "SVG", "html": "HTML", "FeatureCollection": "GML",
              "Structure": "SDMX", "GenericData": "SDMX",
              "StructureSpecificData": "SDMX"}  # fmt: skip
_GEOJSON = re.compile(r'"type"\s*:\s*"(?:FeatureCollection|Feature|GeometryCollection|'
                      r'(?:Multi)?(?:Point|LineString|Polygon))"')  # fmt: skip
_FEATURES = re.compile(r'"(?:features|geometry|coordinates|geometries)"\s*:')
_CONTROL = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """``format`` and ``encoding`` are codes of the vocabularies (an encoding may be one that the
    vocabulary leaves out), ``media_type`` the usual one of the format; each is "" where it is not
    known, ``encoding`` also where the format is not text. ``delimiter`` is that of CSV.
    """

    format: str = ""
    media_type: str = ""
    encoding: str = ""
    delimiter: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The same as a dictionary."""
        return asdict(self)


def sniff(head: bytes, name: str = "", media_type: str = "") -> Sniffed:
    """What the file is that begins with ``head`` (``HEAD`` bytes of it, or all it has).

    :param name: its file name or address, to decide where the content leaves a choice
    :param media_type: what a server says of it; believed where nothing else tells
    """
    head = head[:HEAD]
    named = format_of(name)
    if not head:
        return _of(named or _said(media_type))
    code = _binary(head, named)
    if code:
        return _of(vocabulary("format").get(code) or named)
    text, encoding = decode(_whole_characters(head))
    if len(_CONTROL.findall(text[:4096])) > len(text[:4096]) // 100:
        return _of(named or _said(media_type))
    code, delimiter = _text(text, named)
    return _of(vocabulary("format").get(code), _encoding(text, encoding, code), delimiter)


def _of(term: Term | None, encoding: str = "", delimiter: str = "") -> Sniffed:
    if term is None:
        return Sniffed()
    types = term.extra.get("media_types") or ("",)
    return Sniffed(term.code, types[0], encoding, delimiter)


def _said(media_type: str) -> Term | None:
    given = media_type.partition(";")[0].strip().lower()
    vague = ("", "application/octet-stream", "binary/octet-stream", "application/unknown")
    return None if given in vague else vocabulary("format").find(given)


def _binary(head: bytes, named: Term | None) -> str:
    """The format of a file with a signature; "" where it has none."""
    by_name = named.code if named else ""
    if head.startswith(_ZIP):
        return _zip(head, by_name)
    if head.startswith(_OLE):
        for stream, code in _OLE_STREAMS:
            if stream.encode("utf-16-le") in head:
                return code
        return by_name if by_name in ("XLS", "DOC", "PPT") else "BIN"
    if head.startswith(_SQLITE):
        return "GPKG" if head[68:72] in (b"GPKG", b"GP10", b"GP11") else "SQLite"
    for start, code in _MAGIC:
        if head.startswith(start):
            refined = {("TIFF", "GeoTIFF"), ("LAS", "LAZ"), ("HDF", "NetCDF"), ("GZIP", "RDS")}
            return by_name if (code, by_name) in refined else code
    if head[4:8] == b"ftyp":
        return "MP4"
    return "TAR" if head[257:262] == b"ustar" else ""


def _zip(head: bytes, by_name: str) -> str:
    """What a zip container is for, by the names of the parts that begin in ``head``."""
    names = _zip_names(head)
    if names[:1] == ["mimetype"]:
        for media_type, code in _ODF.items():
            if media_type in head[:256]:
                return code
    for folder, code in (("xl/", "XLSX"), ("word/", "DOCX"), ("ppt/", "PPTX")):
        if any(name.startswith(folder) for name in names):
            if code == "XLSX":
                return "XLSB" if any(n.endswith(".bin") and "workbook" in n for n in names) else (
                    by_name if by_name == "XLSM" else code)
            return code
    if any(name == "[Content_Types].xml" for name in names) and by_name in (
            "XLSX", "XLSM", "XLSB", "DOCX", "PPTX"):
        return by_name
    lower = [name.lower() for name in names]
    if any(name.endswith(".kml") for name in lower):
        return "KMZ"
    if any(name.endswith(".shp") for name in lower):
        return "SHP"
    if any(".gdb/" in name for name in lower):
        return "GDB"
    if len(_GTFS & {name.rpartition("/")[2] for name in lower}) == len(_GTFS):
        return "GTFS"
    return "ZIP"


def _zip_names(head: bytes) -> list[str]:
    """Names in the local headers, from one to the next; where a header does not say how long its
    part is, the next one is searched for."""
    names: list[str] = []
    position = 0
    while 0 <= position <= len(head) - 30 and head.startswith(_ZIP, position):
        flags, = struct.unpack_from("<H", head, position + 6)
        size, = struct.unpack_from("<I", head, position + 18)
        name, extra = struct.unpack_from("<HH", head, position + 26)
        names.append(head[position + 30 : position + 30 + name].decode("utf-8", "replace"))
        start = position + 30 + name + extra
        position = head.find(_ZIP, start) if flags & 8 or size == 0xFFFFFFFF else start + size
    return names


def _whole_characters(head: bytes) -> bytes:
    """``head`` without the part of a UTF-8 character at its end that the next bytes complete."""
    if len(head) < HEAD:
        return head
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    decoder.decode(head[-8:])
    rest = decoder.getstate()[0]
    return head[: len(head) - len(rest)] if rest else head


def _text(text: str, named: Term | None) -> tuple[str, str]:
    """Format of a text, and the delimiter if it is a table."""
    by_name = named.code if named else ""
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] in ("{", "["):
        code = _json(start, by_name)
        if code:
            return code, ""
    if _HTML.match(start, _behind_comments(start)):
        return "HTML", ""
    if start.startswith("<"):
        return _xml(start, by_name), ""
    for begin, code in (("BEGIN:VCALENDAR", "ICS"), ("@prefix", "Turtle"), ("PREFIX ", "Turtle"),
                        ("CHARSET=", "PC-Axis"), ("AXIS-VERSION=", "PC-Axis")):  # fmt: skip
        if start.startswith(begin):
            return (by_name if code == "Turtle" and by_name in _BY_NAME else code), ""
    if by_name in _BY_NAME and by_name != "TXT":
        return by_name, ""
    delimiter = detect_delimiter(text)
    if by_name in ("CSV", "TSV"):
        # a spreadsheet program's "CSV" may have tabs or semicolons: its name stays
        return by_name, delimiter
    if _is_table(text, delimiter):
        return ("TSV" if delimiter == "\t" else "CSV"), delimiter
    return "TXT", ""


def _is_table(text: str, delimiter: str) -> bool:
    lines = [line for line in text.splitlines()[:50] if line.strip()][:-1] or text.splitlines()
    widths = [line.count(delimiter) for line in lines]
    usual = max(set(widths), key=widths.count) if widths else 0
    return len(lines) > 1 and usual > 0 and widths.count(usual) >= 0.8 * len(widths)


def _json(text: str, by_name: str) -> str:
    if not re.match(r'\{\s*["}]|\[\s*[\[{"\d\]tfn-]', text):
        return ""
    if _GEOJSON.search(text) and _FEATURES.search(text):
        return "GeoJSON"
    if re.search(r'"@(?:context|graph|id)"\s*:', text):
        return "JSON-LD"
    if re.search(r'"class"\s*:\s*"(?:dataset|collection)"', text) and '"dimension"' in text:
        return "JSON-stat"
    lines = text.splitlines()
    if by_name == "NDJSON" or (len(lines) > 1 and all(
            line.startswith("{") and line.rstrip().endswith("}") for line in lines[:-1] if line)):
        return "NDJSON"
    return "JSON"


def _behind_comments(text: str) -> int:
    """The place behind the comments that a page begins with."""
    place = 0
    while (blank := _BLANK.match(text, place)) and text.startswith("<!--", blank.end()):
        end = text.find("-->", blank.end() + 4)
        if end < 0:
            break
        place = end + 3
    return place


def _xml(text: str, by_name: str) -> str:
    place = 0
    while skipped := _SKIPPED.match(text, place):
        place = skipped.end()
    text = text[place:]
    root = _ROOT.match(text.lstrip())
    if root is None:
        return "XML"
    code = _XML_ROOTS.get(root[2], "")
    if root[2] == "FeatureCollection" and "/gml" not in text[:4096]:
        code = ""
    return code or (by_name if by_name in ("GML", "SDMX", "KML") else "XML")


def _encoding(text: str, found: str, code: str) -> str:
    """The vocabulary's code; what an XML file declares of itself counts, because it is read so."""
    if code in ("XML", "KML", "GML", "GPX", "RDF/XML", "RSS", "Atom", "SVG", "SDMX"):
        declared = _DECLARED.match(text.lstrip("\ufeff"))
        if declared and not found.startswith("utf-16"):
            found = declared[1]
    term = vocabulary("encoding").find(_ENCODINGS.get(found, found))
    return term.code if term else _ENCODINGS.get(found, found.upper())
