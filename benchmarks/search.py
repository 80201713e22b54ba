"""Search as Vietnamese people type: CKAN with our plugins, and CKAN without any.

Recall@10 is the share of the queries whose dataset is among the first ten. Stock's index is built
by ``ckan search-index rebuild``.
"""

from __future__ import annotations

import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack

from benchmarks import _catalog, _queries, _sides
from benchmarks._queries import Query
from benchmarks._report import AT_LEAST, Figures, main, say
from benchmarks._sides import Side

_ROUNDS = 5
_RECALL = 0.98
#: How many times slower than stock's the median may be.
_SLOWER = 1.2


def measure(figures: Figures, size: int) -> None:
    """Fills a catalog of ``size`` datasets, indexes it both ways, asks both the same queries."""
    catalog = _queries.datasets(size)
    asked = _queries.queries(catalog)
    stock = _sides.stock_configuration()
    _catalog.load()
    _catalog.empty()
    _sides.fill(catalog)
    say("Stock CKAN's index of the same datasets")
    _sides.ckan(stock, "search-index", "rebuild")
    with ExitStack() as servers:
        sides = {
            "ours": servers.enter_context(Side(_sides.own_configuration())),
            "stock": servers.enter_context(Side(stock)),
        }
        found, seconds = _ask(sides, asked)
    _report_recall(figures, asked, found)
    median = {side: statistics.median(of) * 1000 for side, of in seconds.items()}
    figures.add("median_time", "median time of a query", median["ours"], "ms",
                peer=median["stock"], less=True, target=(AT_LEAST, 1 / _SLOWER))


def _ask(
    sides: dict[str, Side], asked: Iterable[Query]
) -> tuple[dict[str, dict[str, list[str]]], dict[str, list[float]]]:
    """({side: {query's text: titles}}, {side: seconds}); the first round only warms up."""
    found: dict[str, dict[str, list[str]]] = {side: {} for side in sides}
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    for number in range(_ROUNDS + 1):
        say(f"Round {number} of {_ROUNDS}" if number else "Warming up")
        for query in asked:
            for name, side in sides.items():
                titles, took = side.search(query.text)
                found[name][query.text] = titles
                if number:
                    seconds[name].append(took)
    return found, seconds


def _report_recall(
    figures: Figures, asked: list[Query], found: dict[str, dict[str, list[str]]]
) -> None:
    hits: dict[str, dict[str, list[bool]]] = {side: defaultdict(list) for side in found}
    for query in asked:
        for side, answers in found.items():
            hit = query.title in answers[query.text]
            hits[side][query.way].append(hit)
            hits[side]["all"].append(hit)
            if side == "ours" and not hit:
                say(f"not found ({query.way}): {query.text}")
    had = [q for q in asked if q.title in found["stock"][q.text]]
    kept = sum(query.title in found["ours"][query.text] for query in had)
    share = {side: {way: statistics.mean(of) for way, of in ways.items()}
             for side, ways in hits.items()}
    figures.add("recall", f"recall@10 of {len(asked)} queries", share["ours"]["all"], "",
                peer=share["stock"]["all"])
    figures.add("recall_of_stocks", "recall@10 of those that stock finds",
                kept / max(len(had), 1), "", note=f"{len(had)} queries",
                target=(AT_LEAST, _RECALL))
    for way in _queries.WAYS:
        figures.add(f"recall_{re.sub(r'[^a-z0-9]+', '_', way.lower()).strip('_')}",
                    f"recall@10, {way}", share["ours"][way], "", peer=share["stock"][way])


if __name__ == "__main__":
    sys.exit(main(measure, "Search in {size} datasets", size=5000, peer="stock CKAN"))
