"""Pages of publishers' workbooks, under /hanoi/import. They only call actions."""

from __future__ import annotations

import base64
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint

from ckanext.hanoi.export import csv_response, file_response, xlsx_response
from ckanext.hanoi.imports.report import RESULTS
from ckanext.hanoi.model.imports import STATUSES
from ckanext.hanoi.paging import Page, every
from ckanext.hanoi.vietnamese import sort_key
from ckanext.hanoi.views import confirm
from ckanext.hanoi.views.actions import call as _call
from ckanext.hanoi.views.actions import refuse, tell

hanoi_import = Blueprint("hanoi_import", __name__, url_prefix="/hanoi/import")
hanoi_import.before_request(confirm.confirm_post)

_PAGE = 50


def _own_agencies() -> list[dict[str, Any]]:
    found = tk.get_action("organization_list_for_user")({}, {"permission": "create_dataset"})
    return sorted(found, key=lambda one: sort_key(one["title"] or one["name"]))


@hanoi_import.route("")
def import_list() -> Any:
    """Imports of the reader's agencies, the newest first."""
    args = tk.request.args
    filters = {name: args.get(name, "") for name in ("owner_org", "status")}
    page = tk.h.get_page_number(args)
    query: dict[str, Any] = {name: value for name, value in filters.items() if value}
    found = _call("hanoi_import_list", limit=_PAGE + 1, offset=(page - 1) * _PAGE, **query)
    return tk.render("hanoi/import/list.html", {
        "imports": found[:_PAGE], "filters": filters, "statuses": STATUSES,
        "agencies": _own_agencies(), "page": page, "more": len(found) > _PAGE,
    })  # fmt: skip


@hanoi_import.route("/template/<agency>")
def template(agency: str) -> Any:
    """The workbook of an agency."""
    found = _call("hanoi_template_show", owner_org=agency)
    return file_response(found["name"], base64.b64decode(found["content"]), found["media_type"])


@hanoi_import.route("/new", methods=["GET", "POST"])
def import_new() -> Any:
    """Where a workbook is downloaded and sent back."""
    name = tk.request.values.get("agency", "")
    agency = model.Group.get(name) if name else None
    if not name:
        agencies = _own_agencies()
        if not agencies:
            return refuse(tk._("Only an editor or admin of an agency may do this"))
        return tk.render("hanoi/import/choose.html", {"agencies": agencies})
    if agency is None or not agency.is_organization or agency.state != "active":
        return tk.abort(404, tk._("There is no agency “%(name)s”") % {"name": name})
    try:
        tk.check_access("hanoi_import_create", {"user": tk.g.user}, {"owner_org": agency.id})
    except tk.NotAuthorized as error:
        return refuse(str(error))
    form, errors = {"private": False, "overwrite": False}, {}
    if tk.request.method == "POST":
        form = _choices()
        try:
            made = _call("hanoi_import_create", owner_org=agency.id,
                         upload=tk.request.files.get("upload"), **form)  # fmt: skip
        except tk.ValidationError as error:
            errors = error.error_dict
        else:
            return tk.redirect_to("hanoi_import.import_read", id=made["id"])
    recent = _call("hanoi_import_list", owner_org=agency.id, limit=5)
    return tk.render("hanoi/import/new.html", {
        "agency": agency, "data": form, "errors": errors, "imports": recent,
        "max_size": tk.config.get("ckanext.hanoi.import.max_size"),
    })  # fmt: skip


def _choices() -> dict[str, bool]:
    form = tk.request.form
    return {"private": form.get("private") == "true", "overwrite": "overwrite" in form}


@hanoi_import.route("/<id>")
def import_read(id: str) -> Any:
    """The preview of an import, how it goes on, and its report; can be filtered and exported."""
    args = tk.request.args
    filters = {"result": args.get("result", ""), "q": args.get("q", "").strip()}
    if filters["result"] not in RESULTS:
        filters["result"] = ""
    query = {name: value for name, value in filters.items() if value}
    if args.get("format") in ("csv", "xlsx"):
        return _export(id, args["format"], query)
    page = tk.h.get_page_number(args)
    shown = _call("hanoi_import_show", id=id, limit=_PAGE, offset=(page - 1) * _PAGE, **query)
    pager = Page(shown["rows"], page=page, size=_PAGE, count=shown["rows_total"])
    return tk.render("hanoi/import/read.html", {
        "made": shown, "filters": filters, "results": RESULTS, "page": pager,
    })  # fmt: skip


def _export(id: str, kind: str, query: dict[str, str]) -> Any:
    rows = every(_call, "hanoi_import_show", "rows", "rows_total", id=id, **query)
    table = [
        {
            **row,
            "dataset": row["package_name"],
            "fields": list(dict.fromkeys(c["resource"] or c["field"] for c in row["changes"])),
            "messages": "\n".join(row["messages"]),
        }
        for row in rows
    ]
    name = f"import-{id[:8]}"
    keys = ("sheet", "row", "title", "result", "status", "fields", "messages", "dataset")
    if kind == "csv":
        return csv_response(name, keys, table)
    for row in table:
        row["result"] = tk.h.hanoi_import_result(row["result"], row["status"] == "done")
        row["status"] = tk._("written") if row["status"] == "done" else ""
    headings = (tk._("Sheet"), tk._("Row"), tk._("Title"), tk._("Result"), tk._("Status"),
                tk._("Fields"), tk._("Messages"), tk._("Dataset"))  # fmt: skip
    return xlsx_response(name, dict(zip(keys, headings, strict=True)), table)


@hanoi_import.route("/<id>/<any(check, run, abort):decision>", methods=["POST"])
def import_decide(id: str, decision: str) -> Any:
    """Make the preview again, start the import, or stop it."""
    try:
        _call(f"hanoi_import_{decision}", id=id, **(_choices() if decision == "check" else {}))
    except tk.ValidationError as error:
        tell(error)
    return tk.redirect_to("hanoi_import.import_read", id=id)
