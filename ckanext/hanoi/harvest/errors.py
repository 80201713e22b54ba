"""What went wrong with a record, in words for the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search.common import SearchError, SearchIndexError, SolrConnectionError
from sqlalchemy import exc

from ckanext.hanoi import sqlstate as _sqlstate
from ckanext.hanoi.harvest.record import N_, SourceError

#: The search index does not answer.
SEARCH_GONE = (SearchIndexError, SearchError, SolrConnectionError)

#: SQLAlchemy's code of a session that is used on after an error in it was passed over. Whether that
#: one was the record's, the next transaction shows.
_AFTER_ERROR = "7s2a"


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's code of the error; empty where the server sent none."""
    if isinstance(error, StageError) and error.__cause__:
        error = error.__cause__
    original = getattr(error, "orig", error)
    code = getattr(original, "pgcode", None) or getattr(original, "sqlstate", None)
    return str(code or "")


def database_gone(error: BaseException) -> bool:
    """Whether the database can't be had now: the work is done again later. What is wrong with a
    record (limits, data, a statement that takes too long) is not that."""
    if code := sqlstate(error):
        return _sqlstate.is_passing(code)
    if isinstance(error, exc.PendingRollbackError):
        return error.code != _AFTER_ERROR
    if isinstance(error, exc.TimeoutError):  # no connection is free
        return True
    # the driver's own word, without the server's: there is no connection
    gone = isinstance(error, (exc.OperationalError, exc.InterfaceError))
    return gone or bool(getattr(error, "connection_invalidated", False))


def may_succeed_anew(error: BaseException) -> bool:
    """Whether another transaction was in the way: a new one sees what that one has done."""
    code = sqlstate(error)
    return _sqlstate.is_contention(code) or _sqlstate.is_collision(code)


def search_gone(error: BaseException) -> bool:
    """Whether the search index does not answer."""
    return isinstance(error, SEARCH_GONE)


def is_passing(error: BaseException) -> bool:
    """Whether the failure is that of a server, not of the record."""
    return search_gone(error) or database_gone(error)


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
