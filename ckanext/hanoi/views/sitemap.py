"""The sitemap: every public page that a search engine should know, in each language.

``/sitemap.xml`` lists the parts: one of the agencies and fixed pages, and one for each 10,000
datasets, so that with two languages each part stays below the protocol's 50,000 addresses and
50 MB (https://www.sitemaps.org/protocol.html). Parts are written while they are read from the
index, a thousand datasets at a time; whoever may not be found by everybody is not in them.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, stream_with_context

from ckanext.hanoi.helpers.structured_data import hanoi_languages, hanoi_page

hanoi_sitemap = Blueprint("hanoi_sitemap", __name__)

DATASETS = 10_000
_ONCE = 1_000
_MAX_AGE = 3600
_PLACE = "-name-"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)


@hanoi_sitemap.route("/sitemap.xml")
def index() -> Response:
    """The list of the parts."""
    parts = [hanoi_page("hanoi_sitemap.pages")]
    for number in range(1, math.ceil(_search(0, 0)["count"] / DATASETS) + 1):
        parts.append(tk.h.url_for("hanoi_sitemap.datasets", number=number, qualified=True,
                                  locale="default"))  # fmt: skip
    listed = "".join(f"<sitemap><loc>{escape(part)}</loc></sitemap>\n" for part in parts)
    namespace = _NAMESPACES.partition(" ")[0]
    return _xml([_HEAD, f"<sitemapindex {namespace}>\n", listed, "</sitemapindex>\n"])


@hanoi_sitemap.route("/sitemap-pages.xml")
def pages() -> Response:
    """The fixed pages and the agencies."""
    type_ = tk.h.default_package_type()
    fixed = ["home.index", f"{type_}.search", "organization.index", "home.about"]
    group: Any = model.Group
    rows = model.Session.query(group.name).filter(group.is_organization, group.state == "active")
    names = sorted(name for (name,) in rows)
    entries = [_entry({lang: hanoi_page(one, lang=lang) for lang in hanoi_languages()})
               for one in fixed]  # fmt: skip
    return _xml(_set([*entries, *_entries("organization.read", ((name, "") for name in names))]))


@hanoi_sitemap.route("/sitemap-datasets-<int:number>.xml")
def datasets(number: int) -> Response:
    """The datasets of one part."""
    start = (number - 1) * DATASETS
    if number < 1 or (number > 1 and start >= _search(0, 0)["count"]):
        return tk.abort(404, tk._("There is no such part of the sitemap"))
    endpoint = f"{tk.h.default_package_type()}.read"
    return _xml(stream_with_context(_set(_entries(endpoint, _rows(start)))))


def _rows(start: int) -> Iterator[tuple[str, str]]:
    """(name, day of the last change) of the datasets of a part."""
    for offset in range(start, start + DATASETS, _ONCE):
        found = _search(offset, _ONCE)["results"]
        for row in found:
            yield row["name"], str(row["metadata_modified"])[:10]
        if len(found) < _ONCE:
            return


def _search(start: int, rows: int) -> dict[str, Any]:
    anybody: Any = {"user": "", "auth_user_obj": None}
    return tk.get_action("package_search")(anybody, {
        "q": "*:*", "fq": f"dataset_type:{tk.h.default_package_type()}", "start": start,
        "rows": rows, "sort": "id asc", "fl": ["name", "metadata_modified"], "facet": "false",
    })  # fmt: skip


def _entries(endpoint: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    patterns = {lang: hanoi_page(endpoint, _PLACE, lang) for lang in hanoi_languages()}
    for name, day in rows:
        yield _entry({lang: pattern.replace(_PLACE, quote(name))
                      for lang, pattern in patterns.items()}, day)  # fmt: skip


def _entry(addresses: dict[str, str], day: str = "") -> str:
    """A page: an entry for each language, each naming all of them."""
    default = next(iter(addresses.values()))
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{lang.replace("_", "-")}" href="{escape(url)}"/>'
        for lang, url in [*addresses.items(), ("x-default", default)]
    )
    date = f"<lastmod>{day}</lastmod>" if day else ""
    return "".join(
        f"<url><loc>{escape(url)}</loc>{date}{links}</url>\n" for url in addresses.values()
    )


def _set(entries: Iterable[str]) -> Iterator[str]:
    yield f"{_HEAD}<urlset {_NAMESPACES}>\n"
    yield from entries
    yield "</urlset>\n"


def _xml(parts: Iterable[str]) -> Response:
    answer = Response(parts, mimetype="application/xml")
    answer.headers["Cache-Control"] = f"public, max-age={_MAX_AGE}"
    return answer
