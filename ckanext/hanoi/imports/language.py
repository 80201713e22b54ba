"""The language of the person whose import it is, also in a worker that has no request."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import flask_babel


def current() -> str:
    """vi or en: the reader's language."""
    code = str(flask_babel.get_locale() or tk.config.get("ckan.locale_default") or "vi")
    return "vi" if code.startswith("vi") else "en"


def speaking(lang: str) -> Any:
    """Within the block, messages are in this language."""
    return flask_babel.force_locale(lang)
