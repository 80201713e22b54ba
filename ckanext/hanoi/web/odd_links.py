"""Links to files whose stored address is none that a browser may be sent to."""
from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan import model
from flask import request

from ckanext.hanoi.dataset.unreadable_addresses import readable
from ckanext.hanoi.parsing.active_links import is_active, leads_somewhere


def refuse() -> None:
    """404 instead of a redirect to nowhere, which CKAN answers with an internal error."""
    endpoint = request.endpoint or ""
    if endpoint.rpartition(".")[2] != "download" or "resource" not in endpoint:
        return
    resource = model.Resource.get((request.view_args or {}).get("resource_id", ""))
    if resource is None or resource.url_type == "upload" or _opens(resource.url or ""):
        return
    if leads_somewhere(resource.url or ""):
        # without being able to be shown, it can't be asked who may see it
        try:
            tk.check_access("resource_show", {"user": tk.current_user.name}, {"id": resource.id})
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return
    tk.abort(404, tk._("This file has no address that can be opened."))


def _opens(address: str) -> bool:
    # CKAN puts http:// before an address without a scheme
    return (
        bool(address.strip())
        and not is_active(address)
        and leads_somewhere(address)
        and not any(ord(char) < 32 or ord(char) == 127 for char in address)
        and (not urlsplit(address).scheme or bool(tk.h.is_url(address)))
    )


def without_active(resource: dict[str, Any]) -> dict[str, Any]:
    """A file as it is shown: an address that acts, which an older version may have stored, is
    none; one that can't be taken apart is made so that it can."""
    for name in ("url", "download_url"):
        address = resource.get(name)
        if isinstance(address, str) and resource.get("url_type") != "upload":
            resource[name] = "" if is_active(address) else readable(address)
    return resource
