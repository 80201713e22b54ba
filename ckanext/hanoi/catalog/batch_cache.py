"""What is asked for again and again within one piece of work is looked up once.

Only inside ``caching``, and only to its end: everywhere else each question is asked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("hanoi_memory", default=None)
_about: ContextVar[Collection[str]] = ContextVar("hanoi_about", default=())


@contextmanager
def caching(about: Collection[str] = ()) -> Iterator[None]:
    """Inside the block ``cached`` remembers; blocks may be nested, each begins empty.

    ``about``: ids of datasets, where it is known beforehand which ones the work is about.
    """
    tokens = _memory.set({}), _about.set(about)
    try:
        yield
    finally:
        _memory.reset(tokens[0])
        _about.reset(tokens[1])


def about(id_: str) -> Collection[str]:
    """The datasets that the work is about, if this is one of them; otherwise this one."""
    ids = _about.get()
    return ids if id_ in ids else (id_,)


def cached(key: Hashable, find: Callable[[], T]) -> T:
    """What ``find`` finds, or found under this key before in this block."""
    memory = _memory.get()
    if memory is None:
        return find()
    if key not in memory:
        memory[key] = find()
    return memory[key]
