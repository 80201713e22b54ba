"""What went wrong with a record, in words for the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search.common import SearchError, SearchIndexError, SolrConnectionError
from sqlalchemy import exc

from ckanext.hanoi.harvest.record import SourceError

#: The connection to the database is lost: not the record's fault, the whole batch is done again.
DATABASE_GONE = (exc.OperationalError, exc.InterfaceError, exc.PendingRollbackError)

#: The search index does not answer.
SEARCH_GONE = (SearchIndexError, SearchError, SolrConnectionError)
#: Not the record's fault: the work is done again later.
TRANSIENT = DATABASE_GONE + SEARCH_GONE


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
    except TRANSIENT:
        raise
    except Exception as error:
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
    return stage, "%(kind)s: %(error)s", {"kind": type(cause).__name__, "error": str(cause)[:500]}


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
