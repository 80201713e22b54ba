"""Leads on from the pages of the dataset's form."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, g, has_request_context, request

hanoi_form = Blueprint("hanoi_form", __name__)


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
