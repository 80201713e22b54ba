"""Pages of approval, under /hanoi/review. They only call actions, which anybody can too."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.hanoi.export import csv_response
from ckanext.hanoi.logic.schema.review import FILTERS, SORTS
from ckanext.hanoi.paging import Page, every
from ckanext.hanoi.review import gate
from ckanext.hanoi.vietnamese import sort_key
from ckanext.hanoi.views import confirm
from ckanext.hanoi.views.actions import ask, call, refuse, tell

hanoi_review = Blueprint("hanoi_review", __name__, url_prefix="/hanoi/review")
hanoi_review.before_request(confirm.confirm_post)

_PAGE = 50
_COLUMNS = ("state", "dataset", "title", "organization", "submitted", "submitted_by", "message",
            "decided", "decided_by", "remark")  # fmt: skip
_DONE = {
    "submit": lambda: tk._("Submitted. It becomes public once an admin of the agency approves it."),
    "withdraw": lambda: tk._("The request is withdrawn; the dataset stays private."),
    "approve": lambda: tk._("Approved: the dataset is public."),
    "return": lambda: tk._("Returned; the submitter is told by e-mail."),
}


@hanoi_review.route("")
def index() -> Any:
    """Requests of the reader's agencies; can be filtered, sorted and exported."""
    if not tk.current_user.is_authenticated:
        refuse()
    args = tk.request.args
    filters = {name: args.get(name, "") for name in ("q", "owner_org", "state", "sort")}
    asked = {name: value for name, value in filters.items() if value}
    number = tk.h.get_page_number(args)
    if args.get("format") == "csv":
        return _export(every(ask, "hanoi_review_list", **asked))
    found = ask("hanoi_review_list", limit=_PAGE, offset=(number - 1) * _PAGE, **asked)
    organizations = tk.get_action("organization_list_for_user")({}, {"permission": "read"})
    pager = Page(found["results"], page=number, size=_PAGE, count=found["count"])
    return tk.render("hanoi/review/index.html", {
        "requests": found["results"], "count": found["count"], "filters": filters,
        "states": FILTERS, "sorts": SORTS, "page": pager,
        "organizations": sorted(((one["id"], one["title"] or one["name"])
                                 for one in organizations), key=lambda pair: sort_key(pair[1])),
    })  # fmt: skip


def _export(rows: list[dict[str, Any]]) -> Response:
    return csv_response("approval", _COLUMNS, [
        {**row, "dataset": row["dataset"]["name"], "title": row["dataset"]["title"],
         "organization": (row["organization"] or {}).get("title"),
         "submitted_by": row["submitted_by"]["title"],
         "decided_by": (row["decided_by"] or {}).get("title")}
        for row in rows
    ])  # fmt: skip


@hanoi_review.route("/<id>/<any(submit, withdraw, approve, return):step>", methods=["POST"])
def decide(id: str, step: str) -> Any:
    """A button of the dataset's page or of the list; what can't be done is said there."""
    form = tk.request.form
    gate.confirmed()
    data = {name: form[name] for name in ("message", "remark", "metadata_modified") if name in form}
    try:
        call(f"hanoi_review_{step}", **data, id=id)
    except tk.ValidationError as error:
        tell(error)
    else:
        tk.h.flash_success(_DONE[step]())
    if form.get("back") == "list":
        return tk.redirect_to("hanoi_review.index")
    return tk.redirect_to("dataset.read", id=id)
