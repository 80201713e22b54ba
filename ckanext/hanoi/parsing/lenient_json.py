"""Values of JSON from strangers: text, list or object where another was promised, JSON inside
text, several languages in one value. Pure; every function takes anything and never raises.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ckanext.hanoi.parsing.sanitize import decode_entities, plain_text

#: Where an object has its name, the best key first.
_NAMES = (
    "title", "display_name", "prefLabel", "label", "fn", "name", "notation", "value", "@value",
    "identifier", "@id", "id", "uri",
)  # fmt: skip
_VALUES = ("value", "@value", "text", "#text", "_", "$t")
_LANGUAGES = ("lang", "language", "@language", "@lang", "locale", "xml:lang")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*|@?none|und")
#: So deep a name may stand in objects; each of them is asked in several ways.
_DEEPEST = 6
_EMPTY = {"", "null", "none", "undefined", "n/a", "[]", "{}", '""', "nan"}


def unpacked(value: Any) -> Any:
    """A list or object written as JSON text (as CKAN's extras hold them) as what it is."""
    if isinstance(value, str) and value[:1] in '[{"' and value[-1:] in ']}"':
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def text(value: Any, left: int = _DEEPEST) -> str:
    """One text of anything: of an object its name, of a list the first that says something."""
    value = unpacked(value)
    if isinstance(value, str):
        return "" if value.strip().lower() in _EMPTY else value.strip()
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    if left < 0:
        return ""
    if isinstance(value, Mapping):
        for key in _NAMES:
            if key in value and (found := text(value[key], left - 1)):
                return found
        return _preferred(languages(value, left - 1))
    if isinstance(value, list):
        return next((found for item in value if (found := text(item, left - 1))), "")
    return ""


def texts(value: Any, split: str = "") -> list[str]:
    """All texts of anything, none twice; a text is divided at the characters of ``split``."""
    value = unpacked(value)
    found: list[str] = []
    if isinstance(value, list):
        for item in value:
            found += texts(item, split) if isinstance(item, list) else [text(item)]
    elif isinstance(value, str) and split:
        parts = re.split(f"[{re.escape(split)}]", decode_entities(value))
        found = [part.strip() for part in parts]
    else:
        found = [text(value)]
    return list(dict.fromkeys(part for part in found if part))


def languages(value: Any, left: int = _DEEPEST) -> dict[str, str]:
    """``{language: text}`` of the ways in which sources write several languages: an object by
    language, a list of ``{"value", "lang"}``, JSON text of either. {} for anything else."""
    value = unpacked(value)
    found: dict[str, str] = {}
    if isinstance(value, list):
        for item in value:
            for language, words in _tagged(item, left).items():
                found.setdefault(language, words)
    elif isinstance(value, Mapping):
        found = _tagged(value, left)
        if not found and value and all(_LANGUAGE.fullmatch(str(key)) for key in value):
            for key, words in value.items():
                if words := text(words, left):
                    found[_code(str(key))] = words
    return found


def multilingual(*values: Any) -> dict[str, str] | str:
    """The first of ``values`` that says something: ``{language: text}`` of several, else text."""
    for value in values:
        found = languages(value)
        if len(set(found.values())) > 1:
            return found
        if words := next(iter(found.values()), "") or text(value):
            return words
    return ""


def one_line(value: dict[str, str] | str) -> dict[str, str] | str:
    """A title without markup, in each of its languages."""
    if isinstance(value, dict):
        return {key: plain_text(words) for key, words in value.items()}
    return plain_text(value)


def headline(value: dict[str, str] | str) -> str:
    """The title that a report shows."""
    return value if isinstance(value, str) else _preferred(value)


def items(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list of them, in one alone, or in JSON text; others are left out."""
    value = unpacked(value)
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, Mapping)]
    return []


def mail(value: Any) -> str:
    """An e-mail address without ``mailto:``."""
    return re.sub(r"(?i)^\s*mailto:(//)?", "", text(value)).partition("?")[0].strip()


def phone(value: Any) -> str:
    """A telephone number without ``tel:``."""
    return re.sub(r"(?i)^\s*tel:", "", text(value)).strip()


def boolean(value: Any) -> bool:
    """True for the ways in which sources write it."""
    return value is True or str(value).strip().lower() in ("true", "1", "yes", "t", "có")


def integer(value: Any) -> int | None:
    """A number that is not negative, or None."""
    if isinstance(value, bool):
        return None
    try:
        number = int(float(value)) if isinstance(value, (str, float, int)) else -1
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 2**63 else None


def as_extra(value: Any) -> str:
    """The value as the text of an extra; '' where it says nothing."""
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, str):
        return "" if value.strip() in ("[]", "{}", '""') else value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        return "; ".join(str(item) for item in value if str(item).strip())
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    except (ValueError, RecursionError, TypeError):
        return ""


def leftovers(record: Mapping[str, Any], used: Iterable[str]) -> dict[str, str]:
    """The extras for whatever of ``record`` is not ``used``."""
    skip = set(used)
    found = {str(k): as_extra(v) for k, v in record.items() if k not in skip}
    return {key: words for key, words in found.items() if words}


def beyond(record: Mapping[str, Any], draft: Any, keys: Iterable[str]) -> dict[str, str]:
    """``{"KEY_other": text}`` for the items of the keys that say more than ``draft`` took of
    them: the second contact of two, say."""
    taken = frozenset(" ".join(leaf.split()) for leaf in _leaves(draft))
    found: dict[str, str] = {}
    for key in keys:
        value = unpacked(record.get(key))
        left = [
            item for item in (value if isinstance(value, list) else [value])
            if not all(_bare(leaf) in taken for leaf in _leaves(item))
        ]  # fmt: skip
        if left:
            found[f"{key}_other"] = as_extra(left[0] if len(left) == 1 else left)
    return found


def _bare(leaf: str) -> str:
    return " ".join(re.sub(r"(?i)^\s*(?:mailto|tel):(//)?", "", leaf).split())


def _leaves(value: Any) -> Iterator[str]:
    """Every text and number in a value, but for what only says of which kind it is."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in ("@type", "type", "@context"):
                yield from _leaves(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _tagged(value: Any, left: int) -> dict[str, str]:
    """``{language: text}`` of one ``{"value": …, "lang": …}``."""
    if not isinstance(value, Mapping):
        return {}
    language = next((value[key] for key in _LANGUAGES if isinstance(value.get(key), str)), None)
    words = next((text(value[key], left) for key in _VALUES if key in value), "")
    return {_code(language): words} if language and words else {}


def _code(language: str) -> str:
    language = language.strip().lower().replace("_", "-")
    return "und" if language in ("@none", "none", "") else language


def _preferred(found: Mapping[str, str]) -> str:
    for wanted in ("vi", "en"):
        for language, words in found.items():
            if language.partition("-")[0] == wanted and words:
                return words
    return next(iter(found.values()), "")
