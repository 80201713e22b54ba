"""What validators are made of: values in the flat dictionaries of CKAN's navl.

A field without a value is not stored, but a column of CKAN's own tables is emptied: an update
that left it out would keep the old value.
"""
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.hanoi.dataset import rules
from ckanext.hanoi.vietnamese import tag

Key = tuple[Any, ...]
Data = dict[Key, Any]
Errors = dict[Key, list[str]]
Context = dict[str, Any]
Validator = Callable[[Key, Data, Errors, Context], None]

#: Fields that are columns of CKAN's tables.
COLUMNS = frozenset(
    {
        "title",
        "name",
        "notes",
        "url",
        "version",
        "license_id",
        "format",
        "mimetype",
        "description",
        "hash",
        "size",
    }
)
def complaint(error: rules.RuleError) -> str:
    """What the error says, in the user's language."""
    message = tk._(error.message)
    return message % error.params if error.params else message


def drop(key: Key, data: Data) -> NoReturn:
    """No value: nothing is stored for a field, an empty text or none for a column."""
    if key[-1] in COLUMNS and data.get(key) is not tk.missing:
        data[key] = None if key[-1] == "size" or data.get(key) is None else ""
    else:
        data.pop(key, None)
    raise tk.StopOnError


def apply(rule: Callable[[Any], Any]) -> Validator:
    """A validator that stores what ``rule`` makes of the value."""

    def validator(key: Key, data: Data, errors: Errors, context: Context) -> None:
        value = data.get(key)
        if value is tk.missing or value is None:
            drop(key, data)
        try:
            value = rule(value)
        except rules.RuleError as error:
            errors[key].append(complaint(error))
            raise tk.StopOnError from None
        if value is None or value == "" or value == []:
            drop(key, data)
        data[key] = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value

    return validator


def names_beginning_with(stem: str) -> list[str]:
    """Names of datasets, deleted ones too."""
    pattern = stem.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%") + "%"
    found = model.Session.query(model.Package.name).filter(
        model.Package.name.like(pattern, escape="\\")
    )
    return [name for (name,) in found]


def check_extras(data: Data, errors: Errors, fields: set[str]) -> None:
    """A free extra is given once, and does not carry the name of a field."""
    seen: set[Any] = set()
    for index in [k[1] for k in data if k[0] == "extras" and k[-1] == "key"]:
        name = data["extras", index, "key"]
        if name in fields:
            message = tk._('"%(name)s" is a field of its own: give it as one, not as an extra')
        elif name in seen and not data.get(("extras", index, "deleted")):
            message = tk._('The extra "%(name)s" is there more than once')
        else:
            seen.add(name)
            continue
        errors.setdefault(("extras_validation",), []).append(message % {"name": name})


def clean_tags(data: Data) -> None:
    """Free keywords in the spelling of this catalog, each once."""
    seen: set[str] = set()
    for key in [k for k in data if k[0] == "tags" and len(k) == 3 and k[2] == "name"]:
        value = data[key]
        if not isinstance(value, str) or data.get((*key[:2], "vocabulary_id")):
            continue
        word = tag(value)
        if word and word.casefold() not in seen:
            seen.add(word.casefold())
            data[key] = word
        elif word or not value.strip():
            for other in [k for k in data if k[:2] == key[:2]]:
                del data[other]


def saves_draft(data: Data, context: Context) -> bool:
    """Whether this saves a draft. Only where CKAN will not ignore the state that is given."""
    return data.get(("state",)) == "draft" and bool(
        context.get("allow_state_change") or context.get("ignore_auth")
        or context.get("package") is not None
    )
