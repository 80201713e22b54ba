"""Which state of a dataset was read: so that what goes into the search index is what is committed.

CKAN itself writes into the index before it commits. So to look once more at the rows after an index
was written is not enough: whoever changes a dataset now is waited for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import model

_ROW: Any = sa.literal_column("package.xmin::text")


class Version(NamedTuple):
    """``row`` is PostgreSQL's own mark of the row: another one after every change of it."""

    row: str
    modified: datetime | None
    state: str | None
    private: bool | None
    owner: str | None

    @property
    def shown(self) -> tuple[Any, ...]:
        """What is known of it before it is committed, too."""
        return self[1:]


def shown(package: Any) -> tuple[Any, ...]:
    """As ``Version.shown``, of a dataset in the session."""
    return (package.metadata_modified, package.state, package.private, package.owner_org)


def _query(ids: Collection[str]) -> Any:
    package = model.Package
    columns = (package.metadata_modified, package.state, package.private, package.owner_org)
    return sa.select(package.id, _ROW, *columns).where(package.id.in_(list(ids)))


def committed(ids: Collection[str]) -> dict[str, Version]:
    """``{id: version}`` of the datasets that exist. To be asked before their content is."""
    if not ids:
        return {}
    return {id_: Version(*rest) for id_, *rest in model.Session.execute(_query(ids))}


def settled(ids: Collection[str]) -> dict[str, Version]:
    """As ``committed``, when nobody is changing any of them any more. Commits.

    Who holds one is waited for one at a time, with nothing of ours held meanwhile: nobody can wait
    for us in turn.
    """
    found: dict[str, Version] = {}
    for batch, skip in ((list(ids), True), *(([id_], False) for id_ in ids)):
        left = [id_ for id_ in batch if id_ not in found]
        if left:
            query = _query(left).with_for_update(read=True, of=model.Package, skip_locked=skip)
            rows = model.Session.execute(query).all()
            model.Session.commit()
            found.update({id_: Version(*rest) for id_, *rest in rows})
    return found


def hold(id_: str) -> None:
    """Nobody takes the dataset for settled until this transaction ends."""
    query = sa.select(model.Package.id).where(model.Package.id == id_)
    model.Session.execute(query.with_for_update(key_share=True))
