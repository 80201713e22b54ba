"""The rules of the dataset schema that need no catalog: form, API and harvest share them.

Each function takes a value as somebody gave it and returns it as it is stored, or raises
``RuleError``. Knows no CKAN.
"""
from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from ckanext.hanoi.dates import parse
from ckanext.hanoi.vietnamese import fold, slug
from ckanext.hanoi.vietnamese.letters import normalized
from ckanext.hanoi.vocabulary import Term, vocabulary

#: Solr's limit for one string is 32,766 bytes; a character takes at most four.
MAX_CHARACTERS = 8_000
MAX_BYTES = 30_000
#: PostgreSQL's limit for what stands in an index is 2,704 bytes, which are more after packing.
MAX_INDEXED_BYTES = 2_600
MAX_SLUG = 100

#: Kinds of data that Luật Dữ liệu 60/2024/QH15 keeps from the public.
PROTECTED = frozenset({"core", "important"})

_YES = frozenset({"true", "1", "yes", "y", "t", "on", "co", "x", "dung"})
_NO = frozenset({"false", "0", "no", "n", "f", "off", "khong", "sai", "none", ""})
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_DATASET_NAME = re.compile(r"[a-z0-9_-]{2,100}")
_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029")


class RuleError(ValueError):
    """What is wrong and what to write instead: an English message id and its ``params``."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params = params


def text(value: Any) -> str:
    """Unicode NFC, no control characters, plain line ends, no space at either end."""
    if not isinstance(value, str):
        value = str(value)
    if value.isascii() and value.isprintable():
        return value.strip()
    value = _LINE_ENDS.sub("\n", normalized("NFC", value))
    return "".join(
        char for char in value if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs")
    ).strip()


def short_text(value: Any) -> str:
    """``text`` on one line, and short enough for the search index."""
    return limited(" ".join(text(value).split()))


def one_line(data: dict[str, Any], *names: str) -> dict[str, Any]:
    """``data`` itself, with each of these values, if it is a text, on one line."""
    for name in names:
        if isinstance(data.get(name), str):
            data[name] = " ".join(text(data[name]).split())
    return data


def limited(value: str) -> str:
    """``value`` itself; RuleError where it is too long for the search index."""
    if len(value) > MAX_CHARACTERS:
        raise RuleError("Too long: at most %(limit)d characters", limit=MAX_CHARACTERS)
    return value


def indexed(value: str) -> str:
    """``value`` itself; RuleError where it is too long for the database to find it by."""
    if len(value.encode("utf-8", "replace")) > MAX_INDEXED_BYTES:
        raise RuleError("Too long: at most %(limit)d bytes", limit=MAX_INDEXED_BYTES)
    return value


def title(value: Any) -> str:
    """``short_text`` that CKAN's index of titles takes."""
    return indexed(short_text(value))


def flag(value: Any) -> bool:
    """Yes or no, in either language."""
    if isinstance(value, bool):
        return value
    word = fold(str(value)).strip() if value is not None else ""
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise RuleError('"%(value)s" is neither yes nor no: write true or false', value=str(value))


def term(name: str, value: Any) -> str:
    """The code of the term of vocabulary ``name`` that ``value`` names; "" for an empty value."""
    if isinstance(value, str) and not value.strip():
        return ""
    found = vocabulary(name).find(value if isinstance(value, str) else str(value))
    if found is None:
        raise _unknown(name, str(value))
    return found.code


def terms(name: str, value: Any) -> list[str]:
    """Codes of the terms that ``value`` (see ``as_list``) names, each once, in the order given."""
    if isinstance(value, str) and not value.lstrip().startswith("["):
        # A label may have a comma or a semicolon in it, so the whole text has the first word.
        whole = vocabulary(name).find(value)
        if whole is not None:
            return [whole.code]
    codes = [code for item in as_list(value, separators="\n;|") for code in _codes(name, item)]
    return list(dict.fromkeys(codes))


def as_list(value: Any, separators: str = "\n") -> list[str]:
    """A list, a JSON list, or a text with one item a line, as texts; empty ones are left out."""
    if value is None:
        return []
    if isinstance(value, str):
        stripped = value.strip()
        if stripped.startswith("["):
            try:
                value = json.loads(stripped)
            except ValueError:
                value = [value]
        else:
            value = re.split(f"[{re.escape(separators)}]", stripped)
    if not isinstance(value, (list, tuple, set, frozenset)):
        value = [value]
    if any(isinstance(item, (dict, list)) for item in value):
        raise RuleError("A list of texts is expected")
    return [item for item in (text(item) for item in value if item is not None) if item]


def text_list(value: Any) -> list[str]:
    """``as_list``, each text once."""
    return list(dict.fromkeys(limited(item) for item in as_list(value)))


def date(value: Any, end: bool = False, time: bool = True) -> str:
    """ISO 8601, as precise as ``value``; ``end``: of a quarter, its last month; without ``time``:
    of a date-time, its day."""
    if isinstance(value, str) and not value.strip():
        return ""
    found = parse(value)
    if found is None:
        raise RuleError(
            '"%(value)s" is not a date: write it as 31/12/2025, 12/2025 or 2025', value=str(value)
        )
    if found.moment is not None and not time:
        return found.start.isoformat()
    return found.iso_end if end else found.iso


def check_period(start: str, end: str) -> None:
    """RuleError where the period ends before it starts; either may be empty."""
    first, last = parse(start), parse(end)
    if first is not None and last is not None and last.end < first.start:
        raise RuleError(
            "The end %(end)s lies before the start %(start)s: correct one of the two",
            start=first.text, end=last.text,
        )


def check_private(sensitivity: str, personal_data: bool, private: bool) -> None:
    """RuleError where a dataset that the law keeps from the public would be public."""
    if private:
        return
    if personal_data:
        raise RuleError(
            "A dataset with personal data can't be public: set visibility (private) to private, "
            'or remove the personal data and set "Contains personal data" (personal_data) to no'
        )
    if sensitivity in PROTECTED:
        raise RuleError(
            "Core and important data can't be public: set visibility (private) to private, "
            'or correct "Sensitivity" (sensitivity) if this is other data'
        )


def email(value: Any) -> str:
    """One e-mail address."""
    address = text(value).removeprefix("mailto:")
    if address and (len(address) > 254 or not _EMAIL.fullmatch(address)):
        raise RuleError(
            '"%(value)s" is not an e-mail address: write one such as dulieu@hanoi.gov.vn',
            value=address,
        )
    return address


def phone(value: Any) -> str:
    """Telephone numbers as people write them; three digits at least (hotlines have three)."""
    number = short_text(value).removeprefix("tel:")
    if number and (len(number) > 100 or sum(map(str.isdigit, number)) < 3):
        raise RuleError(
            '"%(value)s" is not a telephone number: write one such as 024 1022', value=number
        )
    return number


def url(value: Any, schemes: Iterable[str] = ("http", "https")) -> str:
    """An absolute address."""
    address = text(value)
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        valid = parts.scheme.lower() in schemes and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        valid = False
    if not valid or any(char.isspace() for char in address):
        raise RuleError(
            '"%(value)s" is not an address: write it in full, such as https://hanoi.gov.vn/',
            value=address,
        )
    return limited(address)


def related(value: Any) -> list[str]:
    """Names of datasets of this catalog, or addresses."""
    items = text_list(value)
    for item in items:
        if "://" in item:
            url(item)
        elif not _DATASET_NAME.fullmatch(item):
            raise RuleError(
                '"%(value)s" is neither the name of a dataset (the last part of its page\'s '
                "address) nor an address", value=item,
            )
    return items


def media_type(value: Any) -> str:
    """``type/subtype`` in lower case, without parameters."""
    given = text(value)
    if not given:
        return ""
    found = vocabulary("media_type").find(given)
    if found is not None:
        return found.code
    plain = given.partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(plain):
        raise RuleError(
            '"%(value)s" is not a media type: write one such as text/csv', value=given
        )
    return plain


def format_of(address: str) -> Term | None:
    """The format that the last part of a file name or address tells, or None."""
    path = urlsplit(address).path if "://" in address else address
    extension = path.rpartition("/")[2].rpartition(".")[2].lower()
    return _extensions().get(extension) if "." in path else None


def byte_size(value: Any) -> int | None:
    """Whole bytes; None for an empty value."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        size = int(value)
    except (TypeError, ValueError, OverflowError):
        size = -1
    if not 0 <= size < 2**63:
        raise RuleError(
            '"%(value)s" is not a size: write whole bytes, such as 20480', value=str(value)
        )
    return size


def unique_slug(title: str, taken: Callable[[str], Iterable[str]]) -> str:
    """A slug of ``title`` that nobody has: ``-2``, ``-3``, … is added where needed.

    ``taken(stem)`` gives the names in use that begin with ``stem``.
    """
    stem = slug(title)
    if len(stem) > MAX_SLUG:
        stem = stem[: MAX_SLUG + 1].rpartition("-")[0] or stem[:MAX_SLUG]
    if len(stem) < 2:
        stem = f"dataset-{stem}" if stem else "dataset"
    used = set(taken(stem[: MAX_SLUG - 6].rstrip("-")))
    if stem not in used:
        return stem
    number = 2
    while (name := f"{stem[: MAX_SLUG - 1 - len(str(number))].rstrip('-')}-{number}") in used:
        number += 1
    return name


def _codes(name: str, item: str) -> list[str]:
    """Codes of one item: a term, else several terms with commas between them."""
    found = [vocabulary(name).find(part) for part in item.split(",") if part.strip()]
    if len(found) > 1 and vocabulary(name).find(item) is None and None not in found:
        return [part.code for part in found if part is not None]
    return [term(name, item)]


def _unknown(name: str, value: str) -> RuleError:
    suggestions = [found.code for found in vocabulary(name).suggest(value)]
    if not suggestions:
        return RuleError('"%(value)s" is not in the list', value=value)
    labels = ", ".join(
        code if found.vi == code else f"{code} ({found.vi})"
        for code in suggestions
        for found in [vocabulary(name)[code]]
    )
    return RuleError(
        '"%(value)s" is not in the list. Do you mean: %(choices)s?', value=value, choices=labels
    )


@cache
def _extensions() -> dict[str, Term]:
    return {
        extension: found
        for found in vocabulary("format")
        for extension in found.extra.get("extensions", ())
    }
