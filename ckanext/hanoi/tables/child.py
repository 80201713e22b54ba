"""Looks at files in a process of its own, with limits of memory and time, that may be stopped.

    with Looker(memory=1 << 30, seconds=60) as looker:
        report = looker.look("/tmp/file", "CSV", wishes)

The process begins when it is first needed, looks at one file after another, and is replaced when
it had to be stopped or died. It gets none of the parent's environment and knows no CKAN.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ckanext.hanoi.harvest.record import N_
from ckanext.hanoi.tables.look import OUT_OF_MEMORY, Wishes, look

_READY = b"ready\n"
#: Seconds that the process may take to begin (it loads frictionless).
_BEGIN = 120
_LONGEST_ANSWER = 64 * 1024 * 1024
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "TZ")


class Looker:
    """``memory`` in bytes and ``seconds`` of one look; what needs more is stopped."""

    def __init__(self, memory: int = 1 << 30, seconds: float = 60) -> None:
        self.memory = memory
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Looker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def look(self, path: str, claimed: str, wishes: Wishes) -> dict[str, Any]:
        """As ``look.look``; a file on which the process dies or that takes too long has a report
        that says so. RuntimeError where the process can't even begin."""
        process = self._started()
        asked = {"path": os.path.abspath(path), "claimed": claimed, "wishes": wishes.as_dict()}
        try:
            assert process.stdin
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
            answer = self._line(process, self.seconds)
        except OSError:
            answer = b""
        if answer is None:
            self.close()
            return {"message": N_("The look at the file was stopped after %(seconds)s seconds."),
                    "params": {"seconds": int(self.seconds)}}  # fmt: skip
        if not answer.endswith(b"\n"):
            self.close()
            return {"message": N_("Reading the file takes more memory than is allowed for it, or "
                                  "its reader fails on it."), "params": {}}  # fmt: skip
        report = json.loads(answer)
        if report.get("message") == OUT_OF_MEMORY:
            # what it has taken it may not give back
            self.close()
        return report

    def close(self) -> None:
        """End the process; the next look begins another."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            try:
                if stream:
                    stream.close()
            except OSError:
                pass
        process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(self.memory), str(self.seconds), _ROOT],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints,
                env=environ, cwd=tempfile.gettempdir(), start_new_session=True,
            )  # fmt: skip
            self._process = process
            if self._line(process, _BEGIN) != _READY:
                self.close()
                complaints.seek(0)
                said = complaints.read().decode(errors="replace")[-2000:]
                raise RuntimeError(f"The process that looks at tables does not begin: {said}")
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


#: Where the package is found: the path of this process has more in it, such as CKAN's own folder,
#: whose modules would hide Python's.
_ROOT = str(Path(__file__).parents[3])
_PROGRAM = """
import sys
sys.path.append(sys.argv[3])
from ckanext.hanoi.tables.child import serve
serve(int(sys.argv[1]), float(sys.argv[2]))
"""


def serve(memory: int, seconds: float) -> None:
    """The process: a request a line in, a report a line out, until there is no more."""
    answers = os.fdopen(os.dup(1), "wb")
    # what a library prints must not get among the answers
    os.dup2(2, 1)
    import frictionless  # noqa: F401  (before memory is counted, and while nobody waits)

    _limit(memory)
    answers.write(_READY)
    answers.flush()
    for line in sys.stdin.buffer:
        # an orphan in the middle of native code ends by itself
        signal.setitimer(signal.ITIMER_REAL, seconds + 5)
        asked = json.loads(line)
        report = look(asked["path"], asked["claimed"], Wishes(**asked["wishes"]))
        answers.write(json.dumps(report).encode() + b"\n")
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit(memory: int) -> None:
    import resource

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    # address space, of which libraries reserve much that they never touch, counts from here
    resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
