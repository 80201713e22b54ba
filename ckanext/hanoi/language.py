"""The language of whoever reads: of a page, of the API's answer, of what a job writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import ckan.plugins.toolkit as tk
import flask_babel
from ckan.config import middleware
from flask import has_request_context


def site_language() -> str:
    """The language that the site has where nobody chose another one."""
    return tk.config.get("ckan.locale_default") or "en"


def lang() -> str:
    """The reader's language; on the command line that of the site."""
    of_page = tk.h.lang() if has_request_context() else None
    return str(of_page or site_language())


def is_vietnamese() -> bool:
    """Whether Vietnamese is the reader's language; all others get English where there is some."""
    return lang().startswith("vi")


def current() -> str:
    """The language spoken at this moment, inside ``spoken`` and ``force_locale`` too."""
    return str(flask_babel.get_locale() or site_language())


def vi_or_en() -> str:
    """The one of our two languages in which the reader gets labels."""
    return "vi" if current().startswith("vi") else "en"


def offered() -> list[str]:
    """The languages that readers may choose."""
    found = tk.config.get("ckan.locales_offered") or []
    names = found.split() if isinstance(found, str) else list(found)
    return list(dict.fromkeys([site_language(), *names]))[:5]


@contextmanager
def spoken(locale: str) -> Iterator[None]:
    """CKAN's messages are in this language inside the block. Outside a request Flask translates
    nothing: there a context of CKAN's own application serves, made anew each time."""
    outside = None if has_request_context() else middleware._internal_test_request_context
    context = outside.app.test_request_context() if outside else nullcontext()
    with context, flask_babel.force_locale(locale):
        yield
