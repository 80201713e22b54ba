"""Scores of agencies and of the catalog: public datasets only, whoever asks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi import language, quality
from ckanext.hanoi.agencies import store as agencies
from ckanext.hanoi.catalog import columns
from ckanext.hanoi.model.quality import LinkCheck, Quality
from ckanext.hanoi.quality import labels
from ckanext.hanoi.quality.freshness import STATES
from ckanext.hanoi.quality.measure import dimensions
from ckanext.hanoi.vietnamese import fold, sort_key

DIMENSIONS = tuple(name for name, _title, _some in dimensions())
NUMBERS = (
    "datasets", "points", *DIMENSIONS, *quality.BANDS, *STATES, "broken_links",
)  # fmt: skip
#: Columns of the ranking, as it is exported.
COLUMNS = ("organization", "title", "datasets", "points", "band", *NUMBERS[2:])
#: Columns of a list of datasets.
DATASET_COLUMNS = (
    "name", "title", "organization", "points", "band", *DIMENSIONS, "freshness", "updated",
    "broken_links", "computed",
)  # fmt: skip
_SHOWN = [
    getattr(Quality, name)
    for name in ("points", "band", "dimensions", "freshness", "updated", "computed")
]


def _public() -> Any:
    package = model.Package
    return sa.and_(
        package.state == "active", package.private.is_(False), package.type == "dataset"
    )


def agencies_of(q: str = "", sort: str = "points", descending: bool = True) -> list[dict[str, Any]]:
    """Every agency with public datasets: ``COLUMNS``, points as averages; ``q`` in its name."""
    names = titles()
    broken = _broken(model.Package.owner_org)
    rows = []
    for id_, row in _totals(model.Package.owner_org).items():
        name, title = names.get(id_, (id_ or "", id_ or ""))
        if all(word in fold(f"{title} {name}") for word in fold(q).split()):
            rows.append({
                "organization": name, "title": title, **row, "broken_links": broken.get(id_, 0)
            })  # fmt: skip
    rows.sort(key=lambda row: sort_key(row["title"]))
    if sort in NUMBERS:
        rows.sort(key=lambda row: row[sort], reverse=descending)
    elif descending:
        rows.reverse()
    return rows


def summary(organization_id: str | None = None) -> dict[str, Any]:
    """Of one agency, or of the whole catalog: the numbers of the ranking, and ``measures``: what
    its datasets lack, with ``datasets`` that do and ``points`` lost on average, the most first;
    what waits for a check of links is in ``pending`` (average points)."""
    key = model.Package.owner_org if organization_id else sa.literal("")
    of = organization_id or ""
    row = _totals(key, organization_id).get(of) or _nothing()
    row["broken_links"] = _broken(key, organization_id).get(of, 0)
    return {**row, "of": quality.OF, "measures": _lacking(organization_id, row["datasets"])}


def datasets(
    organization_id: str | None = None,
    *,
    band: str = "",
    freshness: str = "",
    q: str = "",
    sort: str = "points",
    descending: bool = True,
    offset: int = 0,
    limit: int = 100,
) -> tuple[int, list[dict[str, Any]]]:
    """How many public datasets there are, and a page of them with ``DATASET_COLUMNS``."""
    package = model.Package
    query = (
        sa.select(*_SHOWN, package.id, package.name, columns.title().label("title"),
                  package.owner_org)
        .join(package, package.id == Quality.package_id)
        .where(_public())
    )
    if organization_id:
        query = query.where(package.owner_org == organization_id)
    if band:
        query = query.where(Quality.band == band)
    if freshness:
        query = query.where(Quality.freshness == freshness)
    wanted = fold(q).split()
    if wanted or sort == "title":
        count, found = _by_words(query, wanted, sort, descending, offset, limit)
    else:
        counted = query.with_only_columns(sa.func.count(), maintain_column_froms=True)
        count = model.Session.execute(counted).scalar_one()
        page = query.order_by(*_order(sort, descending)).offset(offset).limit(limit)
        found = list(model.Session.execute(page))
    broken = _broken(package.id, package_ids=[row.id for row in found])
    names = titles()
    return count, [
        _dataset(row, names.get(row.owner_org, (row.owner_org or "", ""))[0], broken.get(row.id, 0))
        for row in found
    ]


def _order(sort: str, descending: bool) -> list[Any]:
    """What has no value comes first or last as if it were the least."""
    package = model.Package
    columns_: dict[str, Any] = {
        "points": Quality.points, "updated": Quality.updated, "computed": Quality.computed,
        "broken_links": sa.select(sa.func.count(sa.distinct(LinkCheck.id)))
        .where(LinkCheck.package_id == package.id, LinkCheck.answers.is_(False))
        .scalar_subquery(),
    }  # fmt: skip
    column = columns_.get(sort)
    if column is None:
        column = sa.func.coalesce(sa.cast(Quality.dimensions[sort].astext, sa.Float), 0)
    first = column.desc().nulls_last() if descending else column.asc().nulls_first()
    return [first, package.title, package.id]


def _by_words(
    query: Any, words: list[str], sort: str, descending: bool, offset: int, limit: int
) -> tuple[int, list[Any]]:
    """The database knows neither words without accents nor Vietnamese order: it gives of each
    dataset its title, in the order that it knows, and the rest of those that are shown."""
    package = model.Package
    compared = query.with_only_columns(
        package.id, package.name, columns.title().label("title"), maintain_column_froms=True
    )
    if sort != "title":
        compared = compared.order_by(*_order(sort, descending))
    fits = [
        row for row in model.Session.execute(compared)
        if all(word in fold(f"{row.title} {row.name}") for word in words)
    ]  # fmt: skip
    if sort == "title":
        fits.sort(key=lambda row: sort_key(row.title), reverse=descending)
    ids = [row.id for row in fits[offset : offset + limit]]
    by_id = {row.id: row for row in model.Session.execute(query.where(package.id.in_(ids)))}
    return len(fits), [by_id[id_] for id_ in ids if id_ in by_id]


def _dataset(found: Any, organization: str, broken: int) -> dict[str, Any]:
    return {
        "name": found.name,
        "title": found.title,
        "organization": organization,
        "points": found.points,
        "band": found.band,
        **{key: found.dimensions.get(key, 0) for key in DIMENSIONS},
        "freshness": found.freshness,
        "updated": found.updated.isoformat() if found.updated else None,
        "broken_links": broken,
        "computed": found.computed.isoformat(),
    }


def _totals(key: Any, organization_id: str | None = None) -> dict[Any, dict[str, Any]]:
    """The numbers of all public datasets by ``key``."""

    def share(column: Any, value: str) -> Any:
        return sa.func.sum(sa.case((column == value, 1), else_=0)).label(value)

    def average(name: str) -> Any:
        return sa.func.avg(sa.cast(Quality.dimensions[name].astext, sa.Float)).label(name)

    query = (
        sa.select(
            key.label("key"),
            sa.func.count().label("datasets"),
            sa.func.avg(Quality.points).label("points"),
            sa.func.avg(Quality.pending).label("pending"),
            *(average(name) for name in DIMENSIONS),
            *(share(Quality.band, name) for name in quality.BANDS),
            *(share(Quality.freshness, name) for name in STATES),
        )
        .join(model.Package, model.Package.id == Quality.package_id)
        .where(_public())
        .group_by(sa.text("key"))
    )
    if organization_id:
        query = query.where(model.Package.owner_org == organization_id)
    found = {}
    for row in model.Session.execute(query):
        values = dict(row._mapping)
        key_ = values.pop("key")
        for name in ("points", "pending", *DIMENSIONS):
            values[name] = round(values[name] or 0, 1)
        found[key_] = {**values, "band": quality.band(values["points"])}
    return found


def _nothing() -> dict[str, Any]:
    return {**dict.fromkeys(NUMBERS, 0), "pending": 0, "band": None}


def _broken(
    key: Any, organization_id: str | None = None, package_ids: list[str] | None = None
) -> dict[Any, int]:
    """How many addresses of public datasets do not answer, by ``key``."""
    query = (
        sa.select(key.label("key"), sa.func.count(sa.distinct(LinkCheck.id)))
        .join(model.Package, model.Package.id == LinkCheck.package_id)
        .where(_public(), LinkCheck.answers.is_(False))
        .group_by(sa.text("key"))
    )
    if organization_id:
        query = query.where(model.Package.owner_org == organization_id)
    if package_ids is not None:
        query = query.where(model.Package.id.in_(package_ids))
    return {row[0]: row[1] for row in model.Session.execute(query)}


def _lacking(organization_id: str | None, datasets: int) -> list[dict[str, Any]]:
    """What the datasets lack, the most points first."""
    each = sa.func.jsonb_each_text(Quality.missing).table_valued("key", "value")
    query = (
        sa.select(each.c.key, sa.func.count(), sa.func.sum(sa.cast(each.c.value, sa.Float)))
        .select_from(Quality)
        .join(model.Package, model.Package.id == Quality.package_id)
        .join(each, sa.true())
        .where(_public())
        .group_by(each.c.key)
    )
    if organization_id:
        query = query.where(model.Package.owner_org == organization_id)
    found = [
        {
            "measure": name,
            "title": labels.measure(name),
            "datasets": count,
            "points": round(lost / datasets, 1),
        }
        for name, count, lost in model.Session.execute(query)
    ]
    return sorted(found, key=lambda one: (-one["points"], one["measure"]))


def title(organization_id: str) -> str:
    """An agency's title in the reader's language."""
    return titles()[organization_id][1]


def titles() -> dict[str, tuple[str, str]]:
    """Of every agency: organization's id -> its name, its title in the reader's language."""
    vietnamese = language.is_vietnamese()
    return {
        row.id: (
            row.name,
            ("" if vietnamese else row.extras.get("title_en")) or row.title or row.name,
        )
        for row in agencies.rows()
    }
