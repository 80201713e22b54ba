"""What was written of a dataset, kept in Redis.

One entry a dataset and format: an entry that no longer fits is overwritten, so that there are never
more than datasets times formats, and each goes by itself after some days. An entry fits when the
stamp in it is the one that the dataset has now. Without Redis nothing is kept, and all still works.
"""
from __future__ import annotations

import logging
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.redis import connect_to_redis
from redis import RedisError

log = logging.getLogger(__name__)


def load(form: str, stamps: Mapping[str, str]) -> dict[str, str]:
    """The fragments that fit, by dataset id; ``stamps`` has the datasets' present stamps."""
    ids = list(stamps)
    if not ids:
        return {}
    try:
        answer: Any = connect_to_redis().mget([_key(form, id_) for id_ in ids])
    except RedisError as e:
        log.warning("The kept RDF can't be read: %s", e)
        return {}
    kept: Sequence[bytes | None] = answer
    found = {}
    for id_, entry in zip(ids, kept, strict=True):
        stamp, _, body = (entry or b"").partition(b"\n")
        if body and stamp.decode() == stamps[id_]:
            found[id_] = zlib.decompress(body).decode()
    return found


def keep(form: str, stamps: Mapping[str, str], fragments: Mapping[str, str]) -> None:
    """Keep the fragments under their datasets' stamps."""
    if not fragments:
        return
    seconds = tk.config["ckanext.hanoi.dcat.cache_days"] * 86400
    try:
        pipe = connect_to_redis().pipeline(transaction=False)
        for id_, text in fragments.items():
            entry = stamps[id_].encode() + b"\n" + zlib.compress(text.encode(), 1)
            pipe.set(_key(form, id_), entry, ex=seconds)
        pipe.execute()
    except RedisError as e:
        log.warning("RDF can't be kept: %s", e)


def _key(form: str, id_: str) -> str:
    return f"ckan:{tk.config['ckan.site_id']}:hanoi:dcat:{form}:{id_}"
