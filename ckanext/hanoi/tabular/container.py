"""Workbook containers, measured before a library may unpack them. Knows no workbook format.

A workbook of a few kilobytes can ask for terabytes: by compression, by one cell in the last
column of the last row (readers keep the whole rectangle), by a repeat count, by a million
references to one long text. So the parts are walked in bounded memory first.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import IO

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular.sheet import Limits, Merged

_CHUNK = 256 * 1024
_MAX_TAG = 4 * 1024 * 1024
_MAX_ENTRIES = 10_000
#: Attributes of a tag: a ">" inside of quotes doesn't end it.
ATTRIBUTES = rb"((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*"
PAIR = re.compile(rb"\s(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
#: So many tags stay together when a text is cut into pieces.
_TOGETHER = 8


@dataclass(slots=True)
class Notes:
    """What the walk saw of one sheet besides its size, and calamine doesn't tell."""

    links: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)
    #: What cells with a number show, where that is not the number.
    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    #: Cells with a formula whose result nobody stored.
    unvalued: set[tuple[int, int]] = field(default_factory=set)


class Measure:
    """Adds up what reading a workbook would cost; SourceError for what is over the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.cells = 0
        self.text = 0

    def sheet(self, rows: int, columns: int) -> None:
        """A sheet whose last cell with content is in this row and column (from 1)."""
        limits = self.limits
        if rows > limits.rows or columns > limits.columns:
            raise SourceError(
                "A sheet reaches to row %(rows)s and column %(columns)s; at most %(max_rows)s "
                "rows and %(max_columns)s columns are read. Delete what stands outside the list.",
                rows=rows,
                columns=columns,
                max_rows=limits.rows,
                max_columns=limits.columns,
            )
        self.cells += rows * columns
        if self.cells > limits.cells:
            raise SourceError(
                "The workbook has more than %(limit)s cells. Split it into several files.",
                limit=limits.cells,
            )

    def text_of(self, size: int) -> None:
        """One more cell that refers to a text of ``size`` bytes."""
        self.text += size
        if self.text > 2 * self.limits.unpacked:
            raise too_big(self.limits)


def too_big(limits: Limits) -> SourceError:
    return SourceError("The workbook unpacks to more than %(limit)s bytes.", limit=limits.unpacked)


def broken(error: object) -> SourceError:
    return SourceError("The workbook is damaged and can't be read: %(error)s", error=str(error))


def protected() -> SourceError:
    return SourceError("The workbook is protected by a password. Save it without one.")


class Package:
    """A zip container, unpacked piece by piece without believing the sizes that it states."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self.limits = limits
        self.unpacked = 0
        self._file = file
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as e:
            raise broken(e) from e
        if len(entries) > _MAX_ENTRIES:
            raise too_big(limits)
        if len({entry.header_offset for entry in entries}) < len(entries):
            raise broken("overlapping parts")
        self.entries = {entry.filename: entry for entry in entries}

    def read(self, name: str, limit: int = 16 * 1024 * 1024) -> bytes:
        """A whole small part, or b"" where there is none."""
        if name not in self.entries:
            return b""
        out = bytearray()
        for piece in self.pieces(name):
            out += piece
            if len(out) > limit:
                raise too_big(self.limits)
        return bytes(out)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The unpacked bytes of one part, in pieces of at most 256 KiB."""
        entry = self.entries[name]
        if entry.flag_bits & 1:
            raise protected()
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise broken(f"compression {entry.compress_type}")
        try:
            for piece in self._inflate(entry):
                self.unpacked += len(piece)
                if self.unpacked > self.limits.unpacked:
                    raise too_big(self.limits)
                yield piece
        except (zlib.error, struct.error, OSError, ValueError) as e:
            raise broken(e) from e

    def _inflate(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        self._file.seek(entry.header_offset + 26)
        name, extra = struct.unpack("<HH", self._file.read(4))
        position = entry.header_offset + 30 + name + extra
        end = position + entry.compress_size
        inflate = zlib.decompressobj(-15) if entry.compress_type else None
        while position < end:
            self._file.seek(position)
            data = self._file.read(min(_CHUNK, end - position))
            position += len(data)
            if not data:
                raise broken("it is cut off")
            if inflate is None:
                yield data
                continue
            while data and not inflate.eof:
                yield inflate.decompress(data, _CHUNK)
                data = inflate.unconsumed_tail
            if inflate.eof:
                break


def find(
    pattern: re.Pattern[bytes], pieces: Iterator[bytes], strict: bool = True
) -> Iterator[re.Match[bytes]]:
    """All matches in an XML text of a pattern that begins with "<" and spans a few tags. With
    ``strict`` an element without an end is refused; without, it may be no XML at all."""
    rest = b""
    for piece in pieces:
        data = rest + piece
        cut = len(data)
        for _ in range(_TOGETHER):
            cut = data.rfind(b"<", 0, cut)
            if cut <= 0:
                break
        if cut <= 0:
            rest = data
        else:
            end = 0
            for match in pattern.finditer(data):
                if match.start() >= cut:
                    break
                end = match.end()
                yield match
            rest = data[max(cut, end) :]
        if len(rest) > _MAX_TAG:
            if strict:
                raise broken("an element without an end")
            rest = b""
    yield from pattern.finditer(rest)


def attributes(data: bytes) -> dict[str, str]:
    """The attributes of a tag by local name."""
    return {
        match[1].decode("utf-8", "replace"): unescape(
            (match[2] or match[3] or b"").decode("utf-8", "replace")
        )
        for match in PAIR.finditer(data)
    }
