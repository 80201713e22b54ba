"""Any table file, recognised by its content: a name, suffix or media type isn't believed."""

from __future__ import annotations

import io
import re
from typing import IO

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular import apart, xml2003
from ckanext.hanoi.tabular.delimited import read_text
from ckanext.hanoi.tabular.html import LARGEST, read_html
from ckanext.hanoi.tabular.sheet import Book, Limits
from ckanext.hanoi.vietnamese import decode, repair_all
from ckanext.hanoi.vietnamese.charsets import VIETNAMESE

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = {
    b"%PDF": "PDF", b"{\\rtf": "RTF", b"\x89PNG": "PNG", b"GIF8": "GIF", b"\xff\xd8\xff": "JPEG",
    b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip",
}  # fmt: skip
_MARKUP = re.compile(
    r"\s*<(?:!doctype|html|head|body|meta|table|div|\?xml|[a-z]\w*(?::\w*)?[\s>])|"
    r"\s*<\s{1,9}(?:html|head|body|meta|style|table|tr|div|p|span|font|center)\s{0,9}[/>]",
    re.I,
)
_HEAD_OF_PAGE = 256 * 1024
_ALIASES = {
    "cp1258": "windows-1258",
    "vni-windows": "vni",
    "tcvn": "tcvn3",
    "tcvn-5712": "tcvn3",
    "tcvn5712": "tcvn3",
    "abc": "tcvn3",
}
_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{])')


def read(
    source: bytes | IO[bytes],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    limits: Limits | None = None,
    repair: bool = True,
) -> Book:
    """Read CSV, TSV, XLSX, XLS, ODS, or a web page's tables, from bytes or a seekable binary file.

    ``encoding`` and ``delimiter`` are for text and detected when not given. With ``repair``, cells
    in old Vietnamese encodings are made Unicode. Raises SourceError
    for a file that is none of these, is broken, protected by a password or beyond ``limits``.
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    book = _read(file, encoding, delimiter, limits or Limits())
    return _repaired(book) if repair else book


def _read(file: IO[bytes], encoding: str | None, delimiter: str | None, limits: Limits) -> Book:
    file.seek(0)
    head = file.read(1024)
    if not head:
        raise SourceError("The file is empty.")
    if head.startswith((b"PK\x03\x04", _OLE)):
        return apart.read_workbook(file, limits)
    for start, name in _BINARY.items():
        if head.startswith(start):
            raise _no_table(name)
    file.seek(0)
    data = file.read(limits.unpacked + 1)
    if len(data) > limits.unpacked:
        raise SourceError("The file is larger than %(limit)s bytes.", limit=limits.unpacked)
    text, found = _decoded(data, encoding)
    if "\0" in text[:4096]:
        raise SourceError("The file is neither text nor a spreadsheet.")
    if _JSON.match(text):
        raise _no_table("JSON")
    if _MARKUP.match(text):
        if len(text) <= LARGEST and xml2003.is_one(text[:4096]):
            book = xml2003.read_xml2003(text, limits)
            book.encoding = found
            return book
        may_have_tables = len(text) <= LARGEST and "<table" in text[:_HEAD_OF_PAGE].lower()
        book = read_html(text, limits) if may_have_tables else None
        if book is None:
            raise SourceError(
                "This is a page of HTML or XML without a table. Save the table as XLSX or CSV."
            )
        book.encoding = found
        return book
    book = read_text(text, limits, delimiter)
    book.encoding = found
    return book


def _no_table(name: str) -> SourceError:
    return SourceError(
        "This is a file of the kind %(kind)s, not a table. Save the table as XLSX or CSV.",
        kind=name,
    )


def _decoded(data: bytes, encoding: str | None) -> tuple[str, str]:
    if not encoding:
        return decode(data)
    name = _ALIASES.get(encoding.strip().lower(), encoding.strip().lower())
    charset = next((charset for charset in VIETNAMESE if charset.name == name), None)
    if charset is not None:
        # of two variants of one name, detection knows the right one
        text, found = decode(data)
        return (text if found == name else charset.convert(data.decode("latin-1"))), name
    try:
        return data.decode(name).removeprefix("\ufeff"), name
    except LookupError:
        raise SourceError("The encoding %(encoding)s is not known.", encoding=encoding) from None
    except UnicodeError as e:
        raise SourceError(
            "The file is not written in %(encoding)s. Leave the encoding empty to have it "
            "detected.",
            encoding=encoding,
        ) from e


def _repaired(book: Book) -> Book:
    """The book with its old Vietnamese text (TCVN3, VNI, …) made Unicode: cells of workbooks have
    it wherever somebody typed with an old font. All cells are judged together."""
    texts = {
        cell: cell
        for sheet in book.sheets
        for cell in (sheet.name, *(cell for row in sheet.rows for cell in row))
        if isinstance(cell, str) and not cell.isascii()
    }
    fixed = {old: new for old, new in zip(texts, repair_all(texts), strict=True) if old != new}
    for sheet in book.sheets if fixed else ():
        sheet.name = fixed.get(sheet.name, sheet.name)
        for row in sheet.rows:
            row[:] = [fixed.get(cell, cell) if isinstance(cell, str) else cell for cell in row]
    return book
