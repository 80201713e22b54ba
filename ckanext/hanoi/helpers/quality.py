"""Template helpers of quality."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import g

from ckanext.hanoi import quality
from ckanext.hanoi.quality import labels, link_queries, ranking, store
from ckanext.hanoi.quality.measure import dimensions


def hanoi_quality(pkg: dict[str, Any]) -> dict[str, Any]:
    """The score of a dataset as ``package_show`` gives it, in words: see ``quality.words``; and
    how many ``files`` the dataset has.

    Several snippets of a page ask for it; it's computed once a page.
    """
    kept: dict[str, Any] = g.setdefault("hanoi_quality", {})
    if pkg["id"] not in kept:
        files = len(pkg.get("resources") or ())
        kept[pkg["id"]] = {**labels.as_dict(store.score(pkg), pkg), "files": files}
    return kept[pkg["id"]]


def hanoi_points(number: float) -> str:
    """Points as people write them: 281, 280.3 or 280,3."""
    value = round(float(number), 1)
    return tk.h.localised_number(int(value) if value == int(value) else value)


def hanoi_quality_band(name: str) -> str:
    """The label of a band in the reader's language."""
    return labels.band(name)


def hanoi_freshness(state: str) -> str:
    """The label of a state of freshness in the reader's language."""
    return labels.fresh(state)


def hanoi_link_state(state: str) -> str:
    """The label of what is known of a link in the reader's language."""
    return link_queries.label(state)


def hanoi_quality_steps(missing: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is missing, those with the same remedy as one step with all their points."""
    steps: dict[str, dict[str, Any]] = {}
    for one in missing:
        step = steps.setdefault(one["remedy"], {**one, "points": 0})
        step["points"] = round(step["points"] + one["points"], 1)
    return sorted(steps.values(), key=lambda step: (step["pending"], -step["points"]))


def hanoi_quality_summary(organization_id: str | None = None) -> dict[str, Any]:
    """The numbers of one agency, or of the whole catalog: see ``ranking.summary``."""
    return ranking.summary(organization_id)


def hanoi_quality_dimensions(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Points by dimension of a row that has them by name."""
    return [
        {"name": name, "title": tk._(title), "points": row[name],
         "of": sum(one.points for one in some)}
        for name, title, some in dimensions()
    ]  # fmt: skip


def hanoi_quality_columns() -> list[tuple[str, str]]:
    """Names and labels of the columns that the ranking of agencies shows."""
    return [
        ("datasets", tk._("Datasets")),
        ("points", tk._("Points")),
        *((name, tk._(title)) for name, title, _some in dimensions()),
        ("late", labels.fresh("late")),
        ("broken_links", tk._("Broken links")),
    ]


def hanoi_quality_bands() -> list[tuple[str, int]]:
    """Names and least points of the bands, the best first."""
    return [(name, least) for name, (least, _title) in quality.BANDS.items()]
