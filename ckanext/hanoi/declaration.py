"""Declares the options of a YAML file to CKAN; an option that is written but empty is none.

``ckan generate config`` writes every option of CKAN's own, many of them empty, and people leave
a value out by emptying it: both mean the default.
"""
from __future__ import annotations

from typing import Any


def declare(declaration: Any, document: dict[str, Any]) -> None:
    """Declares the options of ``document`` (CKAN's declaration format, version 1)."""
    if not document["groups"]:  # CKAN refuses a declaration without options
        return
    declaration.load_dict(document)
    for group in document["groups"]:
        for option in group["options"]:
            empty_is_default(declaration.get(option["key"]))


def empty_is_default(option: Any) -> None:
    """Makes an option that is written without a value have its default (CKAN 2.11, 2.12).

    CKAN itself uses the default only for an option that is not written at all.
    """
    if option.default in (None, ""):
        return
    # CKAN splits the validators' text at blanks, wherever they stand.
    value = repr(option.default).replace(" ", r"\x20")
    option.append_validators(f"default({value})", before=True)
