"""Builds the wheel, installs it in a clean environment and looks for what must be inside.

    python -m devstack.wheel_check
"""
from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from devstack import environment
from devstack.environment import ROOT, SetupError, say

PACKAGE = ROOT / "ckanext" / "hanoi"
# Data that belongs in the wheel: by folder below the package, and its endings.
DATA = {
    "schemas": (".yaml",),
    "i18n": (".po", ".mo"),
    "templates": (".html",),
    "assets": (".js", ".css", ".yaml", ".yml", ".svg"),
    "migration": (".ini", ".py", ".mako"),
}
# What somebody needs who has the source distribution alone.
SOURCE = (
    "CHANGELOG.md", "LICENSE", "README.md", "bin/test", "bin/demo", "devstack/testrun.py",
    "docs/admins.md", "docs/developers.md", "i18n/vi/LC_MESSAGES/ckanext-hanoi.po",
    "schemas/dataset.yaml", "test.ini", "tests/conftest.py", "benchmarks/harvest.py",
)  # fmt: skip
# Runs in the clean environment: the plugins' entry points, and files that only data can answer.
PROBE = """
from importlib.metadata import entry_points
from ckanext.hanoi.vocabulary import vocabulary
from ckanext.hanoi.agencies.registry import registry
from ckanext.hanoi.harvest.connectors import kinds
names = {point.name for point in entry_points(group="ckan.plugins")}
assert {"hanoi", "hanoi_harvest"} <= names, names
assert vocabulary("theme").find("nong nghiep"), "no vocabulary in the wheel"
assert registry().agencies, "no agencies in the wheel"
assert set(kinds()) == set(point.name for point in entry_points(group="ckanext.hanoi.connectors"))
"""


def expected() -> set[str]:
    """The data files of the checkout, as paths below ckanext/hanoi."""
    found = set()
    for folder, endings in DATA.items():
        below = [path for path in (PACKAGE / folder).resolve().rglob("*") if path.is_file()]
        found |= {
            f"{folder}/{path.relative_to((PACKAGE / folder).resolve()).as_posix()}"
            for path in below if path.suffix in endings
        }
    found.add("config_declaration.yaml")
    found.add("harvest/config_declaration.yaml")
    return found


def _check_sdist(scratch: str) -> None:
    """Raises SetupError where the source distribution lacks what is needed to carry on from it."""
    say("Building the source distribution")
    environment.run([sys.executable, "-m", "build", "--sdist", "--outdir", scratch, str(ROOT)])
    with tarfile.open(next(Path(scratch).glob("*.tar.gz"))) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    missing = [name for name in SOURCE if name not in inside]
    if missing:
        raise SetupError("Missing in the source distribution: " + ", ".join(missing))


def check() -> None:
    """Raises SetupError with what is wrong with the wheel or the source distribution."""
    with tempfile.TemporaryDirectory(dir=environment.TOOLS) as scratch:
        _check_sdist(scratch)
        say("Building the wheel")
        shutil.rmtree(ROOT / "build", ignore_errors=True)  # deleted files would come back from it
        environment.run(
            [sys.executable, "-m", "build", "--wheel", "--outdir", scratch, str(ROOT)]
        )
        wheel = next(Path(scratch).glob("*.whl"))
        clean = Path(scratch) / "clean"
        say("Installing it in a clean environment")
        installer = environment.installer()
        installer.make_venv(clean)
        python = clean / "bin" / "python"
        installer.packages(python, environment.requirements(), str(wheel))
        where = subprocess.check_output(
            [str(python), "-c", "import ckanext.hanoi as h; print(list(h.__path__)[0])"],
            text=True, cwd=scratch,
        ).strip()
        if not Path(where).is_relative_to(clean):
            raise SetupError(f"The clean environment imports the checkout: {where}")
        missing = sorted(name for name in expected() if not (Path(where) / name).exists())
        if missing:
            raise SetupError("Missing in the wheel: " + ", ".join(missing))
        environment.run([str(python), "-c", PROBE], cwd=scratch)
        say(f"The wheel is whole: {len(expected())} data files are inside, its parts are found")


if __name__ == "__main__":
    def work() -> int:
        check()
        return 0

    sys.exit(environment.guarded(work))
