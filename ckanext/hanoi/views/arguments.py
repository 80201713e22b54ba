"""What the address of a page asks, without what CKAN's own views can't take (they answer 500).

A comma too many in ``sort``, a ``limit`` that is no number, what is a list in a dataset given to
its form as a text, quotation marks in a filter of a feed, and the sign NUL, which PostgreSQL has no
place for. A search that Solr can't read is the asker's fault, not the site's.
"""

from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError
from flask import Blueprint
from werkzeug.datastructures import ImmutableMultiDict

hanoi_arguments = Blueprint("hanoi_arguments", __name__)

#: Fields of a dataset that are lists of dictionaries.
_LISTS = {"tags", "extras", "resources", "groups"}
_NUMBER = re.compile(r"0*[1-9][0-9]{0,3}")


@hanoi_arguments.app_errorhandler(SearchError)
def not_understood(error: SearchError) -> Any:
    """What was searched for can't be read."""
    content = tk._("The search can't be understood.")
    page = {"code": 400, "name": tk._("Bad request"), "content": content}
    return tk.render("error_document_template.html", page), 400


@hanoi_arguments.before_app_request
def mend() -> None:
    """Before any view reads what is asked."""
    if "\0" in tk.request.path:
        tk.abort(404)
    given = list(tk.request.args.items(multi=True))
    kept = mended(tk.request.endpoint or "", given)
    if kept != given:
        tk.request.args = ImmutableMultiDict(kept)


def _is_refused(page: str) -> bool:
    """Whether a feed breaks by this page; since CKAN 2.12 it says what is wrong with it."""
    return not tk.check_ckan_version(min_version="2.12") and not _NUMBER.fullmatch(page)


def mended(endpoint: str, given: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """``given``, names and values, as the view of this name takes them."""
    kept = []
    for name, value in given:
        name, value = name.replace("\0", ""), value.replace("\0", "")
        if name == "sort":
            value = ",".join(part.strip() for part in value.split(",") if part.strip())
        if name == "limit" and endpoint == "user.index" and not _NUMBER.fullmatch(value):
            continue
        if name == "page" and endpoint.startswith("feeds.") and _is_refused(value):
            continue
        if endpoint == "feeds.custom" and name not in ("q", "sort"):
            value = value.replace("\\", "").replace('"', "")
        if name in _LISTS and endpoint.endswith("new"):
            continue
        kept.append((name, value))
    return kept
