"""Measures datasets and tells the search index where their band has changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import sqlalchemy as sa
from ckan import model
from ckan.lib import search

from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.model.quality import Quality
from ckanext.hanoi.quality import store

FACET = "vocab_quality"
_AT_ONCE = 100


def run(
    ids: Iterable[str], progress: store.Progress | None = None, forget: bool = True
) -> tuple[int, int]:
    """Measure the datasets; returns how many there were, and how many are indexed anew."""
    measured = indexed = 0
    for batch in store.update(ids, progress, forget):
        measured += len(batch)
        indexed += index(batch)
    return measured, indexed


def index(ids: list[str]) -> int:
    """Index those of the datasets anew whose band in the search index is another one; returns how
    many they are. Does nothing where Solr does not answer: the next night will."""
    query = sa.select(Quality.package_id, Quality.band).where(Quality.package_id.in_(ids))
    bands: dict[str, str] = {row[0]: row[1] for row in model.Session.execute(query)}
    model.Session.commit()
    try:
        found = _indexed(list(bands))
        wrong = [id_ for id_, band in found.items() if bands[id_] != band]
        for start in range(0, len(wrong), _AT_ONCE):
            Catalog().index(wrong[start : start + _AT_ONCE])
    except search.SearchIndexError:
        return 0
    return len(wrong)


def for_index(document: dict[str, Any]) -> dict[str, Any]:
    """The document of a dataset with its band."""
    if document.get("dataset_type") != "dataset":
        return document
    try:
        dataset = json.loads(document.get("validated_data_dict") or "{}")
    except ValueError:
        return document
    return {**document, FACET: [store.score(dataset).band]} if dataset else document


def _indexed(ids: list[str]) -> dict[str, str]:
    """Id -> band as the search index has it, of the datasets that are in it."""
    if not ids:
        return {}
    query = {
        "q": "*:*", "rows": len(ids), "fl": f"id {FACET}",
        "fq": ["{!terms f=id}" + ",".join(ids), f'+site_id:"{tk.config["ckan.site_id"]}"'],
    }  # fmt: skip
    try:
        answer = search.make_connection().search(**query)
    except (pysolr.SolrError, OSError) as error:
        raise search.SearchIndexError(str(error)[:1000]) from error
    return {doc["id"]: (doc.get(FACET) or [""])[0] for doc in answer.docs}
