"""Sends visitors of an organization that was renamed or merged to where it is now."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, g, redirect, request

from ckanext.hanoi.agencies import store

agencies = Blueprint("hanoi_agencies", __name__)

_PAGES = frozenset({"organization.read", "organization.about", "organization.members",
                    "feeds.organization"})


@agencies.after_app_request
def moved_permanently(response: Response) -> Response:
    """301 in the place of "not found", which is "not allowed" on some pages of an organization
    that was put away, and of its page where a former member may still see it.

    A page that is there costs no more than a look at its status. A sysadmin still sees the old
    organization, to bring it back.
    """
    if request.endpoint not in _PAGES or request.method not in ("GET", "HEAD"):
        return response
    gone = response.status_code in (403, 404) or _is_put_away()
    if not gone or getattr(tk.current_user, "sysadmin", False):
        return response
    name = store.new_name((request.view_args or {}).get("id") or "")
    if name is None:
        return response
    url = tk.url_for(request.endpoint, id=name)
    # the query goes along as it came: no part of it is an argument of url_for
    query = request.query_string.decode("ascii", "ignore")
    return redirect(f"{url}?{query}" if query else url, code=301)  # type: ignore[return-value]


def _is_put_away() -> bool:
    shown = getattr(g, "group_dict", None)
    return bool(shown) and shown.get("state") == "deleted"
