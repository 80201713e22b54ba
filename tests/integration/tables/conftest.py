"""A catalog in which tables are looked at, a site with files, and five kinds of people."""

from __future__ import annotations

import io
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories, helpers
from table_files import WARDS
from werkzeug.datastructures import FileStorage

from ckanext.hanoi.tables import pending, worker
from ckanext.hanoi.tables.sandbox import SandboxedInspector


class Office:
    """What a publisher does, without a browser."""

    def __init__(self) -> None:
        self.organization = factories.Organization(name="so-noi-vu", title="Sở Nội vụ")
        self._users = {"anonymous": ""}

    def user(self, who: str) -> str:
        """The name of a person: ``other agency's admin``, ``member``, ``editor``, …"""
        if who in self._users:
            return self._users[who]
        if who == "sysadmin":
            self._users[who] = factories.Sysadmin()["name"]
        else:
            self._users[who] = factories.User()["name"]
            foreign = who.startswith("other")
            organization = factories.Organization() if foreign else self.organization
            helpers.call_action("organization_member_create", id=organization["id"],
                                username=self._users[who],
                                role="admin" if foreign else who)  # fmt: skip
        return self._users[who]

    def call(self, action: str, who: str = "editor", **data: Any) -> Any:
        context = {"user": self.user(who), "ignore_auth": False}
        return helpers.call_action(action, context, **data)

    def dataset(self, *resources: dict[str, Any], **more: Any) -> dict[str, Any]:
        values = {"owner_org": self.organization["id"], "resources": list(resources), **more}
        return factories.Dataset(**values)

    def upload(self, content: str | bytes = WARDS, name: str = "phuong.csv",
               **more: Any) -> dict[str, Any]:  # fmt: skip
        """A dataset of one uploaded file; the resource."""
        dataset = self.dataset(**more)
        return self.call("resource_create", package_id=dataset["id"], name=name, url=name,
                         upload=self.file(content, name))  # fmt: skip

    @staticmethod
    def file(content: str | bytes, name: str) -> FileStorage:
        data = content if isinstance(content, bytes) else content.encode()
        return FileStorage(io.BytesIO(data), name)

    def look(self) -> None:
        """What the background job does, until nothing is due."""
        model.Session.remove()
        assert worker.run()
        model.Session.remove()

    def table(self, resource_id: str, who: str = "editor") -> dict[str, Any]:
        return self.call("hanoi_table_show", who, id=resource_id)


@pytest.fixture(scope="session")
def looker():
    """One process for all tests: each beginning takes seconds."""

    class Kept(SandboxedInspector):
        def __exit__(self, *_: object) -> None:
            pass

    looker = Kept(seconds=60)
    yield looker
    looker.close()


@pytest.fixture
def office(catalog, looker, monkeypatch):
    monkeypatch.setattr(worker, "SandboxedInspector", lambda *_: looker)
    monkeypatch.setitem(tk.config, "ckanext.hanoi.tables.enabled", True)
    monkeypatch.setitem(tk.config, "ckanext.hanoi.tables.pause", 0)
    hosts = ["127.0.0.1", "localhost"]
    monkeypatch.setitem(tk.config, "ckanext.hanoi.harvest.allowed_hosts", hosts)
    connect_to_redis().delete(pending.WAITING.key())
    return Office()


@pytest.fixture
def web(httpserver):
    """Files under an address: ``web("/a.csv", content)`` gives the URL."""

    def serve(path: str, content: str | bytes = WARDS, status: int = 200, **headers: str) -> str:
        httpserver.expect_request(path).respond_with_data(content, status=status, headers=headers)
        return httpserver.url_for(path)

    return serve
