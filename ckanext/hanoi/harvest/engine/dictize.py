"""Sources, runs and changes as the actions return them: JSON, no secrets."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.fetch import public_url
from ckanext.hanoi.harvest.engine import report, source_removal
from ckanext.hanoi.harvest.engine.notify import message_of
from ckanext.hanoi.harvest.secrets import mask
from ckanext.hanoi.model.harvest import OPEN, Change, Identity, Run, Source


def _iso(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def source(entry: Source, secrets: bool = False) -> dict[str, Any]:
    """A source. ``secrets``: for those who may edit it, the URL and configuration as typed."""
    owner = model.Group.get(entry.owner_org) if entry.owner_org else None
    shown: dict[str, Any] = {
        "id": entry.id,
        "name": entry.name,
        "title": entry.title or entry.name,
        "url": entry.url if secrets else public_url(entry.url),
        "kind": entry.kind,
        "owner_org": entry.owner_org,
        "organization": {"id": owner.id, "name": owner.name, "title": owner.title}
        if owner
        else None,
        "schedule": entry.schedule,
        "active": entry.active,
        "priority": entry.priority,
        "all_agencies": bool(entry.all_agencies),
        "created": _iso(entry.created),
        "modified": _iso(entry.modified),
        "next_due": _iso(entry.next_due),
        "last_read": _iso(entry.last_read),
        "last_complete": _iso(entry.last_complete),
        "leaving": source_removal.progress(entry),
    }
    if secrets:
        shown.update(config=entry.config, notify=entry.notify, contacts=entry.contacts)
    return shown


def dataset_count(source_id: str) -> int:
    """Datasets of the source that are in the catalog."""
    query = sa.select(sa.func.count()).where(
        Identity.source_id == source_id, Identity.state.in_(("active", "missing", "detached"))
    )
    return model.Session.execute(query).scalar_one()


def run(entry: Run, source_name: str | None = None) -> dict[str, Any]:
    """A run with its numbers, which of an open run are those of this moment."""
    counts = report.count(entry.id) if entry.status in OPEN else entry.counts
    if source_name is None:
        query = sa.select(Source.name).where(Source.id == entry.source_id)
        source_name = model.Session.execute(query).scalar()
    return {
        "id": entry.id,
        "source_id": entry.source_id,
        "source": source_name,
        "status": entry.status,
        "trigger": entry.trigger,
        "created": _iso(entry.created),
        "started": _iso(entry.started),
        "finished": _iso(entry.finished),
        "heartbeat": _iso(entry.heartbeat),
        "complete": entry.complete,
        "not_modified": entry.not_modified,
        "counts": {name: int((counts or {}).get(name, 0)) for name in report.COUNTS},
        "excluded": int((counts or {}).get("excluded", 0)),
        "options": {k: v for k, v in (entry.options or {}).items() if k != "fetched"},
        "message": message_of(entry) or None,
    }


def change(entry: Change, name: str | None = None, visible: bool = True) -> dict[str, Any]:
    """One line of a report. Of one that the reader may not see, only what was done."""
    shown: dict[str, Any] = {
        "guid": mask(entry.guid) if visible else "",
        "title": mask(entry.title) if visible else "",
        "action": entry.action,
        "package_id": entry.package_id if visible else None,
        "package_name": name if visible else None,
        "fields": entry.fields if visible else [],
    }
    if entry.action == "failed":
        shown.update(stage=entry.stage, message=message_of(entry) if visible else kept_back())
    return shown


def failure(entry: Change, visible: bool = True) -> dict[str, Any]:
    """``{"guid", "title", "stage", "message"}`` of a change that failed."""
    shown = change(entry, visible=visible)
    return {name: shown[name] for name in ("guid", "title", "stage", "message")}


def kept_back() -> str:
    """What stands in the place of a message that the reader may not see."""
    return tk._("Only admins of the agency see this")
