"""A publisher with a workbook, and other people."""

from __future__ import annotations

import base64
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import spreadsheets
from ckan import model
from ckan.tests import factories, helpers
from spreadsheets import Headed

DATA, FILES = "Dữ liệu", "Tài nguyên"


class Publisher:
    """What somebody of one agency does with workbooks, by the API and with its authorization:
    one of its admins, since what an editor makes public waits for approval."""

    def __init__(self) -> None:
        self.person = factories.User()
        self.agency = factories.Organization(
            name=f"so-{uuid.uuid4().hex[:10]}", title="Sở Giáo dục",
            users=[{"name": self.person["name"], "capacity": "admin"}],
        )  # fmt: skip

    def call(self, action: str, user: dict[str, Any] | None = None, **data: Any) -> Any:
        model.Session.remove()
        context = {"user": (user or self.person)["name"], "ignore_auth": False}
        return helpers.call_action(action, context, **data)

    def dataset(self, title: str = "Trường mầm non", **more: Any) -> dict[str, Any]:
        return self.call("package_create", title=title, owner_org=self.agency["id"], **more)

    def show(self, id_: str) -> dict[str, Any]:
        model.Session.remove()
        context = {"ignore_auth": True, "use_cache": False}
        return helpers.call_action("package_show", context, id=id_)

    def datasets(self) -> list[dict[str, Any]]:
        """All datasets of the agency as search finds them, by title."""
        found = helpers.call_action("package_search", include_private=True, rows=1000,
                                    fq=f'owner_org:"{self.agency["id"]}"')  # fmt: skip
        return sorted(found["results"], key=lambda one: one["title"])

    def workbook(self) -> bytes:
        found = self.call("hanoi_template_show", owner_org=self.agency["name"], lang="vi")
        return base64.b64decode(found["content"])

    def create(self, workbook: bytes, **options: Any) -> dict[str, Any]:
        options.setdefault("owner_org", self.agency["name"])
        made = self.call("hanoi_import_create", upload=io.BytesIO(workbook),
                         file_name="danh-muc.xlsx", **options)  # fmt: skip
        return self.report(made["id"])

    def report(self, id_: str) -> dict[str, Any]:
        return self.call("hanoi_import_show", id=id_, limit=1000)

    def send(self, workbook: bytes, **options: Any) -> dict[str, Any]:
        """Create and run, in this process; the report."""
        made = self.create(workbook, **options)
        if made["counts"]["create"] + made["counts"]["update"]:
            context = {
                "user": self.person["name"], "ignore_auth": False, "hanoi_inline": True,
            }  # fmt: skip
            helpers.call_action("hanoi_import_run", context, id=made["id"])
        return self.report(made["id"])


@pytest.fixture
def publisher(plugins, non_clean_db, migrated_plugins) -> Publisher:
    """With an agency of its own: what other tests leave behind is none of its business."""
    migrated_plugins()
    return Publisher()


@pytest.fixture
def edit() -> Callable[..., bytes]:
    """``edit(workbook, change)``: the workbook after ``change(data, files)`` of its two sheets."""

    def edited(workbook: bytes, change: Callable[[Headed, Headed], Any]) -> bytes:
        return spreadsheets.edited(
            workbook, lambda sheets: change(Headed(sheets[DATA]), Headed(sheets[FILES]))
        )

    return edited
