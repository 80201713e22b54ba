"""Pages of the harvester, under /hanoi/harvest. They only call actions, which anybody can too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.hanoi.export import csv_response as _csv
from ckanext.hanoi.harvest.config_form import merge_options, split_options
from ckanext.hanoi.harvest.engine import job_queue
from ckanext.hanoi.model.harvest import STATUSES
from ckanext.hanoi.paging import Page, every
from ckanext.hanoi.vietnamese import slug, sort_key
from ckanext.hanoi.views import confirm
from ckanext.hanoi.views.actions import call as _call
from ckanext.hanoi.views.actions import may as _may
from ckanext.hanoi.views.actions import refuse, tell

hanoi_harvest = Blueprint("hanoi_harvest", __name__, url_prefix="/hanoi/harvest")
hanoi_harvest.before_request(confirm.confirm_post)
hanoi_harvest.before_app_request(job_queue.look_after)

_PAGE = 50
_FIELDS = (
    "name",
    "title",
    "url",
    "kind",
    "owner_org",
    "schedule",
    "priority",
    "notify",
    "contacts",
)
_SOURCE_COLUMNS = ("name", "title", "kind", "url", "organization", "schedule", "datasets",
                   "status", "last_run", "next_due", "message")  # fmt: skip
_CHANGE_COLUMNS = ("action", "guid", "title", "package_id", "package_name", "fields", "stage",
                   "message")  # fmt: skip
_RUN_COLUMNS = ("created", "finished", "status", "seen", "created_datasets", "updated",
                "unchanged", "removed", "missing", "failed", "message", "id")  # fmt: skip


# -- sources ---------------------------------------------------------------------------------

_SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "title": lambda entry: sort_key(entry["title"]),
    "kind": lambda entry: (entry["kind"], sort_key(entry["title"])),
    "datasets": lambda entry: -entry["datasets"],
    "last_run": lambda entry: (entry["last_run"] or {}).get("created") or "",
}


@hanoi_harvest.route("")
def source_list() -> Any:
    """All sources; can be filtered, sorted and exported."""
    args = tk.request.args
    filters = {name: args.get(name, "") for name in ("q", "owner_org", "kind", "status")}
    sources = _call("hanoi_source_list", **{k: v for k, v in filters.items() if v})
    order = args.get("sort", "title")
    sources.sort(key=_SORTS.get(order, _SORTS["title"]), reverse=order == "last_run")
    if args.get("format") == "csv":
        return _csv("harvest-sources", _SOURCE_COLUMNS, [_source_row(entry) for entry in sources])
    everything = _call("hanoi_source_list") if any(filters.values()) else sources
    organizations = {
        entry["organization"]["id"]: entry["organization"]["title"]
        for entry in everything
        if entry["organization"]
    }
    return tk.render("hanoi/harvest/source_list.html", {
        "sources": sources, "filters": filters, "sort": order, "statuses": STATUSES,
        "kinds": _call("hanoi_source_kind_list"), "may_add": _may("hanoi_source_create"),
        "organizations": sorted(organizations.items(), key=lambda pair: sort_key(pair[1])),
    })  # fmt: skip


def _source_row(entry: dict[str, Any]) -> dict[str, Any]:
    run = entry["last_run"] or {}
    organization = (entry["organization"] or {}).get("title")
    return {**entry, "organization": organization, "status": run.get("status"),
            "message": run.get("message"),
            "last_run": run.get("finished") or run.get("created")}  # fmt: skip


@hanoi_harvest.route("/source/<id>")
def source_read(id: str) -> Any:
    """A source: its settings and its history."""
    source = _call("hanoi_source_show", id=id)
    runs = _call("hanoi_run_list", source=source["id"], limit=_PAGE)
    if tk.request.args.get("format") == "csv":
        rows = [{**run, **run["counts"], "created": run["created"],
                 "created_datasets": run["counts"]["created"]} for run in runs]  # fmt: skip
        return _csv(f"runs-{source['name']}", _RUN_COLUMNS, rows)
    return tk.render("hanoi/harvest/source_read.html", {"source": source, "runs": runs})


def _form(data: dict[str, Any], errors: dict[str, Any], source: dict[str, Any] | None,
          preview: dict[str, Any] | None = None) -> str:  # fmt: skip
    return tk.render("hanoi/harvest/source_form.html", {
        "data": data, "errors": errors, "source": source, "preview": preview,
        "kinds": _call("hanoi_source_kind_list"), "organizations": _own_organizations(data),
    })  # fmt: skip


def _own_organizations(data: dict[str, Any]) -> list[dict[str, str]]:
    found = tk.get_action("organization_list_for_user")({}, {"permission": "admin"})
    choices = [
        {"value": entry["id"], "name": entry["name"], "text": entry["title"] or entry["name"]}
        for entry in found
    ]
    return sorted(choices, key=lambda choice: sort_key(choice["text"]))


def _submitted() -> dict[str, Any]:
    """What the form sent: fields, and the connector's options merged into the configuration."""
    form = tk.request.form
    data: dict[str, Any] = {name: form.get(name, "").strip() for name in _FIELDS}
    data["name"] = data["name"] or slug(data["title"])
    if data["schedule"] == "cron":
        data["schedule"] = form.get("cron", "").strip()
    data["active"] = "active" in form
    if "asks_all_agencies" in form:
        data["all_agencies"] = "all_agencies" in form
    data["options"] = {
        key.removeprefix("option:"): value
        for key, value in form.items()
        if key.startswith("option:")
    }
    data["config_text"] = form.get("config", "")
    kinds = {kind["kind"]: kind["options"] for kind in _call("hanoi_source_kind_list")}
    data["config"] = merge_options(
        data["config_text"], data["options"], kinds.get(data["kind"], [])
    )
    return data


def _errors(error: tk.ValidationError) -> dict[str, Any]:
    return dict(error.error_dict)


def _save(action: str, data: dict[str, Any], source: dict[str, Any] | None) -> Any:
    preview = None
    if not data["owner_org"]:
        lacking = {"owner_org": [tk._("Choose the agency that the source is for")]}
        return _form(data, lacking, source)
    names = (*_FIELDS, "config", "active", "all_agencies")
    fields = {name: data[name] for name in names if name in data}
    try:
        if "try" in tk.request.form:
            tried = {**fields, "id": source["id"]} if source else fields
            preview = _call("hanoi_harvest_preview", limit=10, **tried)
            return _form(data, {}, source, preview)
        once = "same_address" not in tk.request.form
        own = {"id": source["id"]} if source else {}
        saved = _call(action, **own, **fields, only_address=once)
    except tk.ValidationError as error:
        return _form(data, _errors(error), source)
    tk.h.flash_success(tk._("The source is saved"))
    return tk.redirect_to("hanoi_harvest.source_read", id=saved["name"])


@hanoi_harvest.route("/source/new", methods=["GET", "POST"])
def source_new() -> Any:
    """The form of a new source."""
    if not _may("hanoi_source_create"):
        return refuse(tk._("Only an admin of an agency may add a source"))
    if tk.request.method == "POST":
        return _save("hanoi_source_create", _submitted(), None)
    start = {"kind": "ckan", "active": True, "options": {}, "notify": "error", "config_text": ""}
    given = {key: tk.request.args[key] for key in _FIELDS if key in tk.request.args}
    return _form({**start, **given}, {}, None)


@hanoi_harvest.route("/source/<id>/edit", methods=["GET", "POST"])
def source_edit(id: str) -> Any:
    """The form of a source."""
    source = _call("hanoi_source_show", id=id)
    if not source["may_edit"]:
        return refuse(tk._("Only an admin of the agency may do this"))
    if tk.request.method == "POST":
        return _save("hanoi_source_update", _submitted(), source)
    kinds = {kind["kind"]: kind["options"] for kind in _call("hanoi_source_kind_list")}
    text, options = split_options(source["config"], kinds.get(source["kind"], []))
    contacts = ", ".join(source["contacts"])
    data = {**source, "contacts": contacts, "config_text": text, "options": options}
    return _form(data, {}, source)


@hanoi_harvest.route("/source/<id>/delete", methods=["GET", "POST"])
def source_delete(id: str) -> Any:
    """Asks, then deletes a source with or without its datasets."""
    source = _call("hanoi_source_show", id=id)
    if not _may("hanoi_source_delete", id=source["id"]):
        return refuse(tk._("Only an admin of the agency may do this"))
    if tk.request.method == "GET":
        return tk.render("hanoi/harvest/source_delete.html", {"source": source})
    choice = tk.request.form.get("datasets", "keep")
    result = _call("hanoi_source_delete", id=source["id"], datasets=choice)
    if result["queued"]:
        tk.h.flash_notice(tk._("The source is being removed in the background."))
        return tk.redirect_to("hanoi_harvest.source_read", id=source["name"])
    text = tk.ungettext(
        "The source is deleted, with %(num)s dataset",
        "The source is deleted, with %(num)s datasets", result["removed"],
    )  # fmt: skip
    tk.h.flash_success(text % {"num": result["removed"]})
    if result["kept"]:
        words = tk._("People have moved these datasets to another agency or edited them, so they"
                     " stay: %(names)s")  # fmt: skip
        tk.h.flash_notice(words % {"names": ", ".join(result["kept"])})
    return tk.redirect_to("hanoi_harvest.source_list")


@hanoi_harvest.route("/source/<id>/preview")
def preview(id: str) -> Any:
    """What a run would do, field by field."""
    source = _call("hanoi_source_show", id=id)
    limit = tk.h.get_page_number({"page": tk.request.args.get("limit", "20")})
    try:
        result = _call("hanoi_harvest_preview", id=source["id"], limit=limit)
    except tk.ValidationError as error:
        tell(error)
        return tk.redirect_to("hanoi_harvest.source_read", id=source["name"])
    return tk.render("hanoi/harvest/preview.html", {"source": source, "preview": result})


@hanoi_harvest.route("/source/<id>/run", methods=["POST"])
def run(id: str) -> Any:
    """Start a run."""
    force = tk.request.form.get("force", "")
    return _decide("hanoi_harvest_run", id, "hanoi_harvest.source_read", force=bool(force))


# -- runs ------------------------------------------------------------------------------------


@hanoi_harvest.route("/run/<id>")
def run_read(id: str) -> Any:
    """The report of a run; can be filtered and exported, and follows a run that is under way."""
    args = tk.request.args
    filters = {name: args.get(name, "") for name in ("action", "q", "cause")}
    page = tk.h.get_page_number(args)
    query = {name: value for name, value in filters.items() if value}
    if args.get("format") == "csv":
        changes = every(_call, "hanoi_run_show", "changes", "changes_total", id=id, **query)
        return _csv(f"run-{id}", _CHANGE_COLUMNS, changes)
    shown = _call("hanoi_run_show", id=id, limit=_PAGE, offset=(page - 1) * _PAGE, **query)
    pager = Page(shown["changes"], page=page, size=_PAGE, count=shown["changes_total"])
    return tk.render("hanoi/harvest/run_read.html", {
        "run": shown, "filters": filters, "page": pager,
        "source": _call("hanoi_source_show", id=shown["source_id"]),
        "may_decide": _may("hanoi_harvest_approve", id=shown["id"]),
    })  # fmt: skip


@hanoi_harvest.route("/run/<id>/<any(approve, reject, abort, retry):decision>", methods=["POST"])
def run_decide(id: str, decision: str) -> Any:
    """Approve, reject, abort or retry."""
    return _decide(f"hanoi_harvest_{decision}", id, "hanoi_harvest.run_read")


def _decide(action: str, id: str, back: str, /, **data: Any) -> Any:
    try:
        result = _call(action, id=id, **data)
    except tk.ValidationError as error:
        tell(error)
        return tk.redirect_to(back, id=id)
    return tk.redirect_to("hanoi_harvest.run_read", id=result["id"])


# -- one dataset -----------------------------------------------------------------------------


@hanoi_harvest.route("/dataset/<id>/<any(detach, attach, keep_fields):decision>", methods=["POST"])
def dataset_decide(id: str, decision: str) -> Any:
    """Detach a harvested dataset, attach it again, or keep fields as edited."""
    data = {"fields": tk.request.form.getlist("fields")} if decision == "keep_fields" else {}
    try:
        _call(f"hanoi_harvest_{decision}", id=id, **data)
    except tk.ValidationError as error:
        tell(error)
    else:
        tk.h.flash_success(tk._("Saved. It counts from the next run on."))
    return tk.redirect_to("dataset.read", id=id)
