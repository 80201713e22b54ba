"""Every action of the harvester, asked for by every kind of user."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

from ckanext.hanoi import discovery

PEOPLE = ("anonymous", "other agency's admin", "editor", "admin", "sysadmin")
EVERYBODY = set(PEOPLE)
ADMINS = {"admin", "sysadmin"}
EDITORS = {"editor", "admin", "sysadmin"}

#: action -> (what it is about, who may)
ACTIONS = {
    "hanoi_source_list": ("nothing", EVERYBODY),
    "hanoi_source_show": ("source", EVERYBODY),
    "hanoi_source_kind_list": ("nothing", EVERYBODY),
    "hanoi_run_list": ("nothing", EVERYBODY),
    "hanoi_run_show": ("run", EVERYBODY),
    "hanoi_harvest_origin": ("dataset", EVERYBODY),
    "hanoi_source_update": ("source", ADMINS),
    "hanoi_source_delete": ("source", ADMINS),
    "hanoi_harvest_preview": ("source", ADMINS),
    "hanoi_harvest_run": ("source", ADMINS),
    "hanoi_harvest_approve": ("run", ADMINS),
    "hanoi_harvest_reject": ("run", ADMINS),
    "hanoi_harvest_abort": ("run", ADMINS),
    "hanoi_harvest_retry": ("run", ADMINS),
    "hanoi_harvest_detach": ("dataset", EDITORS),
    "hanoi_harvest_attach": ("dataset", EDITORS),
    "hanoi_harvest_keep_fields": ("dataset", EDITORS),
    "hanoi_harvest_due": ("nothing", {"sysadmin"}),
    "hanoi_harvest_clean": ("nothing", {"sysadmin"}),
}


@pytest.fixture
def scene(admin, portal):
    portal.fill(1)
    source = admin.add_source(portal.url)
    run = admin.run()
    other = factories.Organization(name="so-y-te")
    users = {"anonymous": "", "sysadmin": admin.sysadmin["name"]}
    for organization, who, role in (
        (other, "other agency's admin", "admin"),
        (admin.organization, "editor", "editor"),
        (admin.organization, "admin", "admin"),
    ):
        users[who] = factories.User()["name"]
        admin.call(
            "organization_member_create", id=organization["id"], username=users[who], role=role
        )
    about = {
        "nothing": {}, "source": {"id": source["name"]}, "run": {"id": run["id"]},
        "dataset": {"id": admin.datasets()[0]["id"]},
    }  # fmt: skip
    return users, about, admin, other


def allowed(action, user, data):
    try:
        tk.check_access(action, {"user": user}, dict(data))
    except tk.NotAuthorized:
        return False
    return True


def test_each_action_is_open_to_those_it_is_meant_for_and_to_nobody_else(scene):
    users, about, _admin, _other = scene
    for action, (subject, who) in ACTIONS.items():
        found = {name for name in PEOPLE if allowed(action, users[name], about[subject])}
        assert found == who, action


def test_no_action_of_the_harvester_is_left_out_of_this_test(scene):
    actions = discovery.functions("ckanext.hanoi.logic.action", only="harvest")
    ours = {name for name in actions if name.startswith("hanoi_")}
    assert ours - {"hanoi_source_create", "hanoi_source_import_ckanext_harvest"} == set(ACTIONS)
    # those of CKAN that are chained ask CKAN's own auth function
    assert set(actions) - ours == {"package_show", "package_create_default_resource_views"}


def test_a_source_is_created_for_an_agency_by_its_admins_only(scene):
    users, _about, admin, other = scene
    own = {"owner_org": admin.organization["id"]}
    foreign = {"owner_org": other["id"]}
    assert {n for n in PEOPLE if allowed("hanoi_source_create", users[n], own)} == ADMINS
    assert {n for n in PEOPLE if allowed("hanoi_source_create", users[n], foreign)} == {
        "other agency's admin", "sysadmin",
    }  # fmt: skip
    assert not allowed("hanoi_source_create", users["admin"], {"owner_org": "none such"})


def test_a_source_is_given_to_another_agency_only_by_an_admin_of_both(scene):
    users, about, _admin, other = scene
    data = {**about["source"], "owner_org": other["id"]}
    assert not allowed("hanoi_source_update", users["admin"], data)
    assert not allowed("hanoi_source_update", users["other agency's admin"], data)
    assert allowed("hanoi_source_update", users["sysadmin"], data)


def test_what_is_shown_has_secrets_only_for_those_who_may_edit(scene, portal):
    users, about, admin, _other = scene
    admin.call("hanoi_source_update", id="cong", config="api_key: rat-bi-mat", contacts=["a@b.vn"])
    for name in PEOPLE:
        context = {"user": users[name], "ignore_auth": False}
        shown = str(helpers.call_action("hanoi_source_show", context, **about["source"]))
        assert ("rat-bi-mat" in shown) is (name in ADMINS), name
        assert ("a@b.vn" in shown) is (name in ADMINS), name
        listed = str(helpers.call_action("hanoi_source_list", dict(context)))
        assert "rat-bi-mat" not in listed


def test_a_file_of_this_machine_can_not_be_named_through_the_api(scene):
    _users, _about, admin, _other = scene
    for data in ({"url": "file:///etc/passwd"}, {"url": "FILE:/etc/passwd"}):
        with pytest.raises(tk.ValidationError):
            admin.call(
                "hanoi_source_create", name="tep", kind="inventory",
                owner_org=admin.organization["id"], **data,
            )  # fmt: skip
        preview = admin.call(
            "hanoi_harvest_preview", kind="inventory", owner_org=admin.organization["id"], **data
        )
        assert preview["message"]
        assert preview["changes"] == []


def test_the_title_of_a_private_dataset_is_kept_back_from_the_public_report(scene, portal):
    users, _about, admin, _other = scene
    portal.datasets.append(portal.dataset(7, private=True, title="Kế hoạch mật"))
    admin.call("hanoi_source_update", id="cong", config="include_private: true")
    run = admin.run()
    assert run["counts"]["created"] == 1
    for name in PEOPLE:
        context = {"user": users[name], "ignore_auth": False}
        shown = str(helpers.call_action("hanoi_run_show", context, id=run["id"]))
        assert ("Kế hoạch mật" in shown) is (name in ADMINS), name
