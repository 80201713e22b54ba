"""What the import actions take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.imports.report import RESULTS
from ckanext.hanoi.model.imports import STATUSES


def _v(*names: Any) -> list[Any]:
    return [tk.get_validator(name) if isinstance(name, str) else name for name in names]


def _one_of(choices: tuple[str, ...]) -> Any:
    def validator(value: str) -> str:
        if value not in choices:
            raise tk.Invalid(tk._("Choose one of: %s") % ", ".join(choices))
        return value

    return validator


def template_show() -> dict[str, Any]:
    """An agency, a language."""
    return {
        "owner_org": _v("ignore_empty", "unicode_safe"),
        "lang": _v("ignore_empty", _one_of(("vi", "en"))),
    }


def import_create() -> dict[str, Any]:
    """A file for an agency, and what is to be done with it."""
    return {
        "owner_org": _v("not_empty", "unicode_safe"),
        "upload": _v("ignore_missing"),
        "file_name": _v("ignore_empty", "unicode_safe"),
        **import_check(),
    }


def import_check() -> dict[str, Any]:
    """What is to be done with new datasets, and with what others changed."""
    return {
        "private": _v("ignore_missing", "boolean_validator"),
        "overwrite": _v("ignore_missing", "boolean_validator"),
    }


def import_show() -> dict[str, Any]:
    """Which rows."""
    return {"result": _v("ignore_empty", _one_of(RESULTS)), "q": _v("ignore_empty", "unicode_safe"),
            **_paged(100)}  # fmt: skip


def import_list() -> dict[str, Any]:
    """Which imports."""
    return {
        "owner_org": _v("ignore_empty", "unicode_safe"),
        "status": _v("ignore_empty", _one_of(STATUSES)),
        **_paged(20),
    }


def _paged(default: int) -> dict[str, Any]:
    def at_most(value: int) -> int:
        return min(value, 1000)

    return {
        "limit": _v(_default(default), "natural_number_validator", at_most),
        "offset": _v(_default(0), "natural_number_validator"),
    }


def _default(value: int) -> Any:
    default: Any = tk.get_validator("default")
    return default(value)
