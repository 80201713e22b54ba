"""bin/ckan: CKAN's command line on the demonstration, with its servers up meanwhile."""
from __future__ import annotations

import subprocess
import sys

from devstack import environment
from devstack.demo import Demo, state_dir


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit status."""
    demo = Demo(state_dir())
    with demo.servers():
        return subprocess.call(demo.instance.command(*arguments), env=demo.instance.environ())


if __name__ == "__main__":
    sys.exit(environment.guarded(lambda: main(sys.argv[1:])))
