"""XLS before it is read: whether it is one, is protected, and how large it is."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

import olefile

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular import xls_formats
from ckanext.hanoi.tabular.container import Measure, Notes, broken, protected, too_big
from ckanext.hanoi.tabular.sheet import Limits

_BOF = {0x0009, 0x0209, 0x0409, 0x0809}
_FILEPASS = 0x002F
_SHARED_TEXT = 0x00FD
_TEXTS, _CONTINUE = 0x00FC, 0x003C
#: Records of one cell: formula, number, text, shared text, boolean or error, RK, rich text.
_CELLS = {0x0006, 0x0206, 0x0406, 0x0203, 0x0204, 0x00FD, 0x0205, 0x027E, 0x00D6}
_CELLS_IN_A_ROW = 0x00BD
#: A text of a cell is at most 32,767 characters of two bytes.
_LONGEST = 65534


def check(file: IO[bytes], limits: Limits) -> dict[str, Notes]:
    """Refuse what is no XLS workbook, is protected, or is over the limits; notes by name of
    sheet."""
    try:
        with olefile.OleFileIO(file) as container:
            names = {"/".join(path).lower() for path in container.listdir()}
            if "encryptedpackage" in names:
                raise protected()
            name = next((n for n in ("workbook", "book") if n in names), None)
            if name is None:
                raise SourceError(
                    "This is an old Office file, but not a spreadsheet. Save the table as XLSX."
                )
            if container.get_size(name) > limits.unpacked:
                raise too_big(limits)
            data = container.openstream(name).read()
    except SourceError:
        raise
    except Exception as e:  # olefile meets broken files with whatever Python raises
        raise broken(e) from e
    _measure(data, limits)
    try:
        return xls_formats.notes(data)
    except (struct.error, IndexError):
        return {}


def _measure(data: bytes, limits: Limits) -> None:
    measure = Measure(limits)
    rows = columns = sheets = 0
    sizes = _text_sizes(data)
    for kind, body in _records(data):
        if kind == _FILEPASS:
            raise protected()
        if kind in _BOF:
            measure.sheet(rows, columns)
            rows = columns = 0
            sheets += 1
            if sheets > limits.sheets + 1:
                raise too_big(limits)
        elif kind in _CELLS or kind == _CELLS_IN_A_ROW:
            if len(body) < 4:
                raise broken("a cell without a place")
            row, column = struct.unpack_from("<HH", body)
            if kind == _CELLS_IN_A_ROW:
                column = max(column, struct.unpack_from("<H", body, len(body) - 2)[0])
            if kind == _SHARED_TEXT and len(body) >= 10:
                index = struct.unpack_from("<L", body, 6)[0]
                measure.text_of(sizes[index] if index < len(sizes) else _LONGEST)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
    measure.sheet(rows, columns)


def _text_sizes(data: bytes) -> list[int]:
    """Bytes of each shared text, as far as the table of texts can be followed."""
    blocks: list[bytes] = []
    for kind, body in _records(data):
        if kind == _TEXTS and not blocks:
            blocks.append(body[8:])
        elif blocks and kind == _CONTINUE:
            blocks.append(body)
        elif blocks:
            break
    sizes: list[int] = []
    block = at = 0
    while block < len(blocks):
        if at >= len(blocks[block]):
            block, at = block + 1, 0
            continue
        if at + 3 > len(blocks[block]):
            break
        length, flags = struct.unpack_from("<HB", blocks[block], at)
        sizes.append(2 * length)
        about = blocks[block][at + 3 : at + 9].ljust(6, b"\0")
        runs = struct.unpack_from("<H", about)[0] if flags & 8 else 0
        extra = struct.unpack_from("<L", about, 2 if flags & 8 else 0)[0] if flags & 4 else 0
        at += 3 + (2 if flags & 8 else 0) + (4 if flags & 4 else 0)
        block, at = _behind(blocks, block, at, length, flags, 4 * runs + extra)
    return sizes


def _behind(
    blocks: list[bytes], block: int, at: int, length: int, flags: int, more: int
) -> tuple[int, int]:
    """The place behind a text of ``length`` characters and ``more`` bytes, which may go on in
    the next blocks; there, a text states anew whether its characters are wide."""
    while length and block < len(blocks):
        width = 2 if flags & 1 else 1
        here = min(length, max(len(blocks[block]) - at, 0) // width)
        length, at = length - here, at + here * width
        if length:
            block += 1
            if block < len(blocks):
                flags, at = (blocks[block][0] if blocks[block] else 0), 1
    while more and block < len(blocks):
        here = min(more, max(len(blocks[block]) - at, 0))
        more, at = more - here, at + here
        if more:
            block, at = block + 1, 0
    return block, at


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, position)
        yield kind, data[position + 4 : position + 4 + length]
        position += 4 + length
