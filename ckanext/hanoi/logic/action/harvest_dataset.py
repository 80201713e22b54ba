"""One harvested dataset through CKAN's API: where it comes from, what it keeps of its own."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.dataset.fields import FIELDS
from ckanext.hanoi.harvest.engine import dictize, runs
from ckanext.hanoi.harvest.secrets import mask
from ckanext.hanoi.logic.harvest_common import may
from ckanext.hanoi.model.harvest import Identity, Source


def _package(data_dict: dict[str, Any]) -> model.Package:
    """The dataset that is named; an action looks it up once and goes on with what it found."""
    id_or_name = tk.get_or_bust(data_dict, "id")
    usable = isinstance(id_or_name, str) and "\0" not in id_or_name
    package = model.Package.get(id_or_name) if usable else None
    if package is None:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    return package


def _identity(package_id: str) -> Identity:
    entry = model.Session.execute(
        sa.select(Identity)
        .where(Identity.package_id == package_id, Identity.state.not_in(("yielded", "removed")))
        .limit(1)
    ).scalar_one_or_none()
    if entry is None:
        raise tk.ObjectNotFound(tk._("This dataset was not harvested"))
    return entry


@tk.side_effect_free
def hanoi_harvest_origin(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Which source a dataset comes from, and whether it still follows it.

    Of a source that the caller may not read, ``source`` has name and title alone.

    :param id: id or name of the dataset
    """
    package = _package(data_dict)
    tk.check_access("hanoi_harvest_origin", context, {"id": package.id})
    entry = _identity(package.id)
    origin = model.Session.get(Source, entry.source_id)
    return {
        "guid": mask(entry.guid),
        "state": entry.state,
        "kept_fields": entry.kept_fields,
        "missing_since": entry.missing_since.isoformat() if entry.missing_since else None,
        "modified": entry.modified.isoformat(timespec="seconds"),
        "source": _shown(context, origin) if origin else None,
    }


def _shown(context: Any, origin: Source) -> dict[str, Any]:
    shown = dictize.source(origin)
    if may("hanoi_source_show", context, {"id": origin.id}):
        return shown
    return {name: shown[name] for name in ("name", "title")}


def hanoi_harvest_detach(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Make a harvested dataset the catalog's own: runs stop overwriting it.

    :param id: id or name of the dataset
    """
    package = _package(data_dict)
    tk.check_access("hanoi_harvest_detach", context, {"id": package.id})
    runs.detach(_identity(package.id))
    return hanoi_harvest_origin(context, {"id": package.id})


def hanoi_harvest_attach(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let a detached dataset follow its source again, from the next run on."""
    package = _package(data_dict)
    tk.check_access("hanoi_harvest_attach", context, {"id": package.id})
    runs.attach(_identity(package.id))
    return hanoi_harvest_origin(context, {"id": package.id})


def hanoi_harvest_keep_fields(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Name the fields that stay as edited here, whatever the source says; all others follow it.

    :param id: id or name of the dataset; :param fields: list of field names, empty for none
    """
    package = _package(data_dict)
    tk.check_access("hanoi_harvest_keep_fields", context, {"id": package.id})
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
    runs.keep_fields(_identity(package.id), fields)
    return hanoi_harvest_origin(context, {"id": package.id})
