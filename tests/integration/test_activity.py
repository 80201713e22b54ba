"""The activity stream: what is withdrawn is withdrawn there too."""
from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib.search import clear
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("catalog")

SECRET = "Hồ sơ từng công khai"


@pytest.fixture
def admin():
    return factories.UserWithToken()


@pytest.fixture
def agency(admin):
    return factories.Organization(users=[{"name": admin["name"], "capacity": "admin"}])


@pytest.fixture
def stranger():
    return factories.UserWithToken()


def act(user, action, **data):
    context = {"user": user["name"] if user else "", "ignore_auth": False}
    return helpers.call_action(action, context, **data)


@pytest.fixture
def dataset(admin, agency, stranger):
    group = factories.Group(name="nhom")
    made = act(admin, "package_create", title=SECRET, notes=SECRET, owner_org=agency["id"],
               private=False,
               resources=[{"url": "https://example.org/mat.csv", "name": SECRET}])
    helpers.call_action("member_create", id=group["id"], object=made["id"], object_type="package",
                        capacity="public")
    act(admin, "package_patch", id=made["id"], notes=f"{SECRET} 2")
    model.Session.remove()
    act(admin, "resource_view_create", resource_id=made["resources"][0]["id"], title=SECRET,
        view_type="text_view")
    act(stranger, "follow_dataset", id=made["id"])
    act(stranger, "follow_group", id=agency["id"])
    act(stranger, "follow_user", id=admin["id"])
    return made


def make_private(admin, dataset):
    act(admin, "package_patch", id=dataset["id"], private=True)


def make_core(admin, dataset):
    act(admin, "package_patch", id=dataset["id"], private=True, sensitivity="core")


def delete(admin, dataset):
    act(admin, "package_delete", id=dataset["id"])


def purge(admin, dataset):
    act(factories.Sysadmin(), "dataset_purge", id=dataset["id"])


def make_private_in_bulk(admin, dataset):
    act(admin, "bulk_update_private", datasets=[dataset["id"]], org_id=dataset["owner_org"])


def delete_beside_ckan(admin, dataset):
    """As what writes many datasets at once does."""
    table = model.Package.__table__
    model.Session.execute(
        table.update().where(table.c.id == dataset["id"]).values(state="deleted")
    )
    model.Session.commit()
    model.Session.remove()  # as in another process: nothing is remembered of the dataset
    clear(dataset["id"])


WAYS = [make_private, make_core, delete, purge, make_private_in_bulk, delete_beside_ckan]


def lists(reader, admin, agency):
    """All that a reader can get of activities, as one text."""
    found = []
    for action, data in (
        ("recently_changed_packages_activity_list", {}),
        ("organization_activity_list", {"id": agency["id"]}),
        ("group_activity_list", {"id": "nhom"}),
        ("user_activity_list", {"id": admin["id"]}),
        ("dashboard_activity_list", {}),
    ):
        if action.startswith(("dashboard", "user")) and not reader:
            continue
        found += act(reader, action, **data)
    return json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_is_withdrawn_is_gone_from_every_list(way, dataset, admin, agency, stranger):
    assert SECRET in lists(None, admin, agency)
    assert SECRET in json.dumps(act(stranger, "dashboard_activity_list"), ensure_ascii=False)
    way(admin, dataset)
    for reader in (None, stranger):
        for _again in range(2):
            text = lists(reader, admin, agency)
            assert SECRET not in text
            assert "mat.csv" not in text
            assert dataset["id"] not in text
    if way is not purge:
        assert SECRET in lists(admin, admin, agency)
    assert SECRET in lists(factories.Sysadmin(), admin, agency)


@pytest.mark.ckan_config("ckan.auth.public_activity_stream_detail", True)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_is_withdrawn_can_not_be_read_by_its_activity(way, dataset, admin, stranger):
    ids = [entry["id"] for entry in act(admin, "package_activity_list", id=dataset["id"])]
    way(admin, dataset)
    for reader in (None, stranger):
        with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
            act(reader, "package_activity_list", id=dataset["id"])
        for id_ in ids:
            for action, data in (("activity_show", {"include_data": True}),
                                 ("activity_show", {"include_data": False}),
                                 ("activity_data_show", {"object_type": "package"}),
                                 ("activity_diff", {"object_type": "package"})):  # fmt: skip
                with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
                    act(reader, action, id=id_, **data)


@pytest.mark.ckan_config("ckan.auth.public_activity_stream_detail", True)
def test_what_was_private_is_not_shown_by_a_comparison_with_it(admin, agency, stranger):
    factories.Group(name="nhom")
    made = act(admin, "package_create", title="Nháp", notes=SECRET, owner_org=agency["id"],
               private=True)
    act(admin, "package_patch", id=made["id"], notes="Công khai", private=False)
    newest = act(admin, "package_activity_list", id=made["id"])[0]
    assert SECRET in json.dumps(
        act(admin, "activity_diff", id=newest["id"], object_type="package"), ensure_ascii=False)
    assert act(None, "activity_show", id=newest["id"], include_data=True)["id"] == newest["id"]
    for reader in (None, stranger):
        with pytest.raises(tk.NotAuthorized):
            act(reader, "activity_diff", id=newest["id"], object_type="package")
        assert SECRET not in lists(reader, admin, agency)


def test_the_page_of_a_person_is_there_for_others_who_are_signed_in(app, admin, agency, stranger):
    for page in (f"/user/{admin['name']}", f"/user/activity/{admin['name']}"):
        assert app.get(page, headers={"Authorization": stranger["token"]}).status_code == 200


def test_a_list_has_as_many_as_there_are_though_some_are_withdrawn(admin, agency):
    made = [act(admin, "package_create", title=f"Số {number}", owner_org=agency["id"],
                private=False) for number in range(8)]
    for one in made[4:]:
        delete_beside_ckan(admin, one)
    found = act(None, "recently_changed_packages_activity_list", limit=4)
    assert [entry["object_id"] for entry in found] == [one["id"] for one in reversed(made[:4])]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_page_or_feed_shows_it(app, way, dataset, admin, agency, stranger):
    way(admin, dataset)
    pages = [f"/organization/activity/{agency['name']}", "/group/activity/nhom",
             f"/user/activity/{admin['name']}", "/feeds/dataset.atom",
             f"/feeds/organization/{agency['name']}.atom", "/feeds/group/nhom.atom",
             f"/dataset/activity/{dataset['name']}", f"/dataset/changes/{dataset['name']}"]
    for headers in ({}, {"Authorization": stranger["token"]}):
        for page in [*pages, *(["/dashboard/"] if headers else [])]:
            answer = app.get(page, headers=headers)
            assert answer.status_code < 500
            assert SECRET not in answer.body
            assert "mat.csv" not in answer.body
