"""What the actions of approval take."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.dataset.rules import RuleError, limited, text
from ckanext.hanoi.logic.schema.common import default, ignored, one_of, page, v
from ckanext.hanoi.review.rules import STATES

SORTS = ("submitted", "title", "organization", "decided")
#: States that a list can be limited to: those of requests, or all.
FILTERS = (*STATES, "all")


def _text(value: Any) -> str:
    try:
        return limited(text(value))
    except RuleError as error:
        raise tk.Invalid(tk._(error.message) % error.params) from None


def _remark(value: str) -> str:
    if not value:
        raise tk.Invalid(tk._("Write what has to be changed before the dataset can be approved"))
    return value


def submit() -> dict[str, Any]:
    """A dataset, and a message to the admin."""
    return {"id": v("not_empty", "unicode_safe"), "message": v("ignore_missing", _text),
            **ignored()}  # fmt: skip


def approve() -> dict[str, Any]:
    """A dataset as it was when the admin looked at it, and a remark."""
    return {"id": v("not_empty", "unicode_safe"), "remark": v("ignore_missing", _text),
            "metadata_modified": v("ignore_empty", "unicode_safe"), **ignored()}  # fmt: skip


def return_() -> dict[str, Any]:
    """A dataset and what is to be changed."""
    return {"id": v("not_empty", "unicode_safe"), "remark": [default(""), _text, _remark],
            **ignored()}  # fmt: skip


def review_list() -> dict[str, Any]:
    """Filters, order and page of a list of requests."""
    return {
        "state": v(default("pending"), "unicode_safe", one_of(FILTERS)),
        "owner_org": v("ignore_empty", "unicode_safe"),
        "q": v("ignore_empty", "unicode_safe"),
        "mine": v("ignore_empty", "boolean_validator"),
        "sort": v(default("submitted"), "unicode_safe", one_of(SORTS)),
        **page(), **ignored(),
    }  # fmt: skip
