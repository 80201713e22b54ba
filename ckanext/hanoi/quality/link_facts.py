"""The links of a dataset and what is known of them. Knows no CKAN."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from ckanext.hanoi.vocabulary import vocabulary

_WEB_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_HTML = "HTML"


@dataclass(frozen=True, slots=True)
class Link:
    """What the last check of an address found.

    ``answers``: whether the address can be fetched, None where that is not known (not checked yet,
    or its site does not wish to be asked); ``status``: the last HTTP status; ``content_type``: in
    lower case without parameters; ``problem``: English message id, ``checked``: naive UTC.
    """

    answers: bool | None
    status: int | None = None
    content_type: str = ""
    problem: str = ""
    checked: datetime | None = None

    @property
    def is_web_page(self) -> bool:
        return self.content_type in _WEB_PAGES


UNKNOWN = Link(None)
#: A file that was uploaded here.
OURS = Link(True, 200)


def is_ours(resource: Mapping[str, Any]) -> bool:
    """Whether the file was uploaded to this catalog: it needs no question over the network."""
    return resource.get("url_type") == "upload"


def addresses(resource: Mapping[str, Any]) -> Iterator[str]:
    """The web addresses of a resource, each once: where it is, and its direct download."""
    seen = set()
    for key in ("url", "download_url"):
        url = resource.get(key)
        if isinstance(url, str) and url.strip() and url not in seen:
            seen.add(url)
            yield url


def access(resource: Mapping[str, Any], links: Mapping[str, Link]) -> Link:
    """What is known of the address of the resource."""
    known = links.get(resource.get("url") or "")
    return known or (OURS if is_ours(resource) else UNKNOWN)


def has_download(resource: Mapping[str, Any], links: Mapping[str, Link]) -> bool:
    """Whether the resource leads straight to its data: by ``download_url``, as an upload, by an
    address that ends like a file, or because the check got something else than a web page."""
    if resource.get("download_url") or is_ours(resource) or _ends_like_a_file(resource.get("url")):
        return True
    link = access(resource, links)
    return bool(link.answers and link.content_type and not link.is_web_page)


def download(resource: Mapping[str, Any], links: Mapping[str, Link]) -> Link:
    """What is known of the direct download. A web page in the place of a file is no answer."""
    if url := resource.get("download_url"):
        link = links.get(url, UNKNOWN)
    else:
        link = access(resource, links)
    if link.answers and link.is_web_page and resource.get("format") != _HTML:
        return Link(False, link.status, link.content_type, link.problem, link.checked)
    return link


def _ends_like_a_file(url: Any) -> bool:
    if not isinstance(url, str):
        return False
    try:
        path = urlsplit(url.strip()).path
    except ValueError:
        return False
    return posixpath.splitext(path)[1].lower().lstrip(".") in _extensions()


@cache
def _extensions() -> frozenset[str]:
    return frozenset(
        extension
        for term in vocabulary("format")
        if term.code != _HTML
        for extension in term.extra.get("extensions") or ()
    )
