"""What a run would do, without doing it: record by record, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import plugins as lib_plugins

from ckanext.hanoi.harvest import diff, errors, mapping
from ckanext.hanoi.harvest.catalog import Catalog, filled_in
from ckanext.hanoi.harvest.connectors import Record, Unreadable
from ckanext.hanoi.harvest.packing import guid_of
from ckanext.hanoi.harvest.record import SourceError
from ckanext.hanoi.harvest.setup import Setup
from ckanext.hanoi.model.harvest import Identity


def preview(setup: Setup, limit: int = 20) -> dict[str, Any]:
    """The first ``limit`` records of the source and what a run would do with each.

    ``{"changes": [{"guid", "title", "action", "package_id", "name", "diff": {field: [old, new]},
    "notes": [{"field", "value"}], "candidates": [...], "errors": text, "message", "params"}],
    "counts": {action: n}, "truncated": bool, "message", "params"}``; an error of the source is in
    ``message`` after what could be read before it. Nothing is written.
    """
    changes: list[dict[str, Any]] = []
    result: dict[str, Any] = {"changes": changes, "truncated": False, "message": None, "params": {}}
    catalog = Catalog()
    try:
        with setup.fetcher() as fetcher:
            for item in islice(setup.connector.records(fetcher, None), limit + 1):
                if len(changes) == limit:
                    result["truncated"] = True
                    break
                changes.append(_one(setup, catalog, item))
    except SourceError as error:
        result["message"] = error.message
        result["params"] = {key: str(value) for key, value in error.params.items()}
    finally:
        # validators may have put something into the session
        model.Session.rollback()
    actions = [change["action"] for change in changes]
    result["counts"] = {action: actions.count(action) for action in dict.fromkeys(actions)}
    return result


def _one(setup: Setup, catalog: Catalog, item: Record | Unreadable) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "package_id": None, "name": None, "diff": {}, "notes": [], "candidates": [], "errors": "",
        "message": None, "params": {},
    }  # fmt: skip
    if isinstance(item, Unreadable):
        params = {key: str(value) for key, value in item.params.items()}
        failed = {"guid": item.guid, "title": item.title, "action": "failed"}
        return {**empty, **failed, "message": item.message, "params": params}
    try:
        found = _change(setup, catalog, item)
    except errors.TRANSIENT:
        raise
    except Exception as error:  # the record's own trouble, as in a run
        _stage, message, params = errors.explain(error)
        found = {"action": "failed", "message": message, "params": params}
    return {**empty, "guid": item.guid, "title": item.title, **found}


def _change(setup: Setup, catalog: Catalog, record: Record) -> dict[str, Any]:
    if record.deleted:
        return {"action": "missing"}
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
    if identity and identity.state in ("detached", "yielded"):
        return {**found, "action": "unchanged", "package_id": identity.package_id}
    original = _original(catalog, identity)
    known = identity.resources if identity else []
    package_id = identity.package_id if identity else "preview"
    diff.keep_resource_ids(known, mapped.dataset["resources"], package_id)
    keep = set(setup.config.keep_fields) | set(identity.kept_fields if identity else ())
    fields = [name for name in mapping.FIELDS if name not in keep]
    changes = diff.differences(original, {**filled_in(original), **mapped.dataset}, fields)
    found["diff"] = {name: list(pair) for name, pair in changes.items()}
    if original:
        found.update(package_id=original["id"], name=original["name"])
        return {**found, "action": "updated" if changes else "unchanged"}
    problems = _problems(catalog, mapped.dataset)
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


def _problems(catalog: Catalog, dataset: dict[str, Any]) -> str:
    name = catalog.free_names([dataset["name"]])[0]
    resources = [
        {k: v for k, v in resource.items() if k != "id"} for resource in dataset["resources"]
    ]
    draft = {"type": "dataset", **dataset, "name": name, "resources": resources}
    plugin = lib_plugins.lookup_package_plugin("dataset")
    context: Any = {
        "model": model, "session": model.Session, "user": catalog.user, "ignore_auth": True,
    }  # fmt: skip
    _data, found = lib_plugins.plugin_validate(
        plugin, context, draft, plugin.create_package_schema(), "package_create"
    )
    return errors.explain(tk.ValidationError(found))[2]["errors"] if found else ""


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The preview as text, a line for each record and field, for the command line."""
    for change in result["changes"]:
        yield f"{change['action']:>10}  {change['title']}  [{change['guid']}]"
        for name, (old, new) in change["diff"].items():
            if change["action"] == "updated":
                yield f"            {name}: {old!r} -> {new!r}"
        for note in change["notes"]:
            yield f"            ? {note['field']}: {note['value']}"
