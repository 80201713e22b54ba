"""An agency with its people, and someone of another one."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers


class People:
    """``editor``, ``admin``, ``member`` of one agency, ``stranger`` (admin of another one),
    ``root`` (sysadmin), each made when it is first asked for."""

    _names = {"editor": "Nguyễn Thị Biên", "admin": "Trần Văn Duyệt"}

    agency = ""

    def __getattr__(self, who):
        make = factories.Sysadmin if who == "root" else factories.User
        user = make(fullname=self._names.get(who, who))
        setattr(self, who, user)
        if who == "member":
            helpers.call_action("organization_member_create", {"user": self.root["name"]},
                                id=self.agency, username=user["name"], role="member")  # fmt: skip
        return user


@pytest.fixture
def people():
    return People()


@pytest.fixture
def agency(people):
    users = [
        {"name": people.editor["name"], "capacity": "editor"},
        {"name": people.admin["name"], "capacity": "admin"},
    ]
    made = factories.Organization(title="Sở Xây dựng", users=users)
    people.agency = made["id"]
    return made


@pytest.fixture
def other_agency(people):
    users = [{"name": people.stranger["name"], "capacity": "admin"}]
    return factories.Organization(title="Sở Y tế", users=users)


@pytest.fixture
def act(people):
    """``act(who, action, …)``: an action with authorization checked; "" is nobody."""

    def call(who, action, **data):
        user = getattr(people, who)["name"] if who else ""
        return helpers.call_action(action, {"user": user, "ignore_auth": False}, **data)

    return call


@pytest.fixture
def submitted(act, agency):
    """A dataset that the editor wanted to be public."""
    return act("editor", "package_create", title="Cây xanh", owner_org=agency["id"],
               private=False)  # fmt: skip


@pytest.fixture
def visibility():
    """``visibility(dataset)``: state and ``private`` by the database."""

    def look(dataset):
        model.Session.expire_all()
        package = model.Package.get(dataset["id"])
        return package.state, package.private

    return look


@pytest.fixture
def visible():
    """``visible(dataset)``: whether everybody sees it, in the API and in the search."""
    return _visible


def _visible(dataset):
    context = {"user": "", "ignore_auth": False}
    found = helpers.call_action("package_search", dict(context))["results"]
    try:
        helpers.call_action("package_show", dict(context), id=dataset["id"])
    except tk.NotAuthorized:
        shown = False
    else:
        shown = True
    assert shown == (dataset["id"] in [hit["id"] for hit in found])
    return shown
