"""A CKAN that answers queries: ``python -m benchmarks._searcher INI`` in a process of its own.

Each line of standard input is a query as JSON; each answer is a line ``[titles, seconds]``: the
first ten and how long ``package_search`` took.
"""

from __future__ import annotations

import json
import os
import sys
import time

from benchmarks import _catalog


def main(ini: str) -> None:
    """Answers until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever CKAN prints is no answer
    _catalog.load(ini)
    import ckan.plugins.toolkit as tk

    search = tk.get_action("package_search")
    for line in sys.stdin:
        began = time.perf_counter()
        found = search({"ignore_auth": True}, {"q": json.loads(line), "rows": 10})
        seconds = time.perf_counter() - began
        titles = [dataset["title"] for dataset in found["results"]]
        print(json.dumps([titles, seconds]), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
