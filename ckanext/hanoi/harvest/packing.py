"""Records as they lie in the database: zlib-compressed JSON. Knows no CKAN."""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from typing import Any

from ckanext.hanoi.harvest.record import Record

#: Longest identity stored as it is; a longer one would not fit PostgreSQL's index.
_LONGEST_GUID = 500


def guid_of(text: str) -> str:
    """An identity as stored: without NUL, over-long ones shortened and kept distinct by a hash."""
    import hashlib

    text = text.replace("\0", "").strip()
    if len(text.encode("utf-8", "replace")) <= _LONGEST_GUID:
        return text.encode("utf-8", "replace").decode()
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return f"{text[:100].encode('utf-8', 'replace').decode()}#{digest}"


def pack(value: Any) -> bytes:
    """Any JSON value, compressed."""
    return zlib.compress(json.dumps(value, ensure_ascii=True, default=str).encode(), 3)


def unpack(data: bytes) -> Any:
    """The value that ``pack`` got."""
    return json.loads(zlib.decompress(data))


def pack_record(record: Record) -> dict[str, Any]:
    """A record as JSON."""
    data = {each.name: getattr(record, each.name) for each in fields(record)}
    return {**data, "volatile": sorted(record.volatile)}


def unpack_record(data: dict[str, Any]) -> Record:
    """The record that ``pack_record`` got."""
    return Record(**{**data, "volatile": frozenset(data.get("volatile", ()))})
