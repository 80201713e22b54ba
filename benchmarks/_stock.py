"""ckanext-harvest with its CKAN harvester, in a process of its own: the peer of harvest.py.

``python -m benchmarks._stock INI URL`` reads commands from standard input, one a line: ``create``
makes the source; ``run`` harvests it, ``run force`` in full. After each it prints one JSON object,
for a run with ``seconds`` (wall clock) and ``states`` (how many harvest objects ended in which).

Its gather and fetch consumers stop on redis-py 8 (ckan/ckanext-harvest#581), so the stages that
they would call are called one after the other in one process: what its own command
``harvester run-test`` does. The time that its queue takes is not counted, in its favour.
"""
from __future__ import annotations

import collections
import json
import sys
import time
from typing import Any

from benchmarks import _catalog


class Stock:
    """One source of ckanext-harvest."""

    def __init__(self, url: str) -> None:
        import ckan.plugins.toolkit as tk

        self.user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        self.url = url
        self.source: dict[str, Any] = {}

    def _act(self, action: str, **data: Any) -> Any:
        import ckan.plugins.toolkit as tk

        context: Any = {"user": self.user, "ignore_auth": True}
        return tk.get_action(action)(context, data)

    def create(self) -> dict[str, Any]:
        """Make the source, and an organization to which the datasets go."""
        owner = _catalog.organization()
        self.source = self._act(
            "harvest_source_create", name="cong-cu", title="Cổng cũ", url=self.url,
            source_type="ckan", owner_org=owner["id"],
        )  # fmt: skip
        return {"id": self.source["id"]}

    def run(self, force: bool) -> dict[str, Any]:
        """Gather, fetch and import, as the consumers do it."""
        from ckanext.harvest import queue
        from ckanext.harvest.harvesters import CKANHarvester
        from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource

        source: Any = HarvestSource.get(self.source["id"])
        source.config = json.dumps({"force_all": True}) if force else ""
        source.save()
        job: Any = HarvestJob(source=source, status="Running")
        job.save()
        states: collections.Counter[str] = collections.Counter()
        began = time.perf_counter()
        for id_ in queue.gather_stage(CKANHarvester(), job) or ():
            entry: Any = HarvestObject.get(id_)
            queue.fetch_and_import_stages(CKANHarvester(), entry)
            states[entry.report_status] += 1
        seconds = time.perf_counter() - began
        job.status = "Finished"
        job.save()
        return {"seconds": seconds, "states": dict(states)}


def _serve(ini: str, url: str) -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr
    _catalog.load(ini)
    stock = Stock(url)
    for line in sys.stdin:
        command = line.split()
        answer = stock.create() if command[0] == "create" else stock.run("force" in command)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
