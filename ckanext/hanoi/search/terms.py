"""Vietnamese words as terms that CKAN's stock Solr schema leaves alone.

The stock type ``text`` cuts at punctuation and between letters and digits, stems English, then
folds accents: ``xây`` becomes ``xai``, ``xay`` stays, and neither finds the other. So documents and
queries have each word a second time, made so that nothing of that touches it:

- ``folded``: without accents, with a q behind it, which no English stem loses: ``xayq``;
- ``exact``: with its accents spelled in letters: ``xazwyzq``. Words without accents have none.

Digits are terms of their own, as they are: ``2025``. A UUID is one term: cut at its digits it would
hold words (da, ba, ca). Knows no CKAN.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ckanext.hanoi.vietnamese import canonical, fold, nfc
from ckanext.hanoi.vietnamese.letters import normalized

#: Stands between two texts in one field, so that no phrase reaches across.
GAP = "qq"
_LONGEST_WORD = 100
_WORD = re.compile(r"[^\W\d_]+|\d+")
_UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])")
_AS_LETTERS = str.maketrans("0123456789", "ghijklmnop", "-")
_AND = re.compile(r"(?<=[^\W\d_])&(?=[^\W\d_])")  # KH&ĐT is KHĐT
_MARKS = {
    "\u0300": "zf",
    "\u0301": "zs",
    "\u0303": "zx",
    "\u0309": "zr",
    "\u0323": "zj",
    "\u0302": "zw",
    "\u0306": "zv",
    "\u031b": "zk",
    "đ": "dzd",
}


def folded(text: str) -> list[str]:
    """The words without accents, as terms."""
    plain = _UUID.sub(_one_word, fold(_AND.sub("", nfc(text))))
    return [
        word if word.isdecimal() else f"{word[:_LONGEST_WORD]}q" for word in _WORD.findall(plain)
    ]


def _one_word(uuid: re.Match[str]) -> str:
    return uuid[0].translate(_AS_LETTERS)


def exact(text: str) -> list[str]:
    """The words that have accents, as terms that keep them; both tone styles give the same."""
    if text.isascii():
        return []
    words = _WORD.findall(canonical(_AND.sub("", nfc(text))).lower())
    return [_spelled(word[:_LONGEST_WORD]) for word in words if not word.isascii()]


def initials(name: str) -> list[str]:
    """How people abbreviate a name: ``sgtvt`` and ``gtvt`` of Sở Giao thông vận tải.

    With and without "và"; empty for names of fewer than three words.
    """
    words = [word for word in _WORD.findall(fold(name)) if not word.isdecimal()]
    found: dict[str, None] = {}
    for some in (words, [word for word in words if word not in ("va", "and")]):
        letters = "".join(word[0] for word in some)
        if len(some) > 2:
            found.update({letters: None, letters[1:]: None})
    return list(found)


@lru_cache(maxsize=20_000)
def _spelled(word: str) -> str:
    parts = (_MARKS.get(char, char) for char in normalized("NFD", word))
    return "".join(parts) + "zq"
