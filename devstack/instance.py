"""A CKAN on an instance of the stack: its configuration file, its database, its command line."""
from __future__ import annotations

import hashlib
import os
import string
import subprocess
import sys
from pathlib import Path

from devstack import environment
from devstack.environment import ROOT
from devstack.stack import Stack

TEMPLATE = ROOT / "devstack" / "demo.ini"


class Instance:
    """CKAN with the extension, configured as the demonstration is, on the servers of ``stack``."""

    def __init__(self, stack: Stack, database: str = "ckan"):
        self.stack = stack
        self.database = database
        self.ini = stack.state / f"{database}.ini"

    def configure(self, site_url: str) -> None:
        """Writes the configuration file; its secrets are made once and kept."""
        text = string.Template(TEMPLATE.read_text(encoding="utf-8"))
        self.ini.touch(mode=0o600)
        self.ini.write_text(
            text.substitute(site_url=site_url, secret=self.stack.secret("ckan")), encoding="utf-8"
        )

    def environ(self) -> dict[str, str]:
        """The environment of a process that works on this CKAN."""
        return {
            **os.environ, **self.stack.environ(self.database), "CKAN_INI": str(self.ini),
            "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1",
        }

    def command(self, *arguments: str) -> list[str]:
        """CKAN's command line with these arguments."""
        program = Path(sys.executable).parent / "ckan"
        return [str(program), "-c", str(self.ini), *arguments]

    def ckan(self, *arguments: str, accept: tuple[int, ...] = (0,)) -> int:
        """Runs a ckan command whose output the user sees; any other exit status is an error."""
        environment.say("ckan " + " ".join(arguments))
        status = subprocess.call(self.command(*arguments), env=self.environ())
        if status not in accept:
            raise environment.SetupError(f"ckan {' '.join(arguments)} ended with status {status}")
        return status

    def quietly(self, *arguments: str) -> None:
        """Runs a ckan command whose output matters only when it fails."""
        environment.run(self.command(*arguments), env=self.environ())

    def act(self, action: str, data: dict[str, str]) -> None:
        """Calls an action of CKAN's API as the site itself."""
        self.quietly("api", "action", action, *(f"{key}={value}" for key, value in data.items()))

    def prepare_database(self) -> bool:
        """Makes or upgrades the tables when the code asks for it; True for a new database."""
        stack = self.stack
        new = "postgres" not in stack.own and stack.postgres.create_database(self.database)
        stamp = stack.state / f"{self.database}-stamp"
        wanted = _tables_fingerprint()
        if new or not stamp.exists() or stamp.read_text() != wanted:
            environment.say("Creating CKAN's tables" if new else "Upgrading CKAN's tables")
            self.quietly("db", "upgrade")
            stamp.write_text(wanted)
        return new


def _tables_fingerprint() -> str:
    digest = hashlib.sha256((Path(sys.prefix) / "hanoi-stamp").read_bytes())
    for path in sorted((ROOT / "ckanext" / "hanoi" / "migration").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
