"""A server that says exactly the bytes it is told to, for answers no honest server gives."""
from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable


class RawServer:
    """Answers the n-th connection with the n-th script (the last one again and again).

    A script is a list of bytes to send and numbers of seconds to wait; then the connection is
    closed, or with ``keep_alive`` serves the next request in the same way. ``requests`` are the
    heads of the requests received, ``connections`` counts the connections.
    """

    def __init__(self, *scripts: Iterable[bytes | float], keep_alive: bool = False) -> None:
        self._scripts = [list(s) for s in scripts]
        self._keep_alive = keep_alive
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self.requests: list[bytes] = []
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for n in range(10**6):
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            script = self._scripts[min(n, len(self._scripts) - 1)]
            self.connections += 1
            with connection:
                while self._play(connection, script) and self._keep_alive:
                    pass

    def _play(self, connection: socket.socket, script: list[bytes | float]) -> bool:
        """Serve one request; False where the other side has gone."""
        head = b""
        try:
            while b"\r\n\r\n" not in head:
                data = connection.recv(65536)
                if not data:
                    return False
                head += data
            self.requests.append(head)
            for step in script:
                if self._stopped.is_set():
                    return False
                if isinstance(step, bytes):
                    connection.sendall(step)
                else:
                    time.sleep(step)
        except OSError:
            return False
        return True

    def __enter__(self) -> RawServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(2)


def drip(chunk: Callable[[int], bytes], every: float, times: int) -> list[bytes | float]:
    """A script that sends ``chunk(n)`` every ``every`` seconds."""
    steps: list[bytes | float] = []
    for n in range(times):
        steps += [chunk(n), every]
    return steps
