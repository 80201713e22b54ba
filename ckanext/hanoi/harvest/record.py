"""What a connector yields. Knows no CKAN."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields
from typing import Any

from ckanext.hanoi.messages import N_, SourceError

#: Characters that a record may have as JSON: a dataset with ten thousand files has half of them;
#: more would keep a worker and the search index for minutes.
LARGEST = 4_000_000

#: Longest identity stored as it is; a longer one would not fit PostgreSQL's index.
_LONGEST_GUID = 500


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Record:
    """One dataset at its source.

    ``guid`` is its identity there (never empty, the same at every read); ``content`` is all that
    the connector's ``to_dataset`` needs, JSON-serialisable; ``modified`` is the source's own
    statement (ISO 8601) or None; ``title`` serves reports; ``deleted`` is True where the source
    itself says that the dataset is gone (OAI-PMH). ``volatile`` names top-level keys of
    ``content`` that change without the dataset changing (view counters): they are not hashed.
    """

    guid: str
    content: dict[str, Any]
    modified: str | None = None
    title: str = ""
    deleted: bool = False
    volatile: frozenset[str] = field(default=frozenset())

    def fingerprint(self) -> str:
        """Hex SHA-256 of the content in canonical JSON, volatile keys left out."""
        return _digest(self._canonical())

    def checked_fingerprint(self) -> str:
        """The same; ``SourceError`` where the record is too large to become a dataset."""
        text = self._canonical()
        size = len(text) + sum(len(str(self.content.get(key, ""))) for key in self.volatile)
        if size > LARGEST:
            raise SourceError(
                N_("The record has %(size)s million characters; at most %(most)s can be taken."),
                size=size // 1_000_000, most=LARGEST // 1_000_000,
            )  # fmt: skip
        return _digest(text)

    def _canonical(self) -> str:
        stable = {k: v for k, v in self.content.items() if k not in self.volatile}
        return json.dumps(
            stable, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
        )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A piece of the source that is no usable record: reported, never fatal.

    ``message`` says where (sheet, row, column) and what to write there; it is a gettext message
    id in English with ``%(name)s`` placeholders filled from ``params`` when it is shown.
    ``guid`` is given where it could be read, so that the dataset is not taken for missing.
    """

    message: str
    params: dict[str, Any] = field(default_factory=dict)
    guid: str | None = None
    title: str = ""


def guid_of(text: str) -> str:
    """An identity as stored: without NUL, over-long ones shortened and kept distinct by a hash."""
    text = text.replace("\0", "").strip()
    if len(text.encode("utf-8", "replace")) <= _LONGEST_GUID:
        return text.encode("utf-8", "replace").decode()
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return f"{text[:100].encode('utf-8', 'replace').decode()}#{digest}"


def pack_record(record: Record) -> dict[str, Any]:
    """A record as JSON."""
    data = {each.name: getattr(record, each.name) for each in fields(record)}
    return {**data, "volatile": sorted(record.volatile)}


def unpack_record(data: dict[str, Any]) -> Record:
    """The record that ``pack_record`` got."""
    return Record(**{**data, "volatile": frozenset(data.get("volatile", ()))})
