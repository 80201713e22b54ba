"""Two agencies with a dataset each, and the people around them."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories, helpers

from ckanext.hanoi.quality import jobs, recompute, store

GOOD = {
    "title": "Trường mầm non công lập", "notes": "Danh sách trường.",
    "tag_string": "trường, mầm non", "theme": ["giao-duc"], "spatial_coverage": ["01"],
    "temporal_start": "2025-01", "license_id": "cc-by-4.0", "contact_email": "a@example.org",
    "rights": "Ghi nguồn.", "issued": "2025-01-01", "modified": "2025-10-01",
    "frequency": "QUARTERLY",
    "resources": [{"url": "https://dulieu.example.org/truong.csv", "format": "CSV", "size": 9}],
}  # fmt: skip
POOR = {"title": "Số liệu khác", "resources": [{"url": "https://khac.example.org/x.pdf"}]}


@pytest.fixture
def agency(catalog):
    connect_to_redis().delete(jobs.WAITING.key())
    return factories.Organization(name="so-giao-duc", title="Sở Giáo dục và Đào tạo")


@pytest.fixture
def other_agency(catalog):
    return factories.Organization(name="so-y-te", title="Sở Y tế", title_en="Department of Health")


@pytest.fixture
def act(catalog):
    """Call an action as the site itself."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return lambda action, **data: helpers.call_action(action, {"user": user}, **data)


@pytest.fixture
def create(act):
    """Make a dataset, and show it."""
    return lambda **data: act("package_create", **data)


@pytest.fixture
def measure():
    """Measure all datasets, as every night."""

    def call():
        return recompute.run(store.everything())

    return call


@pytest.fixture
def good(create, agency):
    return create(name="truong", owner_org=agency["id"], **GOOD)


@pytest.fixture
def poor(create, other_agency):
    return create(name="khac", owner_org=other_agency["id"], **POOR)


@pytest.fixture
def private(create, agency):
    return create(name="rieng", owner_org=agency["id"], **{**GOOD, "private": True})


@pytest.fixture
def people(agency, other_agency):
    """Name of each kind of user: nobody, member of another agency, editor, admin, sysadmin."""
    made = {name: factories.User() for name in ("stranger", "member", "editor", "admin")}
    helpers.call_action("organization_member_create", id=other_agency["id"],
                        username=made["stranger"]["name"], role="admin")  # fmt: skip
    for role in ("member", "editor", "admin"):
        helpers.call_action("organization_member_create", id=agency["id"],
                            username=made[role]["name"], role=role)  # fmt: skip
    sysadmin = factories.Sysadmin()
    return {"anonymous": "", **{key: user["name"] for key, user in made.items()},
            "sysadmin": sysadmin["name"]}  # fmt: skip


@pytest.fixture
def ask():
    """Call an action as somebody, with authorisation."""

    def call(action, user="", **data):
        context = {"user": user, "ignore_auth": False, "model": model}
        return helpers.call_action(action, context, **data)

    return call


@pytest.fixture
def upload(create, agency, create_with_upload):
    """A dataset with an uploaded file: the dataset, and the resource."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    package = create(name="tep", owner_org=agency["id"], title="Tệp")
    context = {"user": user, "ignore_auth": True}
    resource = create_with_upload("a,b\n1,2\n", "bang.csv", context, package_id=package["id"])
    return helpers.call_action("package_show", id=package["id"]), resource
