"""A whole page of the catalog as visitors without an account see it, kept in Redis.

An entry fits as long as its stamp does, and the stamp has all that a page is made of: the state of
the search index, the agencies, what the site says of itself, the question and who may see what.
It is one entry a page and format, overwritten when it no longer fits. What can't be known
beforehand (another plugin that changes what a search found) makes a page one that is not kept.
"""
from __future__ import annotations

import copy
import hashlib
import inspect
import json
import logging
import zlib
from collections.abc import Iterable
from dataclasses import astuple
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.plugins import get_permission_labels
from ckan.lib.redis import connect_to_redis
from ckan.logic.action import get as core
from ckan.logic.schema import default_package_search_schema
from flask import has_request_context
from redis import RedisError

from ckanext.hanoi.agencies import store
from ckanext.hanoi.dcat import serialize
from ckanext.hanoi.dcat.index_version import index_state
from ckanext.hanoi.dcat.serialize import Site
from ckanext.hanoi.vocabulary import digest

log = logging.getLogger(__name__)

#: A page that nobody asks for goes by itself.
_SECONDS = 3600
#: Parameters of the address that stand in the links of a page.
_IN_LINKS = ("modified_since", "profiles", "q", "fq")
#: They change nothing in which datasets a search finds.
_HARMLESS = ("ckanext.hanoi.", "ckanext.tracking.")


def name(context: Any, data_dict: dict[str, Any], form: str, page: int) -> str | None:
    """The key in Redis of the page that is asked for; None where it is none to keep."""
    asked = has_request_context() and not any(tk.request.args.get(key) for key in _IN_LINKS)
    plain = not any(data_dict.get(key) for key in _IN_LINKS)
    if not asked or not plain or context.get("user") or context.get("ignore_auth"):
        return None
    if not _search_is_known():
        return None
    site = tk.config["ckan.site_id"]
    return f"ckan:{site}:hanoi:dcat:page:{form}:{tk.request.path}:{page}"


def stamp(query: dict[str, Any], site: Site) -> str | None:
    """What the page depends on now, but for its agencies; None where that can't be said."""
    state = index_state()
    if state is None:
        return None
    asked = _as_plugins_get_it(query)
    for plugin in p.PluginImplementations(p.IPackageController):
        asked = plugin.before_dataset_search(asked)
    labels = sorted(get_permission_labels().get_user_dataset_labels(None))
    plugins = tk.config["ckan.plugins"]
    parts = [serialize.VERSION, digest(), plugins, astuple(site), state, asked, labels]
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def load(key: str, fits: str) -> str | None:
    """The page, where one is kept that fits."""
    try:
        entry: Any = connect_to_redis().get(key)
    except RedisError as error:
        log.warning("The kept RDF can't be read: %s", error)
        return None
    about, _, body = (entry or b"").partition(b"\n")
    kept, owners, ids = [*about.decode(errors="replace").split(" "), "", ""][:3]
    if kept != fits or owners != store.owners_digest(ids.split(",")):
        return None
    return zlib.decompress(body).decode()


def keep(key: str, fits: str, owners: str, ids: Iterable[str], text: str) -> None:
    """Keep the page under its stamp, and under the digest that its datasets' owners had when it
    was begun."""
    try:
        about = f"{fits} {owners} {','.join(ids)}\n".encode()
        connect_to_redis().set(key, about + zlib.compress(text.encode(), 1), ex=_SECONDS)
    except RedisError as error:
        log.warning("RDF can't be kept: %s", error)


def _as_plugins_get_it(query: dict[str, Any]) -> dict[str, Any]:
    """The query as ``package_search`` hands it to ``before_dataset_search`` (CKAN 2.11, 2.12):
    checked by its schema, so that no parameter is None, and with what it adds."""
    asked, _errors = tk.navl_validate(copy.deepcopy(query), default_package_search_schema(), {})
    asked.update(asked.pop("__extras", {}))
    return {**asked, "extras": asked.get("extras", {}), "df": "text"}


def _search_is_known() -> bool:
    """Whether what is found follows from the index and the question alone."""
    if getattr(tk.get_action("package_search"), "__wrapped__", None) is not core.package_search:
        return False
    stock = p.IPackageController.after_dataset_search
    return all(
        hook is stock or inspect.getmodule(hook).__name__.startswith(_HARMLESS)  # type: ignore
        for plugin in p.PluginImplementations(p.IPackageController)
        for hook in [type(plugin).after_dataset_search]
    )
