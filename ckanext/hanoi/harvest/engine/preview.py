"""What a run would do, without doing it: record by record, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.background import retry
from ckanext.hanoi.catalog.writer import Catalog, filled_in
from ckanext.hanoi.dataset import diff
from ckanext.hanoi.dataset.fields import FIELDS
from ckanext.hanoi.harvest import ownership
from ckanext.hanoi.harvest.connectors import Record, Unreadable
from ckanext.hanoi.harvest.engine import baseline, errors, removal_guard, report
from ckanext.hanoi.harvest.engine.finalize import removal_threshold
from ckanext.hanoi.harvest.engine.merge import kept_fields
from ckanext.hanoi.harvest.engine.reader import title_digest
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.harvest.record import guid_of
from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.model.harvest import Identity

#: Of what is missing so many are listed.
_LISTED = 200
_EMPTY: dict[str, Any] = {
    "package_id": None, "name": None, "diff": {}, "notes": [], "candidates": [], "errors": "",
    "message": None, "params": {},
}  # fmt: skip


def preview(setup: SourceContext, limit: int = 20) -> dict[str, Any]:
    """The first ``limit`` records of the source and what a run would do with each.

    ``{"changes": [{"guid", "title", "action", "package_id", "name", "diff": {field: [old, new]},
    "notes": [{"field", "value"}], "candidates": [...], "errors": text, "message", "params"}],
    "counts": those of a run, "excluded": n, "truncated": bool, "message", "params"}``; an error of
    the source is in ``message`` after what could be read before it. Where the source was read to
    its end, what it no longer shows is there too, as "missing" (the first of them; ``counts`` has
    all), and ``hold`` is the guard's verdict (or None). Nothing is written.
    """
    changes: list[dict[str, Any]] = []
    result: dict[str, Any] = {
        "changes": changes, "truncated": False, "message": None, "params": {}, "hold": None,
    }  # fmt: skip
    catalog, unlisted = Catalog(), 0
    try:
        with setup.fetcher() as fetcher:
            for item in _told_apart(setup.connector.records(fetcher, None)):
                if len(changes) == limit:
                    result["truncated"] = True
                    break
                changes.append(_one(setup, catalog, item))
        if not result["truncated"]:
            listed, missing = _missing(setup, changes)
            result["hold"] = _hold(setup, changes, missing)
            changes += listed
            unlisted = missing - len(listed)
    except SourceError as error:
        result["message"] = error.message
        result["params"] = {key: str(value) for key, value in error.params.items()}
    finally:
        # validators may have put something into the session
        model.Session.rollback()
    result["counts"], result["excluded"] = _counts(changes)
    result["counts"]["missing"] += unlisted
    return result


def _counts(changes: list[dict[str, Any]]) -> tuple[dict[str, int], int]:
    """The numbers of a run, all of them, and how many records the filters leave out."""
    actions = [change["action"] for change in changes]
    counts = {name: actions.count(name) for name in report.COUNTS}
    return {**counts, "seen": len(actions) - counts["missing"]}, actions.count("excluded")


def _told_apart(items: Iterable[Record | Unreadable]) -> Iterator[Record | Unreadable]:
    """The items with the identities that a run gives them, each once."""
    seen: dict[str, str] = {}
    for item in items:
        if isinstance(item, Record):
            guid, title = guid_of(item.guid), title_digest(item)
            if seen.get(guid, title) != title:
                guid = f"{guid}#{title}"
            if guid in seen:
                continue
            seen[guid] = title
            item = replace(item, guid=guid)
        yield item


def _hold(
    setup: SourceContext, changes: list[dict[str, Any]], missing: int
) -> removal_guard.Verdict | None:
    known, _handed_on = baseline.before(setup.source.id)
    seen = sum(change["action"] not in ("excluded", "missing") for change in changes)
    guids = [guid_of(change["guid"]) for change in changes if change["action"] == "excluded"]
    excluded = model.Session.execute(
        sa.select(sa.func.count()).where(
            Identity.source_id == setup.source.id, Identity.state.in_(("active", "missing")),
            Identity.approved.is_(False), Identity.guid.in_(guids),
        )
    ).scalar_one()  # fmt: skip
    verdict = removal_guard.judge(
        known, missing + excluded, seen, removal_threshold(setup), excluded
    )
    return verdict if verdict.hold else None


def _one(setup: SourceContext, catalog: Catalog, item: Record | Unreadable) -> dict[str, Any]:
    if isinstance(item, Unreadable):
        params = {key: str(value) for key, value in item.params.items()}
        failed = {"guid": item.guid, "title": item.title, "action": "failed"}
        return {**_EMPTY, **failed, "message": item.message, "params": params}
    try:
        found = _change(setup, catalog, item)
    except Exception as error:  # the record's own trouble, as in a run
        if retry.is_passing(error):
            raise
        model.Session.rollback()
        _stage, message, params = errors.explain(error)
        found = {"action": "failed", "message": message, "params": params}
    return {**_EMPTY, "guid": item.guid, "title": item.title, **found}


def _change(setup: SourceContext, catalog: Catalog, record: Record) -> dict[str, Any]:
    if record.deleted:
        return {"action": "missing"}
    with errors.during("reading"):
        setup.hash_of(record)
    with errors.during("mapping"):
        mapped = setup.map(record)
    notes = [{"field": note.field, "value": note.value} for note in mapped.notes]
    found: dict[str, Any] = {
        "title": mapped.dataset.get("title") or record.title,
        "notes": notes,
        "candidates": mapped.candidates,
    }
    if mapped.excluded:
        return {**found, "action": "excluded"}
    identity = model.Session.get(Identity, (setup.source.id, guid_of(record.guid)))
    original = _original(catalog, identity)
    if identity and ownership.is_kept_here(identity.state, original.get("state")):
        return {**found, "action": "unchanged", "package_id": identity.package_id}
    keep = kept_fields(setup.config, identity, original)
    if original:
        setup.check_dataset(identity, original.get("owner_org"), keep)
    known = identity.resources if identity else []
    package_id = identity.package_id if identity else "preview"
    diff.keep_resource_ids(known, mapped.dataset["resources"], package_id)
    fields = [name for name in FIELDS if name not in keep]
    changes = diff.differences(original, {**filled_in(original), **mapped.dataset}, fields)
    found["diff"] = {name: list(pair) for name, pair in changes.items()}
    if original:
        found.update(package_id=original["id"], name=original["name"])
        return {**found, "action": "updated" if changes else "unchanged"}
    problems = errors.in_words(catalog.problems(mapped.dataset))
    return {**found, "name": mapped.dataset["name"], "errors": problems,
            "action": "failed" if problems else "created"}  # fmt: skip


def _original(catalog: Catalog, identity: Identity | None) -> dict[str, Any]:
    exists = (
        identity
        and model.Session.execute(
            sa.select(model.Package.id).where(model.Package.id == identity.package_id)
        ).first()
    )
    return catalog.show(identity.package_id) if identity and exists else {}


def _missing(
    setup: SourceContext, changes: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], int]:
    """What the source, read to its end, no longer shows of the datasets that are here: the first of
    them, and how many they are beside those in ``changes``."""
    # a filter leaves these out, or the source says itself that they are gone
    listed = [guid_of(change["guid"]) for change in changes if change["guid"]]
    package = model.Package
    lacking = sa.and_(
        Identity.source_id == setup.source.id, Identity.state.in_(("active", "missing")),
        Identity.guid.not_in(listed),
    )  # fmt: skip
    query = (
        sa.select(Identity.guid, Identity.title, Identity.package_id, package.name)
        .join(package, package.id == Identity.package_id)
        .where(lacking)
    )
    number = sa.select(sa.func.count()).select_from(query.subquery())
    rows = model.Session.execute(query.order_by(Identity.title, Identity.guid).limit(_LISTED))
    return [
        {**_EMPTY, "guid": guid, "title": title, "action": "missing", "package_id": package_id,
         "name": name}
        for guid, title, package_id, name in rows
    ], model.Session.execute(number).scalar_one()  # fmt: skip


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The preview as text, a line for each record and field, for the command line."""
    for change in result["changes"]:
        yield f"{change['action']:>10}  {change['title']}  [{change['guid']}]"
        for name, (old, new) in change["diff"].items():
            if change["action"] == "updated":
                yield f"            {name}: {old!r} -> {new!r}"
        for note in change["notes"]:
            yield f"            ? {note['field']}: {note['value']}"
