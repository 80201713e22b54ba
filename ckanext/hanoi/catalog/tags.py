"""The keywords of a batch, looked up together and made together.

CKAN asks the database for each keyword of each dataset. Two workers that meet a new keyword in
their own transactions would each make it: free keywords have no constraint that hinders that. So
new ones are made in a transaction of their own, one process at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.model.base import new_id

_LOCK = 0x68616E6F69746167


def known(names: Iterable[str]) -> dict[str, Any]:
    """``{name: model.Tag}`` of free keywords, all of them in the session; missing ones are made."""
    wanted = set(names)
    found = _found(wanted)
    if missing := wanted - found.keys():
        _make(missing)
        found.update(_found(missing))
    return found


def _found(names: set[str]) -> dict[str, Any]:
    tag = model.Tag
    query = sa.select(tag).where(tag.name.in_(names), tag.vocabulary_id.is_(None))
    # of several with one name, always the same one
    query = query.order_by(tag.id.desc())
    return {row.name: row for row in model.Session.execute(query).scalars()} if names else {}


def _make(names: set[str]) -> None:
    table: Any = model.tag_table
    engine: Any = model.meta.engine
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        query = sa.select(table.c.name).where(
            table.c.name.in_(names), table.c.vocabulary_id.is_(None)
        )
        there = set(connection.execute(query).scalars())
        if rows := [{"id": new_id(), "name": name} for name in sorted(names - there)]:
            connection.execute(sa.insert(table), rows)


def schema_with(schema: dict[str, Any], tags: dict[str, Any]) -> dict[str, Any]:
    """The schema, by which a valid keyword that is known also gets its id: CKAN then takes the one
    in the session."""

    def identify(key: Any, data: Any, errors: Any, context: Any) -> None:
        tag = tags.get(data.get(key))
        if tag is not None and not data.get((*key[:-1], "vocabulary_id")):
            data[(*key[:-1], "id")] = tag.id

    fields = schema["tags"]
    return {**schema, "tags": {**fields, "name": [*fields["name"], identify]}}
