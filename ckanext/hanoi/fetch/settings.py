"""How the admin configured fetching: which private hosts are allowed, what may be read here.

One place for everybody who fetches. The options are those of ``ckanext.hanoi.harvest``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.fetch import Fetcher

#: Whether this process, and no other, reads files of the machine.
_reads_files: ContextVar[bool] = ContextVar("reads_files", default=False)


def _value(name: str) -> Any:
    return tk.config.get(f"ckanext.hanoi.harvest.{name}")


def allowed_hosts() -> list[str]:
    """Hosts that may be talked to although their addresses are private."""
    return tk.aslist(_value("allowed_hosts") or [])


@contextmanager
def reading_files() -> Iterator[None]:
    """Inside the block files of this machine may be read: for the command line alone. Nothing that
    is stored, and so nothing that a page or a job sees, can say so."""
    before = _reads_files.set(True)
    try:
        yield
    finally:
        _reads_files.reset(before)


def may_read_files() -> bool:
    return _reads_files.get()


def fetcher(allow_local: bool | str = False) -> Fetcher:
    """A fetcher with the limits and exceptions that the admin configured; ``allow_local`` counts
    where this process may read files."""
    return Fetcher(
        allowed_hosts=allowed_hosts(),
        timeout=float(_value("timeout")),
        max_bytes=int(_value("max_bytes")),
        allow_local=allow_local if may_read_files() else False,
    )
