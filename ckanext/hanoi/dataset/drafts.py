"""Drafts: what may still be missing, and where to go on. Knows no CKAN."""
from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.hanoi.vietnamese import nfc

#: The name of a draft that has no title yet; it makes way for a name made of the title.
_NAME = re.compile(r"ban-nhap-[0-9a-f]{8}")
#: Fields that say nothing about whether a person has been on a page.
_BY_ITSELF = frozenset({"name", "identifier", "private", "personal_data"})


def new_name() -> str:
    """A name for a draft without a title."""
    return f"ban-nhap-{uuid.uuid4().hex[:8]}"


def is_unnamed(name: Any) -> bool:
    """Whether ``name`` was made by ``new_name``."""
    return isinstance(name, str) and bool(_NAME.fullmatch(name))


def missing(fields: Iterable[Mapping[str, Any]], dataset: Mapping[str, Any]) -> list[str]:
    """Names of the required fields without a value, in the order of the form."""
    return [field["field_name"] for field in fields
            if field.get("required") and _is_empty(dataset.get(field["field_name"]))]


def next_page(pages: Iterable[Mapping[str, Any]], dataset: Mapping[str, Any]) -> int:
    """The page of the form to go on with, from 1: where something required is missing, else the
    first one that nobody has filled in; 0 where all that is left are the files."""
    pages = list(pages)
    for number, page in enumerate(pages, 1):
        if missing(page["fields"], dataset):
            return number
    for number, page in enumerate(pages, 1):
        if not any(_is_filled(field, dataset) for field in page["fields"]):
            return number
    return 0


def _is_filled(field: Mapping[str, Any], dataset: Mapping[str, Any]) -> bool:
    name, default = field["field_name"], field.get("default_code")
    value = dataset.get(name)
    if name in _BY_ITSELF or _is_empty(value):
        return False
    return default is None or value not in (default, [default])


def _is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not nfc(value).strip()
    return value in (None, [], {})
