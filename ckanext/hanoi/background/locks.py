"""Who is at work on what: PostgreSQL's advisory locks, which a dying process lets go by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy import exc


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


@contextmanager
def held(name: str) -> Iterator[bool]:
    """Yields whether this process got the lock ``name``, which it then has to the end of the block.

    The lock lives on a connection of its own, so that commits and rollbacks don't touch it.
    """
    engine: Any = model.meta.engine
    with engine.connect() as connection:
        query = sa.text("SELECT pg_try_advisory_lock(:key)")
        got = bool(connection.execute(query, {"key": _key(name)}).scalar())
        # no open transaction while the work goes on: it would hold back vacuum
        connection.rollback() if hasattr(connection, "rollback") else None
        try:
            yield got
        finally:
            if got:
                # a connection that is gone has let go of the lock already
                with suppress(exc.DBAPIError):
                    connection.execute(
                        sa.text("SELECT pg_advisory_unlock(:key)"), {"key": _key(name)}
                    )


def hold_to_commit(name: str) -> None:
    """Wait for the lock ``name``, which the session's transaction then has to its end."""
    query = sa.text("SELECT pg_advisory_xact_lock(:key)")
    model.Session.execute(query, {"key": _key(name)})


def is_free(name: str) -> bool:
    """True when no process has the lock now. Only looks: to try it would be in others' way."""
    held_by = sa.text(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND (classid::bigint << 32) | objid::bigint = :key"
    )
    engine: Any = model.meta.engine
    with engine.connect() as connection:
        return connection.execute(held_by, {"key": _key(name)}).scalar() is None
