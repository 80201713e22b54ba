"""The way over from ckanext-harvest: its sources, and which dataset each of its records is.

Only reads its tables, whether its plugin is enabled or not. What was taken over is harvested into
the same datasets: ids and addresses stay, resources are known again by their URLs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.hanoi import user_yaml
from ckanext.hanoi.harvest.config import DRAFT_FIELDS, ConfigError, parse
from ckanext.hanoi.harvest.connectors import kinds
from ckanext.hanoi.harvest.engine.schedule import next_due
from ckanext.hanoi.messages import N_
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import Identity, Source

#: Type of harvester -> kind of source.
KINDS = {
    "ckan": "ckan",
    "dcat_rdf": "dcat",
    "dcat_json": "data_json",
    "csw": "csw",
    "waf": "csw",
}
SCHEDULES = {
    "MANUAL": "",
    "ALWAYS": "hourly",
    "DAILY": "daily",
    "WEEKLY": "weekly",
    "BIWEEKLY": "weekly",
    "MONTHLY": "monthly",
}
_SOURCES = sa.text(
    "SELECT s.id, s.url, s.title, s.type, s.config, s.active, s.frequency, p.name, p.owner_org"
    " FROM harvest_source s LEFT JOIN package p ON p.id = s.id ORDER BY p.name, s.created"
)
#: A record imported twice is what it was the last time.
_RECORDS = sa.text(
    "SELECT DISTINCT ON (o.guid) o.guid, o.package_id, p.title"
    " FROM harvest_object o JOIN package p ON p.id = o.package_id AND p.state = 'active'"
    " WHERE o.harvest_source_id = :source AND o.current AND o.guid <> ''"
    " ORDER BY o.guid, o.import_finished DESC NULLS LAST"
)

#: (message id in English, parameters)
Note = tuple[str, dict[str, Any]]


class NothingToMigrateError(Exception):
    """The database has no tables of ckanext-harvest."""


@dataclass
class Taken:
    """What became of one source of ckanext-harvest."""

    name: str
    kind: str | None
    identities: int = 0
    #: imported, updated (more identities than the last time), unchanged, skipped.
    action: str = "skipped"
    notes: list[Note] = field(default_factory=list)


def take_over(dry_run: bool = False, owner_org: str | None = None) -> list[Taken]:
    """Import all sources and identities; with ``dry_run`` only say what would be done.

    ``owner_org``: organization's id for sources that have none. May be done again: nothing is
    made twice, and what was changed here since stays. Raises ``NothingToMigrateError``.
    """
    _check_tables()
    taken = []
    for row in model.Session.execute(_SOURCES).mappings().all():
        taken.append(_take(dict(row), owner_org))
        if dry_run:
            model.Session.rollback()
        else:
            model.Session.commit()
    return taken


def records() -> int:
    """How many records there are to take over. Raises ``NothingToMigrateError``."""
    _check_tables()
    counted = sa.text('SELECT count(*) FROM harvest_object WHERE "current"')
    return model.Session.execute(counted).scalar_one()


def _check_tables() -> None:
    tables: Any = sa.inspect(model.meta.engine)
    if not tables.has_table("harvest_source") or not tables.has_table("harvest_object"):
        raise NothingToMigrateError


def _take(row: dict[str, Any], owner_org: str | None) -> Taken:
    name = row["name"] or f"harvest-{row['id'][:8]}"
    result = Taken(name, KINDS.get(row["type"]))
    if result.kind is None:
        result.notes.append((N_("Harvesters of the type “%(type)s” are not taken over"),
                             {"type": row["type"]}))  # fmt: skip
        return result
    there = model.Session.execute(
        sa.select(Source).where(Source.name == name)
    ).scalar_one_or_none()
    if there and there.url != row["url"]:
        result.notes.append((N_("A source of this name exists already, with another address"), {}))
        return result
    if there is None:
        there = _source(row, name, result, owner_org)
        if there is None:
            return result
        model.Session.add(there)
        model.Session.flush()
        result.action = "imported"
    else:
        result.action = "unchanged"
    result.identities, new = _identities(there.id, row["id"], result)
    if new and result.action == "unchanged":
        result.action = "updated"
    if row["active"]:
        result.notes.append((N_("It is still active in ckanext-harvest: turn it off there"), {}))
    return result


def _source(
    row: dict[str, Any], name: str, result: Taken, owner_org: str | None
) -> Source | None:
    owner = row["owner_org"] or owner_org
    if not owner:
        result.notes.append((N_("It has no organization: name one for such sources"), {}))
        return None
    frequency = row["frequency"] or "MANUAL"
    if frequency in ("ALWAYS", "BIWEEKLY"):
        result.notes.append((N_("Its frequency “%(old)s” becomes “%(new)s”"),
                             {"old": frequency, "new": SCHEDULES[frequency]}))  # fmt: skip
    schedule = SCHEDULES.get(frequency, "")
    assert result.kind
    return Source(
        name=name, title=" ".join((row["title"] or name).split()), url=row["url"],
        kind=result.kind, owner_org=owner,
        config=_config(row, result), schedule=schedule, active=bool(row["active"]),
        next_due=next_due(schedule, now(), name),
    )  # fmt: skip


def _config(row: Mapping[str, Any], result: Taken) -> str:
    """The configuration in our words; what has none is noted."""
    try:
        old = json.loads(row["config"] or "{}")
    except ValueError:
        old = None
    if not isinstance(old, dict):
        result.notes.append((N_("Its configuration can't be read"), {}))
        return ""
    new, left = translate(old, row["type"])
    text = user_yaml.dump(new)
    try:
        assert result.kind
        parse(text, kinds()[result.kind])
    except ConfigError as error:
        result.notes.append((N_("Its configuration is not valid here: %(error)s"),
                             {"error": str(error)}))  # fmt: skip
        return ""
    if left:
        result.notes.append((N_("Settings without an equivalent: %(names)s"),
                             {"names": ", ".join(sorted(left))}))  # fmt: skip
    return text


def translate(old: Mapping[str, Any], type_: str) -> tuple[dict[str, Any], list[str]]:
    """A configuration of ckanext-harvest -> (ours, names of settings that have no equivalent)."""
    new: dict[str, Any] = {}
    left: list[str] = []
    filters: list[str] = []
    for key, value in old.items():
        if value in (None, "", [], {}):
            continue
        if key == "default_tags":
            tags = value if isinstance(value, list) else [value]
            new["keywords"] = [t["name"] if isinstance(t, dict) else str(t) for t in tags]
        elif key == "default_extras" and isinstance(value, dict):
            known = {name: value[name] for name in value if name in DRAFT_FIELDS}
            if known:
                new["defaults"] = known
            left += [f"default_extras.{name}" for name in value if name not in DRAFT_FIELDS]
        elif type_ == "ckan" and key == "organizations_filter_include":
            new["organizations"] = list(value)
        elif type_ == "ckan" and key == "organizations_filter_exclude":
            new["exclude_organizations"] = list(value)
        elif type_ == "ckan" and key == "groups_filter_include":
            filters.append(f"+groups:({_any_of(value)})")
        elif type_ == "ckan" and key == "groups_filter_exclude":
            filters.append(f"-groups:({_any_of(value)})")
        elif type_ == "ckan" and key == "api_key":
            new["api_key"] = str(value)
        elif key not in ("api_version", "default_group_dicts"):
            # the two say how it asks, and what it had looked up itself
            left.append(key)
    if filters:
        new["filter"] = " ".join(filters)
    return new, left


def _any_of(names: Any) -> str:
    return " OR ".join('"' + str(name).replace('"', "") + '"' for name in names)


def _identities(source_id: str, harvest_source_id: str, result: Taken) -> tuple[int, int]:
    """(how many there are, how many of them are new). One that is here already stays as it is."""
    rows = model.Session.execute(_RECORDS, {"source": harvest_source_id}).mappings().all()
    elsewhere = _carried({row["package_id"] for row in rows}, source_id)
    if elsewhere:
        result.notes.append((N_("%(number)s datasets belong to another source already"),
                             {"number": len(elsewhere)}))  # fmt: skip
    values = [
        {"source_id": source_id, "guid": row["guid"], "package_id": row["package_id"],
         "title": (row["title"] or "")[:500]}
        for row in rows
        if row["package_id"] not in elsewhere
    ]  # fmt: skip
    new = 0
    for first in range(0, len(values), 1000):
        statement = insert(Identity).values(values[first : first + 1000])
        done: Any = model.Session.execute(
            statement.on_conflict_do_nothing().returning(Identity.guid)
        )
        new += len(done.all())
    return len(values), new


def _carried(packages: set[str], source_id: str) -> set[str]:
    query = sa.select(Identity.package_id).where(
        Identity.source_id != source_id,
        Identity.state.in_(("active", "missing", "detached")),
    )
    return packages & set(model.Session.execute(query).scalars())
