"""bin/test: runs pytest in the checkout's environment, on an instance of the stack if needed.

    bin/test [--keep | --stop | --setup] [--ckan 2.11 | --lowest] [arguments for pytest]

Tests under tests/unit need no server. All tests run in two halves side by side, each on an
instance of its own; the second half's output follows the first's. --keep leaves the servers running
for the next calls, until --stop; --setup makes the Python environment and ends.
--ckan-suite runs CKAN's own tests with our plugins instead (devstack/ckan_suite.py).
--lowest runs with the lowest versions of the extension's own needs.
HANOI_STATE names another folder than .state/test for the servers.
"""
from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from devstack import environment
from devstack.environment import ROOT

DATABASE = "ckan_test"
ALL = ROOT / "tests"
#: The folders of tests that take about as long as the others.
HALF = ("integration", "unit")


def main(arguments: list[str]) -> int:
    """Runs the tests; returns pytest's exit status."""
    options, rest = options_of(arguments)
    if options.setup:
        return 0
    os.chdir(ROOT)
    if options.ckan_suite:
        return _ckan_suite(options, rest)
    paths = [_path_of(word) for word in rest if _names_tests(word)]
    if paths in ([], [ALL]) and not options.stop and not _own_servers():
        return _side_by_side(options, [word for word in rest if not _names_tests(word)])
    if not paths:
        paths = [ALL]
        rest.append("tests")
    if not options.stop and all(path.is_relative_to(ROOT / "tests/unit") for path in paths):
        return _pytest(["-p", "no:ckan", "-p", "no:ckan_fixtures", *rest], {})
    return _with_servers(options, rest, paths)


def _side_by_side(options: argparse.Namespace, rest: list[str]) -> int:
    """All tests as two processes; returns the first exit status that is not 0."""
    from devstack import solr

    solr.install()  # once, before both want it
    environment.chromium()
    state = _state_dir(options.ckan)
    folders = sorted(path for path in ALL.iterdir() if path.is_dir() and _has_tests(path))
    halves = [[path for path in folders if path.name not in HALF],
              [path for path in folders if path.name in HALF]]
    environment.say(f"{' and '.join(HALF)} run beside the others; their output follows at the end")
    command = [sys.executable, "-m", "devstack.testrun", "--ckan", options.ckan, *rest]
    if options.keep:
        command.append("--keep")
    with tempfile.TemporaryFile("w+", encoding="utf-8") as later:
        running = [
            subprocess.Popen(
                [*command, *map(str, half)], stdout=output, stderr=output,
                env={**os.environ, "HANOI_STATE": f"{state}{suffix}", "PYTHONPATH": str(ROOT)},
            )
            for half, suffix, output in zip(halves, ("", "-2"), (None, later), strict=True)
        ]
        try:
            statuses = [process.wait() for process in running]
        finally:
            for process in running:
                process.terminate()
        later.seek(0)
        shutil.copyfileobj(later, sys.stdout)
    return next(filter(None, statuses), 0)


def _has_tests(folder: Path) -> bool:
    return any(folder.rglob("test_*.py"))


def _own_servers() -> bool:
    from devstack.stack import OWN

    return any(os.environ.get(key) for key in OWN.values())


def _with_servers(options: argparse.Namespace, rest: list[str], paths: list[Path]) -> int:
    from devstack.stack import Stack

    stack = Stack(_state_dir(options.ckan), durable=False)
    if options.stop:
        stack.stop()
        return 0
    _refuse_others_data(stack.own.get("postgres"))
    environ = {}
    if any(_touches(path, ROOT / "tests/e2e") for path in paths):
        environ["HANOI_CHROMIUM"] = environment.chromium()
    with stack.in_use(keep=options.keep):
        _make_database(stack)
        return _pytest(
            [f"--ckan-ini={ROOT / 'test.ini'}", *rest], {**environ, **stack.environ(DATABASE)}
        )


def _ckan_suite(options: argparse.Namespace, rest: list[str]) -> int:
    from devstack import ckan_suite
    from devstack.stack import Stack

    state = _state_dir(options.ckan)
    stack = Stack(state.with_name(f"{state.name}-ckan-suite"), durable=False)
    with stack.in_use(keep=options.keep):
        _make_database(stack)
        return ckan_suite.run(stack, {**os.environ, **stack.environ(DATABASE)}, rest)


def options_of(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our own options, and what is left for pytest."""
    parser = argparse.ArgumentParser("bin/test", add_help=False, allow_abbrev=False)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--stop", action="store_true")
    parser.add_argument("--setup", action="store_true")
    parser.add_argument("--ckan-suite", action="store_true")
    parser.add_argument("--ckan", default=environment.CKAN_VERSIONS[0])
    # as if it were one more CKAN
    parser.add_argument("--lowest", action="store_const", dest="ckan", const=environment.LOWEST)
    return parser.parse_known_args(arguments)


def _state_dir(ckan: str) -> Path:
    if os.environ.get("HANOI_STATE"):
        return Path(os.environ["HANOI_STATE"])
    return ROOT / ".state" / ("test" if ckan == environment.CKAN_VERSIONS[0] else f"test-{ckan}")


def _names_tests(word: str) -> bool:
    return not word.startswith("-") and _path_of(word).exists()


def _touches(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder) or folder.is_relative_to(path)


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
