"""Folders of files that a web server lists as HTML pages (web-accessible folders). No CKAN."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit

from lxml import etree
from lxml import html as lxml_html

from ckanext.hanoi.fetch import Fetcher, Response


def base_of(url: str) -> str:
    """The folder that the address of its listing stands for: ``/waf``, ``/waf/`` and
    ``/waf/index.html`` are all ``/waf/``."""
    parts = urlsplit(url)
    head, _, name = parts.path.rpartition("/")
    folder = f"{head}/" if "." in name or not name else f"{head}/{name}/"
    return urlunsplit((parts.scheme, parts.netloc, folder, "", ""))


def links(content: bytes, url: str) -> list[str]:
    """Absolute addresses, without query and fragment, that a listing links to below its folder."""
    try:
        page = lxml_html.document_fromstring(content, parser=lxml_html.HTMLParser(no_network=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    folder = base_of(url)
    found = []
    for anchor in page.iter("a"):
        href = (anchor.get("href") or "").strip()
        if not href or href.startswith(("#", "?")):
            continue
        try:
            parts = urlsplit(urldefrag(urljoin(folder, href.replace("\\", "/"))).url)
            address = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        except ValueError:
            continue
        inside = address.startswith(folder) and ".." not in unquote(parts.path).split("/")
        if inside and address != folder:
            found.append(address)
    return list(dict.fromkeys(found))


def files(
    fetcher: Fetcher, start: Response, wanted: Callable[[str], bool], depth: int
) -> Iterator[str]:
    """Addresses of the wanted files in the listing ``start`` and, ``depth`` levels down, in the
    folders it links to; each once. FetchError where a folder can't be listed."""
    root = base_of(start.url)
    visited, seen = {root}, set()
    waiting: list[tuple[str, int]] = [(start.url, depth)]
    while waiting:
        url, levels = waiting.pop()
        answer = start if url == start.url else fetcher.get(url)
        if not base_of(answer.url).startswith(root):
            continue
        folders = []
        for address in links(answer.content, answer.url):
            if address.endswith("/"):
                if levels > 0 and address not in visited:
                    visited.add(address)
                    folders.append((address, levels - 1))
            elif wanted(address) and address not in seen:
                seen.add(address)
                yield address
        waiting += reversed(folders)
