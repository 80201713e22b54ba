"""Types of datasets: the rules hold for each, unknown ones are refused and break no page."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib.search import rebuild
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("catalog")

SCHEMAS = "ckanext.hanoi:schemas/dataset.yaml ckanext.scheming:camel_photos.yaml"
CAMEL = {"type": "camel-photos", "title": "Lạc đà", "name": "lac-da", "category": "hybrid",
         "personality": "friendly", "camels_in_photo": "2", "reference": "r",
         "other": '{"a": 1}'}  # fmt: skip


@pytest.fixture
def editor():
    return factories.User()


@pytest.fixture
def admin():
    return factories.UserWithToken()


@pytest.fixture
def agency(editor, admin):
    return factories.Organization(users=[{"name": editor["name"], "capacity": "editor"},
                                         {"name": admin["name"], "capacity": "admin"}])  # fmt: skip


def act(user, action, **data):
    context = {"user": user["name"], "ignore_auth": False}
    return helpers.call_action(action, context, **data)


@pytest.mark.parametrize("type_", ["foo", "Dataset", "dataset ", "datasets", ["dataset"], {"a": 1},
                                   "harvest", "organization", "../x", "api"])
def test_a_type_that_nobody_registers_is_refused(editor, admin, agency, type_):
    for user in (editor, admin, factories.Sysadmin()):
        with pytest.raises(tk.ValidationError) as caught:
            act(user, "package_create", title="Lạ", owner_org=agency["id"], type=type_)
        assert "type" in caught.value.error_dict
    assert model.Session.query(model.Package).count() == 0


def test_no_change_gives_a_dataset_such_a_type(admin, agency):
    dataset = act(admin, "package_create", title="Mở", owner_org=agency["id"])
    for action, data in (
        ("package_patch", {"id": dataset["id"], "type": "foo"}),
        ("package_update", {**dataset, "type": "foo"}),
        ("package_revise", {"match": {"id": dataset["id"]}, "update": {"type": "foo"}}),
    ):
        act(admin, action, **data)  # as CKAN has it: a dataset keeps its type
    model.Session.expire_all()
    assert model.Package.get(dataset["id"]).type == "dataset"


@pytest.mark.parametrize("type_", [None, "", "dataset"])
def test_no_type_is_the_usual_one(editor, agency, type_):
    dataset = act(editor, "package_create", title="Mở", owner_org=agency["id"], type=type_)
    assert (dataset["type"], dataset["private"]) == ("dataset", True)


def test_types_of_groups_that_nobody_registers_are_refused():
    root = factories.Sysadmin()
    for action in ("organization_create", "group_create"):
        with pytest.raises(tk.ValidationError):
            act(root, action, name="nhom-la", type="foo")


@pytest.fixture
def odd(admin, agency):
    """A dataset as an older catalog, or a plugin that is gone, has left it."""
    dataset = act(admin, "package_create", title="Bộ dữ liệu lạ", owner_org=agency["id"],
                  resources=[{"url": "https://example.org/a.csv", "name": "Tệp"}])
    package = model.Package.get(dataset["id"])
    package.type = "foo"
    model.repo.commit_and_remove()
    rebuild(dataset["id"])
    return dataset


def test_one_that_is_there_takes_no_page_down(app, odd, admin, agency):
    resource = odd["resources"][0]["id"]
    for headers in ({}, {"Authorization": admin["token"]}):
        pages = ["/", "/en/", "/dataset/", "/dataset/?q=l%E1%BA%A1", f"/dataset/{odd['name']}",
                 f"/en/dataset/{odd['name']}", f"/dataset/{odd['name']}/resource/{resource}",
                 f"/organization/{agency['name']}", "/organization/", "/feeds/dataset.atom",
                 f"/feeds/organization/{agency['name']}.atom", "/sitemap.xml",
                 "/sitemap-datasets-1.xml", "/catalog.ttl", f"/dataset/{odd['name']}.ttl",
                 f"/dataset/activity/{odd['name']}", f"/organization/activity/{agency['name']}",
                 "/hanoi/quality"]  # fmt: skip
        if headers:
            pages += [f"/dataset/edit/{odd['name']}", f"/dataset/resources/{odd['name']}",
                      "/dashboard/datasets", f"/user/{admin['name']}", "/hanoi/drafts",
                      f"/dataset/{odd['name']}/resource/{resource}/edit",
                      f"/organization/bulk_process/{agency['name']}"]  # fmt: skip
        wrong = {}
        for page in pages:
            answer = app.get(page, headers=headers, follow_redirects=True)
            if answer.status_code >= 500 or (headers and answer.status_code != 200):
                wrong[page] = answer.status_code
        assert wrong == {}


def test_one_that_is_there_becomes_a_usual_one_when_it_is_saved(odd, admin):
    act(admin, "package_patch", id=odd["id"], title="Nay bình thường")
    model.Session.expire_all()
    assert model.Package.get(odd["id"]).type == "dataset"
    assert act(admin, "package_show", id=odd["id"])["title"] == "Nay bình thường"


@pytest.mark.ckan_config("scheming.dataset_schemas", SCHEMAS)
def test_another_type_of_dataset_needs_approval_too(editor, admin, agency):
    def private(dataset):
        model.Session.expire_all()
        return model.Package.get(dataset["id"]).private

    made = act(editor, "package_create", owner_org=agency["id"], private=False, **CAMEL)
    assert private(made) is True
    assert act(admin, "package_show", id=made["id"])["private"] is True
    act(editor, "package_patch", id=made["id"], private=False)
    assert private(made) is True
    with pytest.raises(tk.NotAuthorized):
        helpers.call_action("package_show", {"user": "", "ignore_auth": False}, id=made["id"])
    found = helpers.call_action("package_search", {"user": "", "ignore_auth": False})
    assert found["count"] == 0
    act(admin, "package_patch", id=made["id"], private=False)
    assert private(made) is False
    act(editor, "package_patch", id=made["id"], title="Vẫn mở")
    assert private(made) is False


@pytest.mark.ckan_config("scheming.dataset_schemas", SCHEMAS)
@pytest.mark.ckan_config("ckanext.hanoi.approval", "changes")
def test_changes_of_another_type_need_approval_where_changes_do(editor, admin, agency):
    made = act(admin, "package_create", owner_org=agency["id"], private=False, **CAMEL)
    with pytest.raises(tk.ValidationError):
        act(editor, "package_patch", id=made["id"], title="Khác")
    model.Session.expire_all()
    assert model.Package.get(made["id"]).title == CAMEL["title"]
