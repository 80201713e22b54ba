"""Pages of the look at tables, under /hanoi/tables. They only call actions."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.hanoi.export import csv_response
from ckanext.hanoi.model.tables import STATES
from ckanext.hanoi.paging import Page, every
from ckanext.hanoi.views.actions import ask, call, may, refuse, tell

hanoi_tables = Blueprint("hanoi_tables", __name__, url_prefix="/hanoi/tables")

_PAGE = 50
_FILTERS = ("q", "owner_org", "state", "problems", "sort")
_COLUMNS = ("organization_title", "package_title", "resource_name", "state", "errors", "rows",
            "column_count", "kind", "encoding", "size", "hash", "looked_at", "message",
            "package_name", "resource_id")  # fmt: skip
_FOUND = ("row", "column", "code", "message")


@hanoi_tables.route("")
def table_list() -> Any:
    """All tables that the reader may see; can be filtered, sorted and exported."""
    args = tk.request.args
    filters = {name: args.get(name, "") for name in _FILTERS}
    asked = {name: value for name, value in filters.items() if value}
    page = tk.h.get_page_number(args)
    if args.get("format") == "csv":
        return csv_response("tables", _COLUMNS, every(ask, "hanoi_table_list", **asked))
    found = ask("hanoi_table_list", limit=_PAGE, offset=(page - 1) * _PAGE, **asked)
    everything = found if not asked else call("hanoi_table_list", limit=0)
    return tk.render("hanoi/tables/list.html", {
        "found": found, "filters": filters, "states": STATES,
        "agencies": everything["agencies"],
        "may_check": bool(filters["owner_org"])
        and may("hanoi_table_check", owner_org=filters["owner_org"]),
        "page": Page(found["results"], page=page, size=_PAGE, count=found["count"]),
    })  # fmt: skip


@hanoi_tables.route("/<id>")
def table_read(id: str) -> Any:
    """All that was found in one resource."""
    table = call("hanoi_table_show", id=id)
    if tk.request.args.get("format") == "csv":
        return csv_response(f"errors-{id}", _FOUND, table["error_list"] + table["remarks"])
    return tk.render("hanoi/tables/read.html", {"table": table, **_about(id)})


def _about(id: str) -> dict[str, Any]:
    resource = call("resource_show", id=id)
    return {
        "resource": resource,
        "pkg": call("package_show", id=resource["package_id"]),
        "may_edit": may("hanoi_dictionary_accept", id=id),
    }


@hanoi_tables.route("/<id>/check", methods=["POST"])
def table_check(id: str) -> Any:
    """Look again."""
    return _check(id=id)


@hanoi_tables.route("/check", methods=["POST"])
def agency_check() -> Any:
    """Look again at the tables of an agency."""
    return _check(owner_org=tk.request.form.get("owner_org", ""))


def _check(**which: str) -> Any:
    try:
        result = call("hanoi_table_check", **which)
    except tk.ValidationError as error:
        tell(error)
    else:
        tk.h.flash_success(
            tk.ungettext("%(num)s file will be looked at in the background. Load the page again "
                         "in a while.",
                         "%(num)s files will be looked at in the background. Load the page again "
                         "in a while.", result["queued"]) % {"num": result["queued"]}
        )  # fmt: skip
    return _back(which.get("id"))


def _back(id: str | None) -> Any:
    """To the page that the button was on, if it is one of ours."""
    if tk.request.form.get("back") == "resource" and id:
        resource = call("resource_show", id=id)
        return tk.redirect_to("resource.read", id=resource["package_id"], resource_id=id)
    if id:
        return tk.redirect_to("hanoi_tables.table_read", id=id)
    return tk.redirect_to("hanoi_tables.table_list", owner_org=tk.request.form.get("owner_org"))


@hanoi_tables.route("/<id>/fill", methods=["POST"])
def table_fill(id: str) -> Any:
    """Take proposals over into the resource."""
    try:
        done = call("hanoi_table_fill", id=id, fields=tk.request.form.getlist("fields"))
    except tk.ValidationError as error:
        tell(error)
    else:
        if done:
            tk.h.flash_success(tk._("The proposals are taken over."))
        else:
            tk.h.flash_notice(tk._("Nothing to take over."))
    return _back(id)


@hanoi_tables.route("/<id>/dictionary", methods=["GET", "POST"])
def dictionary_edit(id: str) -> Any:
    """The data dictionary: proposed, edited, accepted."""
    about = _about(id)
    if not about["may_edit"]:
        return refuse(tk._("Only an editor of the agency may do this"))
    table = call("hanoi_table_show", id=id)
    columns, errors = table["proposed_dictionary"], {}
    if table["dictionary"] and [c["name"] for c in table["dictionary"]] == [
        c["name"] for c in columns
    ]:
        columns = table["dictionary"]
    if tk.request.method == "POST":
        columns = _submitted(columns)
        try:
            done = call("hanoi_dictionary_accept", id=id, columns=columns,
                         replace=bool(tk.request.form.get("replace")))  # fmt: skip
        except tk.ValidationError as error:
            errors = error.error_dict
        else:
            tk.h.flash_success(
                tk._("The data dictionary is saved with the resource.")
                if done["written_to_resource"]
                else tk._("The data dictionary is saved. The resource itself stays as its source "
                          "has it.")
            )  # fmt: skip
            return _back(id)
    return tk.render("hanoi/tables/dictionary.html", {
        "table": table, "columns": columns, "errors": errors, **about,
        "examples": {i: c["examples"] for i, c in enumerate(table["columns"], 1)},
        "present": about["resource"].get("data_dictionary") or "",
    })  # fmt: skip


def _submitted(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    form = tk.request.form
    return [
        {**column, **{field: form.get(f"{field}-{number}", column[field])
                      for field in ("type", "unit", "description")}}
        for number, column in enumerate(columns, 1)
    ]  # fmt: skip
