"""The encodings of Vietnamese before Unicode: their tables, and text of each made Unicode.

Each works on text in which every byte is the character of the same number (Latin-1), so that the
same tables serve files and strings that somebody has decoded wrongly already.

Sources: TCVN 5712:1993 (VN1, VN3), RFC 1456 (VISCII), the VNI-Windows fonts, windows-1258 as
registered with IANA. A tests' table that glibc made is compared with the first two.
"""
from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.hanoi.vietnamese.letters import PARTS, TONED, compose

# TCVN 5712 VN1: all letters, 0x80 to 0xFF.
_VN1_HIGH = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨ"
    "ÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "\xa0ĂÂÊÔƠƯĐăâêôơưđẰ"
    "\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
    "éẹềểễếệìỉỄẾỒĩíịò"
    "Ổỏõóọồổỗốộờởỡớợù"
    "ỖủũúụừửữứựỳỷỹýỵỐ"
)
_VN1_LOW = {0x01: "Ú", 0x02: "Ụ", 0x04: "Ừ", 0x05: "Ử", 0x06: "Ữ", 0x11: "Ứ", 0x12: "Ự",
            0x13: "Ỳ", 0x14: "Ỷ", 0x15: "Ỹ", 0x16: "Ý", 0x17: "Ỵ"}  # fmt: skip
_VISCII_HIGH = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ"
    "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
    "Õắằặấầẩậẽẹếềểễệố"
    "ồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"
    "ĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉ"
    "đựòóôõỏọụùúũủýợỮ"
)
_VISCII_LOW = {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}

#: Control characters that are letters in one of the encodings.
LOW_LETTERS = "".join(map(chr, sorted({*_VN1_LOW, *_VISCII_LOW})))


def _python_table(codec: str) -> dict[int, str]:
    """0x80 to 0xFF by a codec of Python; bytes it doesn't define stay."""
    table = {}
    for code in range(0x80, 0x100):
        try:
            table[code] = bytes([code]).decode(codec)
        except UnicodeDecodeError:
            table[code] = chr(code)
    return table


_WESTERN = _python_table("cp1252")
_VN1 = {**_VN1_LOW, **dict(enumerate(_VN1_HIGH, 0x80))}
# VN3, the TCVN3 of the .Vn fonts, has small letters and ÂĂÊÔƠƯĐ. Its other places have the
# punctuation of windows-1252, as the documents had; where that has letters, VN1's are likelier.
_VN3 = {
    code: _WESTERN[code] if code < 0xA1 or 0xB0 <= code <= 0xB4 else letter
    for code, letter in enumerate(_VN1_HIGH, 0x80)
}
_VISCII = {**_VISCII_LOW, **dict(enumerate(_VISCII_HIGH, 0x80))}
_1258 = _python_table("cp1258")


def _charmap(table: Mapping[int, str]) -> str:
    return "".join(table.get(code, chr(code)) for code in range(0x100))


_VN3_CHARMAP, _WESTERN_CHARMAP = _charmap(_VN3), _charmap(_WESTERN)


def _mapped(text: str, charmap: Any) -> str:
    """Each character below 0x100 by the table; the quick way, where there are no others."""
    try:
        return codecs.charmap_decode(text.encode("latin-1"), "strict", charmap)[0]
    except UnicodeEncodeError:
        return text.translate(dict(enumerate(charmap)))


def _of_bytes(table: Mapping[int, str]) -> Callable[[str], str]:
    charmap = _charmap(table)
    return lambda text: compose(_mapped(text, charmap))


# VNI: a mark of its own behind the vowel, tones in the order of letters.TONE_MARKS.
_VNI_TONES = {"": "øûõùï", "circumflex": "àåãáä", "breve": "èúüéë"}
_VNI_BARE = {"circumflex": "â", "breve": "ê"}
_VNI_SINGLE = {"í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ",
               "ô": "ơ", "ö": "ư"}  # fmt: skip


def _vni_table() -> dict[str, str]:
    table = dict(_VNI_SINGLE)
    for written, letter in ("aa", "ee", "oo", "uu", "yy", "ôơ", "öư"):
        for tone, mark in enumerate(_VNI_TONES[""], 1):
            table[written + mark] = TONED[letter, tone]
    del table["yï"]
    for kind, pairs in (("circumflex", ("aâ", "eê", "oô")), ("breve", ("aă",))):
        for written, letter in pairs:
            for tone, mark in enumerate((_VNI_BARE[kind], *_VNI_TONES[kind])):
                table[written + mark] = TONED[letter, tone]
    for written, letter in list(table.items()):
        # a mark in the other case than its vowel still shows right, and people type it
        for form in {written.upper(), written[0].upper() + written[1:]}:
            table[form] = letter.upper()
        table[written[0] + written[1:].upper()] = table.get(
            written[0] + written[1:].upper(), letter
        )
    return table


_VNI = _vni_table()
_VNI_MARKS = "".join(_VNI_BARE.values()) + "".join(_VNI_TONES.values())
_VNI_MARKS += _VNI_MARKS.upper()
_VNI_PIECE = re.compile(
    f"[aeouyôöAEOUYÔÖ]?[{_VNI_MARKS}]|[{''.join(_VNI_SINGLE)}{''.join(_VNI_SINGLE).upper()}]"
)


def _vni(text: str) -> str:
    return _VNI_PIECE.sub(_vni_letter, _mapped(text, _WESTERN_CHARMAP))


def _vni_or_nothing(text: str) -> str:
    text = _mapped(text, _WESTERN_CHARMAP)
    return _VNI_PIECE.sub(lambda match: _VNI.get(match[0], "\ufffd"), text)


def _vni_letter(match: re.Match[str]) -> str:
    piece = match[0]
    return _VNI.get(piece) or "".join(_VNI.get(part, part) for part in piece)


# The .VnXXXH fonts show small letters as capitals: "CéNG HOµ" was typed for CỘNG HOÀ. A word is
# such a one if it has two capitals of ASCII, a small letter beyond ASCII, and no other ones.
_SMALL = "".join(sorted({letter for letter in (*PARTS, "đ") if letter > "z" and letter.islower()}))
_ANY = "A-Z" + _SMALL + _SMALL.upper()
_MIXED_WORD = re.compile(
    rf"(?<![^\W\d_])(?=(?:[{_SMALL}{_SMALL.upper()}]*[A-Z]){{2}})"
    rf"[A-Z{_SMALL.upper()}]*[{_SMALL}][{_ANY}]*(?![^\W\d_])"
)
_GAP = r"\n\r\t,;|\""
_FIELD_WITHOUT_SMALL = re.compile(rf"(?:\A|(?<=[{_GAP}]))[^a-z{_GAP}]+(?=[{_GAP}]|\Z)")


def _vn3(text: str) -> str:
    return capitals_of_fonts(_mapped(text, _VN3_CHARMAP))


def capitals_of_fonts(text: str) -> str:
    """Small letters with accents among capitals made capitals: ``CộNG HOà`` is CỘNG HOÀ.

    The .VnXXXH fonts have no other way. ``Hà`` stays, unless a word near it, in the same line or
    field, is one of these and none has small letters without accents.
    """
    text = _FIELD_WITHOUT_SMALL.sub(_capitals_of_field, text)
    return _MIXED_WORD.sub(lambda match: match[0].upper(), text)


def _capitals_of_field(match: re.Match[str]) -> str:
    field = match[0]
    return field.upper() if _MIXED_WORD.search(field) else field


@dataclass(frozen=True, slots=True)
class Charset:
    """An encoding: ``convert`` makes Unicode of text whose characters are its bytes' numbers.

    ``strict`` does too, but has U+FFFD where no letter of the encoding stands. ``small_capitals``
    says that small letters may stand among capitals.
    """

    name: str
    convert: Callable[[str], str]
    strict: Callable[[str], str]
    small_capitals: bool = False


def _charset(name: str, convert: Callable[[str], str], **more: Any) -> Charset:
    return Charset(name, convert, **{"strict": convert, **more})


WESTERN = _charset("windows-1252", lambda text: _mapped(text, _WESTERN_CHARMAP))
#: Two of one name: the fonts' TCVN3, and full VN1 with its own capitals.
VIETNAMESE = (
    _charset("tcvn3", _vn3, small_capitals=True),
    _charset("tcvn3", _of_bytes(_VN1)),
    _charset("vni", _vni, strict=_vni_or_nothing),
    _charset("windows-1258", _of_bytes(_1258)),
    _charset("viscii", _of_bytes(_VISCII)),
)
_BYTES = {ord(char): chr(code) for code, char in _WESTERN.items()}


def as_bytes(text: str) -> str:
    """Text that was read as windows-1252 with the numbers of its bytes as characters again."""
    return text.translate(_BYTES)


def is_vietnamese(text: str) -> bool:
    """Whether it has a letter that no misread text has: one of Vietnamese beyond Latin-1."""
    return any(char in PARTS or char in "đĐ" for char in text if ord(char) > 0xFF)
