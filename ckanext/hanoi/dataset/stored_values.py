"""Values that were stored before this schema, or before it was stricter, don't block an edit.

A value that is given back as the database has it is kept as it is, whatever the schema says of
it; a new or changed value is checked. So an old dataset stays editable, page by page of the form,
and each fault can be mended on its own. Used by the validators ``hanoi_before`` and
``hanoi_stored`` (dataset/validators.py).
"""
from __future__ import annotations

import json
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.hanoi.dataset.navl import Context, Data, Errors, Key

_GIVEN = "hanoi_given_values"
_NOTHING: Any = object()


def remember(data: Data, context: Context) -> None:
    """Keeps what an update gives before validators change it. What a draft lacks is no old value:
    it is still to be filled in."""
    package = context.get("package")
    if package is not None and package.state != "draft":
        context[_GIVEN] = {
            key: value for key, value in data.items()
            if len(key) == 1 or (len(key) == 3 and key[0] in ("resources", "tags"))
        }  # fmt: skip
    else:
        context.pop(_GIVEN, None)


def keep(data: Data, errors: Errors, context: Context) -> None:
    """Takes back the errors of values that were stored already, and stores them as they were."""
    if _GIVEN not in context:
        return
    for key in [key for key, messages in errors.items() if messages]:
        stored = _stored(key, context)
        if stored is _NOTHING or not _same(context[_GIVEN].get(key), stored):
            continue
        errors[key] = []
        _put_back(key, stored, data, context)


def is_unchanged(key: Key, data: Data, context: Context) -> bool:
    """Whether an update leaves the value of ``key``, checked by now, as the database has it."""
    return _GIVEN in context and _same(data.get(key), _stored(key, context))


def _stored(key: Key, context: Context) -> Any:
    """The value in the database; None where there is none, _NOTHING for what is no field."""
    package, given = context["package"], context[_GIVEN]
    if len(key) == 1:
        return _value(package, key[0])
    if len(key) != 3:
        return _NOTHING
    if key[0] == "tags" and key[2] == "name":
        return given.get(key) if given.get(key) in _tags(package) else _NOTHING
    id_ = given.get(("resources", key[1], "id"))
    for resource in package.resources if key[0] == "resources" and id_ else ():
        if resource.id == id_:
            return _value(resource, key[2])
    return _NOTHING


def _value(row: Any, name: str) -> Any:
    """A column of a dataset or file, or its extra of that name."""
    if name in type(row).__table__.columns and name != "extras":
        return getattr(row, name)
    return (row.extras or {}).get(name)


def _tags(package: Any) -> set[str]:
    tags = model.Session.query(model.Tag.name).join(model.PackageTag).filter(
        model.PackageTag.package_id == package.id, model.PackageTag.state == "active"
    )
    return {name for (name,) in tags}


def _same(given: Any, stored: Any) -> bool:
    """Whether two values are one, as forms, API and database write it."""
    one, other = _plain(given), _plain(stored)
    return one == other or one == [other] or [one] == other


def _plain(value: Any) -> Any:
    if value is None or value is tk.missing:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value if item not in ("", None)] or ""
    text = "\n".join(str(value).splitlines()).strip()
    if text.startswith("["):
        try:
            return _plain(json.loads(text))
        except ValueError:
            return text
    return text


def _put_back(key: Key, stored: Any, data: Data, context: Context) -> None:
    if key[0] == "tags":
        data[key] = stored
        return
    if len(key) == 1 and key[0] not in type(context["package"]).__table__.columns:
        _put_into_extras(key[0], stored, data)
    if stored is None and key[-1] != "owner_org":
        data.pop(key, None)
    else:
        data[key] = stored


def _put_into_extras(name: str, stored: Any, data: Data) -> None:
    """What CKAN's ``convert_to_extras`` does, which a failed validator kept from running."""
    places = {key[1]: value for key, value in data.items() if key[0] == "extras"
              and len(key) == 3 and key[2] == "key"}  # fmt: skip
    place = next((at for at, key in places.items() if key == name), None)
    if stored is None:
        return
    if place is None:
        place = max(places, default=-1) + 1
    data["extras", place, "key"], data["extras", place, "value"] = name, stored
