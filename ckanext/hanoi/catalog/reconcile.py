"""Compares the database with the search index, says where they differ and sets the index right.

In pages by key, first of the database, then of the index: neither is ever in memory as a whole.
What is found may be under way: a harvest commits a batch before it indexes it. To index it once
more does no harm, so that is not told apart.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import sqlalchemy as sa
from ckan import model
from ckan.lib import search

from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.model.base import now

#: Datasets that are compared with one query of each.
_PAGE = 500
#: Differences that are named; all are counted.
_NAMED = 100
_LAST = "ckanext.hanoi.reconciled"
_FIELDS = ("id", "name", "state", "capacity", "organization", "metadata_modified")


@dataclass
class Found:
    """What one comparison, or a part of it, has found.

    ``missing``: in the database alone; ``superfluous``: in the index alone; ``stale``: in both, and
    not the same; ``exposed``: those of the stale and superfluous that anybody finds although
    nobody should. ``next``: where to go on; "" at the end.
    """

    database: int = 0
    index: int = 0
    missing: int = 0
    superfluous: int = 0
    stale: int = 0
    exposed: int = 0
    repaired: int = 0
    refused: int = 0
    differences: list[dict[str, str]] = field(default_factory=list)
    next: str = ""
    dry_run: bool = False

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.superfluous or self.stale)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def note(self, kind: str, id_: str, name: str, why: str = "") -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.differences) < _NAMED:
            self.differences.append({"kind": kind, "id": id_, "name": name, "why": why})

    def add(self, part: Found) -> None:
        for name, value in asdict(part).items():
            if isinstance(value, int) and not isinstance(value, bool):
                setattr(self, name, getattr(self, name) + value)
        self.differences = [*self.differences, *part.differences][:_NAMED]
        self.next, self.dry_run = part.next, part.dry_run


Progress = Callable[[Found], None]


def part(start: str = "", dry_run: bool = False, seconds: float = 10) -> Found:
    """Compare for so many seconds, at least one page; ``start``: the ``next`` of the part before.

    Raises ``SearchIndexError`` when Solr does not answer.
    """
    found = Found(next=start or "database:", dry_run=dry_run)
    until = time.monotonic() + seconds
    while found.next:
        where, _, mark = found.next.partition(":")
        page = _database if where == "database" else _index
        found.next = page(mark, found)
        if time.monotonic() > until:
            break
    return found


def whole(dry_run: bool = False, progress: Progress | None = None) -> Found:
    """The whole comparison; what it found is remembered."""
    found = Found(next="database:")
    while found.next:
        found.add(part(found.next, dry_run, seconds=1))
        if progress:
            progress(found)
    remember(found)
    return found


def remember(found: Found) -> None:
    """For ``last``."""
    told = {**found.as_dict(), "differences": [], "at": now().isoformat(timespec="seconds")}
    model.set_system_info(_LAST, json.dumps(told))


def last() -> dict[str, Any]:
    """What the last whole comparison found, and when (``at``); empty before the first."""
    return json.loads(model.get_system_info(_LAST) or "{}")


# -- the database, and what the index has of it ----------------------------------------------


def _database(after: str, found: Found) -> str:
    rows = _rows(after=after)
    there = _documents([row.id for row in rows])
    wrong: list[str] = []
    for row in rows:
        found.database += 1
        document = there.get(row.id)
        if document is None:
            found.note("missing", row.id, row.name)
        elif why := _differs(row, document):
            found.note("stale", row.id, row.name, ", ".join(why))
            found.exposed += _is_public(document) and (row.private or row.state != "active")
        else:
            continue
        wrong.append(row.id)
    if not found.dry_run:
        _index_anew(wrong, found)
    return f"database:{rows[-1].id}" if rows else "index:*"


def _rows(after: str = "", ids: Collection[str] | None = None) -> list[Any]:
    """Of the datasets that the index is to have: those behind ``after``, or of those ``ids``."""
    package, group = model.Package, model.Group
    query = sa.select(
        package.id, package.name, package.state, package.private, package.metadata_modified,
        group.name.label("organization"),
    ).outerjoin(group, sa.and_(group.id == package.owner_org, group.state == "active"))  # fmt: skip
    if tk.config.get("ckan.search.remove_deleted_packages"):
        query = query.where(package.state != "deleted")
    if ids is not None:
        query = query.where(package.id.in_(list(ids)))
    else:
        query = query.where(package.id > after).order_by(package.id).limit(_PAGE)
    rows = list(model.Session.execute(query))
    model.Session.commit()
    return rows


def _documents(ids: list[str]) -> dict[str, dict[str, Any]]:
    if not ids:
        return {}
    ours = "{!terms f=id}" + ",".join(ids)
    return {doc["id"]: doc for doc in _ask(fq=[ours, *_ours()], rows=2 * len(ids)).docs}


def _differs(row: Any, document: dict[str, Any]) -> list[str]:
    """Names of what is another in the index."""
    known = {
        "name": row.name,
        "state": row.state,
        "capacity": "private" if row.private else "public",
        "organization": row.organization,
        "metadata_modified": _thousandths(row.metadata_modified),
    }
    document = {**document, "metadata_modified": _thousandths(document.get("metadata_modified"))}
    return [name for name, value in known.items() if document.get(name) != value]


def _thousandths(moment: Any) -> datetime | None:
    """As exact as Solr is."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment.rstrip("Z"))
    if moment is None:
        return None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=None)


def _is_public(document: dict[str, Any]) -> bool:
    return document.get("state") == "active" and document.get("capacity") == "public"


def _index_anew(ids: list[str], found: Found) -> None:
    if ids:
        refused = Catalog().index(ids)
        found.refused += len(refused)
        found.repaired += len(ids) - len(refused)


# -- the index, and what the database has of it ----------------------------------------------


def _index(mark: str, found: Found) -> str:
    answer = _ask(fq=_ours(), rows=_PAGE, sort="index_id asc", cursorMark=mark)
    found.index += len(answer.docs)
    known = {row.id for row in _rows(ids=[doc["id"] for doc in answer.docs])}
    wrong = [doc for doc in answer.docs if doc["id"] not in known]
    for doc in wrong:
        found.note("superfluous", doc["id"], doc.get("name") or "")
        found.exposed += _is_public(doc)
    if wrong and not found.dry_run:
        # not there any more: they leave the index
        _index_anew([doc["id"] for doc in wrong], found)
    following = answer.nextCursorMark
    return f"index:{following}" if answer.docs and following != mark else ""


def _ours() -> list[str]:
    return ["+entity_type:package", f'+site_id:"{tk.config["ckan.site_id"]}"']


def _ask(**query: Any) -> Any:
    try:
        solr = search.make_connection(decode_dates=False)
        return solr.search("*:*", fl=" ".join(_FIELDS), **query)
    except (pysolr.SolrError, OSError) as error:
        raise search.SearchIndexError(str(error)[:1000]) from error
