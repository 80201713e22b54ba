"""A catalog that is large already, without the hours that harvesting it would take.

Rows are copied inside PostgreSQL, documents are sent to Solr in large requests: what stands there
afterwards is what a harvest would have left, as far as the next harvest meets with it.
"""
from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from benchmarks._ours import change, documents, rows
from benchmarks._portal import dataset

_ID = "md5({0} || '-' || k)::uuid::text"
#: Which columns of the copies are new; all others stay.
_NEW = {
    "package": {"id": _ID.format("t.id"), "name": "left(t.name, 80) || '-' || k"},
    "resource": {"id": _ID.format("t.id"), "package_id": _ID.format("t.package_id")},
    "package_tag": {"id": _ID.format("t.id"), "package_id": _ID.format("t.package_id")},
    "member": {"id": _ID.format("t.id"), "table_id": _ID.format("t.table_id")},
    "activity": {"id": _ID.format("t.id"), "object_id": _ID.format("t.object_id")},
    "hanoi_identity": {"guid": "t.guid || '-' || k", "package_id": _ID.format("t.package_id")},
}
_WHERE = {"package": "id", "member": "table_id", "activity": "object_id"}
_AT_ONCE = 500


def copies(number: int) -> None:
    """``number`` copies of every dataset that was harvested, in the database and the index."""
    found = rows("SELECT package_id FROM hanoi_identity WHERE state = 'active'")
    ids = [row[0] for row in found]
    for table, new in _NEW.items():
        kept = [
            row[0] for row in rows(
                "SELECT column_name FROM information_schema.columns WHERE table_name = :table"
                " AND table_schema = current_schema() ORDER BY ordinal_position", table=table,
            ) if row[0] not in new
        ]  # fmt: skip
        names = ", ".join(f'"{name}"' for name in (*new, *kept))
        values = ", ".join((*new.values(), *(f't."{name}"' for name in kept)))
        where = _WHERE.get(table, "package_id")
        change(
            f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" t'
            f" CROSS JOIN generate_series(1, :number) k WHERE t.{where} = ANY(:ids)",
            number=number, ids=ids,
        )  # fmt: skip
    change("ANALYZE")
    _index(_documents(len(ids), number))


def _documents(found: int, number: int) -> Iterator[dict[str, Any]]:
    stored = documents(found)
    for k in range(1, number + 1):
        for doc in stored:
            more = {name: f"{doc[name]}-{k}" for name in ("id", "name", "index_id")}
            yield {**doc, **more}


def _index(docs: Iterator[dict[str, Any]]) -> None:
    some: list[dict[str, Any]] = []
    for doc in docs:
        some.append(doc)
        if len(some) == _AT_ONCE:
            _post(some)
            some = []
    _post(some)
    _post([], commit="true")


def _post(docs: list[dict[str, Any]], commit: str = "false") -> None:
    request = urllib.request.Request(
        f"{os.environ['CKAN_SOLR_URL']}/update?commit={commit}&wt=json",
        json.dumps(docs).encode(), {"Content-Type": "application/json"},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=300) as answer:
        answer.read()


def known(name: str, size: int) -> None:
    """The source ``name`` has harvested the portal's first ``size`` datasets, unchanged since.

    Their identities point to datasets that there are, several to one.
    """
    from ckan import model

    from ckanext.hanoi.harvest.engine.source_context import SourceContext
    from ckanext.hanoi.model.harvest import Identity, Source

    source = model.Session.query(Source).filter_by(name=name).one()
    setup: Any = SourceContext(source)
    packages = [row[0] for row in rows("SELECT id FROM package WHERE state = 'active'")]
    some: list[dict[str, Any]] = []
    for i in range(size):
        package = dataset(i)
        record = setup.connector._record(package["id"], package)
        some.append({
            "source_id": source.id, "guid": record.guid, "hash": setup.hash_of(record),
            "package_id": packages[i % len(packages)], "title": record.title,
        })  # fmt: skip
        if len(some) == _AT_ONCE or i == size - 1:
            model.Session.execute(sa.insert(Identity), some)
            model.Session.commit()
            some = []
    model.Session.remove()
    change("ANALYZE")
