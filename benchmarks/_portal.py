"""A portal of any size, served by devstack/portal.py in a process of its own.

``python -m benchmarks._portal`` prints its port and serves a CKAN under ``/large/``; each dataset
is made when it's asked for, so that a hundred thousand take no memory. ``/large/api/action/settle``
says what the datasets are like from now on: see ``Large.settle``. The same datasets as a
``data.json`` with an ETag are under ``/large/api/action/data_json``.
"""
from __future__ import annotations

import hashlib
import http.client
import json
import re
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from devstack import portal
from devstack.environment import ROOT

_WORDS = (
    "công trình xây dựng giao thông đô thị trường học bệnh viện danh sách thống kê số liệu quận"
    " phường xã năm quý tháng dân số đất đai môi trường nước không khí ngân sách giấy phép cơ sở"
).split()
_LAST_CHANGE = "2026-01-01T01:02:03.123456"
_FORMATS = ("CSV", "XLSX", "JSON")


def dataset(i: int, version: int = 0, bad: int = 0) -> dict[str, Any]:
    """The ``i``-th dataset as CKAN's API gives it: 3 files, 4 keywords, 3 extras, 4 kB of JSON.

    Another ``version`` has another title, description and date of change; a ``bad`` one has a
    version number that CKAN refuses, another for each number.
    """
    seed = hashlib.sha256(f"{i}-{version}".encode()).digest()
    words = [_WORDS[byte % len(_WORDS)] for byte in seed]
    modified = _LAST_CHANGE if not version else f"2030-01-{version:02d}T01:02:03.123456"
    id_ = f"00000000-0000-4000-8000-{i:012d}"
    return {
        "id": id_,
        "name": f"bo-du-lieu-{i}",
        "title": f"Bộ dữ liệu {' '.join(words[:6])} {i}",
        "notes": f"Mô tả {i}. " + " ".join(words) + ". " + " ".join(reversed(words)) + ".",
        "author": "Phòng Thống kê", "author_email": "thongke@example.org",
        "maintainer": None, "maintainer_email": None,
        "license_id": "cc-by", "license_title": "Creative Commons Attribution",
        "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "isopen": True, "private": False, "state": "active", "type": "dataset",
        "url": f"https://data.example.org/dataset/{i}",
        "version": "1." * (200 + bad) if bad else "1.0",
        "creator_user_id": "9c0d9d4e-25a5-4f7c-9d9c-2f3dd8a4a8f1",
        "metadata_created": "2025-01-01T00:00:00.000000",
        "metadata_modified": modified,
        "num_resources": 3, "num_tags": 4,
        "tags": [
            {"id": str(uuid.UUID(int=n + 1)), "name": name, "display_name": name,
             "state": "active", "vocabulary_id": None}
            for n, name in enumerate(dict.fromkeys(
                ["thống kê", words[0], f"{words[1]} {words[2]}", f"nhóm {i % 500}"]
            ))
        ],
        "groups": [], "relationships_as_subject": [], "relationships_as_object": [],
        "organization": {
            "id": "5f2c2a0e-4f2a-4a8e-9a53-0a6b8d3f5f10", "name": "so-nguon", "title": "Sở nguồn",
            "type": "organization", "is_organization": True, "state": "active",
        },
        "owner_org": "5f2c2a0e-4f2a-4a8e-9a53-0a6b8d3f5f10",
        "extras": [
            {"key": "tần suất", "value": "hằng tháng"},
            {"key": "ngày phát hành", "value": "2025-01-01"},
            {"key": "nguồn gốc", "value": f"Báo cáo {i}"},
        ],
        "resources": [_resource(i, n, id_, words) for n in range(3)],
    }  # fmt: skip


def _resource(i: int, n: int, package_id: str, words: list[str]) -> dict[str, Any]:
    name = f"{words[n]}-{n}.{_FORMATS[n].lower()}"
    return {
        "id": f"00000000-0000-4000-900{n}-{i:012d}",
        "package_id": package_id, "position": n, "state": "active",
        "name": name, "description": f"Tệp {n}: {' '.join(words[6:16])}",
        "url": f"https://data.example.org/dataset/{i}/{n}/{n}.{_FORMATS[n].lower()}",
        "format": _FORMATS[n], "mimetype": None, "size": None, "hash": "",
        "created": "2025-01-01T00:00:00.000000", "last_modified": None, "resource_type": None,
        "cache_url": None, "cache_last_updated": None, "url_type": None,
    }  # fmt: skip


class Large(portal.CkanPortal):
    """``size`` datasets in the order of their ids, some of them changed, some of them bad."""

    def __init__(self) -> None:
        self.settle({})

    def settle(self, query: dict[str, str]) -> dict[str, Any]:
        """``size``; ``first``: number of the first dataset; ``step``: every so-manieth has
        ``version``, 0 for none; ``bad``: how many, from the first on, CKAN refuses in each
        version."""
        names = ("size", "first", "step", "version", "bad")
        self.state = {name: int(query.get(name, 0)) for name in names}
        return self.state

    def _at(self, position: int) -> dict[str, Any]:
        state = self.state
        changed = bool(state["step"]) and position % state["step"] == state["step"] - 1
        return dataset(state["first"] + position, state["version"] if changed else 0,
                       state["version"] if position < state["bad"] else 0)  # fmt: skip

    def package_search(self, query: dict[str, str]) -> dict[str, Any]:
        """A page, by id; the filter of an incremental harvest is heeded."""
        start, rows = int(query.get("start", 0)), int(query.get("rows", 10))
        positions: Any = range(self.state["size"])
        since = re.search(r"metadata_modified:\[\s*(\S+) TO ", query.get("fq", ""))
        if since and since[1] != "*":
            found = ((i, self._at(i)["metadata_modified"]) for i in positions)
            positions = [i for i, modified in found if modified >= since[1].rstrip("Z")]
        page = positions[start : start + min(rows, portal.MOST_ROWS)]
        return {"count": len(positions), "results": [self._at(i) for i in page], "facets": {}}

    def package_show(self, query: dict[str, str]) -> dict[str, Any] | None:
        """The dataset with this id or name."""
        number = int(query["id"].rpartition("-")[2])
        return self._at(number - self.state["first"])

    def package_list(self, query: dict[str, str]) -> list[str]:
        """All names."""
        return [f"bo-du-lieu-{self.state['first'] + i}" for i in range(self.state["size"])]


class Handler(portal.Handler):
    """Serves ``data_json`` too, and answers 304 to who knows its ETag."""

    def do_GET(self) -> None:
        if not self.path.startswith("/large/api/action/data_json"):
            return super().do_GET()
        large = self.portals["large"]
        assert isinstance(large, Large)
        etag = f'"{hashlib.sha256(json.dumps(large.state).encode()).hexdigest()}"'
        if self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
            return None
        entries = [_entry(large._at(i)) for i in range(large.state["size"])]
        body = json.dumps({
            "conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": entries,
        }, ensure_ascii=False).encode()  # fmt: skip
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None


def _entry(package: dict[str, Any]) -> dict[str, Any]:
    """A dataset as an entry of data.json (DCAT-US 1.1)."""
    return {
        "@type": "dcat:Dataset", "identifier": package["id"], "title": package["title"],
        "description": package["notes"], "modified": package["metadata_modified"],
        "keyword": [tag["name"] for tag in package["tags"]], "accessLevel": "public",
        "publisher": {"name": "Sở nguồn"}, "landingPage": package["url"],
        "distribution": [
            {"title": resource["name"], "downloadURL": resource["url"],
             "format": resource["format"], "mediaType": "text/csv"}
            for resource in package["resources"]
        ],
    }  # fmt: skip


class Portal:
    """The portal's process, and what its datasets are like; ``with Portal() as portal``."""

    def __enter__(self) -> Portal:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks._portal"], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/large"
        self.data_json = f"{self.url}/api/action/data_json"
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def settle(self, size: int, **more: int) -> None:
        """See ``Large.settle``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        query = urlencode({"size": size, **more})
        connection.request("GET", f"/large/api/action/settle?{query}")
        assert connection.getresponse().status == 200
        connection.close()


def _serve() -> None:
    portal.ACTIONS.add("settle")
    server = portal.server(Path("/nonexistent"), portals={"large": Large()}, handler=Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve()
