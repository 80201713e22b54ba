"""A process of its own for what may need too much memory or time, or die. Knows no CKAN.

    child = Child(program, memory=1 << 30, seconds=60)
    child.ask({"path": "/tmp/file"})      # what the program answers, or Stopped

The process begins when it is first needed, answers one question after another, and is replaced
when it had to be stopped or died. It gets none of the parent's environment. The program calls
``serve`` with what answers a question; parent and program exchange lines of JSON.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_READY = b"ready\n"
#: Seconds that the process may take to begin.
_BEGIN = 120
_LONGEST_ANSWER = 64 * 1024 * 1024
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "TZ")
#: Where the package is found: the path of this process has more in it, such as CKAN's own folder,
#: whose modules would hide Python's.
_ROOT = str(Path(__file__).parents[2])


class ChildStoppedError(Exception):
    """There is no answer: ``late``, or else the process died or needed too much memory."""

    def __init__(self, late: bool) -> None:
        super().__init__("too late" if late else "died")
        self.late = late


class Child:
    """``memory`` in bytes and ``seconds`` of one answer; what needs more is stopped."""

    def __init__(self, memory: int, seconds: float) -> None:
        self.memory = memory
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def program(self) -> str:
        """The Python code that the process runs; its arguments are memory, seconds and where the
        package is."""
        raise NotImplementedError

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """What the process answers; Stopped. RuntimeError where it can't even begin."""
        with self._lock:
            answer, process = self._answer(question)
            if answer == b"" and process.wait() == 0:
                # it had ended by itself, having had nothing to do
                answer, process = self._answer(question)
            if answer is None or not answer.endswith(b"\n"):
                self.close()
                raise ChildStoppedError(late=answer is None)
            return json.loads(answer)

    def close(self) -> None:
        """End the process; the next question begins another."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            try:
                if stream:
                    stream.close()
            except OSError:
                pass
        process.wait()

    def _answer(self, question: dict[str, Any]) -> tuple[bytes | None, subprocess.Popen[bytes]]:
        process = self._started()
        try:
            assert process.stdin
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            return self._line(process, self.seconds), process
        except OSError:
            return b"", process

    def _started(self) -> subprocess.Popen[bytes]:
        mine = self._owner == os.getpid()
        if mine and self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(
                [sys.executable, "-c", self.program(), str(self.memory), str(self.seconds), _ROOT],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints,
                env=environ, cwd=tempfile.gettempdir(), start_new_session=True,
            )  # fmt: skip
            self._process, self._owner = process, os.getpid()
            if self._line(process, _BEGIN) != _READY:
                self.close()
                complaints.seek(0)
                said = complaints.read().decode(errors="replace")[-2000:]
                raise RuntimeError(f"The process that reads tables does not begin: {said}")
        return process

    @staticmethod
    def _line(process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
        """A line from the process; less where it ended, None where it took too long."""
        assert process.stdout
        stream, deadline = process.stdout.fileno(), time.monotonic() + seconds
        line = bytearray()
        while not line.endswith(b"\n") and len(line) < _LONGEST_ANSWER:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                return None
            data = os.read(stream, 1 << 16)
            if not data:
                break
            line += data
        return bytes(line)


def serve(
    answer: Callable[[dict[str, Any]], dict[str, Any]],
    memory: int,
    seconds: float,
    idle: float | None = None,
) -> None:
    """The process: a question a line in, an answer a line out, until there is no more or nothing
    came for ``idle`` seconds."""
    answers = os.fdopen(os.dup(1), "wb")
    # what a library prints must not get among the answers
    os.dup2(2, 1)
    _limit(memory)
    answers.write(_READY)
    answers.flush()
    while select.select([0], [], [], idle)[0] and (line := sys.stdin.buffer.readline()):
        # an orphan in the middle of native code ends by itself
        signal.setitimer(signal.ITIMER_REAL, seconds + 5)
        answers.write(json.dumps(answer(json.loads(line))).encode() + b"\n")
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit(memory: int) -> None:
    import resource

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    # address space, of which libraries reserve much that they never touch, counts from here
    resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
