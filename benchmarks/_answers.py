"""A CKAN that answers, in a process of its own: ``python -m benchmarks._answers INI``.

Each line of standard input is a question as JSON, each line of standard output its answer:
``{"search": q}`` gives ``[titles of the first ten, seconds]``, ``{"get": path}`` gives
``[status, characters, seconds]``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from benchmarks import _catalog


def main(ini: str) -> None:
    """Answers until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever CKAN prints is no answer
    application = _catalog.load(ini)
    browser = application._wsgi_app.test_client(use_cookies=False)
    for line in sys.stdin:
        question = json.loads(line)
        answer = _search(question["search"]) if "search" in question else _get(browser, question)
        print(json.dumps(answer), file=answers, flush=True)


def _search(text: str) -> list[Any]:
    import ckan.plugins.toolkit as tk

    began = time.perf_counter()
    found = tk.get_action("package_search")({"ignore_auth": True}, {"q": text, "rows": 10})
    seconds = time.perf_counter() - began
    return [[dataset["title"] for dataset in found["results"]], seconds]


def _get(browser: Any, question: dict[str, str]) -> list[Any]:
    import ckan.plugins.toolkit as tk

    began = time.perf_counter()
    base = tk.config["ckan.site_url"]
    answer = browser.get(question["get"], base_url=base)
    length = len(answer.get_data())
    return [answer.status_code, length, time.perf_counter() - began]


if __name__ == "__main__":
    main(sys.argv[1])
