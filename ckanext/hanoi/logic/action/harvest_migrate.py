"""The way over from ckanext-harvest, through CKAN's API."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi.harvest.engine import migrate_ckanext_harvest

#: Records that are taken over within a request.
AT_ONCE = 20_000


def hanoi_source_import_ckanext_harvest(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take over the sources of ckanext-harvest and what it knows of their datasets.

    :param dry_run: only say what would be done
    :param owner_org: organization for sources that have none
    :returns: ``{"sources": [{"name", "kind", "identities", "action", "notes"}], "dry_run"}``;
        ``action`` is imported, updated, unchanged or skipped
    """
    tk.check_access("hanoi_source_import_ckanext_harvest", context, data_dict)
    dry_run = tk.asbool(data_dict.get("dry_run") or False)
    owner = None
    if data_dict.get("owner_org"):
        group = model.Group.get(data_dict["owner_org"])
        if group is None or not group.is_organization:
            raise tk.ValidationError({"owner_org": [tk._("There is no such organization")]})
        owner = group.id
    try:
        if not context.get("hanoi_inline") and migrate_ckanext_harvest.records() > AT_ONCE:
            message = tk._(
                "There are more than %(most)s records, too many for a request. Run the command: "
                "%(command)s"
            )
            raise tk.ValidationError({"ckanext-harvest": [message % {
                "most": AT_ONCE, "command": "ckan hanoi source import-ckanext-harvest"
            }]})  # fmt: skip
        taken = migrate_ckanext_harvest.take_over(dry_run, owner)
    except migrate_ckanext_harvest.NothingToMigrateError:
        message = tk._("This database has no tables of ckanext-harvest")
        raise tk.ValidationError({"ckanext-harvest": [message]}) from None
    return {
        "dry_run": dry_run,
        "sources": [
            {
                "name": source.name,
                "kind": source.kind,
                "identities": source.identities,
                "action": source.action,
                "notes": [
                    tk._(text) % params if params else tk._(text) for text, params in source.notes
                ],
            }
            for source in taken
        ],
    }
