"""What a dataset still lacks before it is made public. Knows no CKAN."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

#: Without one of these a person is asked before a dataset is made public. A program is not.
ESSENTIAL = ("resources", "notes", "theme")


def essential(dataset: Mapping[str, Any]) -> list[str]:
    """Those of ``ESSENTIAL`` without a value, in that order."""
    return [name for name in ESSENTIAL if _is_empty(dataset.get(name))]


def recommended(fields: Iterable[Mapping[str, Any]], dataset: Mapping[str, Any]) -> list[str]:
    """Further fields that the form recommends, without a value, in the order of the form."""
    return [
        name for name in (field["field_name"] for field in fields if field.get("recommended"))
        if name not in ESSENTIAL and _is_empty(dataset.get(_KEPT_AS.get(name) or name))
    ]


_KEPT_AS = {"tag_string": "tags"}


def _is_empty(value: Any) -> bool:
    """A form sends the empty choice of a list, too."""
    if isinstance(value, (list, tuple)):
        return not any(not _is_empty(part) for part in value)
    if isinstance(value, str):
        return value.strip() in ("", "[]", "notspecified")
    return value is None or value == {}
