"""Runs through CKAN's API: previewed, started, decided upon, reported."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.background.pages import REQUEST_SECONDS
from ckanext.hanoi.fetch import is_local
from ckanext.hanoi.fetch.settings import may_read_files
from ckanext.hanoi.harvest import secrets
from ckanext.hanoi.harvest.config import ConfigError
from ckanext.hanoi.harvest.engine import (
    dictize,
    notify,
    preview,
    report,
    retention,
    runs,
    visibility,
    waits,
)
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.harvest.secrets import mask
from ckanext.hanoi.logic.harvest_common import (
    checked,
    config_problems,
    find_organization,
    may,
    readable,
    refusal,
    run_for,
    run_of,
    source_of,
    window,
)
from ckanext.hanoi.logic.schema import harvest as schema
from ckanext.hanoi.model.harvest import STATUSES, Change, Run, Source

#: Failed records that are taken up again within a request.
RETRY_AT_ONCE = 5_000


def hanoi_harvest_preview(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What a run would do, field by field; nothing is written.

    What the source no longer shows is "missing", if it was read to its end; ``hold`` says why a
    run would wait for an admin.

    :param id: of a source; or the fields of one that is not saved yet (kind, url, config, …)
    :param limit: records (20; at most 200)
    """
    data_dict = schema.named(data_dict)
    if data_dict.get("id"):
        entry = source_of(data_dict)
        tk.check_access("hanoi_harvest_preview", context, {"id": entry.id})
        given = {k: data_dict[k] for k in ("url", "kind", "config") if data_dict.get(k)}
        data = checked(given, schema.source_update())
        model.Session.expunge(entry)
        for name in given:
            if data[name] != getattr(entry, name):
                setattr(entry, name, data[name])
                entry.allow_local = entry.allow_local and name == "config"
    else:
        group = find_organization(data_dict.get("owner_org"))
        owner_org = group.id if group else data_dict.get("owner_org")
        tk.check_access("hanoi_harvest_preview", context, {"owner_org": owner_org})
        data = checked({**data_dict, "name": "preview"}, schema.source())
        entry = Source(
            id="preview", name="preview", url=data["url"], kind=data["kind"],
            config=data.get("config") or "", allow_local=False, all_agencies=False,
            owner_org=group.id if group else None,
        )  # fmt: skip
    limit = checked({"limit": data_dict.get("limit")}, schema.sample())["limit"]
    try:
        setup = SourceContext(entry)
        result = preview.preview(setup, limit)
    except ConfigError as error:
        raise tk.ValidationError({"config": config_problems(error)}) from error
    if verdict := result["hold"]:
        result["hold"] = notify.fill(verdict.message, verdict.params)
    for item in (result, *result["changes"]):
        item["message"] = notify.fill(item["message"], item.pop("params")) or None
    for change in result["changes"]:
        change.update({name: mask(change[name] or "") for name in ("guid", "title", "errors")})
    return secrets.without(result, setup.secrets)


def hanoi_harvest_run(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Start a run of a source; CKAN's background workers do it.

    :param id: id or name of the source
    :param force: compare every record in full, whatever the source says of changes
    :param full: read the whole source, not only what changed
    :returns: the run
    """
    entry = source_of(data_dict)
    tk.check_access("hanoi_harvest_run", context, {"id": entry.id})
    if is_local(entry.url) and not (context.get("hanoi_inline") and may_read_files()):
        message = tk._(
            "The source is a file of the machine: it is read on the command line alone, by"
            " “ckan hanoi harvest run %(name)s --inline”"
        )
        raise tk.ValidationError({"run": [message % {"name": entry.name}]})
    options = {name: True for name in ("force", "full") if tk.asbool(data_dict.get(name) or False)}
    user = model.User.get(context.get("user") or "")
    try:
        run = runs.start(entry, "manual", user.id if user else None, options)
    except runs.RunStateError as error:
        # one that lost its worker goes on now
        runs.resume()
        raise refusal(error) from error
    if not context.get("hanoi_inline"):
        runs.queue(run)
    return dictize.run(run, entry.name)


def _decide(context: Any, data_dict: dict[str, Any], action: str, decide: Any) -> dict[str, Any]:
    run = run_of(data_dict)
    tk.check_access(action, context, {"id": run.id})
    try:
        result = decide(run)
    except runs.RunStateError as error:
        raise refusal(error) from error
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
    """Try the records again that failed in a run; returns the new run.

    So many that a request would not carry them are tried by a run of the whole source, or by the
    command line.
    """
    user = model.User.get(context.get("user") or "")

    inline = bool(context.get("hanoi_inline"))

    def again(run: Run) -> Run:
        fresh = runs.retry(run, user.id if user else None, None if inline else RETRY_AT_ONCE)
        if not inline:
            runs.queue(fresh)
        return fresh

    return _decide(context, data_dict, "hanoi_harvest_retry", again)


def hanoi_harvest_due(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Queue every source whose time has come and resume every run that lost its worker."""
    tk.check_access("hanoi_harvest_due", context, data_dict)
    return runs.due()


def hanoi_harvest_clean(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Delete reports and raw records older than ``days`` (default: as configured).

    :returns: how many ``runs`` and ``records``; ``left``: there are more, ask again
    """
    tk.check_access("hanoi_harvest_clean", context, data_dict)
    seconds = None if context.get("hanoi_inline") else REQUEST_SECONDS
    return retention.clean(checked(data_dict, schema.age()).get("days"), seconds)


@tk.side_effect_free
def hanoi_run_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The report of a run: numbers, changes, failures grouped by cause.

    :param id: the run
    :param action: only these changes (created, updated, removed, missing, failed, excluded)
    :param stage, cause: only these failures (``cause`` is the key of an entry of ``causes``)
    :param q: only changes whose title or identity has this
    :param limit, offset: of the changes, and of the failures
    :returns: the run; ``waits_for`` says of a queued one what the background workers are doing
    """
    run = run_of(data_dict)
    tk.check_access("hanoi_run_show", context, {"id": run.id})
    shown = window(data_dict)
    source = model.Session.get(Source, run.source_id)
    assert source
    see_all = may("hanoi_harvest_run", context, {"id": source.id})
    visible = None if see_all else visibility.is_public(visibility.may_hold_private(source))
    filters = _filters(data_dict, visible)
    changes = report.page(run.id, filters, **shown, visible=visible)
    failed = report.page(run.id, [*filters, Change.action == "failed"], **shown, visible=visible)
    answer = {
        **run_for(context, run, source),
        "waits_for": waits.waits_for(run.id) if run.status == "queued" else "",
        "changes": [dictize.change(*row) for row in changes],
        "changes_total": report.total(run.id, filters),
        "failures": [dictize.failure(entry, seen) for entry, _name, seen in failed],
        "causes": _causes(run.id, visible),
    }
    return secrets.without(answer, SourceContext(source).secrets)


def _causes(run_id: str, visible: Any) -> list[dict[str, Any]]:
    """The failures by cause; of those that the reader may not see, how many there are."""
    found = [
        {**cause, "message": notify.fill(cause["message"], cause["params"])}
        for cause in report.causes(run_id, visible)
    ]
    for cause in found:
        cause["params"] = {name: mask(text) for name, text in cause["params"].items()
                           if name != visibility.PRIVATE}  # fmt: skip
    if visible is not None:
        hidden = report.causes(run_id, sa.not_(visible))
        stages: dict[str, int] = {}
        for cause in hidden:
            stages[cause["stage"]] = stages.get(cause["stage"], 0) + cause["count"]
        found += [
            {"cause": "", "stage": stage, "message": dictize.kept_back(), "params": {},
             "count": number}
            for stage, number in stages.items()
        ]  # fmt: skip
    return found


def _filters(data_dict: dict[str, Any], visible: Any) -> list[Any]:
    filters: list[Any] = []
    if action := data_dict.get("action"):
        filters.append(Change.action == action)
    if stage := data_dict.get("stage"):
        filters.append(sa.and_(Change.action == "failed", Change.stage == stage))
    if (data_dict.get("cause") or data_dict.get("q")) and visible is not None:
        # nor is what a reader may not see found by asking for it
        filters.append(visible)
    if cause := data_dict.get("cause"):
        filters.append(report.has_cause(str(cause)))
    if text := str(data_dict.get("q") or ""):
        for sign in "\\%_":
            text = text.replace(sign, f"\\{sign}")
        words = (Change.title, Change.guid)
        filters.append(sa.or_(*(column.ilike(f"%{text}%") for column in words)))
    return filters


@tk.side_effect_free
def hanoi_run_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Runs of the sources that the caller may read, the newest first.

    :param source: id or name of a source; :param status: of the runs
    :param limit, offset: of the list
    """
    tk.check_access("hanoi_run_list", context, data_dict)
    shown = window(data_dict)
    query = sa.select(Run, Source).join(Source, Source.id == Run.source_id)
    query = query.where(readable(context))
    if data_dict.get("source"):
        query = query.where(Run.source_id == source_of(data_dict, "source").id)
    if status := data_dict.get("status"):
        if status not in STATUSES:
            raise tk.ValidationError(
                {"status": [tk._("Choose one of: %(names)s") % {"names": ", ".join(STATUSES)}]}
            )
        query = query.where(Run.status == status)
    rows = model.Session.execute(
        query.order_by(Run.created.desc()).limit(shown["limit"]).offset(shown["offset"])
    )
    return [run_for(context, run, source) for run, source in rows]
