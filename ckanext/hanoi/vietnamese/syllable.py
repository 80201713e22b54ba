"""How a Vietnamese syllable is built: onset, rhyme, tone. Used to tell Vietnamese from noise."""
from __future__ import annotations

import re
from functools import lru_cache

from ckanext.hanoi.vietnamese.letters import PARTS

# Written rhymes by what they begin with; "-" is the rhyme without anything behind.
_RHYMES = {
    "a": "- c ch i m n ng nh o p t u y",
    "ă": "c m n ng p t",
    "â": "c m n ng p t u y",
    "e": "- c m n ng o p t",
    "ê": "- c ch m n ng nh p t u",
    "i": "- a ch m n nh p t u",
    "iê": "c m n ng p t u",
    "o": "- c i m n ng p t",
    "oa": "- c ch i m n ng nh o p t y",
    "oă": "c m n ng t",
    "oe": "- n o t",
    "oo": "c ng",
    "ô": "- c i m n ng p t",
    "ơ": "- i m n p t",
    "u": "- a c i m n ng p t",
    "uâ": "n ng t y",
    "uê": "- ch nh",
    "uô": "c i m n ng t",
    "uơ": "-",
    "uy": "- a ch n nh p t u",
    "uyê": "n t",
    "ư": "- a c i n ng t u",
    "ươ": "c i m n ng p t u",
    "y": "- ch n nh t u",
    "yê": "m n ng t u",
}
_LONGEST = len("nghiêng")
_ALL = sorted(
    (start + end.strip("-") for start, ends in _RHYMES.items() for end in ends.split()),
    key=len,
    reverse=True,
)
_FRONT = "iyeê"
_SYLLABLE = re.compile(
    # k, gh, ngh before front vowels, c, g, ng before the others; the i of gi and u of qu are
    # part of the onset, but "gì" and "gìn" have g and their own i
    rf"(?P<onset>(?:k|gh|ngh)(?=[{_FRONT}])|(?:c|g|ng)(?![{_FRONT}])|g(?=i(?:n|m)?$)"
    r"|gi|qu|ch|kh|nh|ph|th|tr|[bdđhlmnprstvx]|)"
    rf"(?P<rhyme>{'|'.join(_ALL)})"
)
_STOPS = ("c", "ch", "p", "t")
_HIGH, _LOW = 4, 5  # sắc and nặng: the tones that a syllable with a stop at its end can have
_SECOND = ("iê", "yê", "uô", "ươ", "uâ", "uê", "uơ", "oă", "uyê", "oo")
_EITHER = ("oa", "oe", "uy")


@lru_cache(maxsize=8192)
def rhyme(word: str) -> str:
    """The rhyme of a Vietnamese syllable with its tone as a digit, as ``ương1`` of ``Trường``.

    ``""`` for what can't be one: an impossible onset or rhyme, two tones, a tone on the wrong
    letter, or one that its end rules out. ``word`` is NFC, in any case.
    """
    if len(word) > _LONGEST:
        return ""
    parts = [PARTS.get(letter, (letter, 0)) for letter in word.lower()]
    toned = [place for place, (_, tone) in enumerate(parts) if tone]
    match = _SYLLABLE.fullmatch("".join(letter for letter, _ in parts))
    if len(toned) > 1 or not match:
        return ""
    found = match["rhyme"]
    tone = parts[toned[0]][1] if toned else 0
    if found.endswith(_STOPS) and tone not in (_HIGH, _LOW):
        return ""
    if toned and toned[0] - match.start("rhyme") not in _places(found):
        return ""
    return f"{found}{tone}"


def is_syllable(word: str) -> bool:
    """Whether a word, with its accents, can be a Vietnamese syllable; both tone styles count."""
    return bool(rhyme(word))


def _places(found: str) -> tuple[int, ...]:
    """Where in a rhyme its tone mark may stand."""
    if found.startswith("uyê"):
        return (2,)
    if found.startswith(_SECOND):
        return (1,)
    if found.startswith(_EITHER):
        return (0, 1)
    return (0,)
