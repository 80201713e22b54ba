"""Which failures pass by themselves: those of a server that is down, not of the work.

SQLAlchemy's and CKAN's search exceptions, judged by PostgreSQL's error codes (``sqlstate``).
"""

from __future__ import annotations

from ckan.lib.search.common import SearchError, SearchIndexError, SolrConnectionError
from sqlalchemy import exc

from ckanext.hanoi.background import sqlstate

#: The search index does not answer.
SEARCH_GONE = (SearchIndexError, SearchError, SolrConnectionError)

#: SQLAlchemy's code of a session that is used on after an error in it was passed over. Whether that
#: one was the work's, the next transaction shows.
_AFTER_ERROR = "7s2a"


def code_of(error: BaseException) -> str:
    """PostgreSQL's code of the error, or of the one that it was raised from; empty where the server
    sent none."""
    original = getattr(error, "orig", error)
    code = getattr(original, "pgcode", None) or getattr(original, "sqlstate", None)
    if not code and error.__cause__ and not isinstance(error, exc.SQLAlchemyError):
        return code_of(error.__cause__)
    return str(code or "")


def database_gone(error: BaseException) -> bool:
    """Whether the database can't be had now: the work is done again later. What is wrong with a
    record (limits, data, a statement that takes too long) is not that."""
    if code := code_of(error):
        return sqlstate.is_passing(code)
    if isinstance(error, exc.PendingRollbackError):
        return error.code != _AFTER_ERROR
    if isinstance(error, exc.TimeoutError):  # no connection is free
        return True
    # the driver's own word, without the server's: there is no connection
    gone = isinstance(error, (exc.OperationalError, exc.InterfaceError))
    return gone or bool(getattr(error, "connection_invalidated", False))


def may_succeed_anew(error: BaseException) -> bool:
    """Whether another transaction was in the way: a new one sees what that one has done."""
    code = code_of(error)
    return sqlstate.is_contention(code) or sqlstate.is_collision(code)


def search_gone(error: BaseException) -> bool:
    """Whether the search index does not answer."""
    return isinstance(error, SEARCH_GONE)


def is_passing(error: BaseException) -> bool:
    """Whether the failure is that of a server, not of the work."""
    return search_gone(error) or database_gone(error)
