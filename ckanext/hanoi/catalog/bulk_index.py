"""Datasets on their way to Solr, many in one request."""

from __future__ import annotations

import re
import types as python_types
from collections.abc import Collection
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
from ckan.lib import search
from ckan.lib.search import index as search_index

from ckanext.hanoi.catalog import versions
from ckanext.hanoi.catalog.versions import Version

_STATUS = re.compile(r"HTTP (\d{3})")
#: How Solr names the document of a request that it does not like.
_NAMED = re.compile(r"\[doc=([0-9a-f]{32})\]")
#: Statuses that may be a document's fault; all others are about the server, or who asks it.
_BAD, _TOO_LARGE = "400", "413"

Refused = dict[str, str]


class Documents:
    """Of some datasets what the search index is to have, and of which version that is.

    ``gone``: ids that were asked for and are not in the database any more.
    """

    def __init__(self, ids: Collection[str], known: dict[str, Version]) -> None:
        self.versions = known
        self.gone = [id_ for id_ in ids if id_ not in known]
        self.documents: list[dict[str, Any]] = []
        self._commit = bool(tk.config.get("ckan.search.solr_commit", True))
        self._site = tk.config.get("ckan.site_id")
        # options are asked for here: whoever sends may be in another thread
        self._connection = search_index.make_connection() if ids else None
        self._collect = _collector(self.documents)

    def add(self, document: dict[str, Any]) -> None:
        """A dataset as CKAN's index takes it."""
        self._collect(search.index_for("Package"), document, True)

    def send(self) -> Refused:
        """Returns ``{id: reason}`` of those that Solr refuses; all others are found then. Raises
        ``SearchIndexError`` when it does not take any, or does not answer. Any thread may do it."""
        refused: Refused = {}
        if self.gone:
            self._forget()
        if self.documents:
            refused = _send(self._connection, self.documents, self._commit)
        return refused

    def _forget(self) -> None:
        ids = " OR ".join(f'"{id_}"' for id_ in self.gone)
        query = f'+entity_type:package +id:({ids}) +site_id:"{self._site}"'
        try:
            assert self._connection
            self._connection.delete(q=query, commit=self._commit)
        except (pysolr.SolrError, OSError) as error:
            raise search.SearchIndexError(str(error)[:1000]) from error

    def outdated(self) -> list[str]:
        """When they are sent: ids of those that somebody has changed since. Commits."""
        if not self.versions:
            return []
        now = versions.settled(list(self.versions))
        return [id_ for id_, version in self.versions.items() if now.get(id_) != version]


def _collector(documents: list[dict[str, Any]]):
    """CKAN's ``index_package``, with a list in the place of its connection to Solr.

    CKAN posts each document by itself. This is its own function over its own globals, but for
    the one name through which it reaches Solr; nothing in CKAN is changed.
    """

    class Collecting:
        def add(self, docs: list[dict[str, Any]], **_: Any) -> None:
            documents.extend(docs)

    original = search_index.PackageSearchIndex.index_package
    names = {**vars(search_index), "make_connection": Collecting}
    return python_types.FunctionType(
        original.__code__, names, original.__name__, original.__defaults__, original.__closure__
    )


def _send(connection: Any, documents: list[dict[str, Any]], commit: bool) -> Refused:
    """Solr refuses all documents of a request for the sake of one."""
    refused: Refused = {}
    waiting, passed = [documents], False
    while waiting:
        part = waiting.pop()
        try:
            connection.add(docs=part, commit=commit)
            passed = True
        except pysolr.SolrError as error:
            reason = str(error)[:1000]
            named = _culprits(part, str(error))
            if named is None:
                raise search.SearchIndexError(reason) from error
            refused.update({document["id"]: reason for document in named})
            rest = [document for document in part if document not in named]
            half = len(rest) // 2 if not named else 0
            waiting += [some for some in (rest[half:], rest[:half]) if some]
        except OSError as error:
            raise search.SearchIndexError(str(error)[:1000]) from error
    _judge(refused, documents, passed)
    return refused


def _culprits(documents: list[dict[str, Any]], error: str) -> list[dict[str, Any]] | None:
    """The documents for whose sake a request was refused; none of them, where it isn't known yet;
    None, where it is no document's fault."""
    status = _STATUS.search(error)
    if status is None or status.group(1) not in (_BAD, _TOO_LARGE):
        return None
    names = set(_NAMED.findall(error))
    named = [document for document in documents if document.get("index_id") in names]
    return named or (documents if len(documents) == 1 else [])


def _judge(refused: Refused, documents: list[dict[str, Any]], passed: bool) -> None:
    """Where each one of many is refused and Solr names none of them, it is Solr that is ill."""
    unnamed = [reason for reason in refused.values() if not _NAMED.search(reason)]
    if not passed and len(documents) > 1 and len(unnamed) == len(documents):
        raise search.SearchIndexError(unnamed[0])
