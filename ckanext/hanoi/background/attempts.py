"""Counts how often a process died at the same piece of work, so that nothing is tried for ever.

Out of memory, or a crash in native code, ends a process without a word. So before it begins with
something it puts down what, in a transaction of its own, and takes that back when it has come to
the end of it, whatever the end was. What is still there when another process comes to the same work
is what the first one died at. The caller has the lock of the work, so nobody else is at it.
"""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy import exc
from sqlalchemy.dialects.postgresql import insert

from ckanext.hanoi.model.attempts import Attempt
from ckanext.hanoi.model.base import now

log = logging.getLogger(__name__)

#: A piece of work that so many processes died at is not tried any more.
ENOUGH = 3
#: Name of several pieces that are tried together: which of them it was is not known.
TOGETHER = "*"
#: After so many days without a change, what was counted is forgotten.
_KEPT_DAYS = 30

_TABLE: Any = Attempt.__table__
_me = (0, "")


def _process() -> str:
    """A name of this process, which no other process ever has."""
    global _me
    if _me[0] != os.getpid():
        _me = (os.getpid(), f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:12]}")
    return _me[1]


class Attempts:
    """At the work ``key``; ``deaths`` are ``{name of a piece: processes that died at it}``."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.deaths: dict[str, int] = _taken_over(key)
        self.now_at = ""

    def died_at(self, name: str) -> int:
        """How many processes died at the piece, alone or together with others."""
        return self.deaths.get(name, 0) + self.deaths.get(TOGETHER, 0)

    def is_deadly(self, name: str) -> bool:
        """Whether the piece is not to be tried again: that it is this one is known."""
        return self.died_at(name) >= ENOUGH and self.deaths.get(name, 0) >= ENOUGH - 1

    def died(self) -> int:
        """How many processes died at the work."""
        return sum(self.deaths.values())

    @property
    def suspicious(self) -> bool:
        """Whether pieces are to be tried one by one."""
        return bool(self.deaths)

    def apart(self, names: Iterable[str]) -> tuple[list[str], list[list[str]]]:
        """The pieces that are not to be tried again, and the others as they are to be tried: all
        together, or one by one."""
        given = list(dict.fromkeys(names))
        deadly = [name for name in given if self.is_deadly(name)]
        rest = [name for name in given if not self.is_deadly(name)]
        parts = [[name] for name in rest] if self.suspicious else [rest]
        return deadly, [part for part in parts if part]

    @contextmanager
    def at(self, *names: str) -> Iterator[None]:
        """Inside the block this process is at these pieces."""
        before = self.now_at
        self.mark(names[0] if len(names) == 1 else TOGETHER)
        try:
            yield
        finally:
            self.mark(before)

    def mark(self, name: str = "") -> None:
        """This process is at the piece from now on; without a name, at none."""
        self.now_at = name
        values = {"key": self.key, "process": _process(), "at": name, "changed": now()}
        statement = insert(_TABLE).values(deaths=self.deaths, **values)
        again = {column: statement.excluded[column] for column in ("process", "at", "changed")}
        try:
            with _engine().begin() as connection:
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["key"], set_=again)
                )
        except exc.DBAPIError:
            if name:
                raise
            # the database is away: this process lives, and comes to the same work again

    def forget(self) -> None:
        """The work is done, with all that is below it (``key-…``)."""
        below = _TABLE.c.key.startswith(f"{self.key}-", autoescape=True)
        with _engine().begin() as connection:
            connection.execute(sa.delete(_TABLE).where(sa.or_(_TABLE.c.key == self.key, below)))


def _taken_over(key: str) -> dict[str, int]:
    """What was counted; what another process has left there is counted now."""
    with _engine().begin() as connection:
        row = connection.execute(
            sa.select(_TABLE).where(_TABLE.c.key == key).with_for_update()
        ).first()
        if row is None:
            return {}
        deaths = dict(row.deaths)
        if row.at and row.process != _process():
            deaths[row.at] = deaths.get(row.at, 0) + 1
            log.warning("%s: process %s died at %s", key, row.process, row.at)
            connection.execute(
                sa.update(_TABLE).where(_TABLE.c.key == key).values(at="", deaths=deaths)
            )
        return deaths


class Deadly:
    """Pieces of a source that processes died at, known beyond the work in which it was found."""

    def __init__(self, key: str) -> None:
        self.key = f"deadly-{key}"
        with _engine().connect() as connection:
            query = sa.select(_TABLE.c.deaths).where(_TABLE.c.key == self.key)
            self.known: dict[str, int] = dict(connection.execute(query).scalar() or {})

    def add(self, name: str, deaths: int) -> None:
        self.known[name] = deaths
        values = {"key": self.key, "process": "", "at": "", "changed": now()}
        statement = insert(_TABLE).values(deaths={name: deaths}, **values)
        again: dict[str, Any] = {
            "deaths": _TABLE.c.deaths.concat(statement.excluded.deaths), "changed": now(),
        }  # fmt: skip
        with _engine().begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["key"], set_=again)
            )


def clean() -> None:
    """Forget what nobody has come to for long. What is kept as deadly is tried anew then."""
    before = now() - timedelta(days=_KEPT_DAYS)
    with _engine().begin() as connection:
        connection.execute(sa.delete(_TABLE).where(_TABLE.c.changed < before))


def _engine() -> Any:
    return model.meta.engine
