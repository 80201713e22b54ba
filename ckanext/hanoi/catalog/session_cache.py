"""Questions that CKAN asks the database again for each dataset of a batch, about what the session
has: who the user is, and which dataset a membership belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from sqlalchemy import event
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql import operators


@contextmanager
def cached_queries() -> Iterator[None]:
    """Inside the block they are answered from the session (CKAN 2.12; SQLAlchemy 1.4 of 2.11 puts
    its questions otherwise). Nobody else may change users in it."""
    if not tk.check_ckan_version(min_version="2.12"):
        yield
        return
    # this thread's session alone: what one session has must not be given to another
    session, answers = model.Session(), _QueryCache()
    event.listen(session, "do_orm_execute", answers)
    try:
        yield
    finally:
        event.remove(session, "do_orm_execute", answers)


class _QueryCache:
    def __init__(self) -> None:
        self._users: dict[Any, Any] = {}
        #: Of each class an earlier answer, in which to put other rows.
        self._earlier: dict[Any, Any] = {}

    def __call__(self, asked: Any) -> Any:
        if not asked.is_select or asked.is_column_load or asked.is_relationship_load:
            return None
        if asked.load_options._populate_existing:
            return None
        entities = asked.statement.column_descriptions
        if len(entities) != 1:
            return None
        entity = entities[0]["expr"]
        if entity is model.User:
            return self._user(asked)
        if entity is model.Package or entity is model.Group:
            return self._by_id(asked, entity)
        return None

    def _user(self, asked: Any) -> Any:
        key = asked.statement._generate_cache_key()
        if key is None:
            return None
        question = (key.key, tuple(one.effective_value for one in key.bindparams))
        if question not in self._users:
            self._users[question] = asked.invoke_statement().freeze()
        return self._users[question]()

    def _by_id(self, asked: Any, entity: Any) -> Any:
        id_ = _only_id(asked.statement)
        if id_ is None:
            return None
        if entity not in self._earlier:
            self._earlier[entity] = asked.invoke_statement().freeze()
            return self._earlier[entity]()
        one = asked.session.identity_map.get(identity_key(entity, id_))
        return None if one is None else self._earlier[entity].with_new_rows([(one,)])()


def _only_id(statement: Any) -> str | None:
    """The id where the question is "who has this id" and nothing else."""
    more = (
        statement._offset_clause is not None, statement._order_by_clauses, statement._setup_joins,
        statement._from_obj, statement._for_update_arg is not None,
    )  # fmt: skip
    where = statement.whereclause
    if any(more) or getattr(where, "operator", None) is not operators.eq:
        return None
    column = where.left
    is_id = getattr(column, "name", "") == "id" and column.table.name in ("package", "group")
    return getattr(where.right, "effective_value", None) if is_id else None
