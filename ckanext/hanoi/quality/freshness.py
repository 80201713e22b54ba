"""Whether a dataset is as fresh as its own publisher promises. Knows no CKAN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ckanext.hanoi.dates import parse
from ckanext.hanoi.quality.link_facts import is_ours
from ckanext.hanoi.vocabulary import vocabulary

CURRENT, DUE, LATE, UNKNOWN = STATES = ("current", "due", "late", "unknown")
#: A tenth of the promised pause is forgiven, at least a day, at most a month.
_SHARE, _LEAST, _MOST = 10, 1, 31
#: Who promises that nothing will change keeps the promise.
_NO_UPDATES = frozenset({"NEVER", "NOT_PLANNED"})


@dataclass(frozen=True, slots=True)
class Freshness:
    """``state``: one of ``STATES``; ``updated``: when the data last changed; ``expected``: the day
    until which the next update is promised; ``late``: days since the tolerance was over."""

    state: str
    updated: date | None = None
    expected: date | None = None
    late: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "updated": self.updated.isoformat() if self.updated else None,
            "expected": self.expected.isoformat() if self.expected else None,
            "late": self.late,
        }


def freshness(dataset: Mapping[str, Any], today: date) -> Freshness:
    """How fresh the dataset is on the day ``today``, by the frequency that it declares."""
    updated = last_update(dataset, today)
    term = vocabulary("frequency").find(dataset.get("frequency"))
    if term is not None and term.code in _NO_UPDATES and updated:
        return Freshness(CURRENT, updated)
    days = term.extra.get("days") if term is not None else None
    if not days or not updated:
        return Freshness(UNKNOWN, updated)
    expected = _later(updated, days)
    if today <= expected:
        return Freshness(CURRENT, updated, expected)
    tolerance = min(max(_LEAST, -(-days // _SHARE)), _MOST)
    late = (today - _later(expected, tolerance)).days
    return Freshness(LATE if late > 0 else DUE, updated, expected, max(0, late))


def last_update(dataset: Mapping[str, Any], today: date) -> date | None:
    """The day on which the data last changed, as far as the dataset says; never after ``today``.

    A month or a year means its last day. That somebody edited the page says nothing of the data.
    """
    found = [parse(text) for text in _said(dataset)]
    days = [one.end for one in found if one is not None]
    return min(max(days), today) if days else None


def content_date(dataset: Mapping[str, Any], today: date) -> date | None:
    """The day on which the content is said to have changed last, to order datasets by; None where
    nothing says so. A month or a year means its first day, and a day that has not come is none:
    what is written roughly or wrongly never leads."""
    found = [parse(text) for text in _said(dataset)]
    days = [one.start for one in found if one is not None and one.start <= today]
    return max(days, default=None)


def _said(dataset: Mapping[str, Any]) -> Iterator[Any]:
    yield from (dataset.get("modified"), dataset.get("issued"))
    for resource in dataset.get("resources") or ():
        yield from (resource.get("modified"), resource.get("issued"))
        if is_ours(resource):
            yield resource.get("last_modified") or resource.get("created")


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max
