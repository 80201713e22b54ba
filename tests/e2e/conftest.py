"""A catalog in a browser: CKAN as the demonstration configures it, served on a free port.

Its database and its ``ckan.site_id`` are its own: what other tests delete, it keeps.
"""
from __future__ import annotations

import copy
import os
import sys
import threading
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import AGENCY, PASSWORD, PHONE, TOO_WIDE, log_in
from playwright.sync_api import Page, sync_playwright

from devstack import process
from devstack.environment import ROOT
from devstack.instance import Instance
from devstack.portal import PAYLOADS, CkanPortal, server
from devstack.samples import workbook
from devstack.stack import Stack

ADMIN = "admin"
# Around every page, from CKAN's own templates.
CKANS = [[".account-masthead"], [".masthead"], [".site-footer"], [".toolbar"]]
DESK = 1280


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


@dataclass(frozen=True)
class Portal:
    """The local portal: its address, and the CKAN portals under it by name."""

    url: str
    portals: dict[str, CkanPortal]

    def add(self, number: int) -> tuple[str, CkanPortal]:
        """Another CKAN portal and its address: real datasets under names and ids of its own."""
        name = f"cong-{uuid.uuid4().hex[:8]}"
        added = CkanPortal(PAYLOADS / "datagovuk.json")
        real = list(added.datasets.values())
        copies = [copy.deepcopy(real[i % len(real)]) for i in range(number)]
        for i, dataset in enumerate(copies):
            dataset.update(id=str(uuid.uuid4()), name=f"{name}-{i}",
                           title=f"{name} {i}: {dataset['title']}")
            for resource in dataset["resources"]:
                resource["id"] = str(uuid.uuid4())
        added.datasets = {dataset["name"]: dataset for dataset in copies}
        self.portals[name] = added
        return f"{self.url}/{name}", added


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
        [sys.executable, "-m", "devstack.web", "127.0.0.1", str(port), "--strict"],
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


def _findings(page: Page) -> list[str]:
    response = Axe().run(page, context={"exclude": CKANS}).response
    return [
        f"{finding['id']}: {node['html'][:160]}"
        for finding in response["violations"]
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"]
    ]


@pytest.fixture(scope="session")
def findings() -> Callable[[Page], list[str]]:
    """What axe-core finds that is serious or critical in what is ours of a page."""
    return _findings


class Eyes:
    """Looks at pages: takes a picture of each on a phone, of Vietnamese ones on a desk too, and
    collects in ``wrong`` by the picture's name what sticks out and what axe finds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wrong: dict[str, list[str]] = {}

    def look(self, page: Page, name: str) -> None:
        language = page.locator("html").get_attribute("lang")
        before = page.viewport_size or {"width": DESK, "height": 900}
        for width in (DESK, PHONE) if language == "vi" else (PHONE,):
            page.set_viewport_size({"width": width, "height": 900})
            picture = f"{name}-{language}-{width}"
            page.screenshot(path=self.folder / f"{picture}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth") > width
            found = page.evaluate(TOO_WIDE, width) or ["the page"] if wide else []
            if found := found + (_findings(page) if width == PHONE else []):
                self.wrong[picture] = found
        page.set_viewport_size(before)


@pytest.fixture
def eyes(screenshots) -> Eyes:
    """``eyes.look(page, name)`` at each page; at the end ``eyes.wrong`` is empty."""
    return Eyes(screenshots)


@pytest.fixture(scope="session")
def portal(tmp_path_factory) -> Iterator[Portal]:
    """The portal that the demonstration harvests, to which a test adds portals of its own."""
    folder = tmp_path_factory.mktemp("portal")
    served = server(folder)
    url = f"http://127.0.0.1:{served.server_port}"
    workbook.write(folder / "files", f"{url}/files")
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield Portal(url, served.RequestHandlerClass.func.portals)
    served.shutdown()


@pytest.fixture(scope="session")
def harvested(site, portal) -> None:
    """The demonstration's sample inventory, harvested into the catalog."""
    done = site.instance.stack.state / "e2e-harvested"
    if done.exists():
        return
    site.ckan("hanoi", "source", "add", "danh-muc-mau", "--kind", "inventory", "--url",
              f"{portal.url}/files/{workbook.NAME}", "--agency", "ubnd-thanh-pho-ha-noi")
    site.ckan("hanoi", "harvest", "run", "danh-muc-mau", "--inline")
    done.touch()


@pytest.fixture(scope="session")
def worker(site) -> Iterator[None]:
    """A background worker, a process of its own as ``ckan jobs worker`` is."""
    process_ = process.Daemon(site.instance.stack.state / "e2e-worker")
    process_.stop()
    process_.start(site.instance.command("jobs", "worker"), lambda: True, cwd=ROOT,
                   env=site.instance.environ())
    yield
    process_.stop()


@pytest.fixture(scope="module")
def sysadmin(chromium, site) -> Iterator[Callable]:
    """Calls an action as the sysadmin: ``sysadmin("organization_show", id=…)`` gives its result."""
    context = chromium.new_context(base_url=site.url)
    log_in(context.new_page(), site.admin, site.password)
    answer = context.request.post("/api/3/action/api_token_create",
                                  data={"user": site.admin, "name": "tests"})
    token = answer.json()["result"]["token"]

    def call(action: str, **data):
        answer = context.request.post(f"/api/3/action/{action}", data=data,
                                      headers={"Authorization": token})
        assert answer.ok, answer.text()
        return answer.json()["result"]

    yield call
    context.close()


@pytest.fixture
def agency_admin(page, site, sysadmin) -> Page:
    """A window in which the admin of one agency, who is no sysadmin, is logged in."""
    name = f"can-bo-{uuid.uuid4().hex[:8]}"
    sysadmin("user_create", name=name, email=f"{name}@example.org", password=PASSWORD)
    sysadmin("organization_member_create", id=AGENCY, username=name, role="admin")
    return log_in(page, name, PASSWORD)


@pytest.fixture(scope="module")
def staff(chromium, site, sysadmin) -> Iterator[Callable[[str], Page]]:
    """Windows of people of the agency, each signed in once a file: ``staff("editor")``."""
    names = {"editor": "Nguyễn Thị Biên", "admin": "Trần Văn Duyệt"}
    windows: dict[str, Page] = {}

    def window(role: str) -> Page:
        if role not in windows:
            name = f"{role}-{uuid.uuid4().hex[:8]}"
            sysadmin("user_create", name=name, email=f"{name}@example.org", password=PASSWORD,
                     fullname=names[role])  # fmt: skip
            sysadmin("organization_member_create", id=AGENCY, username=name, role=role)
            context = chromium.new_context(base_url=site.url, locale="vi-VN")
            page = context.new_page()
            page.set_default_timeout(20_000)
            windows[role] = log_in(page, name, PASSWORD)
        return windows[role]

    yield window
    for page in windows.values():
        page.context.close()


@pytest.fixture
def complaints(page) -> list[str]:
    """What the page's scripts complain of; a test looks whether it stays empty."""
    found: list[str] = []
    # pictures of users come from outside, and not every machine that tests is on the internet
    ours = lambda entry: "ERR_NAME_NOT_RESOLVED" not in entry.text  # noqa: E731
    page.on("console", lambda entry: found.append(entry.text)
            if entry.type == "error" and ours(entry) else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
