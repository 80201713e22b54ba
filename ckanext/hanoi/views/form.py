"""Leads on from the pages of the dataset's form."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.navl.dictization_functions import DataError, unflatten
from ckan.logic import clean_dict, parse_params, tuplize_dict
from ckan.views.dataset import EditView
from ckanext.scheming.views import SchemingCreateView
from flask import Blueprint, Response, g, has_request_context, request

from ckanext.hanoi.dataset import drafts

hanoi_form = Blueprint("hanoi_form", __name__)


@hanoi_form.before_app_request
def required_first() -> Any:
    """A page of a new dataset is not left while something required on it is missing: of a draft
    CKAN asks for nothing. "Save draft" is another address, and saves what there is."""
    kind, _dot, endpoint = (request.endpoint or "").rpartition(".")
    if request.method != "POST" or endpoint not in ("scheming_new", "scheming_new_page"):
        return None
    pages = tk.h.hanoi_form_pages(kind)
    arguments = request.view_args or {}
    number = int(arguments.get("page") or 1)
    if not 1 <= number <= len(pages):
        return None
    try:
        data = clean_dict(unflatten(tuplize_dict(parse_params(request.form))))
    except DataError:
        return None  # CKAN says so
    missing = drafts.missing(pages[number - 1]["fields"], data)
    missing = [name for name in missing if name in data or endpoint == "scheming_new"]
    if not missing:
        return None
    errors = {name: [tk._("Missing value")] for name in missing}
    summary = {tk.h.hanoi_field_label(name, kind): tk._("Missing value") for name in missing}
    if endpoint == "scheming_new":
        g.form_action = tk.h.url_for(f"{kind}.new")
        return SchemingCreateView().get(kind, {**data, "state": "none"}, errors, summary)
    shown = {**data, "state": "draft", "_form_page": number}
    return EditView().get(kind, arguments["id"], shown, errors, summary)


def made(package: dict[str, str]) -> None:
    """A dataset was made: if by the form, it goes on under this name."""
    if has_request_context():
        g.hanoi_made = package["name"]


@hanoi_form.after_app_request
def to_the_next_page(response: Response) -> Response:
    """ckanext-scheming goes on to page 2 of the address in the form, which is empty where nobody
    wrote one and no script made one: the dataset has got its own from the title."""
    name = g.get("hanoi_made")
    kind, _dot, page = (request.endpoint or "").rpartition(".")
    if (
        name and page == "scheming_new" and request.method == "POST" and response.status_code == 302
        and request.form.get("name") == "" and tk.h.hanoi_form_pages(kind)
    ):  # fmt: skip
        response.location = tk.h.url_for(f"{kind}.scheming_new_page", package_type=kind, id=name,
                                         page=2)  # fmt: skip
    return response


@hanoi_form.after_app_request
def to_the_question(response: Response) -> Response:
    """A page would have made a dataset public that lacks something: it was saved, and the reader
    is asked."""
    if g.get("hanoi_asks_about") and response.status_code == 302:
        response.location = tk.h.url_for("hanoi_publish.publish", id=g.hanoi_asks_about)
    return response
