"""One harvested dataset through CKAN's API: where it comes from, what it keeps of its own."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.harvest import dictize, runs
from ckanext.hanoi.harvest.mapping.fields import FIELDS
from ckanext.hanoi.model.harvest import Identity, Source


def _identity(data_dict: dict[str, Any]) -> Identity:
    package = model.Package.get(tk.get_or_bust(data_dict, "id"))
    entry = (
        package
        and model.Session.execute(
            sa.select(Identity)
            .where(Identity.package_id == package.id, Identity.state.not_in(("yielded", "removed")))
            .limit(1)
        ).scalar_one_or_none()
    )
    if entry is None:
        raise tk.ObjectNotFound(tk._("This dataset was not harvested"))
    return entry


@tk.side_effect_free
def hanoi_harvest_origin(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Which source a dataset comes from, and whether it still follows it.

    :param id: id or name of the dataset
    """
    tk.check_access("hanoi_harvest_origin", context, data_dict)
    entry = _identity(data_dict)
    origin = model.Session.get(Source, entry.source_id)
    return {
        "guid": entry.guid,
        "state": entry.state,
        "kept_fields": entry.kept_fields,
        "missing_since": entry.missing_since.isoformat() if entry.missing_since else None,
        "modified": entry.modified.isoformat(timespec="seconds"),
        "source": dictize.source(origin) if origin else None,
    }


def hanoi_harvest_detach(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Make a harvested dataset the catalog's own: runs stop overwriting it.

    :param id: id or name of the dataset
    """
    tk.check_access("hanoi_harvest_detach", context, data_dict)
    runs.detach(_identity(data_dict))
    return hanoi_harvest_origin(context, {"id": data_dict["id"]})


def hanoi_harvest_attach(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let a detached dataset follow its source again, from the next run on."""
    tk.check_access("hanoi_harvest_attach", context, data_dict)
    runs.attach(_identity(data_dict))
    return hanoi_harvest_origin(context, {"id": data_dict["id"]})


def hanoi_harvest_keep_fields(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Name the fields that stay as edited here, whatever the source says; all others follow it.

    :param id: id or name of the dataset; :param fields: list of field names, empty for none
    """
    tk.check_access("hanoi_harvest_keep_fields", context, data_dict)
    fields = data_dict.get("fields") or []
    fields = (
        fields if isinstance(fields, list) else [part.strip() for part in str(fields).split(",")]
    )
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        message = tk._("There is no field “%(name)s”. The fields are: %(names)s")
        raise tk.ValidationError(
            {"fields": [message % {"name": ", ".join(unknown), "names": ", ".join(FIELDS)}]}
        )
    runs.keep_fields(_identity(data_dict), fields)
    return hanoi_harvest_origin(context, {"id": data_dict["id"]})
