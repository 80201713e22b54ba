"""The sources that the demonstration harvests, served over HTTP on the loopback address.

``python -m devstack.portal FOLDER PORT`` serves the files of FOLDER under ``/files/`` and each
payload of devstack/samples/ckan/NAME.json as a CKAN portal under ``/NAME/``: ``package_search``
with paging, sorting and the ``metadata_modified`` filter, ``package_show``, ``package_list``,
``organization_list``, ``status_show``.
"""
from __future__ import annotations

import functools
import http.server
import json
import re
import sys
import urllib.parse
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).resolve().parent / "samples" / "ckan"
MOST_ROWS = 1000


class CkanPortal:
    """Answers the read actions of CKAN's API from one recorded ``package_search``."""

    def __init__(self, payload: Path):
        results = json.loads(payload.read_text(encoding="utf-8"))["result"]["results"]
        self.datasets = {dataset["name"]: dataset for dataset in results}

    def package_search(self, query: dict[str, str]) -> dict[str, Any]:
        """A page (``start``, ``rows``) of what the filter lets through."""
        found = list(filter(functools.partial(_matches, query.get("fq", "")),
                            self.datasets.values()))
        key, _, direction = query.get("sort", "metadata_modified desc").split(",")[0].partition(" ")
        found.sort(key=lambda dataset: str(dataset.get(key, "")), reverse=direction == "desc")
        start, rows = int(query.get("start", 0)), min(int(query.get("rows", 10)), MOST_ROWS)
        return {"count": len(found), "results": found[start:start + rows], "facets": {}}

    def package_show(self, query: dict[str, str]) -> dict[str, Any] | None:
        """The dataset with this name or id."""
        wanted = query.get("id", "")
        by_id = {dataset["id"]: dataset for dataset in self.datasets.values()}
        return self.datasets.get(wanted) or by_id.get(wanted)

    def package_list(self, query: dict[str, str]) -> list[str]:
        """All names."""
        return sorted(self.datasets)

    def organization_list(self, query: dict[str, str]) -> list[Any]:
        """The datasets' organizations, by name or, with ``all_fields``, whole."""
        found = {
            dataset["organization"]["name"]: dataset["organization"]
            for dataset in self.datasets.values()
        }
        whole = query.get("all_fields", "").lower() == "true"
        return [found[name] if whole else name for name in sorted(found)]

    def status_show(self, query: dict[str, str]) -> dict[str, Any]:
        """That it's there."""
        return {"ckan_version": "2.10.0", "site_title": "Sample", "extensions": []}


ACTIONS = {"package_search", "package_show", "package_list", "organization_list", "status_show"}


def _matches(fq: str, dataset: dict[str, Any]) -> bool:
    """CKAN's ``metadata_modified:[FROM TO …]``, the filter of an incremental harvest."""
    since = re.search(r"metadata_modified:\[\s*(\S+) TO ", fq)
    return not since or since[1] == "*" or dataset["metadata_modified"] >= since[1].rstrip("Z")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of the folder, and the portals' API."""

    protocol_version = "HTTP/1.1"
    portals: dict[str, CkanPortal] = {}

    def do_GET(self) -> None:
        address = urllib.parse.urlsplit(self.path)
        api = re.fullmatch(r"/([\w-]+)/api(?:/3)?/action/(\w+)", address.path)
        if not api:
            super().do_GET()
            return
        portal = self.portals.get(api[1])
        query = dict(urllib.parse.parse_qsl(address.query))
        result = None
        if portal and api[2] in ACTIONS:
            result = getattr(portal, api[2])(query)
        self._json(result)

    def _json(self, result: Any) -> None:
        missing = {"message": "Not found", "__type": "Not Found Error"}
        answer = {"success": True, "result": result} if result is not None else \
            {"success": False, "error": missing}
        body = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(200 if result is not None else 404)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def list_directory(self, path):
        """Folders are not listed."""
        self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the demonstration's log is for what goes wrong."""


def server(
    folder: Path,
    port: int = 0,
    portals: dict[str, CkanPortal] | None = None,
    handler: type[Handler] = Handler,
) -> http.server.ThreadingHTTPServer:
    """The portal, ready to ``serve_forever``; port 0 takes a free one.

    ``portals`` are served by their names instead of the payloads of the samples.
    """
    if portals is None:
        portals = {path.stem: CkanPortal(path) for path in PAYLOADS.glob("*.json")}
    answering = type("PortalHandler", (handler,), {"portals": portals})
    return http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), functools.partial(answering, directory=str(folder))
    )


if __name__ == "__main__":
    server(Path(sys.argv[1]), int(sys.argv[2])).serve_forever()
