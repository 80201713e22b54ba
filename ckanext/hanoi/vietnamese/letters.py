"""The letters of Vietnamese: quality and tone apart, and what legacy input does to them."""
from __future__ import annotations

import re
import unicodedata
from typing import Literal

#: The tone marks in the order of TCVN: huyền, hỏi, ngã, sắc, nặng. ngang has no mark.
TONE_MARKS = "\u0300\u0309\u0303\u0301\u0323"
VOWELS = "aăâeêioôơuưy"

#: (letter, tone 0..5) -> letter with its tone, lower and upper case.
TONED: dict[tuple[str, int], str] = {
    (letter, tone): unicodedata.normalize("NFC", letter + mark)
    for letter in VOWELS + VOWELS.upper()
    for tone, mark in enumerate(("", *TONE_MARKS))
}
#: Letter with or without a tone mark -> (letter, tone).
PARTS: dict[str, tuple[str, int]] = {toned: parts for parts, toned in TONED.items()}

# Letters of only Vietnamese, as far as a catalog is concerned, and those that it never has.
_ONLY_VIETNAMESE = re.compile("[ăơưĂƠƯđĐ\u1ea0-\u1ef9]")
_NEVER_VIETNAMESE = re.compile("[þÞæÆöÖøØɛƐɔƆƒƑɣƔŋŊʋƲ]")
_ETHS = str.maketrans("ÐðƉɖ", "ĐđĐđ")
_ANY_ETH = re.compile("[ÐðƉɖ]")
# No word of Icelandic or Faroese begins with Eth, and none is without a vowel.
_ETH_OF_VIETNAMESE = re.compile(
    r"(?<![^\W_])(?:[Ðð](?=[^\W\d_])|[B-DG-HK-NP-TV-XZ]*Ð[B-DG-HK-NP-TV-XZ]*(?![^\W_]))"
)

_SPACES = str.maketrans("\u00a0\u2007\u202f", "   ")
_INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u2060\ufeff"))
_TIDY = {**_SPACES, **_INVISIBLE}

# A tone typed before the mark of its letter: á + circumflex for ấ. NFC leaves it so.
_SWAPPED = re.compile(
    "([{}])([\u0302\u0306])".format(
        "".join(TONED[letter, tone] for letter in "aeoAEO" for tone in (1, 2, 3, 4))
    )
)
_WITH_MARK = {
    (letter, mark): whole
    for letter in "aeoAEO"
    for mark in "\u0302\u0306"
    if (whole := unicodedata.normalize("NFC", letter + mark)) in PARTS
}


# Runs of what is neither word nor space: combining marks among them.
_LONG_RUN = re.compile(r"[^\w\s]{32,}")
#: More marks on one letter than any writing has (Unicode's own limit for streams).
_MOST_MARKS = 30


def normalized(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """As ``unicodedata.normalize``, whose time grows with the square of the number of combining
    marks on a letter: those beyond the thirtieth go."""
    return unicodedata.normalize(form, _LONG_RUN.sub(_few_marks, text))


def _few_marks(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in run[0]:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def compose(text: str) -> str:
    """NFC; a tone mark that stands before the circumflex or breve of its letter changes places."""
    return _SWAPPED.sub(_swap, normalized("NFC", text))


def _swap(match: re.Match[str]) -> str:
    letter, tone = PARTS[match[1]]
    whole = _WITH_MARK.get((letter, match[2]))
    return TONED[whole, tone] if whole else match[0]


def nfc(text: str) -> str:
    """NFC, with what old software leaves in Vietnamese put right. Idempotent.

    - a tone mark before the mark of its letter (as in text of windows-1258);
    - no-break spaces are spaces; soft hyphens, zero-width spaces and byte order marks go;
    - Eth (``Ð`` U+00D0) and African D (U+0189) in Vietnamese text are Đ. Icelandic keeps its Eth.

    Text that is right comes back as it is. Run ``repair`` first where TCVN3 may be read as
    Latin-1: there, the soft hyphen is the letter ư.
    """
    if text.isascii():
        return text
    text = compose(text.translate(_TIDY))
    if _ANY_ETH.search(text) and _is_vietnamese_d(text):
        text = text.translate(_ETHS)
    return text


def _is_vietnamese_d(text: str) -> bool:
    if _NEVER_VIETNAMESE.search(text):
        return False
    return bool(_ONLY_VIETNAMESE.search(text) or _ETH_OF_VIETNAMESE.search(text))


# Latin letters that Unicode does not take apart into a letter of ASCII and marks.
_LATIN = str.maketrans(
    {
        "đ": "d", "ð": "d", "ɖ": "d", "ɗ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o",
        "ł": "l", "ħ": "h", "ŧ": "t", "þ": "th", "ŋ": "n", "ı": "i", "ĸ": "k", "ƒ": "f",
        "ə": "e", "ɛ": "e", "ɔ": "o", "ƀ": "b", "ɓ": "b", "ƙ": "k", "ɨ": "i", "ʉ": "u", "ǥ": "g",
    }
)  # fmt: skip
_MARKS = re.compile("[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Lower case without accents, for matching: NFC or NFD, hoà or hòa, Đ or Ð make no difference.

    White space of any kind and length is one space, none at the ends. Punctuation stays.
    Compatibility forms (full width, ligatures, superscripts) are their plain letters: m² is m2.
    Idempotent; other scripts keep their letters.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    text = _bare(_bare(text.translate(_INVISIBLE)).casefold()).translate(_LATIN)
    return " ".join(normalized("NFC", text).split())


def _bare(text: str) -> str:
    return _MARKS.sub("", normalized("NFKD", text))
