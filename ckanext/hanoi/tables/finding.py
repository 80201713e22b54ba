"""What a look has to say about a table, in words that are translated where they are shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """``message`` is an English message id, ``params`` fill it; ``row`` counts from 1 as the file
    does, ``column`` from 1. ``code`` groups findings of one kind."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    row: int | None = None
    column: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def short(value: Any, most: int = 60) -> str:
    """The text of a value on one line, cut where it is long."""
    text = " ".join(str(value).split())
    return text if len(text) <= most else text[: most - 1] + "…"
