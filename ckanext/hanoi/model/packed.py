"""JSON as it lies in the database: compressed by zlib. Knows no CKAN."""

from __future__ import annotations

import json
import zlib
from typing import Any


def pack(value: Any) -> bytes:
    """Any JSON value, compressed."""
    return zlib.compress(json.dumps(value, ensure_ascii=True, default=str).encode(), 3)


def unpack(data: bytes) -> Any:
    """The value that ``pack`` got."""
    return json.loads(zlib.decompress(data))
