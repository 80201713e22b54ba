"""The order of the Vietnamese alphabet, as a key of plain ASCII."""
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import zip_longest

from ckanext.hanoi.vietnamese.letters import PARTS, fold
from ckanext.hanoi.vietnamese.tones import canonical

#: Characters of a text that count for its place.
LENGTH = 256

# "~" is greater than any letter: ă comes after a and whatever follows it, â after ă.
_CODES = {"ă": "a~", "â": "a~~", "đ": "d~", "ê": "e~", "ô": "o~", "ơ": "o~~", "ư": "u~"}
_OTHER_MARK = "6"
_PIECES = re.compile(r"\d+|.", re.DOTALL)


def sort_key(text: str) -> str:
    """A key to sort by, a ``str`` of ASCII: compare it as it is, or index it in a string field.

    Order: a ă â b c d đ e ê … y z, then other scripts; digits before letters, numbers by their
    value (Quận 2 before Quận 10); a space before all, so that words are compared one by one, and
    punctuation as a space. First the letters of the whole text decide, then the tones (ngang,
    huyền, hỏi, ngã, sắc, nặng), then case (lower first): the rules of Unicode's collation for
    Vietnamese, and hoà has the place of hòa. Only the first 256 characters count, so that no key
    outgrows Solr's terms.

    Made of letters, tones and cases with a space between; a database must compare it byte by
    byte (``COLLATE "C"``).
    """
    letters: list[str] = []
    tones: list[str] = []
    cases: list[str] = []
    for piece in _PIECES.findall(canonical(text[: 4 * LENGTH])[:LENGTH]):
        if piece[0].isdecimal():
            units = [_number(piece)]
        elif unicodedata.category(piece) == "Mn":
            if tones:
                tones[-1] = _OTHER_MARK
            continue
        else:
            units = _units(piece)
        for letter, tone, case in units:
            if letter == "-" and (not letters or letters[-1] == "-"):
                continue
            letters.append(letter)
            tones.append(tone)
            cases.append(case)
    return " ".join(
        ("".join(letters).rstrip("-"), "".join(tones).rstrip("0"), "".join(cases).rstrip("0"))
    ).rstrip()


def _number(digits: str) -> tuple[str, str, str]:
    """Numbers in the order of their value, as text: how long it is goes before it."""
    plain = "".join(str(unicodedata.decimal(digit)) for digit in digits)
    value = plain.lstrip("0") or "0"
    length = "9" * (len(value) // 9) + str(len(value) % 9)
    return length + value, "0", str(min(9, len(plain) - len(value)))


@lru_cache(maxsize=4096)
def _units(char: str) -> list[tuple[str, str, str]]:
    """(letter, tone, case) of each letter of a character; white space and punctuation is "-"."""
    if not char.isalnum():
        return [("-", "0", "0")]
    case = "1" if char != char.lower() else "0"
    letter, tone = PARTS.get(char, (char, 0))
    letter = letter.lower()
    if letter in _CODES:
        return [(_CODES[letter], str(tone), case)]
    plain = fold(letter)
    if plain.isascii() and plain.isalnum():
        mark = str(tone) if plain == letter else _OTHER_MARK
        return [
            (part, own, case)
            for part, own in zip_longest(plain, mark, fillvalue="0")
        ]
    return [(f"{{{ord(part):05x}", "0", case) for part in plain if part.isalnum()]
