"""A portal to harvest from, served over HTTP, and the tools of an admin."""

from __future__ import annotations

import copy
import json
from functools import partial
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers
from werkzeug import Request, Response

from ckanext.hanoi.fetch import settings
from ckanext.hanoi.harvest.engine import worker
from ckanext.hanoi.harvest.mapping import constraints
from ckanext.hanoi.model.harvest import Source


class Portal:
    """A small CKAN over HTTP whose datasets a test may change; ``answer`` may replace a page."""

    def __init__(self, server) -> None:
        self.datasets: list[dict[str, Any]] = []
        self.requests: list[dict[str, str]] = []
        self.answer = None
        self.url = server.url_for("").rstrip("/")
        server.expect_request("/api/3/action/package_search").respond_with_handler(self._search)

    def fill(self, number: int, resources: int = 1) -> None:
        """Datasets ``0 … number - 1``."""
        self.datasets = [self.dataset(i, resources) for i in range(number)]

    def dataset(self, i: int, resources: int = 1, **more: Any) -> dict[str, Any]:
        """The i-th dataset as CKAN's API gives it."""
        return {
            "id": f"00000000-0000-4000-8000-{i:012d}",
            "name": f"bo-du-lieu-{i}",
            "title": f"Bộ dữ liệu số {i}",
            "notes": f"Mô tả {i}",
            "state": "active",
            "private": False,
            "metadata_modified": "2026-01-01T00:00:00",
            "tags": [{"name": "xây dựng"}, {"name": f"số {i}"}],
            "resources": [
                {
                    "id": f"00000000-0000-4000-9000-{i:06d}{n:06d}",
                    "name": f"Tệp {n}",
                    "url": f"https://data.example.org/{i}/{n}.csv",
                    "format": "CSV",
                }
                for n in range(resources)
            ],
            "extras": [],
            **more,
        }

    def _search(self, request: Request) -> Response:
        self.requests.append(dict(request.args))
        if self.answer is not None:
            replaced = self.answer(request)
            if replaced is not None:
                return replaced
        return self.page(request)

    def page(self, request: Request) -> Response:
        start = int(request.args.get("start", 0))
        rows = int(request.args.get("rows", 10))
        result = {
            "count": len(self.datasets),
            "results": copy.deepcopy(self.datasets[start : start + rows]),
        }
        body = json.dumps({"success": True, "result": result})
        return Response(body, content_type="application/json")


@pytest.fixture
def portal(httpserver) -> Portal:
    return Portal(httpserver)


class Admin:
    """What an admin does, without a browser."""

    def __init__(self) -> None:
        self.sysadmin = factories.Sysadmin()
        self.organization = factories.Organization(name="so-tai-chinh")

    def add_source(
        self, url: str, name: str = "cong", kind: str = "ckan", **more: Any
    ) -> dict[str, Any]:
        more.setdefault("owner_org", self.organization["id"])
        return helpers.call_action("hanoi_source_create", name=name, url=url, kind=kind, **more)

    def run(self, name: str = "cong", **options: Any) -> dict[str, Any]:
        """Harvest inline; the report."""
        run = helpers.call_action(
            "hanoi_harvest_run",
            {"ignore_auth": True, "user": "", "hanoi_inline": True},
            id=name,
            **options,
        )
        model.Session.remove()
        worker.run(run["id"], inline=True)
        model.Session.remove()
        return helpers.call_action("hanoi_run_show", id=run["id"])

    def datasets(self) -> list[dict[str, Any]]:
        """All active datasets as search finds them, by title."""
        found = helpers.call_action(
            "package_search", rows=1000, include_private=True, sort="name asc"
        )
        return found["results"]

    def call(self, action: str, **data: Any) -> Any:
        """An action by a system administrator."""
        context = {"user": self.sysadmin["name"], "ignore_auth": False}
        return helpers.call_action(action, context, **data)

    def source(self, name: str = "cong") -> Source:
        return model.Session.query(Source).filter_by(name=name).one()


@pytest.fixture
def refusal(monkeypatch) -> dict[str, str]:
    """Values that the mapping lets pass and the dataset's rules refuse (``version``)."""
    monkeypatch.setattr(constraints, "_LONGEST_VERSION", 10_000)
    return {"version": "1." * 200}  # CKAN takes a hundred characters


@pytest.fixture
def admin(catalog, monkeypatch) -> Admin:
    monkeypatch.setitem(
        tk.config, "ckanext.hanoi.harvest.allowed_hosts", ["127.0.0.1", "localhost"]
    )
    monkeypatch.setitem(tk.config, "ckanext.hanoi.harvest.grace_days", 0)
    monkeypatch.setattr(settings, "fetcher", partial(_impatient, settings.fetcher))
    return Admin()


def _impatient(fetcher: Any, **options: Any) -> Any:
    """A fetcher that tries again as often as ever, but sooner."""
    made = fetcher(**options)
    made.pause = 0.01
    return made


@pytest.fixture
def asked():
    """The statements that the database gets."""
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    sa.event.listen(model.meta.engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(model.meta.engine, "before_cursor_execute", note)
