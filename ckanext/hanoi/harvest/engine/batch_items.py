"""The records of a batch with their identities, and identities as they are put down."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.hanoi.harvest.record import Record, unpack_record
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import Identity
from ckanext.hanoi.model.packed import pack


@dataclass
class Item:
    """A record of a source, and which dataset it is or becomes."""

    record: Record
    hash: str
    identity: Identity | None
    package_id: str


def lookup(source_id: str, items: list[dict[str, Any]]) -> list[Item]:
    """The records as they lie in a batch, with the identities that they have."""
    query = sa.select(Identity).where(
        Identity.source_id == source_id, Identity.guid.in_([item["guid"] for item in items])
    )
    known = {identity.guid: identity for identity in model.Session.execute(query).scalars()}
    work = []
    for item in items:
        record = unpack_record({key: item[key] for key in item if key != "hash"})
        identity = known.get(item["guid"])
        fresh = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{source_id}#{item['guid']}"))
        package_id = identity.package_id if identity else fresh
        work.append(Item(record, item["hash"], identity, package_id))
    return work


def row(
    source_id: str, item: Item, state: str, resources: list[dict[str, str]]
) -> dict[str, Any]:
    """The identity of a record that was written, for ``save``."""
    return {
        "source_id": source_id,
        "guid": item.record.guid,
        "package_id": item.package_id,
        "state": state,
        "hash": item.hash,
        "title": item.record.title[:500],
        "resources": resources,
        "private": None,
        "owner_org": None,
        "raw": pack(item.record.content),
        "missing_since": None,
        "approved": False,
        "modified": now(),
    }


def save(rows: list[dict[str, Any]]) -> None:
    """Put the identities down; not committed."""
    if not rows:
        return
    statement = insert(Identity.__table__)
    names = [name for name in rows[0] if name not in ("source_id", "guid")]
    model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id", "guid"],
            set_={name: statement.excluded[name] for name in names},
        ),
        rows,
    )
