"""Serves the inputs of the reports: the files, and the scripted servers of ``routes``."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import routes

FILES = Path(__file__).parent / "files"
TYPES = {".json": "application/json", ".rdf": "application/rdf+xml", ".ttl": "text/turtle",
         ".csv": "text/csv", ".xls": "application/vnd.ms-excel",
         ".jsonld": "application/ld+json"}  # fmt: skip


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def give(self, body: bytes | str, kind: str = "text/plain", code: int = 200, **headers: str):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        for path in sorted(routes.ROUTES, key=len, reverse=True):
            below = path.endswith("*") and address.path.startswith(path[:-1])
            if below or address.path == path:
                query = dict(parse_qsl(address.query, keep_blank_values=True))
                routes.ROUTES[path](self, address, query)
                return
        file = FILES / unquote(address.path).lstrip("/")
        if file.parent == FILES and file.is_file():
            kind = TYPES.get(file.suffix, "application/octet-stream")
            self.give(file.read_bytes(), kind)
        else:
            self.give("not here", code=404)


@contextmanager
def served() -> Iterator[str]:
    """The address of the server, while it runs."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
