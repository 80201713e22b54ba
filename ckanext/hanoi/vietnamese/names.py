"""Names that CKAN accepts, made of Vietnamese text. assets/js/vietnamese.js has the same slug."""
from __future__ import annotations

import re
from collections.abc import Iterable

from ckanext.hanoi.vietnamese.letters import fold, nfc
from ckanext.hanoi.vietnamese.tones import canonical

#: CKAN's longest name of a dataset and longest tag.
MAX_SLUG = MAX_TAG = 100

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc]")
_NOT_OF_SLUG = re.compile("[^a-z0-9_]+")
_HYPHEN_BESIDE_UNDERSCORE = re.compile("-(?=_)|(?<=_)-")
_RESERVED = frozenset({"new", "edit", "search"})

_MARKS = re.compile("[\u0300-\u036f]+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_NOT_OF_TAG = re.compile(r"[^\w\-.]+|\s+")
_BETWEEN_TAGS = re.compile(r"[,;\r\n]")


def slug(text: str, limit: int = MAX_SLUG) -> str:
    """A name for a dataset's address: ``Đường phố Hà Nội`` is ``duong-pho-ha-noi``.

    2 to ``limit`` characters of ``a-z 0-9 _ -``, cut between words where one ends in the second
    half, never with a hyphen or underscore at an end. Idempotent. Letters of other scripts are
    left out. ``""`` where no valid name can be made: nothing usable in it, a single character, or
    a name that CKAN keeps for itself (new, edit, search); what then, is the caller's to decide.
    """
    name = _NOT_OF_SLUG.sub("-", _APOSTROPHES.sub("", fold(text)))
    name = _HYPHEN_BESIDE_UNDERSCORE.sub("", name).strip("-_")
    name = _cut(name, "-", limit).strip("-_")
    return "" if len(name) < 2 or name in _RESERVED else name


def tag(text: str) -> str:
    """A keyword that CKAN accepts, with its accents: letters, digits, spaces, ``-_.``, NFC.

    2 to 100 characters. Apostrophes go, dashes are hyphens, every other character is a space;
    commas too, so take lists apart first (``tags`` does). ``""`` where nothing valid is left.
    """
    word = _MARKS.sub("", _APOSTROPHES.sub("", nfc(text)))
    word = _trim(_NOT_OF_TAG.sub(" ", _DASHES.sub("-", word)))
    word = _trim(_cut(word, " ", MAX_TAG))
    return word if len(word) > 1 and any(c.isalnum() for c in word) else ""


def tags(texts: str | Iterable[str]) -> list[str]:
    """The valid ones among keywords, each once, in their order; the first spelling stands.

    A text is taken apart at commas, semicolons and line ends. Case and the style of tone marks
    make no difference, accents do.
    """
    found: dict[str, str] = {}
    for text in [texts] if isinstance(texts, str) else texts:
        for part in _BETWEEN_TAGS.split(text):
            if word := tag(part):
                found.setdefault(canonical(word).casefold(), word)
    return list(found.values())


def _trim(word: str) -> str:
    return word.lstrip(" -_").rstrip(" -_.")


def _cut(text: str, gap: str, limit: int) -> str:
    """At most ``limit`` characters, cut at a ``gap`` unless that takes more than half away."""
    if len(text) <= limit:
        return text
    end = text.rfind(gap, limit // 2, limit + 1)
    return text[: end if end > 0 else limit]
