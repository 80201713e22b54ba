"""What the import actions take."""

from __future__ import annotations

from typing import Any

from ckanext.hanoi.imports.report import RESULTS
from ckanext.hanoi.logic.schema.common import one_of, page, v
from ckanext.hanoi.model.imports import STATUSES


def template_show() -> dict[str, Any]:
    """An agency, a language."""
    return {
        "owner_org": v("ignore_empty", "unicode_safe"),
        "lang": v("ignore_empty", one_of(("vi", "en"))),
    }


def import_create() -> dict[str, Any]:
    """A file for an agency, and what is to be done with it."""
    return {
        "owner_org": v("not_empty", "unicode_safe"),
        "upload": v("ignore_missing"),
        "file_name": v("ignore_empty", "unicode_safe"),
        **import_check(),
    }


def import_check() -> dict[str, Any]:
    """What is to be done with new datasets, and with what others changed."""
    return {
        "private": v("ignore_missing", "boolean_validator"),
        "overwrite": v("ignore_missing", "boolean_validator"),
    }


def import_show() -> dict[str, Any]:
    """Which rows."""
    return {"result": v("ignore_empty", one_of(RESULTS)), "q": v("ignore_empty", "unicode_safe"),
            **page(100)}  # fmt: skip


def import_list() -> dict[str, Any]:
    """Which imports."""
    return {
        "owner_org": v("ignore_empty", "unicode_safe"),
        "status": v("ignore_empty", one_of(STATUSES)),
        **page(20),
    }
