"""Forms stay protected against other sites, whatever requests came before.

CKAN (2.11, 2.12: ``ckan_before_request`` in ckan/config/middleware/flask_app.py) exempts a view
from Flask-WTF's protection when a request comes with an API token, or from nobody. The exemption is
the process's, not the request's: from then on that view takes forms of other sites from people who
are signed in. Here each request of a session is looked at again, by itself.
"""
from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from flask import current_app, g, request

#: Views of ours are always looked at: CKAN 2.11 exempts extensions unless an option says otherwise.
_OURS = "ckanext.hanoi."
#: Views of these packages are sent by forms that all carry CKAN's token.
_WITH_TOKEN = ("ckan.views.", "ckanext.hanoi.", "ckanext.scheming.", "ckanext.activity.")
_API = "api"
_SECONDS = 12 * 3600
_SAME = ("same-origin", "none")
#: Views and blueprints that CKAN or an extension has exempted on purpose, before any request.
_EXEMPT = "hanoi_csrf_exempt"


def declare(declaration: Any) -> None:
    """A form that was open for hours can still be sent: CKAN's own default is one hour, which
    nobody noticed as long as views were exempted. What an admin writes wins."""
    option = declaration.get("WTF_CSRF_TIME_LIMIT")
    if option is not None:
        option.set_default(_SECONDS)


def remember_exempt(app: Any) -> None:
    """To be called when the app is made: what is exempt now is meant to be."""
    extensions = getattr(app, "extensions", {})  # another plugin may have wrapped the app
    if "csrf" in extensions:
        extensions[_EXEMPT] = frozenset(extensions["csrf"]._exempt_views)


def check() -> None:
    """400 for a request of a session that does not come from a page of the catalog."""
    config = current_app.config
    if not config["WTF_CSRF_ENABLED"] or not config["WTF_CSRF_CHECK_DEFAULT"]:
        return
    if request.method not in config["WTF_CSRF_METHODS"] or not _is_session():
        return
    csrf, view = current_app.extensions["csrf"], _view()
    if not view or (_is_meant_to_be_exempt(csrf, view) and not view.startswith(_OURS)):
        return
    if view.startswith(_WITH_TOKEN) and request.blueprint != _API:
        csrf.protect()
    elif _is_foreign():
        tk.abort(400, tk._("The request comes from another site: send it from a page of this one"))


def _is_session() -> bool:
    """Whether the user was identified by something that a browser sends by itself."""
    return bool(tk.current_user.is_authenticated) and not g.get("login_via_auth_header")


def _is_meant_to_be_exempt(csrf: Any, view: str) -> bool:
    blueprint = current_app.blueprints.get(request.blueprint or "")
    return blueprint in csrf._exempt_blueprints or view in current_app.extensions.get(_EXEMPT, ())


def _view() -> str:
    function = current_app.view_functions.get(request.endpoint or "")
    return f"{function.__module__}.{function.__name__}" if function is not None else ""


def _is_foreign() -> bool:
    """By what browsers say of a request, and no page can make them leave out."""
    if request.headers.get("Sec-Fetch-Site", "none") not in _SAME:
        return True
    origin = request.headers.get("Origin")
    own = {request.host, urlsplit(tk.config.get("ckan.site_url") or "").netloc}
    return origin is not None and urlsplit(origin).netloc not in own
