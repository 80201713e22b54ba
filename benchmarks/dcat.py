"""The catalog's page of 100 datasets as RDF: ours, and ckanext-dcat's own.

The peer is CKAN with ckanext-dcat alone and the profile that it has by default. Both are asked for
``/catalog.FORMAT`` in turn. Cold: nothing of the datasets is kept in Redis.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from contextlib import ExitStack

from benchmarks import _catalog, _queries, _sides
from benchmarks._report import AT_LEAST, Figures, main, say
from benchmarks._sides import Side

_FORMATS = {"ttl": "Turtle", "rdf": "RDF/XML", "jsonld": "JSON-LD"}
_ROUNDS = 5
_COLD, _WARM = 2, 20
#: ckanext-dcat's, which the pages of both have.
_DATASETS_A_PAGE = 100


def measure(figures: Figures, size: int) -> None:
    """Fills a catalog of ``size`` datasets and asks both for its first page."""
    stock = _sides.stock_configuration("dcat")
    _catalog.load()
    _catalog.empty()
    _sides.fill(_queries.datasets(size))
    _sides.ckan(stock, "search-index", "rebuild")
    with ExitStack() as servers:
        ours = servers.enter_context(Side(_sides.own_configuration()))
        peer = servers.enter_context(Side(stock))
        for form, name in _FORMATS.items():
            say(f"{name}")
            path = f"/catalog.{form}"
            for side in (ours, peer):  # imports, connections
                side.get(path)
            cold = _medians(path, ours, peer, before=_forget)
            warm = _medians(path, ours, peer)
            figures.add(f"cold_{form}", f"{name}, cold", cold[0], "ms", peer=cold[1], less=True,
                        target=(AT_LEAST, _COLD))
            figures.add(f"warm_{form}", f"{name}, warm", warm[0], "ms", peer=warm[1], less=True,
                        target=(AT_LEAST, _WARM))


def _medians(
    path: str, ours: Side, peer: Side, before: Callable[[], None] = lambda: None
) -> tuple[float, float]:
    """Milliseconds of ours and of the peer's, the median of some rounds."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _round in range(_ROUNDS):
        for side, kept in zip((ours, peer), seconds, strict=True):
            before()
            kept.append(side.get(path)[1])
    return statistics.median(seconds[0]) * 1000, statistics.median(seconds[1]) * 1000


def _forget() -> None:
    from ckan.lib.redis import connect_to_redis

    redis = connect_to_redis()
    for key in redis.scan_iter(match="*:hanoi:dcat:*", count=1000):
        redis.delete(key)


if __name__ == "__main__":
    sys.exit(main(measure, "A page of 100 datasets of {size} as RDF", size=_DATASETS_A_PAGE,
                  peer="ckanext-dcat"))
