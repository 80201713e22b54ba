"""Template helpers of approval."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi.agencies import defaults
from ckanext.hanoi.review import gate, missing_fields, requests


def hanoi_review(package_id: str | None) -> dict[str, Any] | None:
    """``hanoi_review_show`` for those who may see it, else None."""
    if not package_id or not getattr(tk.current_user, "is_authenticated", False):
        return None
    try:
        return tk.get_action("hanoi_review_show")({}, {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None


def hanoi_review_waiting(owner_org: str | None = None) -> int:
    """How many requests the reader has to decide, of all agencies or of one. A page asks for the
    same more than once; it's counted once a page."""
    user = getattr(tk.current_user, "name", "")
    if not (user and tk.current_user.is_authenticated):
        return 0
    kept: dict[str | None, int] = tk.g.setdefault("hanoi_review_waiting", {})
    if owner_org not in kept:
        kept[owner_org] = requests.waiting(user, owner_org)
    return kept[owner_org]


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


def hanoi_publish_label(package: dict[str, Any] | None) -> str:
    """What the button says that finishes a dataset: what it comes to for this reader."""
    package = package or {}
    if package.get("private"):
        return tk._("Finish (private)")
    if hanoi_may_publish(package.get("owner_org")):
        return tk._("Publish")
    return tk._("Submit for approval")


def hanoi_lacking(package: dict[str, Any]) -> list[str]:
    """Names of what a dataset should have before it is public, and has not."""
    return missing_fields.essential(package)


def hanoi_named_fields(names: list[str], dataset_type: str = "dataset") -> str:
    """Fields of the dataset as a list in a sentence."""
    return ", ".join(hanoi_field_label(name, dataset_type) for name in names)


def hanoi_fill_from_agency(
    data: dict[str, Any], fields: list[dict[str, Any]], errors: dict[str, Any] | None
) -> list[str]:
    """Puts what is usual in the dataset's agency into a page of the form of a draft, where nobody
    has written anything on that subject yet. Returns the names of the fields that it filled."""
    names = {field["field_name"] for field in fields}
    group = model.Group.get(data["owner_org"]) if data.get("owner_org") else None
    if errors or group is None or not str(data.get("state")).startswith("draft"):
        return []
    proposed = {}
    for subject in (defaults.CONTACT, ("license_id",)):
        # the person's name belongs to the contact, too: who gave one has been here
        written = [*subject, "contact_name"] if len(subject) > 1 else subject
        if names.intersection(subject) and not any(data.get(name) for name in written):
            usual = defaults.of_agency(group)
            proposed.update({name: usual[name] for name in subject if name in usual})
    data.update(proposed)
    return list(proposed)


def hanoi_field_label(name: str, dataset_type: str = "dataset") -> str:
    """The label of a field of the dataset, or its name."""
    schema = tk.h.scheming_get_dataset_schema(dataset_type) or {}
    known = {"tags": tk._("Keywords"), "resources": tk._("Files and links")}
    for field in schema.get("dataset_fields", ()):
        if field["field_name"] == name:
            return tk.h.scheming_language_text(field["label"])
    return known.get(name, name)
