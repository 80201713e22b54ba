"""The validator that keeps a dataset private until it is approved (``ckanext.hanoi.approval``)."""
from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.hanoi.review import gate


def hanoi_approval(key, data, errors, context):
    """Last of all, when the rest is valid: who may not publish asks for approval by publishing."""
    if context.get("ignore_auth") or any(errors.values()):
        return
    package = context.get("package")

    def value(name, default):
        given = data.get((name,), tk.missing)
        return default if given is tk.missing or given is None else given

    private = value("private", package.private if package is not None else False) is True
    state = value("state", package.state if package is not None else "active")
    owner = value("owner_org", package.owner_org if package is not None else None) or None
    found = gate.judge(context, package, owner, state == "active" and not private)
    if found == "refuse":
        errors.setdefault(("private",), []).append(tk._(gate.NEEDS_APPROVAL))
    elif found == "submit" and owner is None:
        errors.setdefault(("owner_org",), []).append(tk._(gate.NEEDS_AGENCY))
    elif found == "ask" and package is not None and package.state.startswith("draft"):
        data["state",] = package.state
    elif found in ("submit", "ask"):
        data["private",] = True
