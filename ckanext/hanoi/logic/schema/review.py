"""What the actions of approval take."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.dataset.rules import RuleError, limited, text
from ckanext.hanoi.logic.schema.harvest import page
from ckanext.hanoi.review.rules import STATES

SORTS = ("submitted", "title", "organization", "decided")
#: States that a list can be limited to: those of requests, or all.
FILTERS = (*STATES, "all")


def _v(*names: Any) -> list[Any]:
    return [tk.get_validator(name) if isinstance(name, str) else name for name in names]


def _one_of(choices: tuple[str, ...]) -> Any:
    def check(value: str) -> str:
        if value not in choices:
            raise tk.Invalid(tk._("Choose one of: %s") % ", ".join(choices))
        return value

    return check


def _text(value: Any) -> str:
    try:
        return limited(text(value))
    except RuleError as error:
        raise tk.Invalid(tk._(error.message) % error.params) from None


def _remark(value: str) -> str:
    if not value:
        raise tk.Invalid(tk._("Write what has to be changed before the dataset can be approved"))
    return value


def _ignored() -> dict[str, Any]:
    return {"__extras": _v("ignore"), "__junk": _v("ignore")}


def submit() -> dict[str, Any]:
    """A dataset, and a message to the admin."""
    return {"id": _v("not_empty", "unicode_safe"), "message": _v("ignore_missing", _text),
            **_ignored()}  # fmt: skip


def approve() -> dict[str, Any]:
    """A dataset as it was when the admin looked at it, and a remark."""
    return {"id": _v("not_empty", "unicode_safe"), "remark": _v("ignore_missing", _text),
            "metadata_modified": _v("ignore_empty", "unicode_safe"), **_ignored()}  # fmt: skip


def return_() -> dict[str, Any]:
    """A dataset and what is to be changed."""
    default: Any = tk.get_validator("default")
    return {"id": _v("not_empty", "unicode_safe"), "remark": [default(""), _text, _remark],
            **_ignored()}  # fmt: skip


def review_list() -> dict[str, Any]:
    """Filters, order and page of a list of requests."""
    default: Any = tk.get_validator("default")
    return {
        "state": [default("pending"), *_v("unicode_safe", _one_of(FILTERS))],
        "owner_org": _v("ignore_empty", "unicode_safe"),
        "q": _v("ignore_empty", "unicode_safe"),
        "mine": _v("ignore_empty", "boolean_validator"),
        "sort": [default("submitted"), *_v("unicode_safe", _one_of(SORTS))],
        **page(), **_ignored(),
    }  # fmt: skip
