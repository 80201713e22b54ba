"""Template helpers of approval."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.review import gate, queue


def hanoi_review(package_id: str | None) -> dict[str, Any] | None:
    """``hanoi_review_show`` for those who may see it, else None."""
    if not package_id or not getattr(tk.current_user, "is_authenticated", False):
        return None
    try:
        return tk.get_action("hanoi_review_show")({}, {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None


def hanoi_review_waiting() -> int:
    """How many requests the reader has to decide."""
    user = getattr(tk.current_user, "name", "")
    return queue.waiting(user) if user and tk.current_user.is_authenticated else 0


def hanoi_review_state(state: str) -> str:
    """The state of a request or dataset in the reader's language."""
    return {
        "draft": tk._("draft"),
        "private": tk._("private"),
        "public": tk._("public"),
        "pending": tk._("waits for approval"),
        "approved": tk._("approved"),
        "returned": tk._("returned"),
        "withdrawn": tk._("withdrawn"),
    }.get(state, state)


def hanoi_may_publish(owner_org: str | None) -> bool:
    """Whether the reader's datasets of the agency become public without approval."""
    user = getattr(tk.current_user, "name", "")
    return gate.mode() == "off" or gate.may_publish(user, owner_org)


def hanoi_field_label(name: str, dataset_type: str = "dataset") -> str:
    """The label of a field of the dataset, or its name."""
    schema = tk.h.scheming_get_dataset_schema(dataset_type) or {}
    known = {"tags": tk._("Keywords"), "resources": tk._("Files and links")}
    for field in schema.get("dataset_fields", ()):
        if field["field_name"] == name:
            return tk.h.scheming_language_text(field["label"])
    return known.get(name, name)
