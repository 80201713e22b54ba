"""The pages of a visitor: CKAN with our plugins, and stock CKAN, over one catalog.

The time is that of the whole answer, rendered in the process that is asked. Pages of datasets and
agencies change from round to round, so that nothing is measured but the work.
"""

from __future__ import annotations

import statistics
import sys
from contextlib import ExitStack
from itertools import cycle

from benchmarks import _catalog, _queries, _sides
from benchmarks._report import AT_LEAST, Figures, main, say
from benchmarks._sides import Side

_ROUNDS = 40
_WARM = 4
#: How many times slower than stock's the median may be.
_SLOWER = 1.5


def measure(figures: Figures, size: int) -> None:
    """Fills a catalog of ``size`` datasets, indexes it both ways, visits the same pages of both."""
    stock = _sides.stock_configuration()
    _catalog.load()
    _catalog.empty()
    _sides.fill(_queries.datasets(size))
    say("Stock CKAN's index of the same datasets")
    _sides.ckan(stock, "search-index", "rebuild")
    pages = _pages()
    with ExitStack() as servers:
        sides = {
            "ours": servers.enter_context(Side(_sides.own_configuration())),
            "stock": servers.enter_context(Side(stock)),
        }
        for name, (title, addresses) in pages.items():
            took = _visit(sides, addresses)
            median = {side: statistics.median(of) * 1000 for side, of in took.items()}
            figures.add(name, f"{title}, median", median["ours"], "ms", peer=median["stock"],
                        less=True, target=(AT_LEAST, 1 / _SLOWER))  # fmt: skip


def _pages() -> dict[str, tuple[str, list[str]]]:
    """Name of the figure -> (title, the addresses that take turns)."""
    from ckan import model

    packages = model.Session.query(model.Package.name).filter_by(state="active", private=False)
    names = [name for (name,) in packages.order_by(model.Package.id).limit(_ROUNDS)]
    owners = (
        model.Session.query(model.Group.name)
        .join(model.Package, model.Package.owner_org == model.Group.id)
        .distinct()
    )
    agencies = sorted(name for (name,) in owners)
    return {
        "home": ("home page", ["/"]),
        "search": ("search page", ["/dataset/", "/dataset/?q=giao+th%C3%B4ng"]),
        "dataset": ("page of a dataset", [f"/dataset/{name}" for name in names]),
        "agency": ("page of an agency", [f"/organization/{name}" for name in agencies]),
    }


def _visit(sides: dict[str, Side], addresses: list[str]) -> dict[str, list[float]]:
    """{side: seconds of each visit}; the first ones only warm up."""
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    for number, address in zip(range(_WARM + _ROUNDS), cycle(addresses), strict=False):
        for name, side in sides.items():
            took = side.get(address)[1]
            if number >= _WARM:
                seconds[name].append(took)
    return seconds


if __name__ == "__main__":
    sys.exit(main(measure, "Pages of a catalog of {size} datasets", size=1000, peer="stock CKAN"))
