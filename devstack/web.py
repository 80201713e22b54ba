"""Serves CKAN with waitress, threads in one process: ``python -m devstack.web HOST PORT``.

With ``--strict`` what is undefined in a template of ours is an error: see devstack/strict.py.
"""
from __future__ import annotations

import os
import sys
from typing import Any

import waitress
from ckan.cli import load_config
from ckan.config.middleware import make_app
from ckan.lib.i18n import build_js_translations

from devstack import strict


def main(host: str, port: int, *options: str) -> None:
    """Serves until it is asked to end."""
    app: Any = make_app(load_config(os.environ["CKAN_INI"]))
    if "--strict" in options:
        strict.watch(app._wsgi_app)
    build_js_translations()  # as ckan run does
    waitress.serve(app, host=host, port=port, threads=8, ident=None)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
