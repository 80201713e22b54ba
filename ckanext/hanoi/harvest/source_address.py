"""The address of a source: as it is fetched, and as it is compared. Knows no CKAN."""

from __future__ import annotations

from urllib.parse import urlsplit

from ckanext.hanoi.fetch import is_local
from ckanext.hanoi.vietnamese import nfc

__all__ = ["comparable", "is_local", "normal"]


def normal(url: str) -> str:
    """``url`` as it is stored, checked and fetched: NFC, without white space around it."""
    return nfc(url).strip()


def comparable(url: str) -> str:
    """The same for two addresses of one place: http or https, ``www.``, a slash at the end, user
    name and password make no difference."""
    url = normal(url)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return url
    port_text = f":{port}" if port and port not in (80, 443) else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port_text}{parts.path.rstrip('/')}{query}"
