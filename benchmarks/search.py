"""Search as Vietnamese people type: CKAN with our plugins, and stock CKAN, over one catalog.

Both read one database and one Solr core with CKAN's own schema; their documents differ in
``ckan.site_id``, as CKAN has it. Stock is CKAN without any plugin, its index built by
``ckan search-index rebuild``. The two answer each query in turn, so that the machine's moods are
the same for both. Recall@10: the share of the queries whose dataset is among the first ten.
"""

from __future__ import annotations

import csv
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from benchmarks import _catalog, _queries
from benchmarks._queries import Query
from benchmarks._report import AT_LEAST, Figures, main, say

_ROUNDS = 5
_RECALL = 0.98
#: How many times slower than stock's the median may be.
_SLOWER = 1.2


class Searcher:
    """A CKAN in a process of its own that answers one query after another."""

    def __init__(self, ini: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks._searcher", str(ini)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )

    def __enter__(self) -> Searcher:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate()

    def ask(self, text: str) -> tuple[list[str], float]:
        """The titles of the first ten datasets, and the seconds it took."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(text) + "\n")
        process.stdin.flush()
        titles, seconds = json.loads(process.stdout.readline())
        return titles, seconds


def measure(figures: Figures, size: int) -> None:
    """Fills a catalog of ``size`` datasets, indexes it both ways, asks both the same queries."""
    catalog = _queries.datasets(size)
    asked = _queries.queries(catalog)
    own = Path(os.environ["CKAN_INI"])
    stock = stock_configuration(own)
    _catalog.load()
    _catalog.empty()
    fill(catalog)
    say("Stock CKAN's index of the same datasets")
    ckan(stock, "search-index", "rebuild")
    with ExitStack() as servers:
        sides = {
            "ours": servers.enter_context(Searcher(own)),
            "stock": servers.enter_context(Searcher(stock)),
        }
        found, seconds = _ask(sides, asked)
    _report(figures, asked, found, seconds)


def fill(catalog: list[_queries.Dataset]) -> None:
    own = Path(os.environ["CKAN_INI"])
    say("The city's agencies")
    ckan(own, "hanoi", "agencies", "apply")
    say(f"{len(catalog):,} datasets, harvested from an inventory")
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder) / "danh-muc.csv"
        with inventory.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_queries.HEAD)
            writer.writerows(_queries.row(d, number) for number, d in enumerate(catalog, 1))
        ckan(own, "hanoi", "source", "add", "benchmark", "--kind", "inventory", "--url",
              inventory.as_uri(), "--allow-local", "--agency", "ubnd-thanh-pho-ha-noi")
        ckan(own, "hanoi", "harvest", "run", "benchmark", "--inline")


def stock_configuration(own: Path) -> Path:
    """The same servers without any plugin, under another site id."""
    text = own.read_text(encoding="utf-8")
    for key, value in (("ckan.site_id", "stock"), ("ckan.plugins", "")):
        text = re.sub(rf"(?m)^{re.escape(key)} *=.*$", f"{key} = {value}", text)
    text = re.sub(r"(?m)^(ckanext\.|scheming\.|ckan\.views\.default_views).*\n", "", text)
    stock = own.with_name("stock.ini")
    stock.touch(mode=0o600)
    stock.write_text(text, encoding="utf-8")
    return stock


def ckan(ini: Path, *arguments: str) -> None:
    program = Path(sys.executable).parent / "ckan"
    environ = {**os.environ, "CKAN_INI": str(ini)}
    subprocess.run([str(program), "-c", str(ini), *arguments], check=True, env=environ)


def _ask(
    sides: dict[str, Searcher], asked: Iterable[Query]
) -> tuple[dict[str, dict[str, list[str]]], dict[str, list[float]]]:
    """({side: {query's text: titles}}, {side: seconds}); the first round only warms up."""
    found: dict[str, dict[str, list[str]]] = {side: {} for side in sides}
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    for number in range(_ROUNDS + 1):
        say(f"Round {number} of {_ROUNDS}" if number else "Warming up")
        for query in asked:
            for side, searcher in sides.items():
                titles, took = searcher.ask(query.text)
                found[side][query.text] = titles
                if number:
                    seconds[side].append(took)
    return found, seconds


def _report(
    figures: Figures,
    asked: list[Query],
    found: dict[str, dict[str, list[str]]],
    seconds: dict[str, list[float]],
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
                note=f"stock: {share['stock']['all']:.3g}", target=(AT_LEAST, _RECALL))
    figures.add("recall_of_stocks", "of those that stock finds", kept / max(len(had), 1), "",
                note=f"{len(had)} queries", target=(AT_LEAST, _RECALL))
    for way in _queries.WAYS:
        figures.add(f"recall_{re.sub(r'[^a-z0-9]+', '_', way.lower()).strip('_')}",
                    f"recall@10, {way}", share["ours"][way], "", peer=share["stock"][way])
    median = {side: statistics.median(of) * 1000 for side, of in seconds.items()}
    figures.add("median_time", "median time of a query", median["ours"], "ms",
                peer=median["stock"], less=True, target=(AT_LEAST, 1 / _SLOWER))


if __name__ == "__main__":
    sys.exit(main(measure, "Search in {size} datasets", size=5000, peer="stock CKAN"))
