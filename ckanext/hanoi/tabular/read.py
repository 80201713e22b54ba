"""Any table file, recognised by its content: a name, suffix or media type isn't believed."""

from __future__ import annotations

import io
import re
from typing import IO

from ckanext.hanoi.harvest.record import SourceError
from ckanext.hanoi.tabular.book import read_ole, read_zip
from ckanext.hanoi.tabular.delimited import read_text
from ckanext.hanoi.tabular.sheet import Book, Limits
from ckanext.hanoi.vietnamese import decode

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = {
    b"%PDF": "PDF", b"{\\rtf": "RTF", b"\x89PNG": "PNG", b"GIF8": "GIF", b"\xff\xd8\xff": "JPEG",
    b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip",
}  # fmt: skip
_MARKUP = re.compile(
    r"\s*<(?:!doctype|html|head|body|meta|table|div|\?xml|[a-z]\w*:?\w*[\s>])", re.I
)
_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{])')


def read(
    source: bytes | IO[bytes],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    limits: Limits | None = None,
) -> Book:
    """Read CSV, TSV, XLSX, XLS or ODS from bytes or a seekable binary file.

    ``encoding`` and ``delimiter`` are for text and detected when not given. Raises SourceError
    for a file that is none of these, is broken, protected by a password or beyond ``limits``.
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    limits = limits or Limits()
    file.seek(0)
    head = file.read(1024)
    if not head:
        raise SourceError("The file is empty.")
    if head.startswith(b"PK\x03\x04"):
        return repaired(read_zip(file, limits))
    if head.startswith(_OLE):
        return repaired(read_ole(file, limits))
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
        raise _no_table("HTML or XML")
    book = read_text(text, limits, delimiter)
    book.encoding = found
    return book


def _no_table(name: str) -> SourceError:
    return SourceError(
        "This is a file of the kind %(kind)s, not a table. Save the table as XLSX or CSV.",
        kind=name,
    )


def _decoded(data: bytes, encoding: str | None) -> tuple[str, str]:
    if encoding:
        try:
            return data.decode(encoding, "strict"), encoding
        except LookupError:
            raise SourceError(
                "The encoding %(encoding)s is not known.", encoding=encoding
            ) from None
        except UnicodeError as e:
            raise SourceError(
                "The file is not written in %(encoding)s. Leave the encoding empty to have it "
                "detected.",
                encoding=encoding,
            ) from e
    return decode(data)


def repaired(book: Book) -> Book:
    return book
