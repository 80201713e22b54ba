"""Keys, tokens and passwords are taken out of whatever is shown. Knows no CKAN.

They come as ``api_key=…`` in the identities and addresses of a source, in what a server answers,
and in what a connector makes of its source's address. All of this takes time in proportion to the
length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ckanext.hanoi.fetch import public_url

HIDDEN = "***"
#: A name with one of these in it has a secret for a value, where it stands before ``=``.
_IN_QUERY = re.compile(
    r"key|token|secret|passw|pwd|auth|signature|credential|(?:^|[_.-])sig$|mat_?khau", re.IGNORECASE
)
#: In a text, before a colon too.
_IN_TEXT = re.compile(
    r"(?:x[_-])?(?:api|access|secret|private|client|subscription|auth)[_.-]?(?:key|token|secret)"
    r"|token|secret|passw(?:or)?d|passphrase|pwd|authorization|credentials?|apikey",
    re.IGNORECASE,
)
_ENDS = re.compile(r"([&;?#\s\"'<>]+)")
_SCHEMES = ("bearer", "basic", "token", "digest")
_LONGEST_NAME = 100
#: Shorter ones stand in ordinary words.
_SHORTEST = 5


def mask(text: str) -> str:
    """The text without the values of secret keys and without user names in addresses."""
    return _mask(text, 3) if any(sign in text for sign in "=:%") else text


def _mask(text: str, depth: int) -> str:
    parts = _ENDS.split(text)
    named = armed = False
    for index in range(0, len(parts), 2):
        part = parts[index]
        if not part:
            continue
        if armed or (index and parts[index - 1] == "?" and parts[index - 2].endswith(HIDDEN)
                     and "=" not in part):  # fmt: skip
            bare = part.strip(":=,{[(")
            armed = not bare or bare.lower() in _SCHEMES
            parts[index] = part if armed else HIDDEN
            continue
        if named and part in (":", "=", "=>", ":="):
            named, armed = False, True
            continue
        parts[index], named, armed = _masked(part, depth)
    return "".join(parts)


def _masked(part: str, depth: int) -> tuple[str, bool, bool]:
    """The part; whether it is the name of a secret; whether the next one is a secret."""
    if "%" in part and depth:
        plain = unquote(part)
        if plain != part and (shown := _mask(plain, depth - 1)) != plain:
            return shown, False, False
    scheme, slashes, rest = part.partition("//")
    if slashes and "@" in rest.partition("/")[0]:
        host, slash, path = rest.partition("/")
        part = f"{scheme}//{host.rpartition('@')[2]}{slash}{path}"
    for sign, pattern in (("=", _IN_QUERY.search), (":", _IN_TEXT.fullmatch)):
        head, found, value = part.partition(sign)
        name = head[-_LONGEST_NAME:].strip("{[(,-/") if found else ""
        if name and pattern(name):
            if value and value.lower() not in _SCHEMES:
                return f"{head}{sign}{HIDDEN}", False, False
            return part, False, True
    return part, bool(_IN_TEXT.fullmatch(part[:_LONGEST_NAME].strip("{[(,"))), False


def of_source(url: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    """The secrets that a source's address and options have."""
    found: list[str] = []
    try:
        parts = urlsplit(url)
        found += filter(None, (parts.password, unquote(parts.password or "")))
        pairs = parse_qsl(parts.query)
    except ValueError:
        pairs = []
    found += [value for name, value in pairs if _IN_QUERY.search(name)]
    found += [str(value) for name, value in config.items() if _IN_QUERY.search(str(name)) and value]
    return tuple(dict.fromkeys(secret for secret in found if len(secret) >= _SHORTEST))


def without(value: Any, secrets: Iterable[str]) -> Any:
    """Texts, in lists and mappings too, without the secrets."""
    if isinstance(value, str):
        if any(secret in value for secret in secrets):
            value = public_url(value) if "//" in value else mask(value)
            for secret in secrets:
                value = value.replace(secret, HIDDEN)
        return value
    if isinstance(value, Mapping):
        return {key: without(item, secrets) for key, item in value.items()}
    return [without(item, secrets) for item in value] if isinstance(value, list) else value
