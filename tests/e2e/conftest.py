"""A catalog in a browser: CKAN as the demonstration configures it, served on a free port.

Its database and its ``ckan.site_id`` are its own: what other tests delete, it keeps.
"""
from __future__ import annotations

import os
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from devstack import process
from devstack.environment import ROOT
from devstack.instance import Instance
from devstack.stack import Stack

ADMIN = "admin"
PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Site:
    """The running catalog: ``url``, the sysadmin's ``admin`` and ``password``, and ``ckan(…)``."""

    url: str
    admin: str
    password: str
    instance: Instance

    def ckan(self, *arguments: str) -> None:
        """Runs a command of CKAN's command line on it."""
        self.instance.quietly(*arguments)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The catalog with the city's agencies in it, served as bin/demo serves it."""
    stack = Stack.current()
    instance = Instance(stack, database="ckan_e2e")
    web = process.Daemon(stack.state / "e2e-web")
    web.stop()
    port = web.claim_port()
    url = f"http://127.0.0.1:{port}"
    instance.configure(url)
    ready = stack.state / "e2e-ready"
    if instance.prepare_database() or not ready.exists():
        instance.quietly("sysadmin", "add", ADMIN, "--create", f"email={ADMIN}@example.org",
                         f"password={PASSWORD}")
        instance.quietly("hanoi", "agencies", "apply")
        ready.touch()
    web.start(
        [sys.executable, "-m", "devstack.web", "127.0.0.1", str(port)],
        lambda: _answers(url), timeout=120, cwd=ROOT, env=instance.environ(),
    )
    yield Site(url, ADMIN, PASSWORD, instance)
    web.stop()


def _answers(url: str) -> bool:
    try:
        return urllib.request.urlopen(f"{url}/api/3/action/status_show", timeout=30).status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def chromium():
    """Debian's Chromium, driven by Playwright (whose event loop others must not find running)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["HANOI_CHROMIUM"], args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, site) -> Iterator[Page]:
    """A fresh browser window of a Vietnamese visitor; addresses are relative to the catalog."""
    context = chromium.new_context(base_url=site.url, locale="vi-VN")
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


@pytest.fixture
def screenshots() -> Path:
    """Where tests put their pictures: test-results/ at the top."""
    folder = ROOT / "test-results"
    folder.mkdir(exist_ok=True)
    return folder
