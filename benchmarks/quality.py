"""How long it takes to compute the scores of a whole catalog, without checking links."""
from __future__ import annotations

import sys
import time
import uuid
from datetime import datetime, timezone
from typing import Any

from benchmarks import _catalog
from benchmarks._report import AT_MOST, Figures, clock, main, say

_AT_ONCE = 1000
_THEMES = ("giao-duc", "y-te", "giao-thong", "tai-chinh")


def measure(figures: Figures, size: int) -> None:
    """All datasets, then again after one in a hundred has changed."""
    application = _catalog.load()
    _catalog.empty()
    organization = _catalog.organization()
    say(f"{size} datasets of three resources each are put into the database")
    for start in range(0, size, _AT_ONCE):
        _fill(range(start, min(size, start + _AT_ONCE)), organization["id"])

    import sqlalchemy as sa
    from ckan import model

    from ckanext.hanoi.quality import ranking, recompute, store

    with clock() as first:
        measured, _indexed = recompute.run(store.everything())
    assert measured == size, measured
    figures.add("first", f"{size:,} datasets for the first time", first.seconds, "s", less=True,
                target=(AT_MOST, 60 * size / 10_000))  # fmt: skip
    busy = time.process_time()
    with clock() as night:
        recompute.run(store.everything())
    busy = time.process_time() - busy
    figures.add("night", f"{size:,} datasets each night", night.seconds, "s", less=True,
                target=(AT_MOST, 60 * size / 10_000))  # fmt: skip
    figures.add("processor", "… of which this process used the processor", busy, "s", less=True)
    model.Session.execute(
        sa.update(model.Package)
        .where(model.Package.name.like("%00"))
        .values(metadata_modified=datetime.now(timezone.utc).replace(tzinfo=None))
    )
    model.Session.commit()
    with clock() as changed:
        recompute.run(store.changed())
    figures.add("changed", "the hundredth part that changed", changed.seconds, "s", less=True)
    with application._wsgi_app.test_request_context(), clock() as ranked:
        ranking.agencies_of()
        ranking.summary()
    figures.add("ranking", "ranking of agencies and the catalog", ranked.seconds, "s", less=True)


def _fill(numbers: range, organization: str) -> None:
    import sqlalchemy as sa
    from ckan import model

    now = datetime.now(timezone.utc).replace(tzinfo=None)
    packages, resources = [], []
    for number in numbers:
        id_ = str(uuid.uuid4())
        extras = {
            "theme": f'["{_THEMES[number % len(_THEMES)]}"]', "frequency": "QUARTERLY",
            "modified": f"2025-{number % 12 + 1:02d}-01", "access_level": "open",
            "spatial_coverage": '["01"]' if number % 2 else "[]",
        }  # fmt: skip
        packages.append({
            "id": id_, "name": f"tap-du-lieu-{number:05}", "title": f"Tập dữ liệu số {number}",
            "notes": "Mô tả." if number % 3 else "", "type": "dataset", "state": "active",
            "owner_org": organization, "license_id": "cc-by-4.0", "private": False,
            "metadata_created": now, "metadata_modified": now, "extras": extras,
        })  # fmt: skip
        resources += [_resource(id_, number, place, now) for place in range(3)]
    tables: Any = (model.Package.__table__, model.Resource.__table__)  # type: ignore[attr-defined]
    for table, rows in zip(tables, (packages, resources), strict=True):
        model.Session.execute(sa.insert(table), rows)
    model.Session.commit()


def _resource(package: str, number: int, place: int, now: datetime) -> dict[str, Any]:
    kind = ("CSV", "XLSX", "PDF")[place]
    return {
        "id": str(uuid.uuid4()), "package_id": package, "position": place, "state": "active",
        "url": f"https://may-{number % 50}.example.org/{number}/{place}.{kind.lower()}",
        "format": kind, "mimetype": "text/csv" if kind == "CSV" else None, "name": kind,
        "size": 1000 + number, "created": now, "extras": {},
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(measure, "Quality: scores of {size} datasets", size=10_000))
