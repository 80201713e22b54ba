"""The harvester beside ckanext-harvest 1.6.3: ``bin/bench harvest [--json] [--size N]``.

Both harvest the same portal (datasets of three files, ``_portal.py``) on the same machine, into the
same PostgreSQL and Solr, one after the other, each into an empty catalog. Ours runs as in
production, with real ``ckan jobs worker`` processes, from the moment a run is queued to its end.
Stock runs without its queues (``_stock.py`` says why; their time is not counted), in the same CKAN:
same plugins, same schema, same index. One line says how fast it is in a CKAN that has only what
ckanext-harvest needs, and so less to do for each dataset. It harvests a fifth of N; its time for N
is in proportion.

What would take hours is not harvested: between the first and the tenth lot of datasets, and for the
large source that has not changed, the catalog is filled by ``_grow.py``.
"""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import _catalog, _grow
from benchmarks._ours import Rows, Watched, Workers, add_source, fresh, harvest, rows
from benchmarks._portal import Portal
from benchmarks._report import AT_LEAST, AT_MOST, Figures, main, say

TITLE = "Harvesting {size} datasets of three files from a CKAN portal"
#: A run that is given in full compares every record.
FULL = {"full": True}
#: How often what takes a second or two is done.
_TIMES = 9
#: What ckanext-harvest needs, and what a CKAN without us has beside it.
_STOCK, _BARE = "harvest ckan_harvester", "activity image_view text_view"


class Stock:
    """ckanext-harvest in a process of its own; ``with Stock(url) as stock``.

    ``bare``: in a CKAN without our plugins and options.
    """

    def __init__(self, url: str, bare: bool = False) -> None:
        self.url, self.bare = url, bare

    def __enter__(self) -> Stock:
        ours = Path(os.environ["CKAN_INI"])
        self.ini = ours.with_name("stock.ini")
        text = ours.read_text(encoding="utf-8")
        if self.bare:
            text = re.sub(r"(?m)^(scheming\.|ckanext\.).*\n", "", text)
        plugins = _BARE if self.bare else r"\1"
        text = re.sub(r"(?m)^ckan\.plugins = (.*)$", f"ckan.plugins = {plugins} {_STOCK}", text)
        self.ini.touch(mode=0o600)
        self.ini.write_text(text, encoding="utf-8")
        ckan = str(Path(sys.executable).parent / "ckan")
        subprocess.run([ckan, "-c", str(self.ini), "db", "upgrade", "-p", "harvest"], check=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks._stock", str(self.ini), self.url], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def do(self, command: str) -> dict[str, Any]:
        """What the process answers; see ``_stock.py``."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("ckanext-harvest ended")
        return json.loads(line)


def measure(figures: Figures, size: int) -> None:
    """All figures; ``size`` datasets for the first harvest, a hundred times that where it says."""
    _catalog.load()
    with Portal() as portal:
        stock, stock_one_percent = _stock(portal, size)
        bare = _bare(portal, size)
        _first(figures, portal, size, (stock, bare), stock_one_percent)
        _not_modified(figures, portal)
        _large(figures, portal, size)


def _stock(portal: Portal, size: int) -> tuple[float, float]:
    """Stock's datasets a second at first, and its seconds for ``size`` of which 1 % changed."""
    sample = max(10, size // 5)
    say(f"ckanext-harvest: {sample} datasets")
    _catalog.empty()
    with Stock(portal.url) as stock:
        portal.settle(sample)
        stock.do("create")
        first = stock.do("run")
        _expect(first["states"].get("added"), sample)
        portal.settle(sample, step=100, version=1, bad=1)
        changed = stock.do("run force")
        _expect(sum(changed["states"].values()), sample)
    say(f"ckanext-harvest: {first}, then {changed}")
    return sample / first["seconds"], changed["seconds"] / sample * size


def _bare(portal: Portal, size: int) -> float:
    """Stock's datasets a second in a CKAN without our plugins."""
    sample = max(10, size // 10)
    say(f"ckanext-harvest in a CKAN without our plugins: {sample} datasets")
    _catalog.empty()
    with Stock(portal.url, bare=True) as stock:
        portal.settle(sample)
        stock.do("create")
        first = stock.do("run")
        _expect(first["states"].get("added"), sample)
    return sample / first["seconds"]


def _first(
    figures: Figures, portal: Portal, size: int, stock: tuple[float, float],
    stock_one_percent: float,
) -> None:
    for number, name, least in ((1, "one worker", 6), (2, "two workers", 10)):
        say(f"First harvest with {name}")
        portal.settle(size)
        owner = fresh()
        with Workers(number) as workers:
            add_source("cong", portal.url, "ckan", owner)
            run = harvest("cong", workers)
            _expect(run.counts["created"], size)
            figures.add(
                f"first_{number}", f"first harvest, {name}", size / run.seconds, "datasets/s",
                peer=stock[0], target=(AT_LEAST, least),
            )  # fmt: skip
            figures.add(
                f"first_{number}_bare", f"the same, ckanext-harvest without our plugins, {name}",
                size / run.seconds, "datasets/s", peer=stock[1],
            )  # fmt: skip
            if number == 2:
                _search(figures, run, size)
                _one_percent(figures, portal, size, stock_one_percent, workers)


def _search(figures: Figures, run: Watched, size: int) -> None:
    figures.add("solr_commits", "Solr commits per 1,000 datasets", run.commits / size * 1000,
                "commits", less=True, target=(AT_MOST, 10))  # fmt: skip
    figures.add("searchable", "until search finds a batch that is written", run.searchable, "s",
                less=True, target=(AT_MOST, 5))  # fmt: skip


def _one_percent(
    figures: Figures, portal: Portal, size: int, stock: float, workers: Workers
) -> None:
    say("1 % changed, one record bad")
    seconds = []
    for version in range(1, _TIMES + 1):
        portal.settle(size, step=100, version=version, bad=1)
        run = harvest("cong", workers, **FULL)
        # ours takes what it can of the bad record, stock refuses it
        _expect(run.counts["updated"] + run.counts["failed"], size // 100 + 1)
        seconds.append(run.seconds)
    figures.add(
        "one_percent", "1 % changed, one record bad, in full", median(seconds), "s",
        peer=stock, less=True, target=(AT_LEAST, 20),
        note=f"Median of {_TIMES} runs with other changes each; stock: force_all",
    )  # fmt: skip


def _large(figures: Figures, portal: Portal, size: int) -> None:
    """What must not grow with the catalog or with the source."""
    lot, large = max(10, size // 2), size * 100
    portal.settle(lot)
    owner = fresh()
    with Workers(1) as workers:
        add_source("dau", portal.url, "ckan", owner)
        first = harvest("dau", workers)
        unchanged = harvest("dau", workers, **FULL)
        _expect(unchanged.counts["unchanged"], lot)
    say(f"{90 * lot:,} more datasets come into the catalog")
    _grow.copies(90)
    portal.settle(lot, first=10 * large)
    with Workers(1) as workers:
        add_source("cuoi", portal.url, "ckan", owner)
        last = harvest("cuoi", workers)
        _expect(last.counts["created"], lot)
    figures.add(
        "cost_growth", f"cost of a dataset with {91 * lot:,} in the catalog, to that with none",
        last.seconds / first.seconds, "×", less=True, target=(AT_MOST, 1.15),
        note=f"{lot:,} harvested each time; those between are copied in",
    )  # fmt: skip
    _unchanged(figures, portal, owner, large, (first, unchanged))


def _unchanged(
    figures: Figures, portal: Portal, owner: str, large: int, small: tuple[Watched, Watched]
) -> None:
    say(f"A source of {large:,} records that are known")
    portal.settle(large)
    add_source("lon", portal.url, "ckan", owner)
    _grow.known("lon", large)
    with Workers(1) as workers:
        before = Rows()
        run = harvest("lon", workers, **FULL)
        _expect(run.counts["unchanged"], large)
        figures.add("unchanged", f"{large:,} unchanged records in full", large / run.seconds,
                    "records/s", target=(AT_LEAST, 1000))  # fmt: skip
        figures.add("unchanged_rows", "rows of unchanged datasets written", before.written(),
                    "rows", less=True, target=(AT_MOST, 0))  # fmt: skip
        _memory(figures, run, large, small)


def _memory(
    figures: Figures, run: Watched, large: int, small: tuple[Watched, Watched]
) -> None:
    first, unchanged = small
    peak = max(first.peak_mib, unchanged.peak_mib, run.peak_mib)
    figures.add("memory", f"largest process, first harvest or {large:,} records", peak, "MiB",
                less=True, target=(AT_MOST, 300))  # fmt: skip
    few = unchanged.report["counts"]["seen"]
    figures.add(
        "memory_growth", f"largest process with {large:,} records, to that with {few:,}",
        run.peak_mib / unchanged.peak_mib, "×", less=True, target=(AT_MOST, 1.10),
    )  # fmt: skip


def _not_modified(figures: Figures, portal: Portal) -> None:
    say("A source that answers 304")
    portal.settle(20)
    add_source("json", portal.data_json, "data_json", fresh())
    with Workers(1) as workers:
        _expect(harvest("json", workers).counts["created"], 20)
        runs = [harvest("json", workers) for _ in range(_TIMES)]
    _expect([run.report["not_modified"] for run in runs], [True] * _TIMES)
    figures.add(
        "not_modified", "a source that answers 304, from queue to end",
        median(run.seconds for run in runs), "s", less=True, target=(AT_MOST, 1),
        note=f"Median of {_TIMES}; a CKAN worker sets CKAN up anew for each job",
    )  # fmt: skip
    figures.add("not_modified_run", "of it the run itself", median(_took(run) for run in runs), "s",
                less=True)  # fmt: skip


def _took(run: Watched) -> float:
    """Seconds from the moment at which a worker began the run."""
    took = "SELECT extract(epoch FROM finished - started) FROM hanoi_run WHERE id = :id"
    return float(rows(took, id=run.report["id"])[0][0])


def _expect(found: Any, wanted: Any) -> None:
    """A figure of a run that did something else would be no figure."""
    if found != wanted:
        raise RuntimeError(f"{wanted} were expected, there are {found}")


if __name__ == "__main__":
    sys.exit(main(measure, TITLE, size=1000, peer="ckanext-harvest"))
