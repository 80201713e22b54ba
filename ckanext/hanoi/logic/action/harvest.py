"""Sources through CKAN's API. Everything that a page or command does is done here."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model

from ckanext.hanoi.agencies.registry import registry
from ckanext.hanoi.harvest.config import ConfigError, parse
from ckanext.hanoi.harvest.connectors import kinds
from ckanext.hanoi.harvest.engine import dictize, runs, source_removal
from ckanext.hanoi.harvest.engine.schedule import next_due
from ckanext.hanoi.harvest.source_address import comparable, is_local
from ckanext.hanoi.logic.harvest_common import (
    checked,
    config_problems,
    find_organization,
    may,
    readable,
    run_for,
    same_address,
    source_of,
)
from ckanext.hanoi.logic.schema import harvest as schema
from ckanext.hanoi.model.base import new_id, now
from ckanext.hanoi.model.harvest import Run, Source
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


def _owner(given: Any) -> model.Group:
    """The organization that is named; raises ``tk.ValidationError``."""
    group = find_organization(given)
    if group is None:
        message = tk._(
            "Name the agency that the source is for: there is no organization “%(name)s”"
        )
        raise tk.ValidationError({"owner_org": [message % {"name": given or ""}]})
    return group


def _is_sysadmin(context: Any) -> bool:
    return bool(context.get("ignore_auth")) or authz.is_sysadmin(context.get("user"))


def _apply(entry: Source, data: dict[str, Any], owner: model.Group | None, context: Any) -> None:
    before = (entry.url, entry.kind, entry.owner_org)
    if owner is not None and owner.id != entry.owner_org:
        former = {*(entry.former_agencies or ()), entry.owner_org} - {None, owner.id}
        entry.owner_org, entry.former_agencies = owner.id, sorted(former)
    for name in ("name", "title", "url", "kind", "config", "schedule", "active", "priority",
                 "notify", "contacts"):  # fmt: skip
        if name in data and data[name] is not None:
            setattr(entry, name, data[name])
    if "name" in data:
        taken = sa.or_(Source.name == data["name"], Source.id == data["name"])
        others = sa.select(Source.id).where(taken, Source.id != entry.id)
        if model.Session.execute(others.limit(1)).first():
            raise tk.ValidationError({"name": [tk._("A source of this name exists already")]})
    _reach(entry, data.get("all_agencies"), before, context)
    if entry.url != before[0]:
        # only the command line may name a file of the machine, and read it
        entry.allow_local = is_local(entry.url)
        told = context.get("hanoi_allow_local") and context.get("ignore_auth")
        if entry.allow_local and not told:
            message = tk._(
                "A file of this machine can only be added on the command line with --allow-local"
            )
            raise tk.ValidationError({"url": [message]})
    try:
        parse(entry.config or "", kinds()[entry.kind])
    except ConfigError as error:
        raise tk.ValidationError({"config": config_problems(error)}) from error
    if "schedule" in data:
        entry.next_due = next_due(entry.schedule or "", now(), entry.name)
    entry.modified = now()


def _reach(entry: Source, wanted: bool | None, before: tuple[Any, ...], context: Any) -> None:
    """Whether the source may write into every agency. What a system administrator has allowed was
    meant for the source as it was: an agency's admin who changes it gives the permission up."""
    if _is_sysadmin(context):
        entry.all_agencies = bool(entry.all_agencies if wanted is None else wanted)
        return
    if wanted and not entry.all_agencies:
        message = tk._("Only a system administrator lets a source write into every agency")
        raise tk.ValidationError({"all_agencies": [message]})
    same = (entry.url, entry.kind, entry.owner_org) == before
    entry.all_agencies = bool(entry.all_agencies and same and wanted is not False)


def _save(entry: Source, data: dict[str, Any], owner: Any, context: Any) -> dict[str, Any]:
    url = entry.url
    try:
        with model.Session.no_autoflush:
            _apply(entry, data, owner, context)
            warnings = [same_address(context, other) for other in _with_address_of(entry)]
            if warnings and data.get("only_address") and comparable(entry.url) != comparable(url):
                raise tk.ValidationError({"same_address": warnings})
    except tk.ValidationError:
        model.Session.rollback()
        raise
    model.Session.add(entry)
    model.Session.commit()
    return {**dictize.source(entry, secrets=True), "warnings": warnings}


def _with_address_of(entry: Source) -> list[Source]:
    """Other sources that read the same address."""
    key = comparable(entry.url)
    others = model.Session.execute(sa.select(Source).where(Source.id != entry.id)).scalars()
    return [other for other in others if comparable(other.url) == key]


def hanoi_source_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Create a source.

    :param name: short name, as in an address
    :param url: where to read it
    :param kind: one of ``hanoi_source_kind_list``
    :param owner_org: id or name of the agency it is for (also called ``agency``); a system
        administrator may leave it out: then it is the city's
    :param schedule: hourly, daily, weekly, monthly, cron (also called ``every``)
    :param title, config (YAML or a dictionary), active, priority, notify, contacts: optional
    :param all_agencies: it may write into agencies that aren't below its own (system
        administrators only)
    :param only_address: true: an error where another source reads the same address (default: no)
    :returns: the source, with ``warnings``: a sentence for each source of the same address
    """
    data_dict = schema.named(data_dict)
    named = data_dict.get("owner_org")
    owner = find_organization(named)
    tk.check_access("hanoi_source_create", context, {"owner_org": owner.id if owner else named})
    data = checked(data_dict, schema.source())
    owner = owner or _owner(named or _default_agency())
    entry = Source(id=new_id(), name=data["name"], url="", kind=data["kind"], config="",
                   schedule="")  # fmt: skip
    return _save(entry, data, owner, context)


def hanoi_source_update(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change what is given of a source.

    :param id: id or name of the source; ``name`` is a new name
    :returns: the source, with ``warnings`` as ``hanoi_source_create`` gives them
    """
    data_dict = schema.named(data_dict)
    entry = source_of(data_dict)
    tk.check_access("hanoi_source_update", context, {"id": entry.id})
    data = checked({k: v for k, v in data_dict.items() if k != "id"}, schema.source_update())
    owner = None
    if data.get("owner_org") not in (None, "", entry.owner_org):
        owner = _owner(data["owner_org"])
        wanted = {"id": entry.id, "owner_org": owner.id}
        tk.check_access("hanoi_source_update", context, wanted)
    return _save(entry, data, owner, context)


@tk.side_effect_free
def hanoi_source_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """A source with its newest run and the number of its datasets.

    :param id: id or name
    """
    entry = source_of(data_dict)
    tk.check_access("hanoi_source_show", context, {"id": entry.id})
    secrets = may("hanoi_source_update", context, {"id": entry.id})
    newest = runs.latest(entry)
    return {
        **dictize.source(entry, secrets),
        "datasets": dictize.dataset_count(entry.id),
        "last_run": run_for(context, newest, entry) if newest else None,
        "may_edit": secrets,
    }


@tk.side_effect_free
def hanoi_source_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """All sources that the caller may read in Vietnamese order, each with its newest run.

    :param owner_org, kind, status (of the newest run), q: optional filters
    """
    tk.check_access("hanoi_source_list", context, data_dict)
    query = sa.select(Source).where(readable(context))
    if data_dict.get("owner_org"):
        group = find_organization(data_dict["owner_org"])
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
        shown["last_run"] = run_for(context, run, entry) if run else None
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
    :returns: ``{"removed": number of datasets, "queued": whether a background job does the rest,
        "kept": names of datasets that people have moved to another agency, or edited meanwhile}``;
        how far that is, the source itself shows in ``leaving`` until it is gone
    """
    entry = source_of(data_dict)
    tk.check_access("hanoi_source_delete", context, {"id": entry.id})
    choice = data_dict.get("datasets") or "keep"
    if choice not in ("keep", "remove"):
        raise tk.ValidationError({"datasets": [tk._("Choose one of: keep, remove")]})
    open_run = runs.open_run(entry)
    if open_run:
        runs.abort(open_run)
    source_id, quick = entry.id, source_removal.begin(entry, choice)
    kept: list[str] = []
    if quick or context.get("hanoi_inline"):
        shown = context.get("hanoi_progress")
        removed = source_removal.go_on(source_id, shown=shown, kept=kept)
        if removed is not None:
            return {"removed": removed, "queued": False, "kept": kept}
    source_removal.enqueue(source_id)
    return {"removed": 0, "queued": True, "kept": kept}


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
