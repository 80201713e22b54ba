"""Scores in the reader's language, with the names that the form has for its fields."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi import language
from ckanext.hanoi.messages import N_
from ckanext.hanoi.quality.freshness import CURRENT, DUE, LATE, UNKNOWN, Freshness
from ckanext.hanoi.quality.measure import dimensions
from ckanext.hanoi.quality.score import BANDS, Missing, Score

_FRESH = {
    CURRENT: N_("Up to date"),
    DUE: N_("Update due"),
    LATE: N_("Late"),
    UNKNOWN: N_("Not known"),
}


def band(name: str) -> str:
    """The label of a band."""
    return tk._(BANDS[name][1]) if name in BANDS else name


def fresh(state: str) -> str:
    """The label of a state of freshness."""
    return tk._(_FRESH[state]) if state in _FRESH else state


def dimension(name: str) -> str:
    """The label of a dimension."""
    return next((tk._(title) for key, title, _some in dimensions() if key == name), name)


def measure(name: str) -> str:
    """The label of a measure."""
    titles = {one.name: one.title for _key, _title, some in dimensions() for one in some}
    return tk._(titles[name]) if name in titles else name


def explained(missing: Missing, dataset: dict[str, Any]) -> dict[str, Any]:
    """What is missing, for people: ``measure``, its ``title``, ``points``, the ``field`` of the
    form with its ``label``, ``of_resource``, ``remedy`` (a sentence), ``pending``, and the
    ``resources`` that lack it with ``id``, ``name`` and ``position`` from 0."""
    label = field_label(missing.field, missing.of_resource, dataset.get("type") or "dataset")
    resources = dataset.get("resources") or []
    return {
        "measure": missing.measure,
        "title": measure(missing.measure),
        "points": missing.points,
        "field": missing.field,
        "label": label,
        "of_resource": missing.of_resource,
        "remedy": tk._(missing.remedy) % {"field": label},
        "pending": missing.pending,
        "resources": [
            {
                "id": resources[place].get("id") or "",
                "name": resources[place].get("name") or resources[place].get("url") or "",
                "position": place,
            }
            for place in missing.resources
        ],
    }


def as_dict(score: Score, dataset: dict[str, Any]) -> dict[str, Any]:
    """A score for API and pages."""
    return {
        "points": score.points,
        "of": score.of,
        "pending": score.pending,
        "band": score.band,
        "band_label": band(score.band),
        "dimensions": [
            {"name": one.name, "title": tk._(one.title), "points": one.points, "of": one.of}
            for one in score.dimensions
        ],
        "freshness": freshness(score.freshness),
        "missing": [explained(one, dataset) for one in score.missing],
    }


def freshness(found: Freshness) -> dict[str, Any]:
    return {**found.as_dict(), "label": fresh(found.state)}


def field_label(name: str, of_resource: bool, dataset_type: str = "dataset") -> str:
    """What the form calls a field, in the reader's language; its name where the form has none."""
    schema = tk.h.scheming_get_dataset_schema(dataset_type) or {}
    for field in schema.get("resource_fields" if of_resource else "dataset_fields", ()):
        if field["field_name"] == name:
            return tk.h.scheming_language_text(field.get("label") or name, language.lang())
    return name
