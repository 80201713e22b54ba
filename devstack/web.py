"""Serves CKAN with waitress, threads in one process: ``python -m devstack.web HOST PORT``."""
from __future__ import annotations

import os
import sys

import waitress
from ckan.cli import load_config
from ckan.config.middleware import make_app
from ckan.lib.i18n import build_js_translations


def main(host: str, port: int) -> None:
    """Serves until it is asked to end."""
    app = make_app(load_config(os.environ["CKAN_INI"]))
    build_js_translations()  # as ckan run does
    waitress.serve(app, host=host, port=port, threads=8, ident=None)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
