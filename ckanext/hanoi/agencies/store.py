"""The organizations of the catalog as the agencies see them: read in a few statements.

Two extras of an organization are the catalog's own (see ``schemas/organization.yaml``):
``hanoi_agency`` has the slug of its agency, ``hanoi_seed`` a JSON object with ``fields`` (digest of
each seeded value), ``former_names``, ``merged_into`` (id of the organization that took over) and
``moved`` (ids of the datasets that went there).
"""
from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from ckanext.hanoi.agencies.plan import FIELDS, Organization
from ckanext.hanoi.agencies.registry import registry


@dataclass
class Row:
    """An organization and its extras."""

    id: str
    name: str
    title: str
    state: str
    description: str
    extras: dict[str, str]
    seed: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        try:
            seed = json.loads(self.extras.get("hanoi_seed") or "{}")
        except ValueError:
            seed = {}
        self.seed = seed if isinstance(seed, dict) else {}

    @property
    def agency(self) -> str:
        """Slug of the agency that it was seeded for, or ''."""
        return self.extras.get("hanoi_agency") or ""


def rows(*conditions: Any) -> list[Row]:
    """The organizations, deleted ones too, that fulfil conditions on ``model.Group``."""
    group: Any = model.Group
    where = [group.is_organization.is_(True), *conditions]
    columns = [group.id, group.name, group.title, group.state, group.description]
    if not hasattr(model, "GroupExtra"):
        found = model.Session.query(*columns, group.extras).filter(*where)
        return [_row(one, dict(one[5] or {})) for one in found]
    # CKAN 2.11 has a table of extras
    extras: dict[str, dict[str, str]] = {}
    extra = model.GroupExtra  # type: ignore[attr-defined]
    for group_id, key, value in model.Session.query(
            extra.group_id, extra.key, extra.value).filter(extra.state == "active"):
        extras.setdefault(group_id, {})[key] = value
    found = model.Session.query(*columns).filter(*where)
    return [_row(one, extras.get(one[0], {})) for one in found]


def _row(columns: Any, extras: dict[str, str]) -> Row:
    id_, name, title, state, description = columns[:5]
    return Row(id_, name, title or "", state, description or "", extras)


def owners_digest(dataset_ids: Iterable[str]) -> str:
    """A digest of the datasets' states, their organizations and what RDF says of these."""
    found = model.Session.execute(_owners_query(), {"ids": list(dataset_ids)})
    return found.scalar() or ""


@cache
def _owners_query() -> Any:
    """The statement of ``owners_digest``: it is asked for with every page."""
    group: Any = model.Group
    package = model.Package
    keys = ("title_en", "code", "website", "email")
    if hasattr(model, "GroupExtra"):  # CKAN 2.11
        extra = model.GroupExtra  # type: ignore[attr-defined]
        one = sa.func.json_build_array(extra.key, extra.value, extra.state).cast(sa.Text)
        said = sa.select(sa.func.string_agg(one, aggregate_order_by(sa.literal(","), extra.id)))
        said = said.where(extra.group_id == group.id, extra.key.in_(keys))
        more: list[Any] = [said.scalar_subquery()]
    else:
        extras: Any = group.extras  # type: ignore[attr-defined]
        more = [extras[key].astext for key in keys]
    row = sa.func.json_build_array(
        package.id, package.state, package.private, package.metadata_modified,
        group.id, group.name, group.title, *more,
    ).cast(sa.Text)  # fmt: skip
    every = sa.func.string_agg(row, aggregate_order_by(sa.literal(","), package.id))
    ids = sa.bindparam("ids", type_=ARRAY(sa.Text))
    return (
        sa.select(sa.func.md5(every))
        .select_from(package)
        .outerjoin(group, group.id == package.owner_org)
        .where(package.id == sa.any_(ids))
    )


def organizations() -> list[Organization]:
    """Every organization as the plan wants it."""
    all_rows = {row.id: row for row in rows()}
    above_of = parents()
    datasets = _pairs(model.Session.query(model.Package.owner_org, sa.func.count())
                      .group_by(model.Package.owner_org))
    members = _pairs(model.Session.query(model.Member.group_id, sa.func.count())
                     .filter_by(table_name="user", state="active")
                     .group_by(model.Member.group_id))
    found = []
    for row in all_rows.values():
        above = all_rows.get(above_of.get(row.id, ""))
        values = {name: _value(row.extras.get(name)) for name in FIELDS}
        values.update(name=row.name, title=row.title,
                      parent=(above.agency or above.name) if above else "")
        found.append(Organization(
            id=row.id, values=values, deleted=row.state != "active", agency=row.agency,
            seeded=row.seed.get("fields") or {}, merged_into=row.seed.get("merged_into") or "",
            datasets=datasets.get(row.id, 0), members=members.get(row.id, 0)))
    return found


def taken_names() -> list[str]:
    """Names of groups that are no organizations: no organization can have them."""
    query = model.Session.query(model.Group.name).filter(model.Group.is_organization.isnot(True))
    return [name for (name,) in query]


def by_agency() -> dict[str, Row]:
    """The active organization of each agency that has one, by the agency's slug.

    An organization that was not seeded counts when its name is the agency's slug.
    """
    found: dict[str, Row] = {}
    for row in rows(model.Group.state == "active"):
        agency = registry().get(row.agency or row.name)
        if agency and (row.agency or agency.slug not in found):
            found[agency.slug] = row
    return found


def english_titles() -> dict[str, str]:
    """The English names of the organizations that have one, by the organization's name."""
    group: Any = model.Group
    if hasattr(model, "GroupExtra"):  # CKAN 2.11
        extra = model.GroupExtra  # type: ignore[attr-defined]
        query = (
            model.Session.query(group.name, extra.value)
            .join(extra, extra.group_id == group.id)
            .filter(group.is_organization, extra.key == "title_en", extra.state == "active")
        )
    else:
        english = group.extras["title_en"].astext
        query = model.Session.query(group.name, english).filter(group.is_organization)
    return {name: title for name, title in query if title}


def new_name(old: str) -> str | None:
    """The name of the organization where one went that was called ``old`` (or had that id).

    None where ``old`` is an organization at work, or nothing is known of it.
    """
    everything = rows()
    by_id = {row.id: row for row in everything}
    named = next((row for row in everything if old in (row.name, row.id)), None)
    if named is None:
        active = [row for row in everything if row.state == "active"]
        renamed = next((r for r in active if old in (r.seed.get("former_names") or ())), None)
        return renamed.name if renamed else _heir_of_list(old, active)
    seen: set[str] = set()
    heir: Row | None = named
    while heir and heir.state != "active" and heir.id not in seen:
        seen.add(heir.id)
        heir = by_id.get(heir.seed.get("merged_into") or "")
    return heir.name if heir and heir is not named and heir.state == "active" else None


def _heir_of_list(old: str, active: Iterable[Row]) -> str | None:
    """By the list of agencies: the successor of one that never had an organization here."""
    agency = registry().get(old)
    heirs = registry().heirs(agency.slug) if agency else []
    if len(heirs) != 1:
        return None
    return next((row.name for row in active
                 if heirs[0].slug in (row.agency, row.name) and row.name != old), None)


def _pairs(query: Any) -> dict[Any, Any]:
    return {key: value for key, value in query}  # noqa: C416 (rows are no pairs to a type checker)


def _value(stored: str | None) -> str:
    """An extra as text: a list is one text a line."""
    if stored and stored.startswith("["):
        try:
            items = json.loads(stored)
        except ValueError:
            return stored
        return "\n".join(str(item) for item in items) if isinstance(items, list) else stored
    return stored or ""


def parents() -> dict[str, str]:
    """Organization's id -> id of the one above it."""
    member = model.Member
    query = model.Session.query(member.group_id, member.table_id).filter_by(
        table_name="group", state="active")
    return _pairs(query)


def roles(organization_id: str) -> dict[str, str]:
    """User's id -> role in an organization."""
    query = model.Session.query(model.Member.table_id, model.Member.capacity).filter_by(
        group_id=organization_id, table_name="user", state="active")
    return _pairs(query)


def dataset_ids(organization_id: str) -> list[str]:
    """Every dataset that an organization owns: drafts, private and deleted ones, too."""
    query = model.Session.query(model.Package.id).filter_by(owner_org=organization_id)
    return [id_ for (id_,) in query.order_by(model.Package.id)]


def at_or_below(organization_id: str) -> set[str]:
    """The ids of an organization and of all that stand below it."""
    children: dict[str, list[str]] = {}
    for child, above in parents().items():
        children.setdefault(above, []).append(child)
    found, todo = set(), [organization_id]
    while todo:
        id_ = todo.pop()
        if id_ not in found:
            found.add(id_)
            todo += children.get(id_, ())
    return found


def names_below(organization_id: str) -> list[str]:
    """The names of the active organizations directly below."""
    below = [child for child, parent in parents().items() if parent == organization_id]
    found = rows(model.Group.state == "active", model.Group.id.in_(below)) if below else []
    return sorted(row.name for row in found)
