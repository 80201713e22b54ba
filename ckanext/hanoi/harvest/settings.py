"""The declared configuration of the harvester, read in one place."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.hanoi.harvest.fetch import Fetcher

_PREFIX = "ckanext.hanoi.harvest."


def value(name: str):
    """The option ``ckanext.hanoi.harvest.<name>``."""
    return tk.config.get(_PREFIX + name)


def words(name: str) -> list[str]:
    """An option that is a list of words."""
    found = value(name) or []
    return found.split() if isinstance(found, str) else list(found)


def batch_size() -> int:
    return max(1, int(value("batch_size")))


def fetcher(allow_local: bool = False) -> Fetcher:
    """A fetcher with the limits and exceptions that the admin configured."""
    return Fetcher(
        allowed_hosts=words("allowed_hosts"),
        timeout=float(value("timeout")),
        max_bytes=int(value("max_bytes")),
        allow_local=allow_local,
    )
