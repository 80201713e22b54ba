"""What a source may do to the datasets of agencies that are not its own."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers


def add_admin(admin, organization):
    """The name of a new admin of the agency."""
    name = factories.User()["name"]
    admin.call("organization_member_create", id=organization["id"], username=name, role="admin")
    return name


def by(user, action, **data):
    return helpers.call_action(action, {"user": user, "ignore_auth": False}, **data)


@pytest.fixture
def city(admin):
    """The admin's agency, another one, and one below the admin's."""
    other = factories.Organization(name="so-y-te", title="Sở Y tế")
    below = factories.Organization(
        name="chi-cuc-gia", title="Chi cục Quản lý giá", groups=[{"name": "so-tai-chinh"}]
    )
    return {"own": admin.organization, "other": other, "below": below}


def publisher(name):
    return {"extras": [{"key": "publisher_name", "value": name}]}


def owners(admin):
    return {d["title"]: d["organization"]["name"] for d in admin.datasets()}


def test_a_source_writes_into_its_agency_and_those_below_and_reports_all_others(
    admin, portal, city
):
    portal.datasets = [
        portal.dataset(0, **publisher("Chi cục Quản lý giá")),
        portal.dataset(1, **publisher("Sở Y tế")),
        portal.dataset(2),
    ]
    admin.add_source(portal.url)
    run = admin.run()
    assert owners(admin) == {
        "Bộ dữ liệu số 0": "chi-cuc-gia", "Bộ dữ liệu số 2": "so-tai-chinh",
    }  # fmt: skip
    (failure,) = run["failures"]
    assert failure["stage"] == "mapping"
    assert "Sở Y tế" in failure["message"]
    assert "agency_map" in failure["message"]
    (change,) = [c for c in admin.call("hanoi_harvest_preview", id="cong")["changes"]
                 if c["action"] == "failed"]  # fmt: skip
    assert "Sở Y tế" in change["message"]


def test_the_mapping_of_a_source_opens_no_other_agency(admin, portal, city):
    portal.datasets = [portal.dataset(0, **publisher("Ban Nào Đó"))]
    admin.add_source(portal.url, config="agency_map: {Ban Nào Đó: so-y-te}")
    assert admin.run()["counts"]["failed"] == 1
    assert admin.datasets() == []


def test_a_system_administrator_lets_a_source_write_into_every_agency(admin, portal, city):
    portal.datasets = [portal.dataset(1, **publisher("Sở Y tế"))]
    user = add_admin(admin, city["own"])
    source = {"name": "cong", "url": portal.url, "kind": "ckan", "owner_org": city["own"]["id"]}
    with pytest.raises(tk.ValidationError) as refused:
        by(user, "hanoi_source_create", **source, all_agencies=True)
    assert "all_agencies" in refused.value.error_dict
    by(user, "hanoi_source_create", **source)
    with pytest.raises(tk.ValidationError):
        by(user, "hanoi_source_update", id="cong", all_agencies=True)
    assert admin.run()["counts"]["failed"] == 1
    admin.call("hanoi_source_update", id="cong", all_agencies=True)
    assert admin.run()["counts"]["created"] == 1
    assert owners(admin) == {"Bộ dữ liệu số 1": "so-y-te"}
    # the agency's admin keeps it with what leads nowhere else, and no longer
    kept = by(user, "hanoi_source_update", id="cong", title="Cổng", all_agencies=True)
    assert kept["all_agencies"] is True
    moved = by(user, "hanoi_source_update", id="cong", url=f"{portal.url}/khac")
    assert moved["all_agencies"] is False


def test_a_dataset_that_was_moved_to_another_agency_is_no_longer_overwritten(admin, portal, city):
    portal.fill(1)
    admin.add_source(portal.url, config="keep_fields: [owner_org]")
    admin.run()
    (dataset,) = admin.datasets()
    admin.call("package_patch", id=dataset["id"], owner_org=city["other"]["id"])
    portal.datasets[0]["title"] = "Tên khác"
    assert admin.run()["counts"]["failed"] == 1
    assert helpers.call_action("package_show", id=dataset["id"])["title"] == dataset["title"]


def test_no_priority_takes_the_dataset_of_another_agencys_source(admin, portal, city):
    portal.fill(2)
    admin.add_source(portal.url, name="nan-nhan")
    admin.run("nan-nhan")
    before = {d["id"]: d for d in admin.datasets()}
    user = add_admin(admin, city["other"])
    by(user, "hanoi_source_create", name="ke-gian", url=portal.url, kind="ckan",
       owner_org=city["other"]["id"], priority=1000)  # fmt: skip
    admin.run("ke-gian")
    for id_, dataset in before.items():
        assert helpers.call_action("package_show", id=id_)["organization"]["name"] == "so-tai-chinh"
        origin = helpers.call_action("hanoi_harvest_origin", id=id_)
        assert origin["source"]["name"] == "nan-nhan"
        assert helpers.call_action("package_show", id=id_)["notes"] == dataset["notes"]
    portal.datasets[0]["title"] = "Tên mới"
    assert admin.run("nan-nhan")["counts"]["updated"] == 1
    helpers.call_action("hanoi_source_delete", id="ke-gian", datasets="remove")
    assert {d["id"] for d in admin.datasets()} == set(before)


def test_nobody_keeps_another_agencys_datasets_out_by_naming_them_first(admin, portal, city):
    portal.fill(2)
    user = add_admin(admin, city["other"])
    by(user, "hanoi_source_create", name="ke-gian", url=portal.url, kind="ckan",
       owner_org=city["other"]["id"], priority=1000)  # fmt: skip
    admin.run("ke-gian")
    admin.add_source(portal.url, name="nan-nhan")
    assert admin.run("nan-nhan")["counts"]["created"] == 2


def test_between_agencies_the_priority_counts_that_a_system_administrator_gave(
    admin, portal, city
):
    portal.fill(1)
    admin.add_source(portal.url, name="thu-cap")
    admin.add_source(portal.url, name="chinh", owner_org=city["other"]["id"], priority=5,
                     all_agencies=True)  # fmt: skip
    admin.run("thu-cap")
    assert admin.run("chinh")["counts"]["created"] == 0
    model.Session.remove()
    (dataset,) = admin.datasets()
    origin = helpers.call_action("hanoi_harvest_origin", id=dataset["id"])
    assert origin["source"]["name"] == "chinh"


def owner_of(dataset):
    return helpers.call_action("package_show", id=dataset["id"])["organization"]["name"]


def test_datasets_follow_their_source_to_its_new_agency_but_those_that_a_person_moved(
    admin, portal, city
):
    third = factories.Organization(name="so-xay-dung")
    portal.fill(4)
    admin.add_source(portal.url)
    admin.run()
    whole, away, below, kept = sorted(admin.datasets(), key=lambda d: d["title"])
    admin.call("package_patch", id=away["id"], owner_org=third["id"])
    admin.call("package_patch", id=below["id"], owner_org=city["below"]["id"])
    admin.call("hanoi_harvest_keep_fields", id=kept["id"], fields=["owner_org"])
    user = add_admin(admin, city["own"])
    admin.call("organization_member_create", id="so-y-te", username=user, role="admin")
    by(user, "hanoi_source_update", id="cong", owner_org="so-y-te")
    preview = admin.call("hanoi_harvest_preview", id="cong")["changes"]
    assert {c["title"]: c["action"] for c in preview} == {
        whole["title"]: "updated", away["title"]: "failed", below["title"]: "failed",
        kept["title"]: "failed",
    }  # fmt: skip
    run = admin.run()
    assert (run["counts"]["updated"], run["counts"]["failed"]) == (1, 3)
    assert all(failure["message"] for failure in run["failures"])
    found = {d["title"]: d["organization"]["name"] for d in admin.datasets()}
    assert found == {
        whole["title"]: "so-y-te", away["title"]: "so-xay-dung", below["title"]: "chi-cuc-gia",
        kept["title"]: "so-tai-chinh",
    }  # fmt: skip
    assert admin.run()["counts"]["unchanged"] == 1
    # and back, and on from there before a run has moved any of them
    for name in ("so-tai-chinh", "so-xay-dung", "so-tai-chinh"):
        admin.call("hanoi_source_update", id="cong", owner_org=name)
    assert admin.run()["counts"]["updated"] >= 1
    assert (owner_of(whole), owner_of(away)) == ("so-tai-chinh", "so-xay-dung")


def test_who_does_not_administer_both_agencies_moves_no_source_and_no_dataset(
    admin, portal, city
):
    portal.fill(1)
    admin.add_source(portal.url)
    admin.run()
    (dataset,) = admin.datasets()
    of_other, of_own = add_admin(admin, city["other"]), add_admin(admin, city["own"])
    for user, org, role in ((of_other, "so-tai-chinh", "editor"), (of_own, "so-y-te", "editor")):
        admin.call("organization_member_create", id=org, username=user, role=role)
        for name, value in (
            ("owner_org", "so-y-te"), ("owner_org", city["other"]["id"]), ("agency", "so-y-te"),
        ):  # fmt: skip
            with pytest.raises(tk.NotAuthorized):
                by(user, "hanoi_source_update", id="cong", **{name: value})
    # nor does a source get agencies that it never belonged to
    by(of_other, "hanoi_source_create", name="ke-gian", url=portal.url, kind="ckan",
       owner_org="so-y-te", former_agencies=[city["own"]["id"]])  # fmt: skip
    by(of_other, "hanoi_source_update", id="ke-gian", former_agencies=[city["own"]["id"]])
    assert admin.source("ke-gian").former_agencies == []
    admin.run("ke-gian")
    admin.run()
    assert owner_of(dataset) == "so-tai-chinh"


def test_a_source_that_moves_takes_nothing_of_agencies_that_it_was_only_let_write_into(
    admin, portal, city
):
    portal.datasets = [portal.dataset(1, **publisher("Sở Y tế"))]
    admin.add_source(portal.url, all_agencies=True)
    admin.run()
    (dataset,) = admin.datasets()
    assert owner_of(dataset) == "so-y-te"
    user = add_admin(admin, city["own"])
    admin.call("organization_member_create", id="chi-cuc-gia", username=user, role="admin")
    by(user, "hanoi_source_update", id="cong", owner_org="chi-cuc-gia",
       config="agency_map: {Sở Y tế: chi-cuc-gia}")  # fmt: skip
    run = admin.run()
    assert (run["counts"]["updated"], run["counts"]["failed"]) == (0, 1)
    assert owner_of(dataset) == "so-y-te"
