"""What a publisher accepts of a look: the dictionary of the columns, and fields of the resource.

A harvested resource is left as its source has it: the next harvest would take the change for one
of its own to undo. Its dictionary is kept with what was found, and shown in the same place.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.tables import Table
from ckanext.hanoi.tables import dictionary, dictize

#: Fields of a resource that may be filled in from a look.
FIELDS = ("format", "encoding", "size", "hash")
_LONGEST = {"description": dictionary.LONGEST, "unit": dictionary.LONGEST_UNIT}


def follows_source(package_id: str) -> bool:
    """Whether a harvest decides what the dataset's resources say."""
    origin = tk.h.hanoi_harvest_origin(package_id)
    return bool(
        origin and origin["state"] != "detached" and "resources" not in origin["kept_fields"]
    )


def accept_dictionary(
    context: Any, entry: Table, resource: dict[str, Any], asked: dict[str, Any]
) -> dict[str, Any]:
    """Keep the dictionary, and write it into the resource where no harvest owns that.

    Raises ``tk.ValidationError`` where the columns are others than were found, or a text of a
    publisher would be lost without being asked for.
    """
    columns = (entry.report or {}).get("columns") or []
    if not columns:
        raise tk.ValidationError({"columns": [tk._("No table was found in this resource yet.")]})
    present = resource.get("data_dictionary") or ""
    proposed = dictionary.propose(columns, present)
    entries = _entries(proposed, asked.get("columns"))
    text = dictionary.write(entries)
    harvested = follows_source(entry.package_id)
    if not harvested and present != text:
        before = dictionary.write(entry.dictionary) if entry.dictionary else ""
        mine = {"", before, dictionary.write(proposed)}
        if present not in mine and not asked.get("replace"):
            raise tk.ValidationError({"replace": [tk._(
                "The resource has a data dictionary already. Say that it shall be replaced.")]})
        tk.get_action("resource_patch")(
            own(context), {"id": entry.resource_id, "data_dictionary": text}
        )
    user = model.User.get(context.get("user") or "")
    fresh: Any = model.Session.get(Table, entry.resource_id, populate_existing=True)
    fresh.dictionary, fresh.dictionary_at = entries, now()
    fresh.dictionary_by = user.id if user else None
    model.Session.commit()
    return {"dictionary": entries, "text": text, "written_to_resource": not harvested}


def _entries(
    proposed: list[dictionary.Entry], given: list[dict[str, Any]] | None
) -> list[dictionary.Entry]:
    """The proposal with what is given for its columns, which are told by their names in order."""
    if given is None:
        return proposed
    errors: list[str] = []
    left: dict[str, deque[dictionary.Entry]] = {}
    for one in proposed:
        left.setdefault(one["name"], deque()).append(one)
    for number, column in enumerate(given, 1):
        name = str(column.get("name") or "")
        if not left.get(name):
            errors.append(
                tk._("Entry %(number)s: the table has no column “%(name)s”.")
                % {"number": number, "name": name}
            )
            continue
        entry = left[name].popleft()
        kind = str(column.get("type", entry["type"]) or "")
        if kind and kind not in dictionary.TYPES:
            errors.append(
                tk._("Entry %(number)s: “%(type)s” is no type. The types are: %(types)s")
                % {"number": number, "type": kind, "types": ", ".join(dictionary.TYPES)}
            )
        elif kind != entry["type"]:
            entry["type"], entry["format"] = kind, ""
        for field, longest in _LONGEST.items():
            if field in column:
                entry[field] = dictionary.clean(str(column[field] or ""), longest)
    if errors:
        raise tk.ValidationError({"columns": errors})
    return proposed


def fill(context: Any, entry: Table, resource: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """Write proposals into the resource; what was written. Raises ``tk.ValidationError``."""
    found = dictize.proposals(entry, resource)
    wrong = [name for name in fields if name not in FIELDS]
    if wrong:
        raise tk.ValidationError({"fields": [
            tk._("“%(field)s” is not proposed. These are: %(fields)s")
            % {"field": wrong[0], "fields": ", ".join(FIELDS)}]})
    if follows_source(entry.package_id):
        raise tk.ValidationError({"fields": [tk._(
            "The resource is harvested: its source would undo the change. Detach the dataset, or "
            "keep its resources as edited here, first.")]})
    patch = {name: found[name] for name in fields if name in found}
    if "hash" in patch:
        patch["hash_algorithm"] = "sha256"
    if patch:
        tk.get_action("resource_patch")(own(context), {"id": entry.resource_id, **patch})
    return patch


def own(context: Any) -> Any:
    """A context for an action within the action."""
    return {key: context[key] for key in ("user", "auth_user_obj", "ignore_auth") if key in context}
