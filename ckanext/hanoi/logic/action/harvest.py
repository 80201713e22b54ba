"""Sources and runs through CKAN's API. Everything that a page or command does is done here."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.harvest import dictize, notify, preview, retention, runs
from ckanext.hanoi.harvest.config import ConfigError, parse
from ckanext.hanoi.harvest.connectors import kinds
from ckanext.hanoi.harvest.mapping import FIELDS
from ckanext.hanoi.harvest.schedule import next_due
from ckanext.hanoi.harvest.setup import Setup
from ckanext.hanoi.logic.schema import harvest as schema
from ckanext.hanoi.model.harvest import STATUSES, Change, Identity, Run, Source, now
from ckanext.hanoi.vietnamese import sort_key


def _checked(data_dict: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    context: Any = {"model": model, "session": model.Session}
    data, errors = tk.navl_validate(data_dict, fields, context)
    if errors:
        raise tk.ValidationError(errors)
    return data


def _source(data_dict: dict[str, Any], key: str = "id") -> Source:
    id_or_name = data_dict.get(key) or data_dict.get("name")
    if not id_or_name:
        raise tk.ValidationError({key: [tk._("Missing value")]})
    entry = (
        model.Session.query(Source)
        .filter((Source.id == id_or_name) | (Source.name == id_or_name))
        .first()
    )
    if entry is None:
        raise tk.ObjectNotFound(tk._("There is no source “%(name)s”") % {"name": id_or_name})
    return entry


def _run(data_dict: dict[str, Any]) -> Run:
    entry = model.Session.get(Run, tk.get_or_bust(data_dict, "id"))
    if entry is None:
        raise tk.ObjectNotFound(tk._("There is no such run"))
    return entry


def _may(action: str, context: Any, data_dict: dict[str, Any]) -> bool:
    try:
        own: Any = {**context}
        tk.check_access(action, own, data_dict)
    except tk.NotAuthorized:
        return False
    return True


def _refused(error: runs.Refused) -> tk.ValidationError:
    text = tk._(error.message)
    return tk.ValidationError({"run": [text % error.params if error.params else text]})


# -- sources ---------------------------------------------------------------------------------


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
        raise tk.ValidationError({"config": _config_problems(error)}) from error
    if "schedule" in data:
        entry.next_due = next_due(entry.schedule or "", now(), entry.name)
    entry.modified = now()


def _config_problems(error: ConfigError) -> list[str]:
    lines = []
    for problem in error.problems:
        text = tk._(problem.message)
        text = text % problem.params if problem.params else text
        lines.append(f"{problem.path}: {text}" if problem.path else text)
    return lines


def hanoi_source_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Create a source.

    :param name: short name, as in an address
    :param url: where to read it
    :param kind: one of ``hanoi_source_kind_list``
    :param owner_org: id or name of the agency it is for
    :param title, config (YAML), schedule, active, priority, notify, contacts: optional
    :returns: the source
    """
    tk.check_access("hanoi_source_create", context, data_dict)
    data = _checked(data_dict, schema.source())
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
    entry = _source(data_dict)
    tk.check_access("hanoi_source_update", context, {**data_dict, "id": entry.id})
    data = _checked({k: v for k, v in data_dict.items() if k != "id"}, schema.source_update())
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
    entry = _source(data_dict)
    secrets = _may("hanoi_source_update", context, {"id": entry.id})
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
    entry = _source(data_dict)
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


# -- runs ------------------------------------------------------------------------------------


def hanoi_harvest_preview(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What a run would do, field by field; nothing is written.

    :param id: of a source; or the fields of one that is not saved yet (kind, url, config, …)
    :param limit: records (20; at most 200)
    """
    tk.check_access("hanoi_harvest_preview", context, data_dict)
    limit = max(1, min(tk.asint(data_dict.get("limit") or 20), 200))
    if data_dict.get("id"):
        entry = _source(data_dict)
        model.Session.expunge(entry)
        for name in ("url", "kind", "config"):
            if data_dict.get(name):
                setattr(entry, name, data_dict[name])
        if entry.url.lower().startswith("file:") and data_dict.get("url"):
            entry.allow_local = False
    else:
        data = _checked({"name": "preview", **data_dict}, schema.source())
        group = model.Group.get(data.get("owner_org") or "")
        entry = Source(
            id="preview", name="preview", url=data["url"], kind=data["kind"],
            config=data.get("config") or "", allow_local=False,
            owner_org=group.id if group else None,
        )  # fmt: skip
    try:
        result = preview.preview(Setup(entry), limit)
    except ConfigError as error:
        raise tk.ValidationError({"config": _config_problems(error)}) from error
    for item in (result, *result["changes"]):
        params = item.pop("params")
        item["message"] = tk._(item["message"]) % params if item["message"] else None
    return result


def hanoi_harvest_run(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Start a run of a source; CKAN's background workers do it.

    :param id: id or name of the source
    :param force: compare every record in full, whatever the source says of changes
    :param full: read the whole source, not only what changed
    :returns: the run
    """
    entry = _source(data_dict)
    tk.check_access("hanoi_harvest_run", context, {"id": entry.id})
    options = {name: True for name in ("force", "full") if tk.asbool(data_dict.get(name) or False)}
    user = model.User.get(context.get("user") or "")
    try:
        run = runs.start(entry, "manual", user.id if user else None, options)
    except runs.Refused as error:
        raise _refused(error) from error
    if not context.get("hanoi_inline"):
        runs.queue(run)
    return dictize.run(run, entry.name)


def _decide(context: Any, data_dict: dict[str, Any], action: str, decide: Any) -> dict[str, Any]:
    run = _run(data_dict)
    tk.check_access(action, context, {"id": run.id})
    try:
        result = decide(run)
    except runs.Refused as error:
        raise _refused(error) from error
    return dictize.run(result or run)


def hanoi_harvest_approve(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let a held run go on: what is missing is removed when its grace period is over."""
    return _decide(context, data_dict, "hanoi_harvest_approve", runs.approve)


def hanoi_harvest_reject(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let all datasets stay that a held run found missing."""
    return _decide(context, data_dict, "hanoi_harvest_reject", runs.reject)


def hanoi_harvest_abort(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Stop a run; what it has written stays."""
    return _decide(context, data_dict, "hanoi_harvest_abort", runs.abort)


def hanoi_harvest_retry(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Try the records again that failed in a run; returns the new run."""
    user = model.User.get(context.get("user") or "")

    def again(run: Run) -> Run:
        fresh = runs.retry(run, user.id if user else None)
        if not context.get("hanoi_inline"):
            runs.queue(fresh)
        return fresh

    return _decide(context, data_dict, "hanoi_harvest_retry", again)


def hanoi_harvest_due(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Queue every source whose time has come and resume every run that lost its worker."""
    tk.check_access("hanoi_harvest_due", context, data_dict)
    return runs.due()


def hanoi_harvest_clean(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Delete reports and raw records older than ``days`` (default: as configured)."""
    tk.check_access("hanoi_harvest_clean", context, data_dict)
    days = data_dict.get("days")
    return retention.clean(None if days in (None, "") else tk.asint(days))


@tk.side_effect_free
def hanoi_run_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The report of a run: numbers, changes, failures grouped by cause.

    :param id: the run
    :param action: only these changes (created, updated, removed, missing, failed, excluded)
    :param q: only changes whose title or identity has this
    :param limit, offset: of the changes
    """
    tk.check_access("hanoi_run_show", context, data_dict)
    run = _run(data_dict)
    window = _checked(
        {k: data_dict[k] for k in ("limit", "offset") if k in data_dict}, schema.page()
    )
    query = (
        sa.select(Change, model.Package.name, model.Package.private)
        .outerjoin(model.Package, model.Package.id == Change.package_id)
        .where(Change.run_id == run.id)
    )
    if data_dict.get("action"):
        query = query.where(Change.action == data_dict["action"])
    if data_dict.get("q"):
        like = f"%{data_dict['q']}%"
        query = query.where(sa.or_(Change.title.ilike(like), Change.guid.ilike(like)))
    total = model.Session.execute(
        sa.select(sa.func.count()).select_from(query.subquery())
    ).scalar_one()
    rows = model.Session.execute(
        query.order_by(Change.action, Change.title, Change.guid)
        .limit(window["limit"])
        .offset(window["offset"])
    ).all()
    see_all = _may("hanoi_harvest_run", context, {"id": run.source_id})
    return {
        **dictize.run(run),
        "changes": [
            dictize.change(entry, name, bool(private) and not see_all)
            for entry, name, private in rows
        ],
        "changes_total": total,
        "failures": dictize.failures(run.id, window["limit"], window["offset"]),
        "causes": _causes(run),
    }


def _causes(run: Run) -> list[dict[str, Any]]:
    """Failures by cause: stage, message without the particulars, how many."""
    rows = model.Session.execute(
        sa.select(Change).where(Change.run_id == run.id, Change.action == "failed").limit(10000)
    ).scalars()
    groups: dict[tuple[str, str], int] = {}
    for row in rows:
        if "errors" in (row.params or {}):
            text = notify.message_of(row)
        else:
            text = tk._(row.message) if row.message else ""
        groups[(row.stage or "", text)] = groups.get((row.stage or "", text), 0) + 1
    ordered = sorted(groups.items(), key=lambda item: -item[1])
    return [{"stage": stage, "message": text, "count": n} for (stage, text), n in ordered]


@tk.side_effect_free
def hanoi_run_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Runs, the newest first.

    :param source: id or name of a source; :param status: of the runs
    :param limit, offset: of the list
    """
    tk.check_access("hanoi_run_list", context, data_dict)
    window = _checked(
        {k: data_dict[k] for k in ("limit", "offset") if k in data_dict}, schema.page()
    )
    query = sa.select(Run, Source.name).join(Source, Source.id == Run.source_id)
    if data_dict.get("source"):
        query = query.where(Run.source_id == _source(data_dict, "source").id)
    if status := data_dict.get("status"):
        if status not in STATUSES:
            raise tk.ValidationError(
                {"status": [tk._("Choose one of: %(names)s") % {"names": ", ".join(STATUSES)}]}
            )
        query = query.where(Run.status == status)
    rows = model.Session.execute(
        query.order_by(Run.created.desc()).limit(window["limit"]).offset(window["offset"])
    )
    return [dictize.run(run, name) for run, name in rows]


# -- one dataset -----------------------------------------------------------------------------


def _identity(data_dict: dict[str, Any]) -> Identity:
    package = model.Package.get(tk.get_or_bust(data_dict, "id"))
    entry = (
        package
        and model.Session.execute(
            sa.select(Identity)
            .where(Identity.package_id == package.id, Identity.state.not_in(("yielded", "removed")))
            .limit(1)
        ).scalar_one_or_none()
    )
    if entry is None:
        raise tk.ObjectNotFound(tk._("This dataset was not harvested"))
    return entry


@tk.side_effect_free
def hanoi_harvest_origin(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Which source a dataset comes from, and whether it still follows it.

    :param id: id or name of the dataset
    """
    tk.check_access("hanoi_harvest_origin", context, data_dict)
    entry = _identity(data_dict)
    origin = model.Session.get(Source, entry.source_id)
    return {
        "guid": entry.guid,
        "state": entry.state,
        "kept_fields": entry.kept_fields,
        "missing_since": entry.missing_since.isoformat() if entry.missing_since else None,
        "modified": entry.modified.isoformat(timespec="seconds"),
        "source": dictize.source(origin) if origin else None,
    }


def hanoi_harvest_detach(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Make a harvested dataset the catalog's own: runs stop overwriting it.

    :param id: id or name of the dataset
    """
    tk.check_access("hanoi_harvest_detach", context, data_dict)
    runs.detach(_identity(data_dict))
    return hanoi_harvest_origin(context, {"id": data_dict["id"]})


def hanoi_harvest_attach(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let a detached dataset follow its source again, from the next run on."""
    tk.check_access("hanoi_harvest_attach", context, data_dict)
    runs.attach(_identity(data_dict))
    return hanoi_harvest_origin(context, {"id": data_dict["id"]})


def hanoi_harvest_keep_fields(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Name the fields that stay as edited here, whatever the source says; all others follow it.

    :param id: id or name of the dataset; :param fields: list of field names, empty for none
    """
    tk.check_access("hanoi_harvest_keep_fields", context, data_dict)
    fields = data_dict.get("fields") or []
    fields = (
        fields if isinstance(fields, list) else [part.strip() for part in str(fields).split(",")]
    )
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        message = tk._("There is no field “%(name)s”. The fields are: %(names)s")
        raise tk.ValidationError(
            {"fields": [message % {"name": ", ".join(unknown), "names": ", ".join(FIELDS)}]}
        )
    runs.keep_fields(_identity(data_dict), fields)
    return hanoi_harvest_origin(context, {"id": data_dict["id"]})
