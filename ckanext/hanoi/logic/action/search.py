"""The search index, as administrators see it, through CKAN's API."""

from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchIndexError

from ckanext.hanoi.catalog import reconcile
from ckanext.hanoi.logic.schema import search as schema
from ckanext.hanoi.logic.schema.common import checked

#: A request does this much of a large catalog, in seconds.
_SECONDS = 20
_AFTER = re.compile(r"(database|index):\S*")


def hanoi_reconcile(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Compare the database with the search index, and index anew what differs.

    :param dry_run: only say what differs
    :param after: the ``next`` of an earlier answer, to go on there

    :returns: how many datasets were compared in ``database`` and ``index``; ``missing`` (in the
      database alone), ``superfluous`` (in the index alone), ``stale`` (in both, and not the same),
      ``exposed`` (those of them that are found although they are private or deleted), ``repaired``,
      ``refused`` by the index; ``differences``, the first of them by name; ``next``: of a large
      catalog, where the next call is to go on, else empty
    """
    tk.check_access("hanoi_reconcile", context, data_dict)
    asked = checked(data_dict, schema.reconcile())
    if asked["after"] and not _AFTER.fullmatch(asked["after"]):
        raise tk.ValidationError({"after": [tk._("Not the “next” of an earlier answer")]})
    try:
        if context.get("hanoi_inline") and not asked["after"]:
            progress = context.get("hanoi_progress")
            return reconcile.whole(asked["dry_run"], progress).as_dict()
        found = reconcile.part(asked["after"], asked["dry_run"], _SECONDS)
    except SearchIndexError as error:
        message = tk._("The search index does not answer: %s") % str(error)[:300]
        raise tk.ValidationError({"solr": [message]}) from None
    if not asked["after"] and not found.next:
        reconcile.remember(found)
    return found.as_dict()
