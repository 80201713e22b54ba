"""CKAN with our plugins and stock CKAN side by side: two processes over one database.

Their documents in the one Solr core differ in ``ckan.site_id``, as CKAN has it. The two answer in
turn, so that the machine's moods are the same for both.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import _queries
from benchmarks._report import say


def own_configuration() -> Path:
    """The configuration file of the CKAN with our plugins."""
    return Path(os.environ["CKAN_INI"])


def stock_configuration(plugins: str = "") -> Path:
    """The same servers with other plugins than ours and CKAN's defaults, under another site id."""
    own = own_configuration()
    text = own.read_text(encoding="utf-8")
    for key, value in (("ckan.site_id", "stock"), ("ckan.plugins", plugins)):
        text = re.sub(rf"(?m)^{re.escape(key)} *=.*$", f"{key} = {value}", text)
    text = re.sub(r"(?m)^(ckanext\.|scheming\.|ckan\.views\.default_views).*\n", "", text)
    stock = own.with_name("stock.ini")
    stock.touch(mode=0o600)
    stock.write_text(text, encoding="utf-8")
    return stock


def ckan(ini: Path, *arguments: str) -> None:
    """CKAN's command line with a configuration; CalledProcessError where it fails."""
    program = Path(sys.executable).parent / "ckan"
    environ = {**os.environ, "CKAN_INI": str(ini)}
    subprocess.run([str(program), "-c", str(ini), *arguments], check=True, env=environ)


def fill(catalog: list[_queries.Dataset]) -> None:
    """The city's agencies, and the datasets, harvested from an inventory."""
    own = own_configuration()
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


class Side:
    """A CKAN in a process of its own that answers one question after another."""

    def __init__(self, ini: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks._answers", str(ini)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )

    def __enter__(self) -> Side:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate()

    def search(self, text: str) -> tuple[list[str], float]:
        """The titles of the first ten datasets, and the seconds it took."""
        titles, seconds = self._ask(search=text)
        return titles, seconds

    def get(self, path: str) -> tuple[int, float]:
        """The characters of a page, and the seconds it took. RuntimeError where it is no 200."""
        status, length, seconds = self._ask(get=path)
        if status != 200:
            raise RuntimeError(f"{path} was answered with status {status}")
        return length, seconds

    def _ask(self, **question: str) -> list[Any]:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            raise RuntimeError(f"CKAN ended with status {process.wait()}")
        return json.loads(answer)
