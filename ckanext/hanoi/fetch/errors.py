"""What can go wrong while fetching, said without giving away a secret."""
from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ckanext.hanoi.messages import SourceError

_SECRET = re.compile(r"(?i)key|token|secret|passw|pwd|auth|signature|credential")
#: A pair of a query, with what ends the one before it.
_PAIR = re.compile(r"[^&;]+")
_USERINFO = re.compile(r"(?<=//)[^/?#\\]*@")


def public_url(url: str) -> str:
    """``url`` fit to be shown or stored: no user name and password, no values of secret keys."""
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2]
        query = _PAIR.sub(_hidden, parts.query)
        return urlunsplit((parts.scheme, netloc, parts.path, query, ""))
    except ValueError:
        return _PAIR.sub(_hidden, _USERINFO.sub("", url))


def _hidden(pair: re.Match[str]) -> str:
    """The pair without the value of a secret key; an address in a value may have such keys too."""
    text, end = pair[0], 0
    while (equals := text.find("=", end)) >= 0:
        name = text[end:equals]
        if end:
            # behind another value, only what follows a question mark is a name
            name = name.partition("?")[2]
        if _SECRET.search(name):
            fragment = text.find("#", equals)
            return f"{text[: equals + 1]}***{text[fragment:] if fragment >= 0 else ''}"
        end = equals + 1
    return text


class FetchError(SourceError):
    """An address could not be fetched, or gave something else than was asked for.

    ``status`` is the HTTP status where one came, ``url`` the address without secrets,
    ``retryable`` whether the same request may succeed later, ``retry_after`` the seconds the
    server asked to wait (or None), ``body`` the first bytes of an error's answer.
    """

    def __init__(
        self,
        message: str,
        *,
        url: str | None = None,
        status: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        body: bytes = b"",
        **params: Any,
    ) -> None:
        self.url = public_url(url) if url else None
        self.status = status
        self.retryable = retryable
        self.retry_after = retry_after
        self.body = body
        if self.url is not None:
            params["url"] = self.url
        if status is not None:
            params["status"] = status
        super().__init__(message, **params)


class FetchTimeoutError(FetchError):
    """The answer was not complete in time. May succeed later, but is not repeated at once."""


class NotModifiedError(Exception):
    """The document that is the whole source has not changed since the last full run."""

    def __init__(self, url: str) -> None:
        super().__init__(public_url(url))
        self.url = public_url(url)
