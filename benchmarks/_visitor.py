"""A CKAN that renders pages: ``python -m benchmarks._visitor INI`` in a process of its own.

Each line of standard input is an address as JSON; each answer is a line ``[status, seconds]``.
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
    application = _catalog.load(ini)._wsgi_app
    client = application.test_client(use_cookies=False)
    base = application.config.get("ckan.site_url") or "http://localhost:5000"
    for line in sys.stdin:
        began = time.perf_counter()
        answer = client.get(json.loads(line), base_url=base)
        answer.get_data()
        seconds = time.perf_counter() - began
        print(json.dumps([answer.status_code, seconds]), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
