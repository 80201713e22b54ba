"""Pages of a list: CKAN's, with names for the arrows and links that stay at their address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ckan.lib.helpers as helpers
import ckan.plugins.toolkit as tk
from dominate import tags
from flask import request
from markupsafe import Markup

from ckanext.hanoi import list_limits


def every(
    call: Callable[..., dict[str, Any]], action: str, /, key: str = "results",
    total: str = "count", **data: Any,
) -> list[dict[str, Any]]:
    """All that an action gives in parts, called by ``call``: of its answers what is under ``key``,
    as many as ``total`` says."""
    rows: list[dict[str, Any]] = []
    with list_limits.large() as part:
        while True:
            found = call(action, limit=part, offset=len(rows), **data)
            rows += found[key]
            if not found[key] or len(rows) >= found[total]:
                return rows


class Page(helpers.Page):
    """The page number ``page`` of a list of ``count`` things, ``size`` to a page: ``items``."""

    def __init__(self, items: Sequence[Any], *, page: int, size: int, count: int) -> None:
        super().__init__(
            collection=items, presliced_list=True, page=page, items_per_page=size,
            item_count=count, url=_here,
        )  # fmt: skip

    def pager(self, *args: Any, **kwargs: Any) -> Markup:
        return super().pager(*args, **{**arrows(), **kwargs})


def arrows() -> dict[str, Any]:
    """What CKAN's pager shows for the page before and after, with words for who can't see it."""
    return {
        "symbol_previous": _arrow("fa-chevron-left", tk._("Previous page")),
        "symbol_next": _arrow("fa-chevron-right", tk._("Next page")),
    }


def _arrow(icon: str, words: str) -> Any:
    return tags.span(
        tags.i(cls=f"fa-solid {icon}", aria_hidden="true"),
        tags.span(words, cls="visually-hidden"),
    )


def _here(page: int, **kwargs: Any) -> str:
    """The address of another page of the list; CKAN's own forgets what the route is about."""
    arguments = {**(request.view_args or {}), **kwargs, "page": page}
    return tk.url_for(request.endpoint, **arguments)
