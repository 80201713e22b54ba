"""The declared configuration of the harvester, read in one place."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.hanoi.harvest.fetch import Fetcher

_PREFIX = "ckanext.hanoi.harvest."


def value(name: str):
    """The option ``ckanext.hanoi.harvest.<name>``."""
    return tk.config.get(_PREFIX + name)


def batch_size() -> int:
    return max(1, int(value("batch_size")))


def fetcher(allow_local: bool = False) -> Fetcher:
    """A fetcher with the limits and exceptions that the admin configured."""
    hosts = value("allowed_hosts") or []
    return Fetcher(
        allowed_hosts=hosts.split() if isinstance(hosts, str) else hosts,
        timeout=float(value("timeout")),
        max_bytes=int(value("max_bytes")),
        allow_local=allow_local,
    )
