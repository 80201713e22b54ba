"""Which answers are stored files: uploads of any kind, wherever CKAN or an extension sends them."""
from __future__ import annotations

import os
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response, current_app, request
from werkzeug.security import safe_join

from ckanext.hanoi.dataset import media_types

#: The status codes that carry (or confirm) a file; errors and redirects are CKAN's own pages.
_OF_A_FILE = (200, 206, 304)
#: Blueprints all of whose answers are files of others: CKAN 2.12's files, CKAN's resource_proxy.
_BLUEPRINTS = frozenset({"file", "resource_proxy"})
_UPLOADS = "uploads/"


def secure(response: Response) -> Response:
    """A stored file is sent so that no browser runs anything of it on the catalog's origin."""
    if response.status_code not in _OF_A_FILE or not _is_stored(response):
        return response
    how = media_types.sending(response.headers.get("Content-Type", ""))
    headers = response.headers
    headers["Content-Type"] = how.content_type
    headers["Content-Disposition"] = media_types.disposition(
        headers.get("Content-Disposition", ""), inline=how.inline, name=_name()
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = media_types.SANDBOX
    return response


def _is_stored(response: Response) -> bool:
    blueprint, _dot, view = (request.endpoint or "").rpartition(".")
    if view == "static" and not blueprint:
        return _is_upload((request.view_args or {}).get("filename", ""))
    if blueprint in _BLUEPRINTS or (view == "download" and blueprint.endswith("resource")):
        return True
    # a file that any other extension sends from the disk; not the parts of pages
    return response.direct_passthrough and view != "static" and blueprint != "webassets"


def _is_upload(name: str) -> bool:
    """Whether CKAN's static files have this one from the storage folder, where uploads are."""
    folders: Any = current_app.static_folder or []
    storage = tk.config.get("ckan.storage_path") or ""
    kept = os.path.realpath(os.path.join(storage, "storage")) if storage else None
    for folder in [folders] if isinstance(folders, str) else folders:
        if os.path.realpath(folder) == kept:
            continue
        path = safe_join(folder, name)
        if path is not None and os.path.isfile(path):
            return name.startswith(_UPLOADS)
    return True


def _name() -> str:
    return request.path.rsplit("/", 1)[-1]


def clean_name() -> None:
    """A name in the address of a download has no control characters: they can't be in a header."""
    arguments = request.view_args
    if arguments and isinstance(name := arguments.get("filename"), str) and not name.isprintable():
        arguments["filename"] = "".join(sign for sign in name if sign.isprintable())
