"""What was found, as actions and pages show it: in the reader's language, for whoever may see the
resource."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi import parser_messages
from ckanext.hanoi.catalog import columns
from ckanext.hanoi.catalog.permissions import readable
from ckanext.hanoi.model.tables import Table
from ckanext.hanoi.tables import dictionary
from ckanext.hanoi.vietnamese import fold, sort_key
from ckanext.hanoi.vocabulary import vocabulary

#: Names of kinds of file in the vocabulary of formats.
_FORMATS = {"csv": "CSV", "xlsx": "XLSX", "xls": "XLS", "ods": "ODS", "json": "JSON",
            "geojson": "GeoJSON"}  # fmt: skip


def said(message: str | None, params: dict[str, Any] | None) -> str:
    """A message of a look in the reader's language."""
    if not message:
        return ""
    try:
        return tk._(message) % parser_messages.in_words(params, tk._)
    except (KeyError, TypeError, ValueError):
        return message


def dictize(entry: Table, resource: dict[str, Any]) -> dict[str, Any]:
    """What ``hanoi_table_show`` returns."""
    report = dict(entry.report or {})
    columns = report.get("columns") or []
    return {
        **summary(entry),
        "delimiter": report.get("delimiter"),
        "sheet": report.get("sheet") or "",
        "sheets": report.get("sheets") or [],
        "header_rows": report.get("header_rows") or [],
        "checked_rows": report.get("checked"),
        "cut": bool(report.get("cut")),
        "columns": columns,
        "preview": report.get("preview") or [],
        "error_list": _told(report.get("errors")),
        "error_counts": report.get("error_counts") or {},
        "remarks": _told(report.get("remarks")),
        "proposals": proposals(entry, resource),
        "dictionary": entry.dictionary,
        "dictionary_at": _moment(entry.dictionary_at),
        "proposed_dictionary": dictionary.propose(columns, resource.get("data_dictionary") or ""),
    }


def nothing(resource: dict[str, Any]) -> Table:
    """Stands for what would be known of a file at which nobody was asked to look."""
    return Table(
        resource_id=resource["id"], package_id=resource["package_id"], state="unknown", report={}
    )


def summary(entry: Any) -> dict[str, Any]:
    """One entry in a list, be it a ``Table`` or a row with its columns."""
    return {
        "resource_id": entry.resource_id,
        "package_id": entry.package_id,
        "state": entry.state,
        "due": _moment(entry.due),
        "looked_at": _moment(entry.looked_at),
        "kind": entry.kind,
        "encoding": encoding_code(entry.encoding),
        "rows": entry.rows,
        "column_count": entry.columns,
        "errors": entry.errors,
        "size": entry.size,
        "hash": entry.hash,
        "message": said(entry.message, entry.params),
    }


def _told(findings: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    return [
        {"code": one["code"], "row": one["row"], "column": one["column"],
         "message": said(one["message"], one["params"])}
        for one in findings or []
    ]  # fmt: skip


def _moment(value: Any) -> str | None:
    return value.isoformat() if value else None


def encoding_code(name: str | None) -> str | None:
    """The vocabulary's code of an encoding as ``vietnamese.decode`` names it."""
    term = vocabulary("encoding").find(name) if name else None
    return term.code if term else name


def proposals(entry: Table, resource: dict[str, Any]) -> dict[str, Any]:
    """Fields of the resource that the look would fill in or write otherwise, by name."""
    found = {
        "format": _FORMATS.get(entry.kind or ""),
        "encoding": encoding_code(entry.encoding),
        "size": entry.size,
        "hash": entry.hash,
    }
    if not entry.kind:
        return {}
    return {
        name: value
        for name, value in found.items()
        if value is not None and str(resource.get(name) or "").lower() != str(value).lower()
    }


#: What a list needs: reports are large.
_SUMMARY = [
    getattr(Table, name)
    for name in "resource_id package_id state due looked_at kind encoding rows columns errors "
    "size hash message params".split()
]


# -- lists -----------------------------------------------------------------------------------


def listing(context: Any, asked: dict[str, Any]) -> Any:
    """The query of entries, datasets and resources that fit what is asked, without order."""
    query = (
        sa.select(*_SUMMARY, model.Resource.name.label("resource_name"),
                  model.Package.name.label("package_name"),
                  columns.title().label("package_title"), model.Package.owner_org)
        .join(model.Resource, model.Resource.id == Table.resource_id)
        .join(model.Package, model.Package.id == Table.package_id)
        .where(model.Resource.state == "active", readable(context))
    )  # fmt: skip
    if asked.get("owner_org"):
        group = model.Group.get(asked["owner_org"])
        query = query.where(model.Package.owner_org == (group.id if group else asked["owner_org"]))
    if asked.get("state"):
        query = query.where(Table.state == asked["state"])
    if asked.get("problems"):
        query = query.where(sa.or_(Table.errors > 0, Table.state.in_(("none", "failed"))))
    return query


def page(query: Any, asked: dict[str, Any]) -> tuple[int, list[Any]]:
    """How many entries there are, and those of the page that is asked for, in its order."""
    words, sort = fold(asked.get("q") or "").split(), asked["sort"]
    start, limit = asked["offset"], asked["limit"]
    if not words and sort != "title":
        count = model.Session.execute(
            query.with_only_columns(sa.func.count(), maintain_column_froms=True)
        ).scalar_one()
        return count, list(model.Session.execute(
            query.order_by(*_ORDERS[sort]).offset(start).limit(limit)
        ))  # fmt: skip
    # the database knows neither words without accents nor Vietnamese order: it gives no more of
    # each entry than what is compared
    compared = query.order_by(*_ORDERS.get(sort, ())).with_only_columns(
        Table.resource_id, model.Resource.name.label("resource_name"),
        model.Package.name.label("package_name"), columns.title().label("package_title"),
        maintain_column_froms=True,
    )  # fmt: skip
    fits = [
        row for row in model.Session.execute(compared)
        if all(
            word in fold(f"{row.package_title} {row.package_name} {row.resource_name}")
            for word in words
        )
    ]  # fmt: skip
    if sort == "title":
        fits.sort(key=lambda row: (sort_key(row.package_title or ""),
                                   sort_key(row.resource_name or "")))  # fmt: skip
    ids = [row.resource_id for row in fits[start : start + limit]]
    rows = model.Session.execute(query.where(Table.resource_id.in_(ids)))
    by_id = {row.resource_id: row for row in rows}
    return len(fits), [by_id[id_] for id_ in ids if id_ in by_id]


_ORDERS: dict[str, list[Any]] = {
    "errors": [sa.func.coalesce(Table.errors, 0).desc(), (Table.state == "table").asc(),
               model.Package.title, Table.resource_id],
    "looked_at": [Table.looked_at.desc().nulls_last(), Table.resource_id],
    "rows": [Table.rows.desc().nulls_last(), Table.resource_id],
}  # fmt: skip
