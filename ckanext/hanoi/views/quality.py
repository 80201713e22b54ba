"""Pages of quality, under /hanoi/quality. They only call actions, which anybody can too."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, jsonify

from ckanext.hanoi.paging import Page
from ckanext.hanoi.quality import ranking
from ckanext.hanoi.quality.measure import OfResource, dimensions
from ckanext.hanoi.tabular.export import csv_cell

hanoi_quality = Blueprint("hanoi_quality", __name__, url_prefix="/hanoi/quality")

_PAGE = 50
_MOST = 1000


def _call(action: str, /, **data: Any) -> Any:
    """An action for the reader; what may not be seen or is not there is an error page."""
    try:
        return tk.get_action(action)({}, data)
    except tk.ValidationError as error:
        told = error.error_summary
        return tk.abort(400, "; ".join(f"{name}: {text}" for name, text in told.items()))
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error))
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))


def _asked(*names: str) -> dict[str, str]:
    return {name: tk.request.args.get(name, "").strip() for name in names}


def _export(
    name: str, columns: Iterable[str], rows: list[dict[str, Any]], format_: str
) -> Response:
    """The rows as a file: CSV with a BOM, for spreadsheets, or JSON."""
    if format_ == "json":
        return jsonify(rows)
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows([csv_cell(row.get(column)) for column in columns] for row in rows)
    response = Response("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@hanoi_quality.route("")
def agencies() -> Any:
    """The ranking of agencies, and the catalog as a whole."""
    asked = _asked("q", "sort", "order")
    rows = _call("hanoi_quality_ranking", **asked)
    format_ = tk.request.args.get("format")
    if format_ in ("csv", "json"):
        return _export("quality", ranking.COLUMNS, rows, format_)
    return tk.render(
        "hanoi/quality/agencies.html",
        {
            "rows": rows,
            "asked": asked,
            "catalog": _call("hanoi_quality_show"),
            "sort": asked["sort"] or "points",
            "order": asked["order"] or ("asc" if asked["sort"] == "title" else "desc"),
        },
    )


@hanoi_quality.route("/agency/<id>")
def agency(id: str) -> Any:
    """One agency: what its datasets lack, and the datasets with their scores."""
    shown = _call("hanoi_quality_show", organization=id)
    asked = _asked("q", "band", "freshness", "sort", "order")
    page = tk.h.get_page_number(tk.request.args)
    format_ = tk.request.args.get("format")
    if format_ in ("csv", "json"):
        return _export(f"quality-{shown['organization']}", ranking.DATASET_COLUMNS,
                       _all(asked, id), format_)  # fmt: skip
    found = _call("hanoi_quality_list", organization=id, limit=_PAGE,
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


def _all(asked: dict[str, str], organization: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        found = _call("hanoi_quality_list", organization=organization, limit=_MOST,
                      offset=len(rows), **asked)  # fmt: skip
        rows += found["results"]
        if not found["results"] or len(rows) >= found["count"]:
            return rows


@hanoi_quality.route("/method")
def method() -> str:
    """The table of measures."""
    return tk.render(
        "hanoi/quality/method.html",
        {"dimensions": dimensions(), "of_resource": lambda one: isinstance(one, OfResource)},
    )
