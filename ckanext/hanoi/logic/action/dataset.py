"""Actions around the dataset schema."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import has_request_context

from ckanext.hanoi.dataset import protection, rules
from ckanext.hanoi.review import missing_fields


@tk.chained_action
def bulk_update_public(next_: Any, context: Any, data_dict: dict[str, Any]) -> None:
    """Stock's action, kept from what may not be public.

    CKAN 2.12 patches one dataset after another and would stop in the middle; 2.11 writes to the
    table without asking a validator. So all are looked at first: the API gets one error and
    changes nothing. The page of the agency can't show an error of an action: it makes the others
    public and is told which were left out, and why; of those that lack what they should have, too,
    since each is asked for on its own page.
    """
    tk.check_access("bulk_update_public", context, data_dict)
    by_page = has_request_context() and tk.get_endpoint()[1] == "bulk_process"
    complaints = _complaints(data_dict.get("datasets", []), data_dict.get("org_id"), by_page)
    if complaints:
        if not by_page:
            raise tk.ValidationError({"private": list(complaints.values())})
        for complaint in complaints.values():
            tk.h.flash_error(complaint)
        allowed = [ref for ref in data_dict["datasets"] if ref not in complaints]
        data_dict = {**data_dict, "datasets": allowed}
    next_(context, data_dict)


def _complaints(ids: list[str], org_id: str | None, by_page: bool) -> dict[str, str]:
    """Why datasets of the organization can't be public, by dataset id."""
    found: dict[str, str] = {}
    packages = model.Session.query(model.Package).filter(
        model.Package.id.in_(ids), model.Package.owner_org == org_id
    )
    for package in packages:
        try:
            protection.check_public(package)
        except rules.RuleError as error:
            reason = tk._(error.message)
            found[package.id] = f"{package.title}: {reason}"
            continue
        missing = missing_fields.essential({
            "resources": package.resources, "notes": package.notes,
            "theme": package.extras.get("theme"),
        })  # fmt: skip
        if by_page and missing and package.private:
            what = tk.h.hanoi_named_fields(missing, package.type)
            reason = tk._("is missing: %(what)s. Make it public on its own page.") % {"what": what}
            found[package.id] = f"{package.title}: {reason}"
    return found
