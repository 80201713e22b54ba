"""Work that changes many datasets: what follows a change (scores, a look at tables) waits for its
end, instead of taking the background workers away from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import ckan.plugins.toolkit as tk

#: Sent when such work has ended and has changed something.
ended = tk.signals.ckanext.signal("hanoi:bulk_ended")

#: Sent every so often by whoever looks after what may have got lost: a worker, cron.
beats = tk.signals.ckanext.signal("hanoi:beats")

_under_way: ContextVar[bool] = ContextVar("hanoi_bulk", default=False)


@contextmanager
def work() -> Iterator[None]:
    """Inside the block changes are part of such work; whoever does it sends ``ended``."""
    token = _under_way.set(True)
    try:
        yield
    finally:
        _under_way.reset(token)


def is_under_way() -> bool:
    return _under_way.get()
