"""Connections that go to the checked address and nowhere else, and end on time.

urllib3 opens a socket in ``_new_conn``: that is the one place where a name becomes an address.
Here the name is resolved once, every address is checked, and the socket is opened to the
checked address itself, so that a name server that changes its mind (DNS rebinding) changes
nothing. Host header, SNI and certificate check still use the name. (requests-hardened pins too,
but checks only the first address and knows no list of allowed hosts.)
"""
from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from ckanext.hanoi.fetch.address import AddressGuard


class AddressRefusedError(Exception):
    """The host resolves to an address that may not be fetched."""


class Deadline:
    """A moment until which one request, redirects included, must be over."""

    def __init__(self) -> None:
        self._end = 0.0

    def start(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises TimeoutError where there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline reached")
        return left


class _UntilDeadline(io.RawIOBase):
    """The receiving end of a socket; each read may last until the deadline, not longer."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._raw: Any = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, deadline: Deadline, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_UntilDeadline(sock, deadline), 65536)


class _Guarded:
    """Mixed into urllib3's connections."""

    _dns_host: str
    port: int
    timeout: float
    socket_options: Any

    def __init__(self, *args: Any, guard: AddressGuard, deadline: Deadline, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._guard = guard
        self._deadline = deadline

    def response_class(self, sock: socket.socket, *args: Any, **kw: Any) -> _TimedResponse:
        return _TimedResponse(sock, self._deadline, *args, **kw)

    def _new_conn(self) -> socket.socket:
        host = self._dns_host.strip("[]")
        try:
            found = socket.getaddrinfo(host, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as e:
            raise NameResolutionError(host, self, socket.gaierror(str(e))) from e  # type: ignore[arg-type]
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        for address in addresses:
            if not self._guard.permits(host, self.port, address):
                raise AddressRefusedError(host)
        error: OSError | None = None
        for address in addresses:
            try:
                return create_connection(
                    (address, self.port),
                    min(self.timeout, self._deadline.left()),
                    socket_options=self.socket_options,
                )
            except OSError as e:
                error = e
        if isinstance(error, TimeoutError):
            raise ConnectTimeoutError(self, "timed out") from error
        raise NewConnectionError(self, str(error)) from error  # type: ignore[arg-type]


class _HTTP(_Guarded, HTTPConnection):
    pass


class _HTTPS(_Guarded, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP  # type: ignore[assignment]


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS  # type: ignore[assignment]


class Pools:
    """One kept-alive connection for each scheme, host and port."""

    def __init__(self, guard: AddressGuard, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        self._pools: dict[tuple[str, str, int], HTTPConnectionPool] = {}

    def get(self, scheme: str, host: str, port: int) -> HTTPConnectionPool:
        key = (scheme, host, port)
        if key not in self._pools:
            pool = _HTTPSPool if scheme == "https" else _HTTPPool
            self._pools[key] = pool(
                host, port, maxsize=1, guard=self._guard, deadline=self._deadline
            )
        return self._pools[key]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()
