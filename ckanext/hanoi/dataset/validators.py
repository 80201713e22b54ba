"""Validators of the dataset schema: CKAN's side of ``rules.py``.

The public functions here are registered under their names (``plugin.py``). Those marked
``_for_field`` are given the field of the schema that uses them, as ckanext-scheming does it.
"""
from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.hanoi.dataset import drafts, geojson, protection, rules, stored_values
from ckanext.hanoi.dataset.navl import (
    Context,
    Data,
    Errors,
    Key,
    Validator,
    apply,
    check_extras,
    clean_tags,
    complaint,
    drop,
    names_beginning_with,
    saves_draft,
)
from ckanext.hanoi.parsing.active_links import is_active, leads_somewhere
from ckanext.hanoi.vietnamese import tag
from ckanext.hanoi.vocabulary import vocabulary

#: Fields that keep their value when an update does not name them: leaving a field out must not
#: be a way to publish what may not be public, nor take a dataset's identifier away.
_KEPT = ("sensitivity", "personal_data", "identifier")


def _for_field(factory: Callable[[dict[str, Any], dict[str, Any]], Validator]) -> Any:
    factory.is_a_scheming_validator = True  # type: ignore[attr-defined]
    return factory


_TEXT, _LINE = apply(lambda value: rules.limited(rules.text(value))), apply(rules.short_text)
_LONG, _TITLE = apply(rules.text), apply(rules.title)
_LIST, _RELATED = apply(rules.text_list), apply(rules.related)
_EMAIL, _PHONE, _URL = apply(rules.email), apply(rules.phone), apply(rules.url)
_SIZE, _GEOJSON = apply(rules.byte_size), apply(geojson.geojson)
_DATE = apply(rules.date)
_FIRST_DAY = apply(lambda value: rules.date(value, time=False))
_LAST_DAY = apply(lambda value: rules.date(value, end=True, time=False))


def hanoi_text(key, data, errors, context):
    """Text of several lines that also goes into the search index as it is."""
    _TEXT(key, data, errors, context)


def hanoi_long_text(key, data, errors, context):
    """Text of any length: only for what the search index takes apart into words."""
    _LONG(key, data, errors, context)


def hanoi_line(key, data, errors, context):
    """Text on one line."""
    _LINE(key, data, errors, context)


def hanoi_list(key, data, errors, context):
    """A list of texts."""
    _LIST(key, data, errors, context)


def hanoi_related(key, data, errors, context):
    """Names of datasets, or addresses."""
    _RELATED(key, data, errors, context)


def hanoi_email(key, data, errors, context):
    """One e-mail address."""
    _EMAIL(key, data, errors, context)


def hanoi_phone(key, data, errors, context):
    """Telephone numbers."""
    _PHONE(key, data, errors, context)


def hanoi_url(key, data, errors, context):
    """An absolute http(s) address."""
    _URL(key, data, errors, context)


def hanoi_resource_url(key, data, errors, context):
    """The address of a file or service, or the name of an uploaded file."""
    value = data.get(key)
    address = rules.text(value) if isinstance(value, str) else ""
    if is_active(address) or not leads_somewhere(address):
        errors[key].append(tk._("An address that starts with http:// or https:// is expected"))
        raise tk.StopOnError
    _TITLE(key, data, errors, context)


def hanoi_size(key, data, errors, context):
    """Whole bytes."""
    _SIZE(key, data, errors, context)


def hanoi_geojson(key, data, errors, context):
    """A GeoJSON geometry."""
    _GEOJSON(key, data, errors, context)


def hanoi_date(key, data, errors, context):
    """A date, or a date-time, as precise as it was given."""
    _DATE(key, data, errors, context)


def hanoi_first_day(key, data, errors, context):
    """The date on which a period starts."""
    _FIRST_DAY(key, data, errors, context)


def hanoi_last_day(key, data, errors, context):
    """The date on which a period ends."""
    _LAST_DAY(key, data, errors, context)


@_for_field
def hanoi_term(field, schema):
    """One term of the field's ``vocabulary``, stored as its code; else the field's
    ``default_code``, where it has one. ``vocabulary_open``: other words are kept as they are."""
    name, default = field["vocabulary"], field.get("default_code")
    vocabulary(name)
    open_list = field.get("vocabulary_open", False)

    def rule(value: Any) -> str:
        try:
            return rules.term(name, value)
        except rules.RuleError:
            if not open_list:
                raise
            return rules.short_text(value)

    store = apply(rule)

    def validator(key: Key, data: Data, errors: Errors, context: Context) -> None:
        value = data.get(key)
        if default and (value is tk.missing or value is None or value == ""):
            data[key] = default
            return
        store(key, data, errors, context)

    return validator


@_for_field
def hanoi_terms(field, schema):
    """Terms of the field's ``vocabulary``, stored as a JSON list of codes. ``default_code`` is
    for a value that is missing, not for one that was emptied."""
    name, default = field["vocabulary"], field.get("default_code")
    vocabulary(name)
    store = apply(lambda value: rules.terms(name, value))

    def validator(key: Key, data: Data, errors: Errors, context: Context) -> None:
        if default and data.get(key) is tk.missing:
            data[key] = json.dumps([default])
            return
        store(key, data, errors, context)

    return validator


def hanoi_flag(key, data, errors, context):
    """Yes or no, stored as ``true`` or ``false``; no where nothing is said."""
    value = data.get(key)
    try:
        yes = value is not tk.missing and rules.flag(value)
    except rules.RuleError as error:
        errors[key].append(complaint(error))
        raise tk.StopOnError from None
    data[key] = "true" if yes else "false"


def hanoi_license(key, data, errors, context):
    """A licence of the vocabulary, or another one that this CKAN's own register has."""
    value = data.get(key)
    if isinstance(value, str) and vocabulary("license").find(value) is None:
        value = value.strip()
        if value and model.Package.get_license_register().get(value) is not None:
            data[key] = value
            return
    _LICENSE(key, data, errors, context)


_LICENSE = apply(lambda value: rules.term("license", value))


def hanoi_format(key, data, errors, context):
    """A format of the vocabulary; where none is given, the one that the file's name tells."""
    value = data.get(key)
    if value is tk.missing or value is None or not str(value).strip():
        address = data.get((*key[:-1], "url"))
        found = rules.format_of(address) if isinstance(address, str) else None
        if found is None:
            drop(key, data)
        data[key] = found.code
        return
    _FORMAT(key, data, errors, context)


def _known_format(value: Any) -> str:
    """The code of the vocabulary; what it does not know is kept as it is written."""
    try:
        return rules.term("format", value)
    except rules.RuleError:
        return rules.short_text(value)


_FORMAT = apply(_known_format)


def hanoi_media_type(key, data, errors, context):
    """``type/subtype``; where none is given, that of the format."""
    value = data.get(key)
    if value is tk.missing or value is None or not str(value).strip():
        known = vocabulary("format").get(data.get((*key[:-1], "format"), ""))
        types = known.extra.get("media_types") if known else None
        if not types:
            drop(key, data)
        data[key] = types[0]
        return
    _MEDIA_TYPE(key, data, errors, context)


_MEDIA_TYPE = apply(rules.media_type)


def hanoi_title(key, data, errors, context):
    """The title; a new dataset without one is called by its name. A draft may be without."""
    value = data.get(key)
    if not str(value or "").strip() and saves_draft(data, context):
        data[key] = ""
        raise tk.StopOnError
    if value is tk.missing or value is None:
        if context.get("package") is not None:
            data.pop(key, None)
            raise tk.StopOnError
        value = data.get((*key[:-1], "name"))
    if not isinstance(value, str) or not value.strip():
        errors[key].append(tk._("Missing value"))
        raise tk.StopOnError
    data[key] = value
    _TITLE(key, data, errors, context)


def hanoi_slug(key, data, errors, context):
    """A name for the dataset's address, made of its title where none is given. An update that
    gives none keeps the old one, unless that is one of a draft that had no title yet. CKAN's own
    validators do the rest; they ask the database, and so are spared for a name that the harvester
    has found to be free."""
    value, package = data.get(key), context.get("package")
    old_name = package.name if package is not None else ""
    unnamed = drafts.is_unnamed(old_name)
    if isinstance(value, str) and value.strip() and not (unnamed and value == old_name):
        data[key] = value.strip()
        if value in context.get("hanoi_free_names", ()):
            raise tk.StopOnError
        return
    title = data.get((*key[:-1], "title"))
    titled = isinstance(title, str) and bool(title.strip())
    if package is not None and not (unnamed and titled):
        data.pop(key, None)
        raise tk.StopOnError
    if not titled and saves_draft(data, context):
        data[key] = drafts.new_name()
        raise tk.StopOnError
    if not titled:
        errors[key].append(tk._("Missing value"))
        raise tk.StopOnError
    data[key] = rules.unique_slug(title, names_beginning_with)


def hanoi_identifier(key, data, errors, context):
    """The identifier somebody gave; else the dataset's id in this catalog, which then is fixed."""
    value = data.get(key)
    if isinstance(value, str) and value.strip():
        _LINE(key, data, errors, context)
        return
    package = context.get("package")
    if package is not None:
        data[key] = package.id
        return
    given = data.get(("id",))
    if not isinstance(given, str) or not given:
        given = data[("id",)] = str(uuid.uuid4())
    data[key] = given


def hanoi_owner_org(key, data, errors, context):
    """An update that names no agency keeps the one it has. CKAN's own validators do the rest; they
    are spared where there is nothing left to check, because they ask the database three times."""
    value, package = data.get(key), context.get("package")
    if package is not None:
        if value is tk.missing:
            data.pop(key)
            raise tk.StopOnError
        if value and value == package.owner_org:
            raise tk.StopOnError
    elif value and isinstance(value, str) and context.get("ignore_auth"):
        group = model.Session.get(model.Group, value)
        if group is not None and group.is_organization and group.state == "active":
            raise tk.StopOnError


def hanoi_private(key, data, errors, context):
    """Visibility; only an agency's dataset can be private."""
    value = data.get(key)
    if value is tk.missing or value is None:
        data.pop(key, None)
        raise tk.StopOnError
    try:
        private = rules.flag(value)
    except rules.RuleError as error:
        # CKAN's own validator takes every unknown word for "public"
        errors[key].append(complaint(error))
        raise tk.StopOnError from None
    data[key] = private
    package = context.get("package")
    owner = data.get(("owner_org",), package.owner_org if package is not None else None)
    if private and (owner is tk.missing or not owner):
        errors[key].append(tk._("A dataset without an agency can't be private: choose an agency"))
        raise tk.StopOnError


def hanoi_tag_string(key, data, errors, context):
    """Keywords with commas, semicolons or lines between them; added to ``tags``."""
    value = data.pop(key, None)
    if not isinstance(value, str):
        raise tk.StopOnError
    check_length: Any = tk.get_validator("tag_length_validator")
    known = {str(data[k]).casefold() for k in data if k[0] == "tags" and k[-1] == "name"}
    place = max((k[1] for k in data if k[0] == "tags" and len(k) > 2), default=-1)
    for word in (tag(item) for item in rules.as_list(value, separators=",;\n")):
        if word and word.casefold() not in known:
            place += 1
            known.add(word.casefold())
            data["tags", place, "name"] = check_length(word, context)
    raise tk.StopOnError


@_for_field
def hanoi_before(_field, schema):
    """What must be put right before the fields are looked at: keywords in the spelling of this
    catalog, fields that an update may not lose, free extras that would hide a field."""
    fields = {field["field_name"] for field in schema["dataset_fields"]}

    def validator(key: Key, data: Data, errors: Errors, context: Context) -> None:
        stored_values.remember(data, context)
        clean_tags(data)
        check_extras(data, errors, fields)
        package = context.get("package")
        if package is None:
            return
        for name in _KEPT:
            if data.get((name,), tk.missing) is tk.missing and name in package.extras:
                data[name,] = package.extras[name]

    return validator


def hanoi_stored(key, data, errors, context):
    """What was stored already and is given back untouched is no error."""
    stored_values.keep(data, errors, context)


def hanoi_after(key, data, errors, context):
    """The rules between fields: what the law keeps from the public stays private, and a period
    does not end before it starts."""
    package = context.get("package")
    private = data.get(("private",), tk.missing)
    if private is tk.missing or private is None:
        private = bool(package is not None and package.private)
    sensitivity = data.get(("sensitivity",)) or "other"
    personal_data = data.get(("personal_data",)) == "true"
    try:
        if package is None or private is True:
            rules.check_private(sensitivity, personal_data, private is True)
        else:
            protection.check_public(package, sensitivity, personal_data)
    except rules.RuleError as error:
        errors.setdefault(("private",), []).append(complaint(error))
    period: list[Key] = [("temporal_start",), ("temporal_end",)]
    if all(stored_values.is_unchanged(key, data, context) for key in period):
        return
    start, end = (data.get(key) for key in period)
    if start and end and not errors.get(("temporal_start",)) and not errors.get(("temporal_end",)):
        try:
            rules.check_period(start, end)
        except rules.RuleError as error:
            errors.setdefault(("temporal_end",), []).append(complaint(error))


def hanoi_list_output(value):
    """The stored JSON list as a list."""
    if isinstance(value, list):
        return value
    try:
        items = json.loads(value)
    except (TypeError, ValueError):
        return [value]
    return items if isinstance(items, list) else [value]


def hanoi_flag_output(value):
    """The stored ``true`` or ``false`` as a boolean."""
    return value is True or (isinstance(value, str) and value.lower() == "true")
