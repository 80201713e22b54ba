"""Addresses that act instead of leading somewhere, in whatever disguise. Knows no CKAN.

Browsers drop control characters, tabs and line ends from an address before they look at its
scheme; what cleans a value for storing drops more. So an address is judged by what is left when
all of that is gone.
"""
from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import urlsplit

from ckanext.hanoi.vietnamese.letters import normalized

_SCHEME = re.compile(
    r"(?:(?:view-source|feed|jar):){0,3}"
    r"(?:java-?script|vb-?script|livescript|jscript|mocha|data|file|blob|filesystem|about|mhtml)"
    r"(?::|$)"
)
#: What looks like a colon and is none for Unicode's compatibility forms.
_COLONS = dict.fromkeys(map(ord, "\u02d0\u02d1\u02f8\u0589\u05c3\u2236\ua789\ufe30\ufe55"), ":")
#: Characters that nobody sees, or that are dropped on the way.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp", "Me", "Mn"))
_LONGEST_SCHEME = 400


def is_active(address: str) -> bool:
    """Whether the address runs a script, is content itself, or lies on the reader's own disk."""
    start = html.unescape(address.lstrip()[:_LONGEST_SCHEME])
    start = start.translate(_COLONS)
    start = normalized("NFKC", start).casefold()
    seen = "".join(char for char in start if unicodedata.category(char) not in _UNSEEN)
    found = _SCHEME.match(seen)
    return found is not None and found[0].endswith(":")


def leads_somewhere(address: str) -> bool:
    """Whether it can be taken apart into what addresses consist of."""
    try:
        return urlsplit(address).port is not False
    except ValueError:
        return False
