"""The feeds of new datasets: CKAN's, with links that lead somewhere, in the reader's language.

CKAN writes the page of a feed as ``?query=page&query=2``, titles in English alone, and of each
dataset the address of its JSON.
"""

from __future__ import annotations

import functools
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import ckan.plugins.toolkit as tk
from ckan import model

#: "2" or "2.75", CKAN's count of pages, in CKAN's address of a page.
_UNPRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_PAGE = re.compile(r"query=page&query=(\d+)")


@functools.cache
def feed_class() -> type:
    """The class that CKAN's views make a feed with."""
    from ckan.views.feed import CKANFeed

    class Feed(CKANFeed):
        """A feed of datasets; what CKAN's views say of it is taken apart and said rightly."""

        def __init__(self, *titles: Any, **said: Any) -> None:
            title, link, description = titles
            title, description = _titles(title, description)
            for name in ("feed_url", "previous_page", "next_page", "first_page", "last_page"):
                said[name] = _page(said[name], name)
            said["language"] = tk.h.lang()
            super().__init__(title, _alternate(link), description, **said)

        def add_item(self, **said: Any) -> None:
            for name in ("title", "description"):
                text = said.pop(f"hanoi_{name}", said[name])
                said[name] = _UNPRINTED.sub(" ", text or "")
            asked = parse_qs(urlsplit(said["link"]).query)
            address = said.pop("hanoi_address", None)
            if address or "id" in asked:
                said["link"] = address or tk.url_for(
                    f"{tk.h.default_package_type()}.read", id=asked["id"][0], qualified=True
                )
            super().add_item(**said)

    return Feed


def item(dataset: dict[str, Any]) -> dict[str, Any]:
    """What ``Feed.add_item`` gets beside what CKAN's views know of a dataset."""
    kind = dataset.get("type") or tk.h.default_package_type()
    return {
        "hanoi_title": tk.h.hanoi_text(dataset, "title")["text"] or dataset["name"],
        "hanoi_description": tk.h.hanoi_text(dataset, "notes")["text"] or "",
        "hanoi_address": tk.url_for(f"{kind}.read", id=dataset["name"], qualified=True),
    }


def _alternate(address: str) -> str:
    """The page for people: CKAN's address of it asks what no page knows."""
    asked, kind = tk.request.view_args or {}, (tk.request.endpoint or "").removeprefix("feeds.")
    if kind in ("organization", "group"):
        return tk.url_for(f"{kind}.read", id=asked.get("id"), qualified=True)
    return address.split("?")[0]


def _page(address: str | None, name: str) -> str | None:
    """The address of a page of the feed that is read, with all else that it asks."""
    if not address:
        return None
    asked = tk.request.args.to_dict(flat=False)
    asked.pop("page", None)
    if name == "feed_url":
        asked["page"] = tk.request.args.getlist("page")
    elif number := _PAGE.search(address):
        asked["page"] = [number[1]]
    return tk.url_for(tk.request.endpoint, **(tk.request.view_args or {}), **asked, qualified=True)


def _titles(title: str, description: str) -> tuple[str, str]:
    """Title and description of the feed that is read, in the reader's language."""
    site, asked = tk.config["ckan.site_title"], tk.request.view_args or {}
    about = {
        "feeds.general": lambda: "",
        "feeds.organization": lambda: _title_of(asked.get("id", "")),
        "feeds.group": lambda: _title_of(asked.get("id", "")),
        "feeds.tag": lambda: asked.get("id", ""),
        "feeds.custom": lambda: tk.request.args.get("q", ""),
    }.get(tk.request.endpoint or "")
    if about is None:  # of another extension
        return title, description
    name = about()
    said = tk._("New and changed datasets of %(site)s") % {"site": site}
    return (f"{site}: {name}" if name else site), (f"{said}: {name}" if name else said)


def _title_of(id_or_name: str) -> str:
    group = model.Group.get(id_or_name)
    if group is None:
        return id_or_name
    return tk.h.hanoi_agency_title({"name": group.name, "title": group.title})
