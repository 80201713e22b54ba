"""Which format and media type a resource has, from what its source says. Knows no CKAN."""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from ckanext.hanoi.vietnamese import nfc
from ckanext.hanoi.vocabulary import Term, vocabulary

_MEDIA_TYPE = re.compile(r"^[a-z]+/[a-z0-9][a-z0-9!#$&^_.+-]*$", re.IGNORECASE)
_IANA = re.compile(r"^https?://www\.iana\.org/assignments/media-types/", re.IGNORECASE)
#: Media types that say nothing about the format.
_VAGUE = {"application/octet-stream", "text/plain", "application/unknown", "binary/octet-stream"}


def term_of_format(written: str, media_type: str, url: str) -> Term | None:
    """The format by its name, else by the media type, else by the address's extension."""
    formats = vocabulary("format")
    for text in (written, written.lstrip(".").partition(" ")[0]):
        if text and (term := formats.find(text)):
            return term
    media_type = media_type.partition(";")[0].strip()
    if media_type and media_type.lower() not in _VAGUE and (term := formats.find(media_type)):
        return term
    return _by_extension().get(_extension(url))


def media_type_of(written: str, term: Term | None) -> str:
    """The media type as written, if it is one; else the format's usual one; else empty."""
    text = _IANA.sub("", written).partition(";")[0].strip().lower()
    if _MEDIA_TYPE.match(text):
        return text
    usual = term.extra.get("media_types") if term else None
    return usual[0] if usual else ""


def file_name(url: str) -> str:
    """The name of the file that the address leads to; empty where it leads to none."""
    try:
        name = unquote(PurePosixPath(urlsplit(url).path).name)
    except ValueError:
        return ""
    return nfc(name)[:200] if PurePosixPath(name).suffix else ""


def _extension(url: str) -> str:
    try:
        return PurePosixPath(urlsplit(url).path).suffix.lstrip(".").lower()
    except ValueError:
        return ""


@cache
def _by_extension() -> dict[str, Term]:
    found: dict[str, Term] = {}
    for term in vocabulary("format"):
        for extension in term.extra.get("extensions", ()):
            found.setdefault(extension, term)
    return found
