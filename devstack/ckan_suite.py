"""bin/test --ckan-suite: CKAN's own tests with our plugins enabled, beside stock CKAN.

    bin/test --ckan-suite [--stock] [--part clients | all | PATH,…] [arguments for pytest]

What fails with our plugins and not without them is listed in tests/ckan_suite.yaml, each test with
its reason; so is what stock CKAN itself fails here. A new difference, or one that is gone, ends
with status 1. ``--stock`` runs without our plugins and shows what fails then. ``--part clients``
are the actions that clients of the API rely on (the part that CI runs).
"""
from __future__ import annotations

import argparse
import configparser
import json
import subprocess
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path

import yaml

from devstack.environment import ROOT, say

EXPECTED = ROOT / "tests" / "ckan_suite.yaml"
#: Below ckan/tests. Not cli, config, i18n, model, plugins: they try CKAN's own programs.
PARTS = {
    "clients": [f"logic/action/test_{name}.py" for name in
                ("create", "get", "update", "patch", "delete")],
    "all": ["logic", "lib/search", "lib/dictization", "lib/navl", "controllers", "test_authz.py"],
}  # fmt: skip
_OURS = "hanoi hanoi_harvest scheming_datasets scheming_organizations dcat"


def run(stack, environ: dict[str, str], words: list[str]) -> int:
    """Runs the suite on the servers of ``stack``; returns the exit status."""
    options, rest = _options(words)
    ini = stack.state / "ckan-suite.ini"
    _configure(ini, "" if options.stock else _OURS)
    found = stack.state / "ckan-suite.json"
    found.unlink(missing_ok=True)
    parts = PARTS.get(options.part) or options.part.split(",")
    spec = find_spec("ckan.tests")
    folder = Path((spec.submodule_search_locations or [""])[0]) if spec else Path()
    status = subprocess.call(
        [sys.executable, "-m", "pytest", f"--ckan-ini={ini}", "-p", "devstack.ckan_suite_plugin",
         "-p", "no:cacheprovider", f"--rootdir={folder}", "-q", "--no-header", "--tb=line", "-rN",
         *rest, *(str(folder / part) for part in parts)],
        env={**environ, "HANOI_SUITE_RESULT": str(found)},
    )  # fmt: skip
    result = json.loads(found.read_text("utf-8")) if found.exists() else {}
    # 1 is what pytest ends with where tests fail; any other says that it did not come to its end
    if status not in (0, 1) or not result.get("passed"):
        say(f"pytest did not run the tests (status {status})")
        return 2
    if options.stock:
        print("\n".join(result["failed"]))
        return 0
    expected = yaml.safe_load(EXPECTED.read_text("utf-8"))
    return _compared(result["passed"], result["failed"], expected)


def _options(words: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser("bin/test --ckan-suite", allow_abbrev=False)
    parser.add_argument("--stock", action="store_true", help="without our plugins")
    parser.add_argument("--part", default="all", help="or paths below ckan/tests, with commas")
    return parser.parse_known_args(words)


def _configure(ini: Path, plugins: str) -> None:
    """Writes the configuration: that of CKAN's own tests as far as they need one."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read(ROOT / "test.ini", "utf-8")
    own = parser["app:main"]
    for name in list(own):
        if name.startswith(("ckanext.hanoi", "ckan.locale", "ckan.site_title", "ckan.hide_")):
            del own[name]
    own.update({
        "ckan.plugins": plugins, "ckan.auth.create_unowned_dataset": "true",
        "ckan.auth.create_user_via_api": "false", "ckanext.hanoi.tables.enabled": "false",
        # closed by default here; CKAN's tests want it as CKAN has it
        "ckan.auth.public_user_details": "true",
    })  # fmt: skip
    with ini.open("w", encoding="utf-8") as file:
        parser.write(file)


def _compared(passed: Iterable[str], failed: Iterable[str], expected: dict) -> int:
    """Says what is new and what is gone; 1 where there is either."""
    stock, ours = expected["stock"] or [], expected["differences"] or []
    patterns = {name: entry["reason"] for entry in ours for name in entry["tests"]}
    known = [*patterns, *stock]

    def matches(name: str, names: Iterable[str]) -> bool:
        return any(fnmatchcase(name, pattern.replace("[", "[[]")) for pattern in names)

    passed, failed = list(passed), list(failed)
    new = [name for name in failed if not matches(name, known)]
    ran = [*passed, *failed]
    gone = [
        pattern for pattern in patterns
        if matches(pattern, ran) and not any(matches(name, [pattern]) for name in failed)
    ]
    for name in new:
        print(f"new difference: {name}")
    for name in gone:
        print(f"no difference any more: {name}")
    listed = len(failed) - len(new)
    print(f"{len(passed)} passed, {listed} differ as {EXPECTED.name} says, {len(new)} new, "
          f"{len(gone)} gone")  # fmt: skip
    return 1 if new or gone else 0
