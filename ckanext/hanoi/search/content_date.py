"""When the content of a dataset changed last, in the search index: what "recently updated" means.

A harvest changes CKAN's ``metadata_modified`` without anybody having touched the data: of a
harvested dataset only the dates count that it or its files carry. Of one that people keep here,
what they change counts too.
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.background import bulk
from ckanext.hanoi.quality import store
from ckanext.hanoi.quality.freshness import content_date

#: A moment, by the name: CKAN's Solr schema has ``*_date``.
FIELD = "hanoi_updated_date"
#: Those without a date come last, in the order of their titles.
SORT = f"{FIELD} desc, title_string asc"
RECENT = f"{FIELD}:[NOW/DAY-30DAYS TO *]"
#: What ckanext-harvest leaves in a dataset.
_PEERS = ("harvest_object_id", "harvest_source_id")


def for_index(document: dict[str, Any]) -> dict[str, Any]:
    """The document of a dataset with the moment of its last change, where that is known."""
    rest = {name: value for name, value in document.items() if name != FIELD}
    try:
        dataset = json.loads(document.get("validated_data_dict") or "{}")
    except ValueError:
        return rest
    found = of(dataset) if dataset else ""
    return {**rest, FIELD: f"{found.split('+')[0].rstrip('Z')}Z"} if found else rest


def of(dataset: Mapping[str, Any]) -> str:
    """The moment in UTC, ISO 8601: midnight where only the day is known; "" where nothing is."""
    day = content_date(dataset, store.today())
    said = f"{day.isoformat()}T00:00:00" if day is not None else ""
    if _is_harvested(dataset):
        return said
    return max(said, str(dataset.get("metadata_modified") or ""))


def _is_harvested(dataset: Mapping[str, Any]) -> bool:
    if bulk.is_under_way() or any(
        extra.get("key") in _PEERS for extra in dataset.get("extras") or ()
    ):
        return True
    if not tk.h.plugin_loaded("hanoi_harvest"):
        return False
    from ckanext.hanoi.model.harvest import Identity

    follows = Identity.state.not_in(("detached", "yielded", "removed"))
    query = sa.select(sa.exists().where(Identity.package_id == dataset.get("id"), follows))
    return bool(model.Session.execute(query).scalar())
