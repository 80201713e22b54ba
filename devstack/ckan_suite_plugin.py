"""A plugin for pytest: CKAN's own tests with the plugins of the configuration enabled.

CKAN's tests run without plugins unless they name some; here those that name none get ours. Some of
them drop every table: ours are made anew before the next test.
"""
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

_OWN_PLUGINS = ("ckan_config", "with_plugins", "provide_plugin")
_failed: dict[str, bool] = {}


@pytest.fixture(autouse=True)
def plugins_of_the_configuration(request):
    """Loads the configured plugins, where the test has none or other options of its own."""
    from ckan import plugins
    from ckan.common import config

    wanted = config["ckan.plugins"]
    if not wanted or _names_plugins(request.node):
        return
    if not plugins.plugin_loaded(wanted[0]):
        plugins.load_all()


def _names_plugins(node: pytest.Item) -> bool:
    if "with_plugins" in node.fixturenames:  # type: ignore[attr-defined]
        return True
    marks = node.iter_markers("ckan_config")
    return any(mark.args[:1] == ("ckan.plugins",) for mark in marks)


def pytest_sessionstart(session):
    """Lets CKAN's ``init_db``, which makes tables that were dropped anew, make ours too."""
    from ckan import model, plugins
    from ckan.cli.db import _get_pending_plugins, _run_migrations

    of_ckan = model.repo.init_db
    missing = True

    def init_db() -> None:
        nonlocal missing
        missing = missing or not model.repo.tables_created_and_initialised
        of_ckan()
        if missing and plugins.plugin_loaded("hanoi"):
            for plugin in _get_pending_plugins():
                _run_migrations(plugin)
            missing = False

    model.repo.init_db = init_db  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def storage(tmp_path_factory, ckan_config):
    """Somewhere to put uploads."""
    if not ckan_config.get("ckan.storage_path"):
        ckan_config["ckan.storage_path"] = str(tmp_path_factory.mktemp("storage"))


def pytest_runtest_logreport(report):
    name = report.nodeid
    _failed[name] = _failed.get(name, False) or report.failed


def pytest_sessionfinish(session):
    result = {
        "passed": sorted(name for name, failed in _failed.items() if not failed),
        "failed": sorted(name for name, failed in _failed.items() if failed),
    }
    path = os.environ.get("HANOI_SUITE_RESULT")
    if path:
        Path(path).write_text(json.dumps(result, indent=1), "utf-8")
