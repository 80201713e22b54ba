"""bin/bench: runs benchmarks/NAME.py on an instance of the stack of its own.

    bin/bench harvest|search|dcat|pages|quality|import [--json] [--size N]

A benchmark finds CKAN's configuration in CKAN_INI and the servers in the CKAN_…_URL variables;
the database has CKAN's and the plugins' tables. HANOI_STATE names another folder than
.state/bench. The servers are as durable as the demonstration's: a commit costs what it costs.
"""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from devstack import environment
from devstack.environment import ROOT, SetupError
from devstack.instance import Instance
from devstack.stack import Stack

#: Benchmarks that are not called as their module is: Python has that word already.
_MODULES = {"import": "imports"}


def names() -> list[str]:
    """The benchmarks there are."""
    called = {module: name for name, module in _MODULES.items()}
    return sorted(
        called.get(path.stem, path.stem)
        for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.startswith("_")
    )  # fmt: skip


def main(arguments: list[str]) -> int:
    """Runs one benchmark; returns its exit status."""
    name = arguments[0] if arguments else ""
    if name in ("-h", "--help"):
        print(f"bin/bench NAME [--json] [--size N]\nNAME: {', '.join(names())}")
        return 0
    if name not in names():
        told = f"There is no benchmark “{name}”." if name else "Which benchmark?"
        raise SetupError(f"{told} There is: {', '.join(names()) or 'none yet'}")
    stack = Stack(Path(os.environ.get("HANOI_STATE") or ROOT / ".state" / "bench"), durable=True)
    instance = Instance(stack)
    with stack.in_use():
        instance.configure("http://localhost:5000")
        instance.prepare_database()
        command = [sys.executable, "-m", f"benchmarks.{_MODULES.get(name, name)}", *arguments[1:]]
        return subprocess.call(command, env=instance.environ(), cwd=ROOT)


if __name__ == "__main__":
    sys.exit(environment.guarded(lambda: main(sys.argv[1:])))
