"""Writes Vietnamese text in the encodings of before Unicode, by tables that aren't the package's:
those of glibc, Python's codec, and VNI's as its fonts have it.
"""
from __future__ import annotations

import json
import unicodedata
from pathlib import Path

DATA = Path(__file__).parent / "data" / "vietnamese"
GLIBC = json.loads((DATA / "glibc_tables.json").read_text("utf-8"))

TONES = "\u0300\u0309\u0303\u0301\u0323"
LETTERS = [
    unicodedata.normalize("NFC", letter + tone)
    for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in ("", *TONES)
    if not (letter + tone).isascii()
] + ["đ", "Đ"]

# The letters of LETTERS, small ones, in the same order; capitals are the same in capitals.
_VNI = dict(zip(LETTERS, (
    "aø aû aõ aù aï aê aè aú aü aé aë aâ aà aå aã aá aä eø eû eõ eù eï eâ eà eå eã eá eä "
    "ì æ ó í ò oø oû oõ où oï oâ oà oå oã oá oä ô ôø ôû ôõ ôù ôï uø uû uõ uù uï "
    "ö öø öû öõ öù öï yø yû yõ yù î"
).split(), strict=False))  # fmt: skip
_VNI |= {letter.upper(): written.upper() for letter, written in _VNI.items()}
_VNI |= {"đ": "ñ", "Đ": "Ñ"}

_GLIBC = {
    name: {char: int(code, 16) for code, char in table.items()} for name, table in GLIBC.items()
}
_TCVN3_CAPITALS = "ĂÂÊÔƠƯĐ"


def _by_table(text: str, table: dict[str, int]) -> bytes:
    return bytes(table[char] if char in table else ord(char) for char in text)


def tcvn3(text: str) -> bytes:
    """As typed in a .Vn font: capitals with a tone have no code, people typed the small letter."""
    text = "".join(
        char.lower() if char in LETTERS and char not in _TCVN3_CAPITALS else char for char in text
    )
    return _by_table(text, _GLIBC["TCVN5712-1"])


def tcvn3_capitals(text: str) -> bytes:
    """As typed in a .VnXXXH font, which shows every letter as a capital."""
    return _by_table("".join(c if c.isascii() else c.lower() for c in text.upper()),
                     _GLIBC["TCVN5712-1"])  # fmt: skip


def vn1(text: str) -> bytes:
    """TCVN 5712 with its own capitals."""
    return _by_table(text, _GLIBC["TCVN5712-1"])


def viscii(text: str) -> bytes:
    return _by_table(text, _GLIBC["VISCII"])


def vni(text: str) -> bytes:
    return "".join(_VNI.get(char, char) for char in text).encode("latin-1")


def windows_1258(text: str) -> bytes:
    """Letter and tone apart, as this encoding has it."""
    parts = []
    for char in text:
        decomposed = unicodedata.normalize("NFD", char)
        letter = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in TONES))
        parts.append(letter + "".join(c for c in decomposed if c in TONES))
    return "".join(parts).encode("cp1258")


#: Name that ``decode`` gives and encoder, for each way of writing.
ENCODERS = {
    "tcvn3": ("tcvn3", tcvn3),
    "tcvn3-vn1": ("tcvn3", vn1),
    "vni": ("vni", vni),
    "viscii": ("viscii", viscii),
    "windows-1258": ("windows-1258", windows_1258),
}
