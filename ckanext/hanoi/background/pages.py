"""Work on many rows page by page, each with a commit of its own: no statement of hours, and whoever
waits for an answer waits for seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Seconds that a web request works on pages; what is left is told.
REQUEST_SECONDS = 20.0


def all_pages(page: Callable[[], int], seconds: float | None = None) -> tuple[int, bool]:
    """Calls ``page``, which works on some rows, commits and returns how many they were, until none
    is left or the time is over. Returns (how many rows, whether some are left)."""
    end = time.monotonic() + seconds if seconds is not None else float("inf")
    total = 0
    while rows := page():
        total += rows
        if time.monotonic() >= end:
            return total, True
    return total, False
