"""What the tables share."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa


def column(*args: Any, **options: Any) -> Any:
    """A column. ``Any`` because on an instance it's the value: no annotation that SQLAlchemy 1.4
    and 2.0 both take can say so to a type checker."""
    return sa.Column(*args, **options)


def new_id() -> str:
    """A random UUID as text."""
    return str(uuid.uuid4())


def now() -> datetime:
    """The present moment, naive UTC."""
    return datetime.now(timezone.utc).replace(tzinfo=None)
