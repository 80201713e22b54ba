"""Two sources that carry the same dataset: the one with the higher declared priority has it.

Only identities that are unique in the world (URI, UUID, DOI, OAI) are compared, and only between
sources whose priorities differ: a catalog that declares none keeps every source's datasets.

An agency orders its own sources. Over those of another agency a source comes only where a system
administrator has let it write into every agency (``all_agencies``): whoever knows the identity of
a dataset takes it from nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.model.harvest import Identity, Source

_UNIQUE = re.compile(
    r"^(https?://|urn:|doi:|oai:|10\.\d{4,}/|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-)", re.IGNORECASE
)


@dataclass(frozen=True)
class Carried:
    """Another source has the dataset; ``ours`` says that this source may take it over."""

    package_id: str
    ours: bool


def _comes_after(source: Source) -> Any:
    """The condition that the other source's priority counts against this one's, or this one's
    against the other's."""
    mine = source.priority or 0
    same_agency, everywhere = Source.owner_org == source.owner_org, bool(source.all_agencies)
    above = sa.and_(Source.priority > mine, sa.or_(same_agency, Source.all_agencies))
    below = sa.and_(Source.priority < mine, sa.or_(same_agency, sa.literal(everywhere)))
    return sa.and_(Source.id != source.id, sa.or_(above, below))


def has_rivals(source: Source) -> bool:
    """True when another source has declared another priority than this one."""
    query = sa.select(Source.id).where(_comes_after(source))
    return model.Session.execute(query.limit(1)).first() is not None


def carried_by(source: Source, guid: str, dataset: dict[str, Any]) -> Carried | None:
    """Which dataset of another source this is, if the two sources declared who comes first."""
    names = {name for name in (guid, dataset.get("identifier")) if name and _UNIQUE.match(name)}
    if not names:
        return None
    row = model.Session.execute(
        sa.select(Identity.package_id, Source.priority, Identity.state)
        .join(Source, Source.id == Identity.source_id)
        .where(
            Identity.guid.in_(names),
            Identity.state.in_(("active", "missing", "detached", "deleted")),
            _comes_after(source),
        )
        .order_by(Source.priority.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    # what a person has made the catalog's own, or has deleted, is no source's to take
    free = row[2] in ("active", "missing")
    return Carried(row[0], ours=free and (source.priority or 0) > row[1])


def take_over(source: Source, package_id: str) -> None:
    """The dataset is this source's from now on; the others' identities yield. Not committed."""
    model.Session.execute(
        sa.update(Identity)
        .where(
            Identity.package_id == package_id,
            Identity.source_id != source.id,
            Identity.state.in_(("active", "missing")),
        )
        .values(state="yielded")
    )


def heir(source_id: str, package_id: str) -> Identity | None:
    """The identity of another source that yielded and now gets the dataset back, or None."""
    return model.Session.execute(
        sa.select(Identity)
        .join(Source, Source.id == Identity.source_id)
        .where(
            Identity.package_id == package_id,
            Identity.source_id != source_id,
            Identity.state == "yielded",
        )
        .order_by(Source.priority.desc())
        .limit(1)
    ).scalar_one_or_none()
