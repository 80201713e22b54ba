"""Values of a draft, which may be anything that JSON can hold, as texts. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ckanext.hanoi import dates
from ckanext.hanoi.parsing.sanitize import plain_text
from ckanext.hanoi.vietnamese import nfc

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


def written(value: Any) -> str:
    """A text as it is, all else as JSON; without what PostgreSQL or XML refuse."""
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, default=str)
    return printable(value)


def printable(text: str) -> str:
    """NFC, without the control characters that PostgreSQL or XML refuse."""
    return _UNPRINTABLE.sub("", nfc(text)).strip()


def text_of(value: Any) -> str:
    """The text of a text, number or boolean; empty of what holds several."""
    if value is None or isinstance(value, (Mapping, list, tuple)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return printable(str(value))


def texts_of(value: Any) -> list[str]:
    """The texts of a list or of one value, without empty ones."""
    items = value if isinstance(value, (list, tuple)) else [value]
    return [text for text in map(text_of, items) if text]


def line_of(value: Any) -> str:
    """The text on one line, without markup and entities: for titles and names."""
    return plain_text(text_of(value))


def lines_of(value: Any) -> list[str]:
    """The texts of a list or of one value as such lines, without empty ones."""
    return [text for text in map(plain_text, texts_of(value)) if text]


def list_of(value: Any) -> list[Any]:
    """The list; empty of anything else."""
    return list(value) if isinstance(value, (list, tuple)) else []


def mapping_of(value: Any) -> dict[str, Any]:
    """The object; what is none, under ``extras``."""
    return dict(value) if isinstance(value, Mapping) else {"extras": value} if value else {}


def languages_of(value: Any) -> tuple[str, str, dict[str, str]]:
    """(text, its English version, other languages) of text or ``{language: text}``."""
    if not isinstance(value, Mapping):
        return text_of(value), "", {}
    texts = {str(key).lower().replace("_", "-"): text_of(item) for key, item in value.items()}
    texts = {key: item for key, item in texts.items() if item}
    short = {key.split("-")[0]: item for key, item in reversed(list(texts.items()))}
    english = short.get("en", "")
    main = short.get("vi") or next(iter(texts.values()), "")
    rest = {key: item for key, item in texts.items() if item not in (main, english) and key}
    return main, english if english != main else "", rest


def iso_of(text: str, end: bool = False) -> str:
    """The date in ISO 8601, of a period its first day or (``end``) its last; empty of no date."""
    parsed = dates.parse(text)
    if parsed is None:
        return ""
    return parsed.iso_end if end else parsed.iso
