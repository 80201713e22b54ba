"""Sources through CKAN's API. Everything that a page or command does is done here."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.agencies.registry import registry
from ckanext.hanoi.harvest import dictize, runs
from ckanext.hanoi.harvest.config import ConfigError, parse
from ckanext.hanoi.harvest.connectors import kinds
from ckanext.hanoi.harvest.schedule import next_due
from ckanext.hanoi.logic.harvest_lookup import checked, config_problems, may, source_of
from ckanext.hanoi.logic.schema import harvest as schema
from ckanext.hanoi.model.harvest import Run, Source, now
from ckanext.hanoi.vietnamese import sort_key


def _default_agency() -> str:
    """The city's organization, or the only one there is; "" where nobody can tell."""
    for agency in registry().active():
        if agency.kind == "city" and model.Group.get(agency.slug):
            return agency.slug
    group = model.Group
    query = sa.select(group.id).where(group.is_organization.is_(True), group.state == "active")
    found = model.Session.execute(query.limit(2)).scalars().all()
    return found[0] if len(found) == 1 else ""


def _apply(entry: Source, data: dict[str, Any], context: Any) -> None:
    if "owner_org" in data or not entry.owner_org:
        group = model.Group.get(data.get("owner_org") or "")
        if group is None or not group.is_organization:
            message = tk._(
                "Name the agency that the source is for: there is no organization “%(name)s”"
            )
            raise tk.ValidationError(
                {"owner_org": [message % {"name": data.get("owner_org") or ""}]}
            )
        entry.owner_org = group.id
    for name in ("name", "title", "url", "kind", "config", "schedule", "active", "priority",
                 "notify", "contacts"):  # fmt: skip
        if name in data and data[name] is not None:
            setattr(entry, name, data[name])
    if "name" in data:
        other = model.Session.query(Source).filter(Source.name == data["name"]).first()
        if other is not None and other.id != entry.id:
            raise tk.ValidationError({"name": [tk._("A source of this name exists already")]})
    if entry.url.lower().startswith("file:") and not entry.allow_local:
        # only the command line may name a file of the machine
        if not (context.get("hanoi_allow_local") and context.get("ignore_auth")):
            message = tk._(
                "A file of this machine can only be added on the command line with --allow-local"
            )
            raise tk.ValidationError({"url": [message]})
        entry.allow_local = True
    try:
        parse(entry.config or "", kinds()[entry.kind])
    except ConfigError as error:
        raise tk.ValidationError({"config": config_problems(error)}) from error
    if "schedule" in data:
        entry.next_due = next_due(entry.schedule or "", now(), entry.name)
    entry.modified = now()


def hanoi_source_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Create a source.

    :param name: short name, as in an address
    :param url: where to read it
    :param kind: one of ``hanoi_source_kind_list``
    :param owner_org: id or name of the agency it is for (also called ``agency``); a system
        administrator may leave it out: then it is the city's
    :param schedule: hourly, daily, weekly, monthly, cron (also called ``every``)
    :param title, config (YAML or a dictionary), active, priority, notify, contacts: optional
    :returns: the source
    """
    data_dict = schema.named(data_dict)
    tk.check_access("hanoi_source_create", context, data_dict)
    data = checked(data_dict, schema.source())
    if not data.get("owner_org"):
        data["owner_org"] = _default_agency()
    entry = Source(name=data["name"], url=data["url"], kind=data["kind"], config="", schedule="")
    try:
        with model.Session.no_autoflush:
            _apply(entry, data, context)
    except tk.ValidationError:
        model.Session.rollback()
        raise
    model.Session.add(entry)
    model.Session.commit()
    return dictize.source(entry, secrets=True)


def hanoi_source_update(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change what is given of a source; ``id`` may be its name.

    :returns: the source
    """
    data_dict = schema.named(data_dict)
    entry = source_of(data_dict)
    tk.check_access("hanoi_source_update", context, {**data_dict, "id": entry.id})
    data = checked({k: v for k, v in data_dict.items() if k != "id"}, schema.source_update())
    if "url" in data and data["url"] != entry.url:
        entry.allow_local = False
    try:
        with model.Session.no_autoflush:
            _apply(entry, data, context)
    except tk.ValidationError:
        model.Session.rollback()
        raise
    model.Session.commit()
    return dictize.source(entry, secrets=True)


@tk.side_effect_free
def hanoi_source_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """A source with its newest run and the number of its datasets.

    :param id: id or name
    """
    tk.check_access("hanoi_source_show", context, data_dict)
    entry = source_of(data_dict)
    secrets = may("hanoi_source_update", context, {"id": entry.id})
    newest = runs.latest(entry)
    return {
        **dictize.source(entry, secrets),
        "datasets": dictize.dataset_count(entry.id),
        "last_run": dictize.run(newest, entry.name) if newest else None,
        "may_edit": secrets,
    }


@tk.side_effect_free
def hanoi_source_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """All sources in Vietnamese order, each with its newest run.

    :param owner_org, kind, status (of the newest run), q: optional filters
    """
    tk.check_access("hanoi_source_list", context, data_dict)
    query = sa.select(Source)
    if data_dict.get("owner_org"):
        group = model.Group.get(data_dict["owner_org"])
        query = query.where(Source.owner_org == (group.id if group else None))
    if data_dict.get("kind"):
        query = query.where(Source.kind == data_dict["kind"])
    found = []
    newest = _newest_runs()
    for entry in model.Session.execute(query).scalars():
        run = newest.get(entry.id)
        shown = dictize.source(entry)
        words = f"{entry.name} {entry.title} {shown['url']}".casefold()
        if str(data_dict.get("q") or "").casefold() not in words:
            continue
        if data_dict.get("status") and (run is None or run.status != data_dict["status"]):
            continue
        shown["last_run"] = dictize.run(run, entry.name) if run else None
        shown["datasets"] = dictize.dataset_count(entry.id)
        found.append(shown)
    return sorted(found, key=lambda item: sort_key(item["title"]))


def _newest_runs() -> dict[str, Run]:
    query = sa.select(Run).distinct(Run.source_id).order_by(Run.source_id, Run.created.desc())
    return {run.source_id: run for run in model.Session.execute(query).scalars()}


def hanoi_source_delete(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Delete a source with its history.

    :param id: id or name
    :param datasets: ``keep`` (default: they become the catalog's own) or ``remove``
    :returns: ``{"removed": number of datasets}``
    """
    entry = source_of(data_dict)
    tk.check_access("hanoi_source_delete", context, {"id": entry.id})
    choice = data_dict.get("datasets") or "keep"
    if choice not in ("keep", "remove"):
        raise tk.ValidationError({"datasets": [tk._("Choose one of: keep, remove")]})
    open_run = runs.open_run(entry)
    if open_run:
        runs.abort(open_run)
    removed = runs.remove_datasets(entry) if choice == "remove" else 0
    model.Session.execute(sa.delete(Source).where(Source.id == entry.id))
    model.Session.commit()
    return {"removed": removed}


@tk.side_effect_free
def hanoi_source_kind_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The kinds of source: ``kind``, ``title``, ``description``, ``options``, in both languages."""
    tk.check_access("hanoi_source_kind_list", context, data_dict)
    return [
        {
            "kind": kind,
            "title": dict(connector.title),
            "description": dict(connector.description),
            "incremental": connector.incremental,
            "options": [
                {
                    "name": option.name,
                    "label": dict(option.label),
                    "help": dict(option.help),
                    "type": option.type,
                    "default": option.default,
                    "choices": [[value, dict(label)] for value, label in option.choices],
                }
                for option in connector.options
            ],
        }
        for kind, connector in kinds().items()
    ]
