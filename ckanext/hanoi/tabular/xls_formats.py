"""What numbers in XLS cells show, where that is not the number: 007 in the format 000.

The records are those of BIFF8 ([MS-XLS] 2.4): FORMAT, XF, BOUNDSHEET, NUMBER, RK, MULRK.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ckanext.hanoi.tabular.container import Notes
from ckanext.hanoi.tabular.number_formats import Formats

_BOF, _EOF = 0x0809, 0x000A
_FORMAT, _XF, _SHEET = 0x041E, 0x00E0, 0x0085
_NUMBER, _RK, _RKS = 0x0203, 0x027E, 0x00BD
_BIFF8 = 0x0600


def notes(data: bytes) -> dict[str, Notes]:
    """Of each sheet, by name, the cells that show something else; nothing for older formats."""
    formats, names = _globals(data)
    found: dict[str, Notes] = {}
    # sheets stand one behind the other; so no byte is looked at twice
    ends = dict(zip(sorted(names), [*sorted(names)[1:], len(data)], strict=True))
    for start, name in names.items() if formats else ():
        sheet = data[start : ends[start]]
        shown = {
            (row, column): text for row, column, style, number in _numbers(sheet)
            if number.is_integer() and number >= 0
            and (text := formats.shown(style, str(int(number))))
        }  # fmt: skip
        if shown:
            found[name] = Notes(shown=shown)
    return found


def _globals(data: bytes) -> tuple[Formats, dict[int, str]]:
    """The formats of all cells, and the sheets by where they begin."""
    codes: dict[int, str] = {}
    styles: list[int] = []
    names: dict[int, str] = {}
    for kind, body in _records(data):
        if kind == _EOF or (kind == _BOF and struct.unpack_from("<H", body)[0] != _BIFF8):
            break
        if kind == _FORMAT:
            length = struct.unpack_from("<H", body, 2)[0]
            codes[struct.unpack_from("<H", body)[0]] = _text(body, 4, length)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _SHEET:
            names[struct.unpack_from("<L", body)[0]] = _text(body, 7, body[6])
    return Formats(codes, styles), names


def _text(body: bytes, at: int, length: int) -> str:
    """A text of ``length`` characters behind the byte that says whether they are wide."""
    wide = body[at] & 1
    raw = body[at + 1 : at + 1 + length * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1", "replace")


def _numbers(data: bytes) -> Iterator[tuple[int, int, int, float]]:
    """(row, column, style, number) of the cells of a sheet."""
    for kind, body in _records(data):
        if kind == _EOF:
            return
        if kind == _NUMBER and len(body) >= 14:
            row, column, style = struct.unpack_from("<HHH", body)
            yield row, column, style, struct.unpack_from("<d", body, 6)[0]
        elif kind == _RK and len(body) >= 10:
            row, column, style = struct.unpack_from("<HHH", body)
            yield row, column, style, _rk(body[6:10])
        elif kind == _RKS:
            row, first = struct.unpack_from("<HH", body)
            for index, at in enumerate(range(4, len(body) - 7, 6)):
                style = struct.unpack_from("<H", body, at)[0]
                yield row, first + index, style, _rk(body[at + 2 : at + 6])


def _rk(raw: bytes) -> float:
    """A number in four bytes: two bits say whether it is whole, and whether in hundredths."""
    bits = struct.unpack("<l", raw)[0]
    if bits & 2:
        number = float(bits >> 2)
    else:
        # the upper half of a double
        number = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<l", bits & ~3))[0]
    return number / 100 if bits & 1 else number


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, position)
        yield kind, data[position + 4 : position + 4 + length]
        position += 4 + length
