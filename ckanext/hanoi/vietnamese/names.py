"""Names that CKAN accepts, made of Vietnamese text. assets/js/vietnamese.js has the same slug."""
from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from ckanext.hanoi.vietnamese.letters import fold, nfc
from ckanext.hanoi.vietnamese.tones import canonical

#: CKAN's longest name of a dataset, longest tag and longest name of a file.
MAX_SLUG = MAX_TAG = MAX_FILE_NAME = 100
#: The name of a file whose own has no letter or digit that an address can have.
FILE = "tep-du-lieu"

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc]")
_NOT_OF_SLUG = re.compile("[^a-z0-9_]+")
_HYPHEN_BESIDE_UNDERSCORE = re.compile("-(?=_)|(?<=_)-")
_RESERVED = frozenset({"new", "edit", "search"})

_NOT_OF_FILE_NAME = re.compile("[^a-z0-9_.]+")
_BESIDE_DOT = re.compile(r"(?<![-.])[-.]*\.[-.]*")
_EXTENSION = re.compile("[a-z0-9_-]{1,20}")
_ESCAPED = re.compile("%[0-9A-Fa-f]{2}")

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


def file_name(text: str, otherwise: str = "", limit: int = MAX_FILE_NAME) -> str:
    """A name for an uploaded file: ``Danh sách cơ sở y tế.CSV`` is ``danh-sach-co-so-y-te.csv``.

    At most ``limit`` characters of ``a-z 0-9 _ . -``, the extension kept whole, folders in front
    dropped, the first one a letter or digit (so never a hidden file). Idempotent, and
    ``ckan.lib.munge`` leaves it as it is. Where nothing usable stands before the extension, the
    slug of ``otherwise`` does, else ``tep-du-lieu``.
    """
    name = re.split(r"[/\\]", _unescaped(text))[-1].strip().rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    extension = _NOT_OF_FILE_NAME.sub("-", fold(extension)).strip("-_.")
    if not dot or len(name.split(".")[-1].split()) != 1 or not _EXTENSION.fullmatch(extension):
        stem, extension = name.replace(".", " "), ""
    stem = _NOT_OF_FILE_NAME.sub("-", _APOSTROPHES.sub("", fold(stem)))
    stem = _HYPHEN_BESIDE_UNDERSCORE.sub("", _BESIDE_DOT.sub(".", stem)).strip("-_.")
    ending = f".{extension}" if extension else ""
    stem = _cut(stem, "-", limit - len(ending)).strip("-_.") or slug(otherwise, 60) or FILE
    return stem + ending


def _unescaped(text: str) -> str:
    """Some programs send the name as it would stand in an address."""
    if text.isascii() and _ESCAPED.search(text):
        try:
            return unquote(text, errors="strict")
        except UnicodeDecodeError:
            pass
    return text


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
