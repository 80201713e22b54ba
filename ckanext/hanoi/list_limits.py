"""How many entries of a list one call gives: 1000 to whoever asks, more to our own exports. Such a
list is put in order as a whole for each call, so that all of it by thousands would take time with
the square of its length. Knows no CKAN."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_OF_ANYBODY, _OF_EXPORTS = 1000, 50_000

_most: ContextVar[int] = ContextVar("hanoi_most", default=_OF_ANYBODY)


def most() -> int:
    """As many as a call gives now."""
    return _most.get()


@contextmanager
def large() -> Iterator[int]:
    """Inside the block a call gives so many."""
    token = _most.set(_OF_EXPORTS)
    try:
        yield _OF_EXPORTS
    finally:
        _most.reset(token)
