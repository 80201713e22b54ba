"""bin/demo: the whole catalog on this machine, filled by harvesting, until Ctrl-C.

    bin/demo [--port N] [--reset] [--no-serve]

Everything it writes is in .state/demo; HANOI_STATE names another folder.
"""
from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devstack import environment, process
from devstack.environment import ROOT, SetupError, say
from devstack.instance import Instance
from devstack.samples import workbook
from devstack.stack import Stack, shown

ADMIN = "admin"
DEFAULT_PORT = 5000
SAMPLES = ROOT / "devstack" / "samples"
# Nobody in the city published what the sample portal has.
FOREIGN = {"name": "data-gov-uk-mau", "title": "data.gov.uk (nguồn mẫu)",
           "title_en": "data.gov.uk (sample source)",
           "description": "Tập dữ liệu thật của data.gov.uk, thu thập để trình diễn.",
           "website": "https://www.data.gov.uk"}


@dataclass(frozen=True)
class Source:
    """A source of the demonstration: ``path`` is at the local portal, ``agency`` takes what
    names no agency of its own."""

    name: str
    kind: str
    path: str
    agency: str
    config: Path | None = None


SOURCES = [
    Source("danh-muc-mau", "inventory", f"/files/{workbook.NAME}", "ubnd-thanh-pho-ha-noi"),
    Source("data-gov-uk", "ckan", "/datagovuk", FOREIGN["name"], SAMPLES / "data-gov-uk.yaml"),
]


class Demo:
    """The demonstration in its state directory."""

    def __init__(self, state: Path):
        self.state = state
        self.stack = Stack(state, durable=True)
        self.instance = Instance(self.stack)
        self.portal = process.Daemon(state / "portal")
        self.web = process.Daemon(state / "web")
        self.worker = process.Daemon(state / "worker")
        self.password = self.stack.secret("admin", size=6)
        self._progress = state / "progress.json"

    @contextlib.contextmanager
    def servers(self) -> Iterator[None]:
        """PostgreSQL, Redis, Solr and the local portal, up meanwhile; the tables are there."""
        with self.stack.in_use():
            self.instance.configure(self.site_url)
            self.instance.prepare_database()
            self.start_portal()
            try:
                yield
            finally:
                if not self.stack.used_by_others():
                    self.portal.stop()

    @property
    def site_url(self) -> str:
        """Where the catalog is, or will be, served."""
        return f"http://localhost:{self._port()}"

    def _port(self) -> int:
        try:
            return int((self.state / "web-port").read_text())
        except (OSError, ValueError):
            return DEFAULT_PORT

    def choose_port(self, wanted: int | None) -> None:
        """Remembers the port to serve on; without a wish, another one where it's taken."""
        port = wanted or self._port()
        if not process.is_free(port):
            if wanted:
                raise SetupError(f"Port {wanted} is in use. Choose another with --port.")
            port = process.free_port()
        (self.state / "web-port").write_text(str(port))

    def start_portal(self) -> None:
        """Starts the portal that is harvested, its files written anew, unless it runs."""
        if self.portal.process:
            return
        port = self.portal.claim_port()
        folder = self.state / "portal" / "served"
        workbook.write(folder / "files", f"{self.portal_url}/files")
        self.portal.start(
            [sys.executable, "-m", "devstack.portal", str(folder), str(port)],
            lambda: _answers(f"{self.portal_url}/files/{workbook.NAME}"),
            cwd=ROOT, env=self.instance.environ(),
        )

    @property
    def portal_url(self) -> str:
        """Address of the local portal."""
        return f"http://127.0.0.1:{self.portal.port}"

    def fill(self) -> None:
        """Makes the admin and the agencies and harvests the sources; what was done, it skips."""
        if self._first("admin", "made"):
            say(f"Creating the sysadmin “{ADMIN}”")
            self.instance.quietly(
                "sysadmin", "add", ADMIN, "--create", f"email={ADMIN}@example.org",
                f"password={self.password}",
            )
            self._remember("admin", "made")
        if self._first("agencies", "seeded"):
            self.instance.ckan("hanoi", "agencies", "apply")
            self._remember("agencies", "seeded")
        if self._first("foreign", "made"):
            self.instance.act("organization_create", FOREIGN)
            self._remember("foreign", "made")
        for source in SOURCES:
            url = self.portal_url + source.path
            if self._first(f"source {source.name}", url):
                self._add_source(source, url)
                self._remember(f"source {source.name}", url)
            if self._first(f"harvest {source.name}", url):
                self.instance.ckan("hanoi", "harvest", "run", source.name, "--inline")
                self._remember(f"harvest {source.name}", url)

    def _add_source(self, source: Source, url: str) -> None:
        if f"source {source.name}" in self._done():  # the portal has had to move to another port
            self.instance.ckan("hanoi", "source", "edit", source.name, "--url", url)
            return
        config = ["--config", str(source.config)] if source.config else []
        self.instance.ckan(
            "hanoi", "source", "add", source.name, "--kind", source.kind, "--url", url,
            "--agency", source.agency, "--every", "daily", *config,
        )

    def _done(self) -> dict[str, str]:
        return json.loads(self._progress.read_text()) if self._progress.exists() else {}

    def _first(self, step: str, outcome: str) -> bool:
        return self._done().get(step) != outcome

    def _remember(self, step: str, outcome: str) -> None:
        self._progress.write_text(json.dumps({**self._done(), step: outcome}, indent=1))

    def serve(self) -> int:
        """Runs the worker and the web server until one ends or Ctrl-C."""
        environ = self.instance.environ()
        port = self._port()
        say("Starting CKAN and its background worker")
        try:
            self.web.start(
                [sys.executable, "-m", "devstack.web", "127.0.0.1", str(port)],
                lambda: _answers(f"http://127.0.0.1:{port}/"), timeout=180, env=environ, cwd=ROOT,
            )
            self.worker.start(
                self.instance.command("jobs", "worker"), lambda: True, env=environ, cwd=ROOT
            )
            self._welcome()
            while self.web.process and self.worker.process:
                time.sleep(1)
            ended = self.worker if self.web.process else self.web
            raise SetupError(f"The {ended.directory.name} ended by itself:\n{ended.log_tail()}")
        except KeyboardInterrupt:
            print(file=sys.stderr)
            say("Stopping; everything is kept")
            return 0
        finally:
            self.worker.stop()
            self.web.stop()

    def _welcome(self) -> None:
        print(
            f"""
  The catalog is at         {self.site_url}
  Sign in at                {self.site_url}/user/login
      name                  {ADMIN}
      password              {self.password}

  Try next:
      search                {self.site_url}/dataset/?q=thoi+tiet   (typed without accents)
      an agency's page      {self.site_url}/organization/
      what a run would do   bin/ckan hanoi harvest preview danh-muc-mau
      run it again          bin/ckan hanoi harvest run danh-muc-mau   (nothing changes now)
      is all set up well    bin/ckan hanoi doctor

  Data and logs are in {shown(self.state)}. Ctrl-C stops; bin/demo starts again with the data kept;
  bin/demo --reset starts over.
""", flush=True,
        )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def state_dir() -> Path:
    """The demonstration's folder."""
    return Path(os.environ.get("HANOI_STATE") or ROOT / ".state" / "demo").resolve()


def reset(state: Path) -> None:
    """Stops what runs there and deletes the state directory."""
    if not state.exists():
        return
    if any(state.iterdir()) and not (state / "secrets.json").exists():
        raise SetupError(f"{state} is no state directory of the demonstration; it stays.")
    demo = Demo(state)
    for daemon in (demo.worker, demo.web, demo.portal):
        daemon.stop()
    demo.stack.stop()
    say(f"Deleting {shown(state)}: the demonstration's database, index, files and passwords")
    shutil.rmtree(state)


def main(arguments: list[str]) -> int:
    """Sets up, fills and serves; returns the exit status."""
    parser = argparse.ArgumentParser(
        "bin/demo", description="The catalog on this machine, filled by harvesting."
    )
    parser.add_argument("--port", type=int, help="serve on this port (default: 5000)")
    parser.add_argument("--reset", action="store_true", help="delete the data and start over")
    parser.add_argument("--no-serve", action="store_true", help="set up and harvest, then stop")
    options = parser.parse_args(arguments)
    state = state_dir()
    if options.reset:
        reset(state)
    demo = Demo(state)
    for leftover in (demo.worker, demo.web, demo.portal):
        if leftover.process and not demo.stack.used_by_others():
            leftover.stop()
    if demo.web.process:
        raise SetupError(f"The demonstration runs already, at {demo.site_url}")
    demo.choose_port(options.port)
    with demo.servers():
        demo.fill()
        if options.no_serve:
            say("All set up. Serve it with bin/demo")
            return 0
        return demo.serve()


if __name__ == "__main__":
    sys.exit(environment.guarded(lambda: main(sys.argv[1:])))
