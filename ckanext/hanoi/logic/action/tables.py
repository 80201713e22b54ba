"""The look at resources' tables through CKAN's API."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.background.pages import REQUEST_SECONDS
from ckanext.hanoi.logic.schema import tables as schema
from ckanext.hanoi.logic.schema.common import checked
from ckanext.hanoi.model.tables import Table
from ckanext.hanoi.tables import apply, dictize, pending, settings
from ckanext.hanoi.vietnamese import sort_key


def _resource(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    id_ = tk.get_or_bust(data_dict, "id")
    return tk.get_action("resource_show")(apply.own(context), {"id": id_})


def _entry(resource_id: str) -> Table:
    entry = model.Session.get(Table, resource_id, populate_existing=True)
    if entry is None:
        raise tk.ObjectNotFound(tk._("Nobody has looked at the table of this resource yet."))
    return entry


@tk.side_effect_free
def hanoi_table_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What was found in the table of a resource.

    :param id: the resource

    :returns: ``state`` (queued, running, table, none, failed; unknown where nobody was asked to
      look), ``looked_at``, ``due``, ``message`` (why there is no table), ``kind``, ``encoding``,
      ``delimiter``, ``rows``, ``checked_rows``, ``columns`` (``name``, ``type``, ``format``,
      ``filled``, ``empty``, ``min``, ``max``, ``examples``, ``distinct``), ``preview`` (first rows
      as texts), ``errors`` (their number), ``error_list`` and ``remarks`` (``code``, ``row``,
      ``column``, ``message``), ``size`` in bytes, ``hash`` (SHA-256), ``proposals`` (fields of the
      resource that the look would fill in), ``dictionary`` (accepted) and ``proposed_dictionary``
    """
    tk.check_access("hanoi_table_show", context, data_dict)
    resource = _resource(context, data_dict)
    entry = model.Session.get(Table, resource["id"], populate_existing=True)
    return dictize.dictize(entry or dictize.nothing(resource), resource)


@tk.side_effect_free
def hanoi_table_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The tables that were looked at, of the datasets that the asker may read.

    :param owner_org: of this agency only
    :param state: in this state only
    :param problems: only those with errors, or that could not be read
    :param q: with these words in the title of dataset or resource, with or without accents
    :param sort: ``errors`` (default: most first), ``looked_at``, ``title``, ``rows``
    :param limit: 100, at most 1000
    :param offset: 0

    :returns: ``count``, ``results``, and ``agencies``: for each ``id``, ``title``, ``tables``,
      ``with_errors``, ``errors``, ``unreadable``
    """
    tk.check_access("hanoi_table_list", context, data_dict)
    asked = checked(data_dict, schema.listing())
    query = dictize.listing(context, asked)
    agencies = _agencies(query)
    count, page = dictize.page(query, asked)
    titles = {agency["id"]: agency["title"] for agency in agencies}
    return {
        "count": count,
        "results": [
            {**dictize.summary(row), "resource_name": row.resource_name,
             "package_name": row.package_name, "package_title": row.package_title,
             "owner_org": row.owner_org, "organization_title": titles.get(row.owner_org)}
            for row in page
        ],
        "agencies": agencies,
    }  # fmt: skip


def _agencies(query: Any) -> list[dict[str, Any]]:
    """Numbers per agency of what the query finds."""
    found = query.subquery()
    count = sa.func.count()
    rows = model.Session.execute(
        sa.select(
            found.c.owner_org, model.Group.title, model.Group.name, count.label("tables"),
            count.filter(found.c.errors > 0).label("with_errors"),
            sa.func.coalesce(sa.func.sum(found.c.errors), 0).label("errors"),
            count.filter(found.c.state.in_(("none", "failed"))).label("unreadable"),
        )
        .join(model.Group, model.Group.id == found.c.owner_org)
        .group_by(found.c.owner_org, model.Group.title, model.Group.name)
    ).all()  # fmt: skip
    numbers = [
        {"id": row.owner_org, "name": row.name, "title": row.title or row.name,
         "tables": row.tables, "with_errors": row.with_errors, "errors": int(row.errors),
         "unreadable": row.unreadable}
        for row in rows
    ]  # fmt: skip
    return sorted(numbers, key=lambda one: (-one["errors"], sort_key(one["title"])))


def hanoi_table_check(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Have tables looked at again, by the background job. One of these says which:

    :param id: a resource, of whatever format
    :param package_id: the resources of a dataset
    :param owner_org: those of an agency
    :param all: true: all (sysadmins only)

    :returns: ``queued``: how many
    """
    asked = checked(data_dict, schema.check())
    tk.check_access("hanoi_table_check", context, asked)
    if not settings.enabled():
        raise tk.ValidationError({"id": [tk._("The look at tables is switched off on this site.")]})
    if asked.get("id"):
        resource = _resource(context, asked)
        return {"queued": pending.request_inspection(urgent=True, resource_id=resource["id"])}
    if asked.get("package_id"):
        package = model.Package.get(asked["package_id"])
        if package is None:
            raise tk.ObjectNotFound(tk._("Dataset not found"))
        return {"queued": pending.request_inspection(urgent=True, package_id=package.id)}
    if asked.get("owner_org"):
        group = model.Group.get(asked["owner_org"])
        if group is None:
            raise tk.ObjectNotFound(tk._("Organization not found"))
        return {"queued": pending.request_inspection(urgent=False, owner_org=group.id)}
    if not asked.get("all"):
        raise tk.ValidationError({"id": [tk._("Say which: id, package_id, owner_org, or all.")]})
    return {"queued": pending.request_inspection(urgent=False)}


def hanoi_dictionary_accept(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Accept the proposed data dictionary of a resource, as it is or edited.

    :param id: the resource
    :param columns: ``[{"name", "description", "unit", "type"}]``; columns and fields that are not
      given stay as proposed
    :param replace: true: replace a text that the resource has already

    :returns: ``dictionary``, ``text``, and ``written_to_resource``: false for a harvested
      resource, whose dictionary is kept with what was found
    """
    tk.check_access("hanoi_dictionary_accept", context, data_dict)
    resource = _resource(context, data_dict)
    columns = data_dict.get("columns")
    if columns is not None and not (
        isinstance(columns, list) and all(isinstance(column, dict) for column in columns)
    ):
        raise tk.ValidationError({"columns": [tk._("Give a list of columns, each with its name.")]})
    asked = {"columns": columns, "replace": tk.asbool(data_dict.get("replace") or False)}
    return apply.accept_dictionary(context, _entry(resource["id"]), resource, asked)


def hanoi_table_fill(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Write what a look found into fields of the resource.

    :param id: the resource
    :param fields: of ``format``, ``encoding``, ``size``, ``hash``

    :returns: the fields that changed, with their values
    """
    tk.check_access("hanoi_table_fill", context, data_dict)
    resource = _resource(context, data_dict)
    fields = data_dict.get("fields") or []
    fields = [fields] if isinstance(fields, str) else [str(name) for name in fields]
    return apply.fill(context, _entry(resource["id"]), resource, fields)


def hanoi_table_clean(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Delete what was found in resources that are no more. Sysadmins only.

    :param days: how long that of a deleted dataset is kept (default:
      ``ckanext.hanoi.tables.retention_days``)

    :returns: ``deleted``: how many; ``left``: there are more, ask again
    """
    tk.check_access("hanoi_table_clean", context, data_dict)
    fields = {"days": [tk.get_validator("ignore_missing"),
                       tk.get_validator("natural_number_validator")]}  # fmt: skip
    seconds = None if context.get("hanoi_inline") else REQUEST_SECONDS
    deleted, left = pending.clean(checked(data_dict, fields).get("days"), seconds)
    return {"deleted": deleted, "left": left}
