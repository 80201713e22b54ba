"""What the tables share."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB


def storable(text: str) -> str:
    """The text as PostgreSQL takes it: without NUL, with ``?`` for half of a surrogate pair."""
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def storable_all(value: Any) -> Any:
    """A JSON value with ``storable`` texts in it."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): storable_all(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable_all(one) for one in value]
    return value


class Text(sa.types.TypeDecorator):
    """Text of others, which may be anything: it never fails a statement."""

    impl = sa.UnicodeText
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return storable(value) if isinstance(value, str) else value


class Json(sa.types.TypeDecorator):
    """JSON with texts of others in it."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return storable_all(value)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        impl: Any = getattr(self, "impl_instance", self.impl)  # SQLAlchemy 1.4 has the second alone
        return impl.coerce_compared_value(op, value)


#: What a column of ours has in the place of SQLAlchemy's own type.
_OWN: dict[Any, Any] = {sa.UnicodeText: Text, JSONB: Json}


def column(*args: Any, **options: Any) -> Any:
    """A column; its texts are made ``storable``.

    ``Any`` because on an instance it's the value: no annotation that SQLAlchemy 1.4 and 2.0 both
    take can say so to a type checker.
    """
    return sa.Column(*(_OWN.get(one, one) if isinstance(one, type) else one for one in args),
                     **options)  # fmt: skip


def new_id() -> str:
    """A random UUID as text."""
    return str(uuid.uuid4())


def now() -> datetime:
    """The present moment, naive UTC."""
    return datetime.now(timezone.utc).replace(tzinfo=None)
