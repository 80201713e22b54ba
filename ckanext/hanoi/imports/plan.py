"""What a row of a workbook means for the catalog: which dataset it is, what would change, and
what the dataset's rules say to that. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import plugins as lib_plugins

from ckanext.hanoi import language
from ckanext.hanoi.catalog import columns
from ckanext.hanoi.dataset import rules
from ckanext.hanoi.imports.merge import Change, Headings, Written, change, is_untouched
from ckanext.hanoi.workbook import DatasetRow, Problem, ResourceRow
from ckanext.hanoi.workbook.fields import Field, dataset_fields, resource_fields

#: A workbook is about these; a deleted dataset is not brought back by one.
STATES = ("active", "draft")


@dataclass(slots=True)
class Planned:
    """``action`` is create, update or none; nothing is to be done where there are ``problems``."""

    action: str
    package_id: str | None = None
    change: Change = field(default_factory=Change)
    problems: list[Problem] = field(default_factory=list)
    #: The dataset as it is, for an update.
    current: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportScope:
    """Whose workbook it is, and in whose name the catalog is read and written."""

    id: str
    user: str
    #: New datasets are private.
    private: bool = False
    #: The file's values win over what others changed since the workbook was written.
    overwrite: bool = False

    def context(self, **more: Any) -> Any:
        """A fresh context of the user, with authorization."""
        user = model.User.get(self.user)
        return {"user": user.name if user else "", "auth_user_obj": user, **more}


def plan(
    agency: ImportScope, row: DatasetRow, places: Headings, written: Written | None = None,
    validate: bool = True, is_new: bool = False,
) -> Planned:  # fmt: skip
    """What ``row`` would do. ``written``: see ``compare``; with ``validate`` the rules of the
    dataset schema are asked too, which leaves traces in the session: roll it back. ``is_new``: it
    is known that no dataset is meant that is there."""
    if row.problems or any(resource.problems for resource in row.resources or ()):
        return Planned("", problems=row.all_problems())
    found, problem = (None, None) if is_new else _find(agency, row, places)
    if problem is not None:
        return Planned("", problems=[problem])
    if found is not None and is_untouched(row):
        return Planned("none", found)
    current = _show(agency, found) if found else None
    changes = change(row, current, places, written, agency.overwrite)
    action = "create" if found is None else "update" if changes.entries else "none"
    made = Planned(action, found, changes, list(changes.problems), current or {})
    if action != "none" and not made.problems:
        made.problems = _protected(agency, row, made, places)
        if validate and not made.problems:
            made.problems = _invalid(agency, row, made, places)
    return made


def to_write(agency: ImportScope, made: Planned) -> dict[str, Any]:
    """What ``package_create`` or ``package_update`` is given."""
    changes = made.change
    if made.action == "create":
        return {
            "type": "dataset", "owner_org": agency.id, "private": agency.private,
            **changes.values, "resources": changes.resources or [],
        }  # fmt: skip
    data = {**made.current, **changes.values}
    if "tag_string" in changes.values:
        data["tags"] = []
    if changes.resources is not None:
        data["resources"] = changes.resources
    # given back, it would stay what it was, and the index would pass for current
    data.pop("metadata_modified", None)
    return data


def explain(
    error: tk.ValidationError, row: DatasetRow, places: Headings,
    files: Sequence[ResourceRow | None],
) -> list[Problem]:
    """What CKAN's validation found, each with the place of its cell. ``files`` are the rows of the
    dataset's files in their order."""
    problems = []
    about = {f.name: f for f in dataset_fields()}
    found: Mapping[str, Any] = error.error_dict
    for name, messages in found.items():
        if name == "resources" and isinstance(messages, list):
            for number, of_file in enumerate(messages):
                source = files[number] if number < len(files) else None
                parts = of_file if isinstance(of_file, Mapping) else {"": of_file}
                known = {f.name: f for f in resource_fields()}
                problems += [_said(source or row, p, texts, known, places)
                             for p, texts in parts.items()]  # fmt: skip
        else:
            column = "tag_string" if name == "tags" else name
            problems.append(_said(row, column, messages, about, places))
    return problems


def _said(
    row: DatasetRow | ResourceRow, name: str, messages: Any, fields: Mapping[str, Field],
    places: Headings,
) -> Problem:  # fmt: skip
    text = "; ".join(map(str, messages if isinstance(messages, list) else [messages]))
    where = {"sheet": row.sheet, "row": row.row, "error": text}
    column = places.get(row.sheet, {}).get(name)
    if column:
        return Problem(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: %(error)s", where | {"column": column}
        )
    label = fields[name].label(language.vi_or_en()) if name in fields else name
    return Problem("Sheet %(sheet)s, row %(row)s, %(field)s: %(error)s", where | {"field": label})


# -- which dataset it is ---------------------------------------------------------------------------


def _find(
    agency: ImportScope, row: DatasetRow, places: Headings
) -> tuple[str | None, Problem | None]:
    """The id of the dataset that the row is about (None: a new one), or what is wrong."""
    package = model.Package
    if row.id:
        entry = package.get(row.id)
        if entry is None or entry.state not in STATES or entry.type != "dataset":
            return None, _no_dataset(row)
        if entry.owner_org != agency.id:
            return None, _foreign(row)
        return entry.id, None
    own = sa.select(package.id).where(
        package.owner_org == agency.id, package.state.in_(STATES), package.type == "dataset"
    )
    identifier = rules.short_text(row.values.get("identifier") or "")
    ids: list[str] = []
    if identifier:
        ids = _rows(own.where(_identifier_is(identifier)))
    if not ids and row.title:
        ids = _rows(own.where(package.title == rules.short_text(row.title)))
        if identifier:
            # another identifier of its own makes it another dataset of that title
            ids = [id_ for id_ in ids if _identifier_of(id_) in ("", id_)]
    if len(ids) > 1:
        return None, _several(row, places)
    return (ids[0], None) if ids else (None, None)


def _rows(query: Any) -> list[str]:
    return list(model.Session.execute(query).scalars())


def _identifier_is(identifier: str) -> Any:
    return sa.or_(columns.extra("identifier") == identifier, model.Package.id == identifier)


def _identifier_of(package_id: str) -> str:
    entry = model.Package.get(package_id)
    return str((entry.extras.get("identifier") if entry else "") or "")


def _show(agency: ImportScope, package_id: str) -> dict[str, Any]:
    context = agency.context(use_cache=False, ignore_auth=True)
    return tk.get_action("package_show")(context, {"id": package_id})


# -- what its rules say ----------------------------------------------------------------------------


def _protected(
    agency: ImportScope, row: DatasetRow, made: Planned, places: Headings
) -> list[Problem]:
    """Core, important and personal data that would become public: said in the words of the
    workbook, which has no column for visibility."""
    values = {**made.current, **made.change.values}
    private = made.current.get("private", agency.private) is True
    personal = values.get("personal_data")
    try:
        rules.check_private(
            values.get("sensitivity") or "other", personal is True or personal == "true", private
        )
    except rules.RuleError:
        name = "personal_data" if personal is True or personal == "true" else "sensitivity"
        return [_must_be_private(row, name, places, bool(made.package_id))]
    return []


def _invalid(
    agency: ImportScope, row: DatasetRow, made: Planned, places: Headings
) -> list[Problem]:
    """What the schema's validators say to the dataset as it would be."""
    plugin = lib_plugins.lookup_package_plugin("dataset")
    data = to_write(agency, made)
    context = agency.context(model=model, session=model.Session)
    if made.action == "create":
        schema, action = plugin.create_package_schema(), "package_create"
    else:
        schema, action = plugin.update_package_schema(), "package_update"
        context["package"] = model.Package.get(made.package_id)
    # as CKAN does it: a file that stays as it is isn't asked again
    stays = {resource["id"]: resource for resource in made.current.get("resources") or ()}
    pairs = zip(data.get("resources") or (), made.change.rows, strict=False)
    changed = [
        (dict(resource), source)
        for resource, source in pairs
        if stays.get(resource.get("id")) != resource
    ]
    data["resources"] = [resource for resource, _source in changed]
    _data, errors = lib_plugins.plugin_validate(plugin, context, data, schema, action)
    files = [source for _resource, source in changed]
    return explain(tk.ValidationError(errors), row, places, files) if errors else []


# -- problems --------------------------------------------------------------------------------------


def _at(row: DatasetRow, name: str, places: Headings) -> dict[str, Any]:
    column = places.get(row.sheet, {}).get(name, "?")
    return {"sheet": row.sheet, "row": row.row, "column": column}


def _no_dataset(row: DatasetRow) -> Problem:
    return Problem(
        "Sheet %(sheet)s, row %(row)s: the dataset of this row is no longer in the catalog, or its "
        "hidden system ID was changed. Delete the row, or copy its content into an empty row for "
        "a new dataset.",
        {"sheet": row.sheet, "row": row.row},
    )


def _foreign(row: DatasetRow) -> Problem:
    return Problem(
        "Sheet %(sheet)s, row %(row)s: the dataset of this row belongs to another agency and is "
        "left alone. Delete the row, or send the workbook to that agency.",
        {"sheet": row.sheet, "row": row.row},
    )


def _several(row: DatasetRow, places: Headings) -> Problem:
    return Problem(
        "Sheet %(sheet)s, row %(row)s, column %(column)s: the agency has several datasets with "
        "this title. Write the identifier of the one that is meant into the row, or start from a "
        "new workbook.",
        _at(row, "title", places),
    )


def _must_be_private(row: DatasetRow, name: str, places: Headings, exists: bool) -> Problem:
    where = _at(row, name, places)
    if exists:
        return Problem(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: core, important and personal data "
            "can't be public. Make the dataset private on its page first, or correct the cell.",
            where,
        )
    return Problem(
        "Sheet %(sheet)s, row %(row)s, column %(column)s: core, important and personal data can't "
        "be public. Send the workbook again with “private” for new datasets, or correct the cell.",
        where,
    )
