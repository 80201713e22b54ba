"""A server process that outlives the command that started it, known by its pid file."""
from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from devstack import environment


class ServerError(environment.SetupError):
    """A server did not start; the message carries the end of its log."""


def free_port() -> int:
    """A TCP port of the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    """True when the port of the loopback address can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Daemon:
    """One process with its folder: ``pid.json`` (pid and birth, so that a reused pid is not
    taken for it), ``port`` (chosen once, kept), ``log``."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.log = directory / "log"
        self._pid_file = directory / "pid.json"
        self._port_file = directory / "port"

    @property
    def process(self) -> psutil.Process | None:
        """The living process, or None."""
        try:
            known = json.loads(self._pid_file.read_text())
            process = psutil.Process(known["pid"])
            same = abs(process.create_time() - known["born"]) < 1
            return process if same and _runs(process) else None
        except (OSError, ValueError, KeyError, psutil.Error):
            return None

    @property
    def port(self) -> int:
        """The port it listens on, or will."""
        try:
            return int(self._port_file.read_text())
        except (OSError, ValueError):
            return self._choose_port()

    def _choose_port(self) -> int:
        self.directory.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self._port_file.write_text(str(port))
        return port

    def claim_port(self) -> int:
        """The remembered port, or another when someone else has taken it meanwhile."""
        return self.port if is_free(self.port) else self._choose_port()

    def start(
        self, command: list[str], ready: Callable[[], bool], *, timeout: float = 60, **options
    ) -> None:
        """Starts the command in a session of its own and waits until ``ready()`` is true."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **options,
            )
        born = psutil.Process(child.pid).create_time()
        self._pid_file.write_text(json.dumps({"pid": child.pid, "born": born}))
        deadline = time.monotonic() + timeout
        while not ready():
            if child.poll() is not None:
                raise ServerError(f"{self.directory.name} ended at once:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"{self.directory.name} gave no answer:\n{self.log_tail()}")
            time.sleep(0.05)

    def stop(self, sign: signal.Signals = signal.SIGTERM, timeout: float = 30) -> None:
        """Asks it to end, and kills it when it doesn't in time. Nothing when it isn't running."""
        process = self.process
        if process:
            process.send_signal(sign)
            if not _gone([process], timeout):
                self.kill()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """Ends it and its children as a power cut would (SIGKILL)."""
        process = self.process
        if process:
            family = [process, *process.children(recursive=True)]
            for member in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()
            _gone(family, 10)
        self._pid_file.unlink(missing_ok=True)

    def log_tail(self, lines: int = 15) -> str:
        """The end of the log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return "(no log)"


def _gone(processes: list[psutil.Process], timeout: float) -> bool:
    """Waits until none of them runs. A zombie is gone: its parent may never look after it."""
    deadline = time.monotonic() + timeout
    while any(map(_runs, processes)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
