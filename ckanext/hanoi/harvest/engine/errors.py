"""What went wrong with a record, in words for the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
from sqlalchemy import exc

from ckanext.hanoi.background.retry import is_passing
from ckanext.hanoi.messages import N_, SourceError


class StageError(Exception):
    """Carries the stage in which the error (its cause) came."""

    def __init__(self, stage: str) -> None:
        super().__init__(stage)
        self.stage = stage


@contextmanager
def during(stage: str) -> Iterator[None]:
    """Errors inside the block are put down under ``stage``."""
    try:
        yield
    except Exception as error:
        if is_passing(error):
            raise
        raise StageError(stage) from error


def explain(error: Exception) -> tuple[str, str, dict[str, str]]:
    """(stage, message id in English, parameters) of what a record met with."""
    stage, cause = "writing", error
    if isinstance(error, StageError) and isinstance(error.__cause__, Exception):
        stage, cause = error.stage, error.__cause__
    if isinstance(cause, tk.ValidationError):
        return "validation", "%(errors)s", {"errors": in_words(cause.error_dict)}
    if isinstance(cause, SourceError):
        return stage, cause.message, {key: str(value) for key, value in cause.params.items()}
    if stage == "validation":
        stage = "writing"
    if isinstance(cause, exc.DBAPIError):
        # without the statement, and without what stood in it
        message = N_("The database does not take the record: %(error)s")
        return stage, message, {"error": _in_one_line(cause.orig)}
    return stage, "%(kind)s: %(error)s", {"kind": type(cause).__name__, "error": str(cause)[:500]}


def _in_one_line(error: object) -> str:
    return " ".join(str(error).split("\n")[0].split())[:500]


def in_words(found: Mapping[str, Any]) -> str:
    """The errors of a validation as a line of text: each field and what is wrong with it."""
    parts = []
    for name, messages in found.items():
        items = messages if isinstance(messages, list) else [messages]
        for number, message in enumerate(items, 1):
            if isinstance(message, Mapping):
                if message:
                    parts.append(f"{name} {number}: {in_words(message)}")
            else:
                parts.append(f"{name}: {message}")
    return "; ".join(parts)
