"""XLSX before it is read: how large it is, and the addresses behind its cells."""

from __future__ import annotations

import re
from array import array
from html import unescape
from posixpath import basename, dirname, join, normpath

from ckanext.hanoi.tabular.container import (
    ATTRIBUTES,
    Measure,
    Notes,
    Package,
    attributes,
    broken,
    find,
    too_big,
)
from ckanext.hanoi.tabular.number_formats import Formats
from ckanext.hanoi.tabular.sheet import column_index

_PREFIX = rb"(?:[\w.-]+:)?"
_ELEMENT = re.compile(rb"<" + _PREFIX + rb"([\w.-]+)" + ATTRIBUTES + rb"/?>")
#: A row, a cell (with the number of its shared text, or the address of its HYPERLINK formula),
#: a hyperlink.
_CELL = re.compile(
    rb"<" + _PREFIX + rb"(row|c|hyperlink)(?=[\s/>])" + ATTRIBUTES + rb"(/?)>"
    rb"(?:<" + _PREFIX + rb"v>\s*(\d{1,15})(?=\s*<)|"
    rb"<" + _PREFIX + rb"f[^<>]*>\s*HYPERLINK\(\s*(?:\"|&quot;)([^\"<]*?)(?:\"|&quot;)|"
    rb"(<" + _PREFIX + rb"f(?:\s[^<>]{0,500})?(?:/>|>[^<]{0,9000}</" + _PREFIX + rb"f>)\s{0,9}"
    rb"(?:<" + _PREFIX + rb"v\s{0,9}/>|<" + _PREFIX + rb"v></" + _PREFIX + rb"v>)?\s{0,9}"
    rb"</" + _PREFIX + rb"c>))?"
)
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']\s*([A-Za-z]{0,3})(\d{1,9})")
_STYLES = re.compile(
    rb"<(/?)" + _PREFIX + rb"(numFmt|cellXfs|xf)(?=[\s/>])" + ATTRIBUTES + rb"/?>"
)
_STYLE = re.compile(rb"\ss\s*=\s*[\"'](\d{1,6})[\"']")
_SHARED = re.compile(rb"\st\s*=\s*[\"']s[\"']")
_TEXT_END = re.compile(rb"</" + _PREFIX + rb"si\s*>|<" + _PREFIX + rb"si\s*/>")
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?$")


def check(package: Package) -> dict[str, Notes]:
    """Refuse what is over the limits; notes by name of sheet."""
    measure = Measure(package.limits)
    names = _sheet_names(package)
    if len(names) > package.limits.sheets:
        raise too_big(package.limits)
    texts = [name for name in package.entries if name.lower().endswith("sharedstrings.xml")]
    if len(texts) > 1:
        raise broken("several tables of texts")
    sizes = _text_sizes(package, texts[0]) if texts else array("L")
    notes = {}
    formats = _formats(package)
    for part in package.entries:
        # a relation may make a sheet of any part, whatever it is called
        if part not in texts:
            seen = _measure_part(package, part, measure, sizes, formats)
            if part in names:
                notes[names[part]] = seen
    return notes


def _sheet_names(package: Package) -> dict[str, str]:
    """Part -> name of its sheet."""
    targets = _targets(package, "xl/workbook.xml")
    names = {}
    for match in _ELEMENT.finditer(package.read("xl/workbook.xml")):
        if match[1] == b"sheet":
            about = attributes(match[2])
            names[targets.get(about.get("id", ""), "")] = about.get("name", "")
    return names


def _targets(package: Package, part: str) -> dict[str, str]:
    """The relations of a part: id -> path of a part, or external address."""
    rels = join(dirname(part), "_rels", basename(part) + ".rels")
    targets = {}
    for match in _ELEMENT.finditer(package.read(rels)):
        if match[1] == b"Relationship":
            about = attributes(match[2])
            target = about.get("Target", "")
            if about.get("TargetMode") != "External":
                inside = target.lstrip("/") if target.startswith("/") else None
                target = inside or normpath(join(dirname(part), target))
            targets[about.get("Id", "")] = target
    return targets


def _text_sizes(package: Package, part: str) -> array[int]:
    """Bytes of each shared text, markup included."""
    sizes = array("L")
    data, position, before = b"", 0, 0
    for piece in package.pieces(part):
        data += piece
        used = 0
        for match in _TEXT_END.finditer(data):
            used = match.end()
            sizes.append(position + used - before)
            before = position + used
        keep = max(used, len(data) - 256)
        position += keep
        data = data[keep:]
    return sizes


def _measure_part(
    package: Package, part: str, measure: Measure, sizes: array[int], formats: Formats
) -> Notes:
    """Measure one part as if it were a sheet; the addresses behind its cells, and what these
    show."""
    rows = columns = row = column = 0
    longest = max(sizes, default=0)
    links: dict[tuple[int, int], str] = {}
    seen = Notes(links)
    wanted: list[tuple[str, str]] = []
    for match in find(_CELL, package.pieces(part), part.lower().endswith((".xml", ".rels"))):
        name, about, empty, text, address, unvalued = match.groups()
        if name == b"hyperlink":
            pairs = attributes(about)
            wanted.append((pairs.get("ref", ""), pairs.get("id", "")))
            continue
        # the largest, so that no attribute can hide another
        references = _REFERENCE.findall(about)
        if name == b"row":
            row, column = max([int(n) for _, n in references], default=row + 1), 0
            continue
        column += 1
        for letters, number in references:
            row = max(int(number), 1)
            column = (column_index(letters.decode()) or 0) + 1
        if empty:
            continue
        rows, columns = max(rows, row), max(columns, column)
        if _SHARED.search(about):
            index = int(text) if text is not None else len(sizes)
            measure.text_of(sizes[index] if index < len(sizes) else longest)
        elif text and (shown := formats.shown(_style(about), text.decode())):
            seen.shown[row - 1, column - 1] = shown
        if unvalued:
            seen.unvalued.add((row - 1, column - 1))
        if address:
            links[row - 1, column - 1] = unescape(address.decode("utf-8", "replace"))
    measure.sheet(rows, columns)
    if wanted:
        _add_links(links, wanted, _targets(package, part))
    return seen


def _formats(package: Package) -> Formats:
    codes: dict[int, str] = {}
    styles: list[int] = []
    inside = False
    for match in _STYLES.finditer(package.read("xl/styles.xml")):
        closes, name, pairs = match[1], match[2], attributes(match[3])
        number = int(pairs.get("numFmtId", "0")[:6]) if pairs.get("numFmtId", "").isdecimal() else 0
        if name == b"cellXfs":
            inside = not closes
        elif name == b"numFmt":
            codes[number] = pairs.get("formatCode", "")
        elif inside and not closes:
            styles.append(number)
    return Formats(codes, styles)


def _style(about: bytes) -> int:
    style = _STYLE.search(about)
    return int(style[1]) if style else -1


def is_1904(package: Package) -> bool:
    """Whether the workbook counts its days from 1904, as Excel for the Mac did."""
    for match in _ELEMENT.finditer(package.read("xl/workbook.xml")):
        if match[1] == b"workbookPr":
            return attributes(match[2]).get("date1904", "") in ("1", "true", "on")
    return False


def _add_links(
    links: dict[tuple[int, int], str], wanted: list[tuple[str, str]], targets: dict[str, str]
) -> None:
    for reference, relation in wanted:
        match = _RANGE.match(reference)
        if match and relation in targets:
            place = int(match[2]) - 1, column_index(match[1]) or 0
            links.setdefault(place, targets[relation])
