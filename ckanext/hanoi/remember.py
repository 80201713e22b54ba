"""What is asked for again and again within one piece of work is looked up once.

Only inside ``remembering``, and only to its end: everywhere else each question is asked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("hanoi_memory", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Inside the block ``remembered`` remembers; blocks may be nested, each begins empty."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(key: Hashable, find: Callable[[], T]) -> T:
    """What ``find`` finds, or found under this key before in this block."""
    memory = _memory.get()
    if memory is None:
        return find()
    if key not in memory:
        memory[key] = find()
    return memory[key]
