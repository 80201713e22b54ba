"""The declared configuration of the look at tables, read in one place."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.background.coalesced import queue_name
from ckanext.hanoi.fetch import Fetcher
from ckanext.hanoi.fetch.settings import allowed_hosts
from ckanext.hanoi.tables.inspect_file import InspectionLimits

_PREFIX = "ckanext.hanoi.tables."


def value(name: str) -> Any:
    """The option ``ckanext.hanoi.tables.<name>``."""
    return tk.config.get(_PREFIX + name)


def enabled() -> bool:
    return tk.asbool(value("enabled"))


def queue() -> str:
    return value("queue") or queue_name()


def wishes() -> InspectionLimits:
    return InspectionLimits(
        preview_rows=int(value("preview_rows")),
        max_rows=int(value("max_rows")),
        max_bytes=int(value("max_bytes")),
        # what is left is for reading the file before, and for a slow machine
        seconds=int(value("seconds")) / 3,
    )


def fetcher() -> Fetcher:
    """Fetches as the harvester does: public hosts only, and those that the admin allowed it."""
    return Fetcher(
        allowed_hosts=allowed_hosts(),
        timeout=float(value("seconds")),
        max_bytes=int(value("max_bytes")),
        retries=1,
        unpack=False,
    )
