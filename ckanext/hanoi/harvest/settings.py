"""The declared configuration of the harvester, read in one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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


#: Whether this process, and no other, reads files of the machine.
_reads_files: ContextVar[bool] = ContextVar("reads_files", default=False)


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
        allowed_hosts=words("allowed_hosts"),
        timeout=float(value("timeout")),
        max_bytes=int(value("max_bytes")),
        allow_local=allow_local if may_read_files() else False,
    )
