"""Asks before a dataset is made public by a page: what is missing, and whether to go on."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.hanoi.review import gate, missing_fields
from ckanext.hanoi.views.actions import call, may, tell

hanoi_publish = Blueprint("hanoi_publish", __name__, url_prefix="/hanoi/publish")


@hanoi_publish.route("/<id>", methods=["GET", "POST"])
def publish(id: str) -> Any:
    """What a dataset lacks; then makes it public, or submits it."""
    if not tk.current_user.is_authenticated:
        return tk.redirect_to("user.login", came_from=tk.request.full_path)
    dataset = call("package_show", id=id)
    if not may("package_update", id=dataset["id"]):
        return tk.abort(403, tk._("You may not edit this dataset"))
    to_dataset = tk.h.url_for(f"{dataset['type']}.read", id=dataset["name"])
    if dataset["state"] == "active" and not dataset["private"]:
        return tk.redirect_to(to_dataset)
    if tk.request.method == "POST":
        gate.confirmed()
        try:
            call("package_patch", id=dataset["id"], state="active", private=False)
        except tk.ValidationError as error:
            tell(error)
            return tk.redirect_to(f"{dataset['type']}.edit", id=dataset["name"])
        return tk.redirect_to(to_dataset)
    schema = tk.h.scheming_get_dataset_schema(dataset["type"]) or {}
    return tk.render("hanoi/review/publish.html", {
        "pkg": dataset, "missing": missing_fields.essential(dataset),
        "more": missing_fields.recommended(schema.get("dataset_fields", ()), dataset),
        "decides": tk.h.hanoi_may_publish(dataset.get("owner_org")),
    })  # fmt: skip
