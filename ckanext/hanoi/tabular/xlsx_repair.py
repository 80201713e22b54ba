"""XLSX workbooks that Excel reads and calamine does not, written anew as calamine reads them.

Backslashes in the names of parts, a main part of another name, a sheet whose size is nonsense,
texts in cells where the format has them in another element. Only what is needed is changed, and
only where something is; all else is copied. Knows no CKAN.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable
from posixpath import basename, dirname, join, normpath
from typing import IO

from ckanext.hanoi.tabular.container import ATTRIBUTES, Package, attributes
from ckanext.hanoi.tabular.sheet import Limits

_MAIN = "xl/workbook.xml"
_PREFIX = rb"(?:[\w.-]{1,40}:)?"
_RELATION = re.compile(rb"<" + _PREFIX + rb"Relationship" + ATTRIBUTES + rb"/?>")
_MAIN_TYPE = "/relationships/officeDocument"
_DIMENSION = re.compile(
    rb"<" + _PREFIX + rb"dimension\s[^<>]{0,200}?ref\s{0,3}=\s{0,3}[\"']([^\"'<>]{0,60})[\"']"
    rb"[^<>]{0,200}>"
)
_RANGE = re.compile(rb"[A-Z]{1,3}[1-9]\d{0,6}(?::[A-Z]{1,3}[1-9]\d{0,6})?")
_VALUE = (
    rb"<" + _PREFIX + rb"v(?:\s{0,9}/>|(?:\s[^<>]{0,100})?>[^<>]{0,40000}</" + _PREFIX + rb"v>)"
)
#: A cell that says that its text stands in <is> and has it in <v>, which calamine then ignores;
#: one that has both, of which calamine takes none if <v> is the second.
_TEXT_IN_VALUE = re.compile(
    rb"(<" + _PREFIX + rb"c\s(?:[^<>]{0,200}\s)?t\s{0,3}=\s{0,3}[\"'])inlineStr([\"'][^<>]{0,200}>)"
    rb"\s{0,20}(?:<" + _PREFIX + rb"is\s{0,9}/>|"
    rb"<" + _PREFIX + rb"is>\s{0,9}</" + _PREFIX + rb"is>)?\s{0,20}"
    rb"(?=" + _VALUE + rb"\s{0,20}</" + _PREFIX + rb"c>)"
)
_VALUE_TOO = re.compile(rb"(</" + _PREFIX + rb"is>)\s{0,20}" + _VALUE)
_SHEET_NAME = re.compile(r"xl/(?:worksheets|sheets?)/[^/]+\.xml", re.I)
#: Larger sheets are left as they are.
_LARGEST = 64 * 1024 * 1024
_HEAD = 64 * 1024


def rewritten(file: IO[bytes], package: Package, limits: Limits) -> IO[bytes] | None:
    """The workbook as calamine reads it, in a temporary file; None where nothing is to be done or
    it is no workbook of this kind."""
    names = {name: _name(name) for name in package.entries}
    main = _main_part(package, names)
    if main and main != _MAIN and _MAIN not in names.values():
        for name, plain in names.items():
            if plain.lower() == main.lower():
                names[name] = _MAIN
            elif plain.lower() == _rels(main).lower():
                names[name] = _rels(_MAIN)
    if _MAIN not in names.values() or len(set(names.values())) < len(names):
        return None
    changes = {
        name: change for name, plain in names.items()
        if _SHEET_NAME.fullmatch(plain) and (change := _change(package, name))
    }  # fmt: skip
    if not changes and all(name == plain for name, plain in names.items()):
        return None
    return _written(Package(file, limits), names, changes)


def _name(name: str) -> str:
    """The name of a part as the format wants it."""
    plain = normpath(name.replace("\\", "/")).lstrip("/")
    return plain if not plain.startswith("..") else name


def _rels(part: str) -> str:
    return join(dirname(part), "_rels", basename(part) + ".rels")


def _main_part(package: Package, names: dict[str, str]) -> str:
    """The workbook's part by the package's own relations."""
    rels = next((name for name, plain in names.items() if plain == "_rels/.rels"), "")
    for match in _RELATION.finditer(package.read(rels, _HEAD)) if rels else ():
        about = attributes(match[1])
        if about.get("Type", "").endswith(_MAIN_TYPE):
            target = _name(about.get("Target", ""))
            return target if target.lower().endswith(".xml") else ""
    return ""


def _change(package: Package, name: str) -> Callable[[bytes], bytes] | None:
    """What has to be done to a sheet, if anything."""
    if package.entries[name].file_size > _LARGEST:
        return None
    text = package.read(name, _LARGEST)
    found = _DIMENSION.search(text, 0, _HEAD)
    nonsense = found is not None and not _RANGE.fullmatch(found[1])
    odd = nonsense or _TEXT_IN_VALUE.search(text) or _VALUE_TOO.search(text)
    return _mended if odd else None


def _mended(text: bytes) -> bytes:
    head, tail = text[:_HEAD], text[_HEAD:]
    found = _DIMENSION.search(head)
    if found and not _RANGE.fullmatch(found[1]):
        close = head[found.end() :].lstrip()[:14]
        end = found.end()
        if not found[0].endswith(b"/>") and close.startswith(b"</"):
            end = head.find(b">", end) + 1
        head = head[: found.start()] + head[end:]
    return _VALUE_TOO.sub(rb"\1", _TEXT_IN_VALUE.sub(rb"\1str\2", head + tail))


def _written(
    package: Package, names: dict[str, str], changes: dict[str, Callable[[bytes], bytes]]
) -> IO[bytes]:
    new = tempfile.TemporaryFile(prefix="hanoi-xlsx-")  # noqa: SIM115
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, plain in names.items():
            if plain.endswith("/") or name.endswith(("/", "\\")):
                continue
            with archive.open(plain, "w", force_zip64=True) as part:
                if name in changes:
                    part.write(changes[name](package.read(name, _LARGEST)))
                else:
                    for piece in package.pieces(name):
                        part.write(piece)
    new.seek(0)
    return new
