"""A file of the tests of tables, and how long they wait for a job."""

from __future__ import annotations

import time
from typing import Any

from ckan import model

WARDS = "Mã,Tên phường,Số dân (người)\n00070,Hoàn Kiếm,105301\n00082,Cửa Nam,52751\n"


def until(condition: Any, seconds: float = 90) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        model.Session.remove()
        if condition():
            return True
        time.sleep(0.3)
    return False
