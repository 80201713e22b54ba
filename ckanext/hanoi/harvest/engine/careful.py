"""Takes records and datasets one by one, where a process has died at one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.hanoi.background.attempts import Attempts
from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.messages import N_

#: Why a dataset is not in the index: English message id and parameters.
Reason = tuple[str, dict[str, Any]]


class Suspects:
    """Which records of a batch are known to kill whoever tries them. ``known``: how many processes
    died at a record in an earlier run, by its hash."""

    def __init__(self, attempts: Attempts, known: Mapping[str, int]) -> None:
        self.attempts, self.known = attempts, known

    def deaths(self, item: Mapping[str, Any]) -> int:
        """How many processes the record has killed, if those are enough; else 0."""
        if self.attempts.is_deadly(item["guid"]):
            return self.attempts.died_at(item["guid"])
        return self.known.get(item["hash"], 0)

    def parts(self, items: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """The records as they are tried: together, but for those that are known; one by one where
        a process died at this batch."""
        if self.attempts.suspicious:
            return [[item] for item in items]
        known = [[item] for item in items if self.deaths(item)]
        rest = [item for item in items if not self.deaths(item)]
        return [part for part in (*known, rest) if part]


def refused(reason: str) -> Reason:
    """Of a dataset that Solr refuses."""
    return N_("The search index refuses the dataset: %(reason)s"), {"reason": reason}


def index(catalog: Catalog, ids: Iterable[str], attempts: Attempts) -> dict[str, Reason]:
    """Send the datasets to Solr; why it lacks those that it lacks, ``{id: reason}``. Raises
    ``SearchIndexError`` when it does not answer."""
    deadly, parts = attempts.apart(ids)
    lacking = {id_: _killed(attempts.died_at(id_)) for id_ in deadly}
    for part in parts:
        with attempts.at(*part):
            found = catalog.index(part)
        lacking.update({id_: refused(reason) for id_, reason in found.items()})
    return lacking


def _killed(deaths: int) -> Reason:
    return (
        N_("To put the dataset into the search index killed the background worker %(number)s times,"
           " so it is left out there."),
        {"number": deaths},
    )  # fmt: skip
