"""The language of the reader of a page, or of whoever calls the API."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import has_request_context


def lang() -> str:
    """The reader's language; on the command line that of the site."""
    of_page = tk.h.lang() if has_request_context() else None
    return str(of_page or tk.config.get("ckan.locale_default", "en"))


def is_vietnamese() -> bool:
    """Whether Vietnamese is the reader's language; all others get English where there is some."""
    return lang().startswith("vi")
