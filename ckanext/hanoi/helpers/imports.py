"""Template helpers of the pages of publishers' workbooks."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi import language
from ckanext.hanoi.workbook.cells import text_of
from ckanext.hanoi.workbook.fields import Field, dataset_fields, resource_fields


def hanoi_import_status(status: str) -> str:
    """The status of an import in words."""
    return {
        "checking": tk._("being checked"),
        "ready": tk._("waits for your word"),
        "queued": tk._("waiting"),
        "running": tk._("running"),
        "finished": tk._("finished"),
        "aborted": tk._("stopped"),
        "failed": tk._("failed"),
    }.get(status, status)


def hanoi_import_result(result: str, done: bool = False) -> str:
    """What a row is, or has become, in words."""
    if done:
        return {"create": tk._("created"), "update": tk._("updated")}.get(result, result)
    return {
        "create": tk._("new"),
        "update": tk._("changed"),
        "unchanged": tk._("unchanged"),
        "error": tk._("with an error"),
        "waiting": tk._("not checked yet"),
    }.get(result, result)


def hanoi_import_field(change: dict[str, Any]) -> str:
    """The heading of a field that changes, with the file that it belongs to."""
    if change["resource"] and not change["field"]:
        return tk._("New file: %(file)s") % {"file": change["resource"]}
    about = _field(change)
    label = about.label(language.vi_or_en()) if about else change["field"]
    return f"{change['resource']}: {label}" if change["resource"] else label


def hanoi_import_value(change: dict[str, Any], which: str) -> list[str]:
    """The ``old`` or ``new`` value of a change as lines to read, with labels for codes."""
    value, lang = change[which], language.vi_or_en()
    if isinstance(value, dict):
        known = {f.name: f for f in resource_fields()}
        return [
            f"{known[name].label(lang)}: {text_of(known[name], part, lang)}"
            for name, part in value.items()
            if name in known
        ]
    about = _field(change)
    text = text_of(about, value, lang) if about else str(value or "")
    return text.splitlines()


def _field(change: dict[str, Any]) -> Field | None:
    fields = resource_fields() if change["resource"] else dataset_fields()
    return next((field for field in fields if field.name == change["field"]), None)
