"""Looks at files in a process of its own, with limits of memory and time, that may be stopped.

    with Looker(memory=1 << 30, seconds=60) as looker:
        report = looker.look("/tmp/file", "CSV", wishes)

See ``ckanext.hanoi.child_process``: the process knows no CKAN and none of the parent's secrets.
"""

from __future__ import annotations

import os
from typing import Any

from ckanext.hanoi import child_process
from ckanext.hanoi.messages import N_
from ckanext.hanoi.tables.inspect_file import OUT_OF_MEMORY, InspectionLimits, inspect
from ckanext.hanoi.tabular import apart


class SandboxedInspector(child_process.Child):
    """``memory`` in bytes and ``seconds`` of one look; what needs more is stopped."""

    def __init__(self, memory: int = 1 << 30, seconds: float = 60) -> None:
        super().__init__(memory, seconds)

    def __enter__(self) -> SandboxedInspector:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def program(self) -> str:
        return _PROGRAM

    def look(self, path: str, claimed: str, wishes: InspectionLimits) -> dict[str, Any]:
        """As ``look.look``; a file on which the process dies or that takes too long has a report
        that says so. RuntimeError where the process can't even begin."""
        asked = {"path": os.path.abspath(path), "claimed": claimed, "wishes": wishes.as_dict()}
        try:
            report = self.ask(asked)
        except child_process.ChildStoppedError as stopped:
            if stopped.late:
                return {"message": N_("The look at the file was stopped after %(seconds)s "
                                      "seconds."),
                        "params": {"seconds": int(self.seconds)}}  # fmt: skip
            return {"message": N_("Reading the file takes more memory than is allowed for it, or "
                                  "its reader fails on it."), "params": {}}  # fmt: skip
        if report.get("message") == OUT_OF_MEMORY:
            # what it has taken it may not give back
            self.close()
        return report


_PROGRAM = """
import sys
sys.path.append(sys.argv[3])
from ckanext.hanoi.tables.sandbox import serve
serve(int(sys.argv[1]), float(sys.argv[2]))
"""


def serve(memory: int, seconds: float) -> None:
    """The process."""
    import frictionless  # noqa: F401  (before memory is counted, and while nobody waits)

    apart.HERE = True
    child_process.serve(
        lambda asked: inspect(asked["path"], asked["claimed"], InspectionLimits(**asked["wishes"])),
        memory,
        seconds,
    )
