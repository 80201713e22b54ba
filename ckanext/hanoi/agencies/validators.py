"""Validators of the organization schema. The public functions are registered by their names.

As in CKAN: ``key``, flattened ``data``, ``errors``, ``context``.
"""
from __future__ import annotations

import re

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.hanoi.agencies.registry import normalise_code
from ckanext.hanoi.vietnamese import slug

_AREA_CODE = re.compile(r"\d{2}|\d{3}|\d{5}")
MAX_NAME = 100


def _text(key, data) -> str:
    """The value as text; a field that was not given is dropped and stays as CKAN has it."""
    value = data.get(key)
    if value is tk.missing or value is None:
        data.pop(key, None)
        raise tk.StopOnError
    return str(value).strip()


def _failed(key, errors, message: str) -> Exception:
    errors[key].append(message)
    return tk.StopOnError()


def hanoi_organization_title(key, data, errors, context):
    """The title; where the API gives none, a new organization is called by its name, as stock
    CKAN shows it, and an update keeps the one that is there."""
    value = data.get(key)
    if value is not tk.missing and value is not None:
        return  # an emptied one is refused by the next validator
    stored = context.get("group")
    data[key] = (stored.title or stored.name) if stored is not None else data.get(("name",))
    if data[key] is tk.missing or data[key] is None:
        data[key] = ""


def hanoi_organization_name(key, data, errors, context):
    """The name in addresses: as given, else made from the title and free."""
    value = data.get(key)
    if value is not tk.missing and value:
        return
    stored = context.get("group")
    if stored is not None:
        data[key] = stored.name
        return
    stem = slug(str(data.get(("title",)) or ""))[:MAX_NAME - 4].strip("-")
    if len(stem) < 2:
        raise _failed(key, errors, tk._("Missing value"))
    name, number = stem, 1
    while model.Group.get(name) is not None:
        number += 1
        name = f"{stem}-{number}"
    data[key] = name


def hanoi_agency_code(key, data, errors, context):
    """An e-identifier of Quyết định 20/2020/QĐ-TTg; the older form becomes the present one."""
    value = _text(key, data)
    if not value:
        data.pop(key)
        raise tk.StopOnError
    code = normalise_code(value)
    if not code:
        raise _failed(key, errors, tk._("A code such as H26, H26.14 or 000.00.14.H26 is expected"))
    data[key] = code


def hanoi_area_code(key, data, errors, context):
    """The code of an administrative unit: two digits (city), three (district), five (ward)."""
    value = _text(key, data)
    if not value:
        data.pop(key)
        raise tk.StopOnError
    if not _AREA_CODE.fullmatch(value):
        raise _failed(key, errors, tk._("A code of two, three or five digits is expected"))
    data[key] = value


def hanoi_parent(key, data, errors, context):
    """The organization above, by name or id; empty for none. CKAN's own hierarchy keeps it."""
    value = _text(key, data)
    if value:
        parent = model.Group.get(value)
        if parent is None or not parent.is_organization or parent.state != "active":
            raise _failed(key, errors, tk._("There is no such organization: %s") % value)
        group = context.get("group")
        if group is not None and parent not in group.groups_allowed_to_be_its_parent(
                type=group.type):
            raise _failed(key, errors, tk._("An organization cannot be above itself"))
        value = parent.name
    data[key] = value
    raise tk.StopOnError  # hanoi_organization_after takes it from here, not an extra


def hanoi_organization_after(key, data, errors, context):
    """Put the organization above into CKAN's hierarchy, in the place of the one before."""
    if ("parent",) not in data:
        return
    parent = data.pop(("parent",))
    for other in [other for other in data if other[0] == "groups"]:
        del data[other]
    if parent:
        data[("groups", 0, "name")] = parent
    else:
        data[("groups",)] = []


def hanoi_kept(key, data, errors, context):
    """A value that only a sysadmin changes and that an update without it does not lose."""
    may = context.get("ignore_auth") or authz.is_sysadmin(context.get("user"))
    value = data.get(key)
    if may and value is not tk.missing and value is not None:
        return
    group = context.get("group")
    stored = dict(group.extras or {}).get(key[-1]) if group is not None else None
    if stored is None:
        data.pop(key, None)
        raise tk.StopOnError
    data[key] = stored
