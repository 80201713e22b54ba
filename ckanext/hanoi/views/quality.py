"""Pages of quality, under /hanoi/quality. They only call actions, which anybody can too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint, Response, jsonify

from ckanext.hanoi.export import csv_response
from ckanext.hanoi.paging import Page, every
from ckanext.hanoi.quality import link_queries, ranking
from ckanext.hanoi.quality.measure import ResourceMeasure, dimensions
from ckanext.hanoi.vietnamese import sort_key
from ckanext.hanoi.views.actions import ask, call, tell

hanoi_quality = Blueprint("hanoi_quality", __name__, url_prefix="/hanoi/quality")

_PAGE = 50


def _asked(*names: str) -> dict[str, str]:
    return {name: tk.request.args.get(name, "").strip() for name in names}


def _export(
    name: str, columns: Sequence[str], rows: list[dict[str, Any]], format_: str
) -> Response:
    """The rows as a file: CSV for spreadsheets, or JSON."""
    if format_ == "json":
        return jsonify(rows)
    return csv_response(name, columns, rows)


@hanoi_quality.route("")
def agencies() -> Any:
    """The ranking of agencies, and the catalog as a whole."""
    asked = _asked("q", "sort", "order")
    rows = ask("hanoi_quality_ranking", **asked)
    format_ = tk.request.args.get("format")
    if format_ in ("csv", "json"):
        return _export("quality", ranking.COLUMNS, rows, format_)
    return tk.render(
        "hanoi/quality/agencies.html",
        {
            "rows": rows,
            "asked": asked,
            "catalog": ask("hanoi_quality_show"),
            "sort": asked["sort"] or "points",
            "order": asked["order"] or ("asc" if asked["sort"] == "title" else "desc"),
        },
    )


@hanoi_quality.route("/agency/<id>")
def agency(id: str) -> Any:
    """One agency: what its datasets lack, and the datasets with their scores."""
    shown = ask("hanoi_quality_show", organization=id)
    asked = _asked("q", "band", "freshness", "sort", "order")
    page = tk.h.get_page_number(tk.request.args)
    format_ = tk.request.args.get("format")
    if format_ in ("csv", "json"):
        rows = every(ask, "hanoi_quality_list", organization=id, **asked)
        return _export(f"quality-{shown['organization']}", ranking.DATASET_COLUMNS, rows, format_)
    found = ask("hanoi_quality_list", organization=id, limit=_PAGE,
                  offset=(page - 1) * _PAGE, **asked)  # fmt: skip
    return tk.render(
        "hanoi/quality/agency.html",
        {
            "shown": shown,
            "asked": asked,
            "sort": asked["sort"] or "points",
            "order": asked["order"] or ("asc" if asked["sort"] == "title" else "desc"),
            "page": Page(found["results"], page=page, size=_PAGE, count=found["count"]),
        },
    )  # fmt: skip


@hanoi_quality.route("/links")
def links() -> Any:
    """Links with what their last check found; without a wish those that are broken."""
    asked = _asked("organization", "id", "q", "sort", "order")
    state = tk.request.args.get("state", "broken")
    wanted = {**asked, "state": "" if state == "all" else state}
    format_ = tk.request.args.get("format")
    if format_ in ("csv", "json"):
        rows = every(ask, "hanoi_link_list", **wanted)
        if format_ == "csv":
            rows = [link_queries.as_row(row) for row in rows]
        return _export("links", link_queries.COLUMNS, rows, format_)
    page = tk.h.get_page_number(tk.request.args)
    found = ask("hanoi_link_list", limit=_PAGE, offset=(page - 1) * _PAGE, **wanted)
    agency = None
    if asked["organization"]:
        group: Any = model.Group.get(asked["organization"])
        agency = {"name": group.name, "title": ranking.title(group.id)}
    sort = asked["sort"] or "failing"
    return tk.render(
        "hanoi/quality/links.html",
        {
            "found": found,
            "asked": {**asked, "state": state},
            "states": list(link_queries.STATES),
            "agency": agency,
            "agencies": _choices(agency),
            "sort": sort,
            "order": asked["order"] or link_queries.SORTS[sort],
            "may_check": _may_check(asked),
            "page": Page(found["results"], page=page, size=_PAGE, count=found["count"]),
        },
    )


def _choices(agency: dict[str, str] | None) -> list[tuple[str, str]]:
    """Names and titles of the agencies with public datasets, and of the one that is asked for."""
    rows = ask("hanoi_quality_ranking", sort="title")
    found = {row["organization"]: row["title"] for row in rows}
    if agency:
        found.setdefault(agency["name"], agency["title"])
    return sorted(found.items(), key=lambda pair: sort_key(pair[1]))


def _may_check(asked: dict[str, str]) -> bool:
    about = {name: asked[name] for name in ("id", "organization") if asked[name]}
    return tk.h.check_access("hanoi_link_check", about)


@hanoi_quality.route("/links/check", methods=["POST"])
def check_links() -> Any:
    """The button of the list: has its links checked in the background."""
    form = tk.request.form
    about = {name: form[name] for name in ("id", "organization") if form.get(name)}
    try:
        number = call("hanoi_link_check", **about)["queued"]
    except tk.ValidationError as error:
        tell(error)
    else:
        tk.h.flash_success(_queued(number))
    return tk.redirect_to("hanoi_quality.links", **about)


def _queued(number: int) -> str:
    if not number:
        return tk._("All of these links were checked a moment ago.")
    return tk.ungettext(
        "%(num)s address is looked at in the background. Load this page again in some minutes.",
        "%(num)s addresses are looked at in the background. Load this page again in some minutes.",
        number,
    ) % {"num": tk.h.localised_number(number)}


@hanoi_quality.route("/method")
def method() -> str:
    """The table of measures."""
    return tk.render(
        "hanoi/quality/method.html",
        {"dimensions": dimensions(), "of_resource": lambda one: isinstance(one, ResourceMeasure)},
    )
