"""Stored addresses of files that can't be taken apart (``http://[``), at which CKAN fails wherever
it shows the dataset: page, form, API, search index.

New ones are refused. Those that an older version, or another program, has left are shown with what
disturbs written as ``%5B``; in the database they stay as they are until somebody edits the dataset.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm.util import identity_key

from ckanext.hanoi.parsing.active_links import leads_somewhere

#: Addresses that may be such: brackets, and what Unicode takes apart into what ends a host.
_CANDIDATES = "[][\u2048\u2047\u2049\u2100\u2101\u2105\u2106\ufe13\ufe16\ufe55\ufe56\ufe5f\ufe6b"
_CANDIDATES += "\uff03\uff0f\uff1a\uff1f\uff20]"
_HOST = re.compile(r"(?<=//)[^/?#]*")


def shown(next_: Any, context: Any, data_dict: dict[str, Any], package: str | None = None) -> Any:
    """What the action gives; where it fails at such an address, what it gives with a readable one.
    ``package``: id or name of the only dataset that it may be."""
    try:
        return next_(context, data_dict)
    except ValueError:
        unreadable = _unreadable(package)
        if not unreadable:
            raise
        with _readable(unreadable):
            return next_(context, data_dict)


def check(data_dict: dict[str, Any]) -> None:
    """Raises ValidationError where a file that is to be stored has such an address: CKAN fails at
    it before it asks the schema."""
    given = data_dict.get("resources")
    errors: Any = [_errors(one) for one in (given if isinstance(given, list) else ())]
    if any(errors):
        raise tk.ValidationError({"resources": errors})


def check_file(data_dict: Any) -> None:
    """The same of one file."""
    if errors := _errors(data_dict):
        raise tk.ValidationError(errors)


def _errors(resource: Any) -> dict[str, Any]:
    if not isinstance(resource, dict) or can_be_split(resource.get("url")):
        return {}
    return {"url": [tk._("An address that starts with http:// or https:// is expected")]}


def readable(address: str) -> str:
    """The address as something that can be taken apart, and be given back by a form."""
    if can_be_split(address):
        return address
    for made in (re.sub(r"[][]", lambda odd: quote(odd[0]), address),
                 _HOST.sub(lambda host: quote(host[0], safe=""), address, count=1)):  # fmt: skip
        if can_be_split(made) and leads_somewhere(made):
            return made
    return ""


def can_be_split(address: Any) -> bool:
    """Whether CKAN does not fail at it; it puts http:// before an address without a scheme."""
    try:
        if isinstance(address, str) and not urlsplit(address).scheme:
            urlsplit("http://" + address.lstrip("/"))
    except ValueError:
        return False
    return True


def _unreadable(package: str | None) -> dict[str, str]:
    """``{id of the file: its address}``."""
    resource, dataset = model.Resource, model.Package
    query = sa.select(resource.id, resource.url).where(resource.url.op("~")(_CANDIDATES))
    if package is not None:
        named = sa.or_(dataset.id == package, dataset.name == package)
        query = query.where(resource.package_id.in_(sa.select(dataset.id).where(named)))
    with model.Session.no_autoflush:
        rows: Any = model.Session.execute(query).all()
    return {id_: url for id_, url in rows if not leads_somewhere(url) and not can_be_split(url)}


@contextmanager
def _readable(unreadable: dict[str, str]) -> Iterator[None]:
    """Inside the block the session finds readable addresses; nothing of it is kept."""
    table = model.resource_table
    point = model.Session.begin_nested()
    try:
        for id_, address in unreadable.items():
            model.Session.execute(
                sa.update(table).where(table.c.id == id_).values(url=readable(address))
            )
        _read_anew(unreadable)
        yield
    finally:
        if point.is_active:
            point.rollback()
        _read_anew(unreadable)


def _read_anew(ids: Iterable[str]) -> None:
    for id_ in ids:
        resource = model.Session.identity_map.get(identity_key(model.Resource, id_))
        if resource is not None and resource not in model.Session.dirty:
            model.Session.expire(resource, ["url"])
