"""Datasets to be measured."""

from __future__ import annotations

from datetime import date
from typing import Any

from ckanext.hanoi import quality
from ckanext.hanoi.quality.link_facts import Link
from ckanext.hanoi.quality.measure import DatasetMeasure, dimensions

TODAY = date(2025, 11, 26)
FILE = "https://dulieu.example.org/truong.csv"
PAGE = "https://dulieu.example.org/truong"
EMPTY: dict[str, Any] = {"title": "", "resources": []}
MEASURES = {one.name: one for _name, _title, some in dimensions() for one in some}


def reached(measure: str, dataset: dict | None = None, resource: dict | None = None, links=None):
    """What the measure says of a dataset and one resource that have nothing but this."""
    one = MEASURES[measure]
    if isinstance(one, DatasetMeasure):
        return one.reached({**EMPTY, **(dataset or {})})
    return one.reached(resource or {}, dataset or {}, links or {})


def resource(**more: Any) -> dict[str, Any]:
    """A file about which everything is said."""
    return {"url": FILE, "format": "CSV", "mimetype": "text/csv", "size": 1234, **more}


def dataset(**more: Any) -> dict[str, Any]:
    """A dataset about which everything is said."""
    return {
        "title": "Trường mầm non", "notes": "Danh sách trường.", "owner_org": "org-1",
        "tags": [{"name": "trường"}], "theme": ["giao-duc"], "spatial_coverage": ["01"],
        "temporal_start": "2025-01", "license_id": "cc-by-4.0", "access_level": "open",
        "contact_email": "dulieu@example.org", "rights": "Ghi nguồn.", "issued": "2025-01-01",
        "modified": "2025-10-01", "frequency": "QUARTERLY", "resources": [resource()],
        **more,
    }  # fmt: skip


ANSWERS = {FILE: Link(True, 200, "text/csv"), PAGE: Link(True, 200, "text/html")}
DEAD = Link(False, 404)


def score(data: dict[str, Any], links=None) -> quality.Score:
    return quality.score(data, links=ANSWERS if links is None else links, today=TODAY)
