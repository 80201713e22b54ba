"""bin/test: runs pytest in the checkout's environment, on an instance of the stack if needed.

    bin/test [--keep] [--ckan 2.11] [pytest's own arguments, by default: tests]

Tests under tests/unit need no server. --keep leaves the servers running for the next call.
HANOI_STATE names another folder than .state/test for the servers.
"""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from devstack import environment
from devstack.environment import ROOT

DATABASE = "ckan_test"


def main(arguments: list[str]) -> int:
    """Runs the tests; returns pytest's exit status."""
    keep, ckan, rest = _options(arguments)
    paths = [word for word in rest if not word.startswith("-") and _path_of(word).exists()]
    if not paths:
        rest.append("tests")
    os.chdir(ROOT)
    if paths and all(_path_of(word).is_relative_to(ROOT / "tests" / "unit") for word in paths):
        return _pytest(["-p", "no:ckan", "-p", "no:ckan_fixtures", *rest], {})

    from devstack.stack import Stack

    default = ROOT / ".state" / ("test" if ckan == "2.12" else f"test-{ckan}")
    stack = Stack(Path(os.environ.get("HANOI_STATE") or default), durable=False)
    _refuse_others_data(stack.own.get("postgres"))
    started: list[str] = []
    try:
        started = stack.start()
        _make_database(stack)
        return _pytest([f"--ckan-ini={ROOT / 'test.ini'}", *rest], stack.environ(DATABASE))
    finally:
        if started and not keep:
            stack.stop()


def _options(arguments: list[str]) -> tuple[bool, str, list[str]]:
    rest = list(arguments)
    keep = "--keep" in rest
    if keep:
        rest.remove("--keep")
    ckan = "2.12"
    if "--ckan" in rest:
        place = rest.index("--ckan")
        ckan = rest[place + 1]
        del rest[place:place + 2]
    return keep, ckan, rest


def _path_of(word: str) -> Path:
    return (ROOT / word.split("::")[0]).resolve()


def _refuse_others_data(url: str | None) -> None:
    """The tests empty the database they get: only one that is named for it is taken."""
    if url and not url.partition("?")[0].endswith("_test"):
        raise environment.SetupError(
            "CKAN_SQLALCHEMY_URL is set. The tests delete everything in their database, so its"
            " name must end in _test."
        )


def _make_database(stack) -> None:
    """Creates the test database and CKAN's tables in it, once for each instance."""
    if "postgres" in stack.own or not stack.postgres.create_database(DATABASE):
        return
    environment.say("Creating CKAN's tables in the test database")
    try:
        environment.run(
            [str(Path(sys.executable).parent / "ckan"), "-c", "test.ini", "db", "init"],
            env={**os.environ, **stack.environ(DATABASE)},
        )
    except environment.SetupError:
        stack.postgres.drop_database(DATABASE)
        raise


def _pytest(arguments: list[str], environ: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.call(command, env={**os.environ, **environ})


if __name__ == "__main__":
    sys.exit(environment.guarded(lambda: main(sys.argv[1:])))
