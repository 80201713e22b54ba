"""The score of a dataset: 405 points in five dimensions. Knows no CKAN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ckanext.hanoi.messages import N_
from ckanext.hanoi.quality.freshness import Freshness, freshness
from ckanext.hanoi.quality.measure import (
    Data,
    DatasetMeasure,
    Links,
    Measure,
    ResourceMeasure,
    dimensions,
)

#: Name -> (least points, English message id), the best first.
BANDS: dict[str, tuple[int, str]] = {
    "excellent": (351, N_("Excellent")),
    "good": (221, N_("Good")),
    "sufficient": (121, N_("Sufficient")),
    "bad": (0, N_("Poor")),
}
OF = sum(measure.points for _name, _title, measures in dimensions() for measure in measures)

NO_RESOURCE = N_("Add a file or the address of the data under “%(field)s”.")
NOT_CHECKED = N_("The catalog has not been able to check “%(field)s” yet; it will, by itself.")


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not reached: ``points`` to gain, and how.

    ``field``: the form's field, of the resource where ``of_resource``; ``remedy``: English message
    id in which ``%(field)s`` stands for the field's label; ``resources``: the positions of the
    resources that lack it, from 0; ``pending``: nobody has to do anything, a check is due.
    """

    measure: str
    points: float
    field: str
    remedy: str
    of_resource: bool = False
    resources: tuple[int, ...] = ()
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Dimension:
    """``title`` is an English message id."""

    name: str
    title: str
    points: float
    of: int


@dataclass(frozen=True, slots=True)
class Score:
    """``missing``: the most points first."""

    points: float
    of: int
    band: str
    dimensions: tuple[Dimension, ...]
    missing: tuple[Missing, ...]
    freshness: Freshness

    @property
    def pending(self) -> float:
        """Points that wait for a check of the links."""
        return round(sum(one.points for one in self.missing if one.pending), 1)


def band(points: float) -> str:
    """The band of this number of points."""
    return next(name for name, (least, _title) in BANDS.items() if points >= least)


def score(dataset: Data, *, links: Links | None = None, today: date) -> Score:
    """The score of a dataset as ``package_show`` gives it, or as far as a form is filled in.

    ``links``: what is known of its addresses; ``today``: the day on which freshness is judged.
    """
    links, parts, missing = links or {}, [], []
    for name, title, measures in dimensions():
        reached = 0.0
        for measure in measures:
            points, lacking = _judge(measure, dataset, links)
            reached += points
            missing += lacking
        of = sum(measure.points for measure in measures)
        parts.append(Dimension(name, title, round(reached, 1), of))
    # from what is shown, so that the sum is that of the parts
    points = round(sum(part.points for part in parts), 1)
    missing.sort(key=lambda one: (one.pending, -one.points))
    return Score(
        points, OF, band(points), tuple(parts), tuple(missing), freshness(dataset, today)
    )


def _judge(measure: Measure, dataset: Data, links: Links) -> tuple[float, list[Missing]]:
    """Points of one measure, and what is missing of it."""
    if isinstance(measure, DatasetMeasure):
        if measure.reached(dataset):
            return measure.points, []
        return 0, [Missing(measure.name, measure.points, measure.field, measure.remedy)]
    assert isinstance(measure, ResourceMeasure)
    resources: Iterable[Mapping[str, Any]] = dataset.get("resources") or ()
    shares = [measure.reached(resource, dataset, links) for resource in resources]
    if not shares:
        return 0, [Missing(measure.name, measure.points, "url", NO_RESOURCE, True)]
    if all(share == 1 for share in shares):
        return measure.points, []
    each = measure.points / len(shares)
    lacking = [place for place, share in enumerate(shares) if share is not None and share < 1]
    waiting = [place for place, share in enumerate(shares) if share is None]
    missing = []
    for places, remedy, pending in (
        (lacking, measure.remedy, False),
        (waiting, NOT_CHECKED, True),
    ):
        gain = round(sum(each * (1 - (shares[place] or 0)) for place in places), 1)
        if gain:
            missing.append(
                Missing(
                    measure.name, gain, measure.field, remedy, not measure.for_all,
                    tuple(places), pending,
                )  # fmt: skip
            )
    return each * sum(share or 0 for share in shares), missing
