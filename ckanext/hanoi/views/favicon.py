"""The icon of the site where browsers ask for it without being told of another."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

hanoi_favicon = Blueprint("hanoi_favicon", __name__)


@hanoi_favicon.route("/favicon.ico")
def favicon() -> Any:
    """To the one that ``ckan.favicon`` names."""
    return tk.redirect_to(tk.h.url_for_static_or_external(tk.config["ckan.favicon"]))
