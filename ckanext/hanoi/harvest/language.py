"""The language of what workers and commands say: outside a request CKAN speaks English only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import ckan.plugins.toolkit as tk
import flask_babel
from ckan.config import middleware
from flask import has_request_context


def site_language() -> str:
    """The language that the site has where nobody chose another one."""
    return tk.config.get("ckan.locale_default") or "en"


def current() -> str:
    """The language spoken at this moment."""
    return str(flask_babel.get_locale() or "en") if has_request_context() else "en"


def offered() -> list[str]:
    """The languages that readers may choose."""
    found = tk.config.get("ckan.locales_offered") or []
    names = found.split() if isinstance(found, str) else list(found)
    return list(dict.fromkeys([site_language(), *names]))[:5]


@contextmanager
def spoken(locale: str) -> Iterator[None]:
    """CKAN's messages are in this language inside the block."""
    # the same context that CKAN's url_for uses outside a request
    context = None if has_request_context() else middleware._internal_test_request_context
    if context:
        context.push()
    try:
        with flask_babel.force_locale(locale):
            yield
    finally:
        if context:
            context.pop()
