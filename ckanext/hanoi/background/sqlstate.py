"""What PostgreSQL's error codes say of a failure: is it over in a while, or the statement's own?

Judged by the class of the code (SQLSTATE), as PostgreSQL's manual lists them. Pure: no CKAN, no
driver.
"""
from __future__ import annotations

#: Connection, transaction given up for another's sake, resources, the server's own system.
_CLASSES = frozenset({"08", "40", "53", "58"})
#: Shutdown, crash, starting up, too old a session; a lock that another has. Not 57014: a statement
#: that took too long will do so again.
_PREFIXES = ("57P", "55P03")


def is_passing(code: str) -> bool:
    """Whether the same statement may succeed later: nothing is wrong with what it says."""
    return code[:2] in _CLASSES or code.startswith(_PREFIXES)


def is_contention(code: str) -> bool:
    """Whether another transaction was in the way: the same one succeeds when it begins anew."""
    return code[:2] == "40" or code == "55P03"


def is_collision(code: str) -> bool:
    """Whether another transaction has put down the same key meanwhile."""
    return code in ("23505", "23P01")
