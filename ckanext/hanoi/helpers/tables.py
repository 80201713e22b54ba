"""Template helpers of the look at tables."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi.tabular.sheet import column_letters


def hanoi_table(resource: dict[str, Any]) -> dict[str, Any] | None:
    """What was found in the table of a resource that the reader may see, or None; one query."""
    from ckanext.hanoi.model.tables import Table
    from ckanext.hanoi.tables import dictize

    entry = model.Session.get(Table, resource.get("id") or "")
    return dictize.dictize(entry, resource) if entry is not None else None


def hanoi_table_state(state: str) -> str:
    """The state of a look in words."""
    return {
        "queued": tk._("waiting to be looked at"),
        "running": tk._("being looked at"),
        "table": tk._("table read"),
        "none": tk._("no table"),
        "failed": tk._("file not available"),
        "unknown": tk._("not looked at"),
    }.get(state, state)


def hanoi_column_type(type_: str) -> str:
    """The type of a column in words; "" is a column without values."""
    return {
        "string": tk._("text"),
        "integer": tk._("whole number"),
        "number": tk._("number"),
        "date": tk._("date"),
        "datetime": tk._("date and time"),
        "time": tk._("time of day"),
        "boolean": tk._("yes or no"),
        "": tk._("empty"),
    }.get(type_, type_)


def hanoi_column_types() -> list[str]:
    """The types that a column may have."""
    from ckanext.hanoi.tables.dictionary import TYPES

    return list(TYPES)


def hanoi_column_letters(number: int) -> str:
    """1 is A, as spreadsheets name their columns."""
    return column_letters(number - 1)


def hanoi_field_value(name: str, value: Any) -> str:
    """A proposed value of a resource's field as people read it."""
    if name == "size":
        return tk._("%(number)s bytes") % {"number": tk.h.hanoi_number(int(value))}
    return str(value)


def hanoi_table_field(name: str) -> str:
    """What the form calls a field that a look may fill in."""
    return {
        "format": tk._("Format"),
        "encoding": tk._("Character encoding"),
        "size": tk._("Size"),
        "hash": tk._("Checksum (SHA-256)"),
    }.get(name, name)


def hanoi_delimiter(delimiter: str | None) -> str:
    """The separator of a text table in words."""
    return {
        ",": tk._("comma"), ";": tk._("semicolon"), "\t": tk._("tab"), "|": tk._("vertical bar"),
    }.get(delimiter or "", delimiter or "")  # fmt: skip
