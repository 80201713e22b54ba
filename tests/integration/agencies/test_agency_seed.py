"""Seeding the organizations of the catalog."""
from __future__ import annotations

import dataclasses
import json

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.cli.cli import ckan
from ckan.tests import factories, helpers

from ckanext.hanoi.agencies import dataset_transfer, seed, store
from ckanext.hanoi.agencies.registry import Registry, from_dicts, registry

pytestmark = pytest.mark.usefixtures("catalog")

CITY, WORKS, ROADS = "ubnd-thanh-pho-ha-noi", "so-xay-dung", "so-giao-thong-van-tai"
WARD, DISTRICT = "ubnd-phuong-cua-nam", "ubnd-quan-hoan-kiem"


def act(action, **data):
    """Call an action as the catalog itself."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return helpers.call_action(action, {"user": user}, **data)


def show(name, **data):
    return act("organization_show", id=name, **data)


def patch(name, **data):
    return act("organization_patch", id=name, **data)


def changed(agencies, slug, **values):
    """The list with one agency written differently."""
    return Registry(dataclasses.replace(one, **values) if one.slug == slug else one
                    for one in agencies.agencies.values())


def dataset(owner, **more):
    return factories.Dataset(owner_org=owner["id"], **more)


def found(query):
    return {one["name"] for one in act(
        "package_search", fq=query, include_private=True)["results"]}


# -- creating --------------------------------------------------------------------------------------


def test_all_of_the_citys_agencies_are_there():
    seed.apply()

    names = set(act("organization_list"))
    assert names == {agency.slug for agency in registry().active()}
    assert seed.current_plan().counts() == {
        "create": 0, "adopt": 0, "rename": 0, "update": 0, "merge": 0, "unchanged": 143,
        "kept": 0, "review": 0}


def test_an_organization_has_what_the_list_says_and_nobody_for_a_member(few):
    seed.apply(few)
    shown = show(WORKS, include_users=True)

    assert shown["title"] == "Sở Xây dựng"
    assert shown["title_en"] == "Department of Construction"
    assert shown["website"] == "https://soxaydung.hanoi.gov.vn"
    assert shown["kind"] == "department"
    assert shown["predecessors"] == ["Sở Giao thông vận tải (2025-03-01)"]
    assert [one["name"] for one in shown["groups"]] == [CITY]
    assert shown["users"] == []
    assert "hanoi_seed" not in shown
    assert show(WARD)["area_code"] == "00082"


def test_a_plan_changes_nothing(few):
    planned = seed.current_plan(few)

    assert planned.counts()["create"] == 3
    assert act("organization_list") == []


def test_seeding_again_changes_nothing(few):
    seed.apply(few)
    before = {one: show(one) for one in (CITY, WORKS, WARD)}

    assert seed.apply(few).changes == []
    assert {one: show(one) for one in (CITY, WORKS, WARD)} == before


def test_an_interrupted_seeding_is_completed_by_the_next(few):
    def interrupt(number, total, change):
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed.apply(few, progress=interrupt)

    assert act("organization_list") == [CITY]
    assert [change.agency for change in seed.apply(few).changes] == [WORKS, WARD]


def test_progress_is_told_step_by_step(few):
    steps = []
    seed.apply(few, progress=lambda number, total, change: steps.append(
        (number, total, change.action)))

    assert steps == [(1, 3, "create"), (2, 3, "create"), (3, 3, "create")]


def test_without_our_schema_nothing_is_seeded(few, monkeypatch):
    monkeypatch.setattr(tk, "get_action", lambda name: lambda context, data: {"fields": []})
    with pytest.raises(tk.ValidationError, match="organization.yaml"):
        seed.current_plan(few)


# -- what a person made or changed -----------------------------------------------------------------


def test_what_an_admin_wrote_stays(few):
    seed.apply(few)
    patch(WORKS, description="Do chúng tôi viết", website="https://cua-toi.example",
          phone="024 3825 3536")
    now = changed(few, WORKS, website="https://moi.example", en="Department of Works")
    done = seed.apply(now)

    shown = show(WORKS)
    assert shown["description"] == "Do chúng tôi viết"
    assert shown["website"] == "https://cua-toi.example"
    assert shown["phone"] == "024 3825 3536"
    assert shown["title_en"] == "Department of Works"
    assert [(note.reason, note.field) for note in done.kept] == [("edited", "website")]
    assert seed.current_plan(now).changes == []


def test_members_and_other_organizations_stay(few):
    seed.apply(few)
    user = factories.User()
    act("member_create", id=show(WORKS)["id"], object=user["id"],
                        object_type="user", capacity="editor")
    other = factories.Organization(title="Công ty nước sạch")
    seed.apply(changed(few, WORKS, website="https://moi.example"))

    assert [one["name"] for one in show(WORKS, include_users=True)["users"]] == [user["name"]]
    assert show(other["id"])["title"] == "Công ty nước sạch"


def test_an_organization_that_a_person_made_is_adopted(few):
    own = factories.Organization(name="s-xy-dng", title="Sở Xây dựng", description="Cũ")
    seed.apply(few)

    shown = show(own["id"])
    assert (shown["name"], shown["title"], shown["description"]) == (
        "s-xy-dng", "Sở Xây dựng", "Cũ")
    assert shown["website"] == "https://soxaydung.hanoi.gov.vn"
    assert shown["hanoi_agency"] == WORKS
    assert WORKS not in act("organization_list")
    assert seed.current_plan(few).changes == []
    assert store.by_agency()[WORKS].name == "s-xy-dng"


def test_an_organization_that_an_admin_deleted_is_not_made_again(few):
    seed.apply(few)
    act("organization_delete", id=WARD)
    planned = seed.current_plan(few)

    assert planned.changes == []
    assert [(note.reason, note.organization) for note in planned.kept] == [("deleted", WARD)]


def test_saving_the_form_does_not_lose_what_the_catalog_remembers(few, app):
    seed.apply(few)
    sysadmin = factories.SysadminWithToken()
    shown = show(WORKS)
    form = {"title": shown["title"], "name": WORKS, "description": "Mới", "parent": CITY,
            "predecessors": "Sở Giao thông vận tải (2025-03-01)", "save": ""}
    answer = app.post(f"/organization/edit/{WORKS}", data=form, follow_redirects=False,
                      headers={"Authorization": sysadmin["token"]})

    assert answer.status_code == 302
    assert show(WORKS)["description"] == "Mới"
    assert show(WORKS)["hanoi_agency"] == WORKS
    assert [one["name"] for one in show(WORKS)["groups"]] == [CITY]
    kept = {note.field for note in seed.current_plan(few).kept}
    assert kept == {"title_en", "kind", "website", "legal_basis"}  # the form emptied them


def test_nobody_but_a_sysadmin_says_which_agency_an_organization_is_for(few):
    seed.apply(few)
    admin = factories.User()
    act("member_create", id=show(WORKS)["id"], object=admin["id"],
                        object_type="user", capacity="admin")
    helpers.call_action(
        "organization_patch", {"user": admin["name"], "ignore_auth": False}, id=WORKS,
        hanoi_agency=CITY, hanoi_seed="{}", description="Của tôi")

    row = next(row for row in store.rows() if row.name == WORKS)
    assert row.agency == WORKS
    assert "website" in row.seed["fields"]
    assert show(WORKS)["description"] == "Của tôi"


# -- renaming --------------------------------------------------------------------------------------


def test_a_renamed_agency_keeps_its_organization_and_its_datasets_are_found(few):
    seed.apply(few)
    id_ = show(WORKS)["id"]
    name = dataset(show(WORKS))["name"]
    moved_on = {WORKS: {"slug": "so-xay-dung-moi", "vi": "Sở Xây dựng mới",
                        "former_slugs": (WORKS,)},
                ROADS: {"successors": ("so-xay-dung-moi",)}}
    renamed = Registry(dataclasses.replace(one, **moved_on.get(one.slug, {}))
                       for one in few.agencies.values())
    done = seed.apply(renamed)

    assert [change.action for change in done.changes] == ["rename"]
    assert show("so-xay-dung-moi")["id"] == id_
    assert show("so-xay-dung-moi")["title"] == "Sở Xây dựng mới"
    assert found("organization:so-xay-dung-moi") == {name}
    assert found(f"organization:{WORKS}") == set()
    assert store.new_name(WORKS) == "so-xay-dung-moi"
    assert seed.current_plan(renamed).changes == []


# -- merging ---------------------------------------------------------------------------------------


@pytest.fixture
def roads():
    """The organization of an agency that was abolished, with datasets and members."""
    boss, writer, reader = (factories.User(name=name) for name in ("boss", "writer", "reader"))
    organization = factories.Organization(name="sgtvt", title="Sở Giao thông vận tải", users=[
        {"name": boss["name"], "capacity": "admin"},
        {"name": writer["name"], "capacity": "editor"},
        {"name": reader["name"], "capacity": "member"}])
    creator = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    act("member_delete", id=organization["id"], object=creator, object_type="user")
    return organization


def test_datasets_and_members_move_to_the_successor(few, roads):
    names = {dataset(roads)["name"], dataset(roads, private=True)["name"]}
    bin_ = dataset(roads)
    act("package_delete", id=bin_["id"])
    done = seed.apply(few)

    works = show(WORKS, include_users=True)
    assert [c.as_dict() for c in done.changes if c.action == "merge"] == [{
        "action": "merge", "agency": ROADS, "title": "Sở Giao thông vận tải",
        "organization": "sgtvt", "successor": WORKS, "datasets": 3, "members": 3}]
    assert found(f"organization:{WORKS}") == names
    assert found("organization:sgtvt") == set()
    assert model.Package.get(bin_["id"]).owner_org == works["id"]
    assert {one["name"]: one["capacity"] for one in works["users"]} == {
        "boss": "admin", "writer": "editor", "reader": "member"}
    for name in names:
        assert act("package_show", id=name)["organization"]["name"] == WORKS
    assert seed.current_plan(few).changes == []


def test_a_member_of_both_keeps_the_higher_role(few, roads):
    seed.apply(Registry(one for one in few.agencies.values() if one.slug != ROADS))
    works = show(WORKS)
    for name, role in (("boss", "member"), ("reader", "editor")):
        act("member_create", id=works["id"], object=name, object_type="user",
                            capacity=role)
    seed.apply(few)

    users = {one["name"]: one["capacity"] for one in show(WORKS, include_users=True)["users"]}
    assert users == {"boss": "admin", "writer": "editor", "reader": "editor"}


def test_what_stood_below_the_old_organization_stands_below_the_new(few, roads):
    below = factories.Organization(name="ban-duy-tu", groups=[{"name": "sgtvt"}])
    seed.apply(few)

    assert [one["name"] for one in show(below["id"])["groups"]] == [WORKS]


def test_the_old_organization_is_put_away_and_can_be_brought_back(few, roads):
    moved = dataset(roads)
    seed.apply(few)
    old = model.Group.get("sgtvt")
    assert old.state == "deleted"

    row = next(row for row in store.rows() if row.name == "sgtvt")
    assert row.seed["moved"] == [moved["id"]]
    assert row.seed["merged_into"] == show(WORKS)["id"]

    patch(old.id, state="active")
    assert model.Group.get("sgtvt").state == "active"
    planned = seed.current_plan(few)
    assert planned.changes == []
    assert [note.reason for note in planned.kept] == ["restored"]
    assert set(store.roles(old.id)) == {model.User.get(n).id for n in ("boss", "writer", "reader")}


def test_a_merge_that_was_interrupted_is_completed_and_indexed(few, roads, monkeypatch):
    name = dataset(roads)["name"]
    index = dataset_transfer._reindex

    def interrupt(ids):
        raise KeyboardInterrupt

    monkeypatch.setattr(dataset_transfer, "_reindex", interrupt)
    with pytest.raises(KeyboardInterrupt):
        seed.apply(few)
    model.Session.rollback()
    assert found(f"organization:{WORKS}") == set()

    monkeypatch.setattr(dataset_transfer, "_reindex", index)
    assert [change.action for change in seed.apply(few).changes] == ["merge"]
    assert found(f"organization:{WORKS}") == {name}


def test_what_is_harvested_for_the_old_organization_is_harvested_for_the_new(few, roads):
    act("hanoi_source_create", name="cong-sgtvt", title="Cổng", kind="ckan",
        url="https://sgtvt.example", owner_org=roads["id"])
    seed.apply(few)

    assert act("hanoi_source_show", id="cong-sgtvt")["owner_org"] == show(WORKS)["id"]


def test_what_stands_below_a_deleted_organization_is_seeded_all_the_same(few):
    seed.apply(Registry(one for one in few.agencies.values() if one.slug == CITY))
    act("organization_delete", id=CITY)
    seed.apply(few)

    assert show(WORKS)["groups"] == []
    assert seed.current_plan(few).changes == []


def test_a_district_without_a_known_successor_is_left_to_a_person(few):
    own = factories.Organization(name="quan-hoan-kiem", title="UBND quận Hoàn Kiếm")
    planned = seed.apply(few)

    assert show(own["id"])["state"] == "active"
    assert [(note.reason, note.agency, note.organization) for note in planned.review] == [
        ("abolished", DISTRICT, "quan-hoan-kiem")]


# -- the schema of an organization -----------------------------------------------------------------


def test_a_name_is_made_from_the_title_and_is_free():
    one = act("organization_create", title="Ban Quản lý Đường sắt Đô thị")
    two = act("organization_create", title="Ban Quản lý đường sắt đô thị")

    assert one["name"] == "ban-quan-ly-duong-sat-do-thi"
    assert two["name"] == "ban-quan-ly-duong-sat-do-thi-2"


def test_what_makes_no_sense_is_refused_beside_its_field():
    for field, value in {"code": "Hà Nội", "area_code": "121212", "email": "không có", "title": "",
                         "website": "javascript:x", "kind": "ministry",
                         "parent": "khong-co"}.items():
        with pytest.raises(tk.ValidationError) as refused:
            act("organization_create", **{"name": "so-moi", "title": "Sở mới", field: value})
        assert list(refused.value.error_dict) == [field]


def test_a_code_in_its_older_form_is_stored_in_the_present_one():
    made = act("organization_create", name="so-moi", title="Sở mới",
                               code="000.00.14.h57")
    assert made["code"] == "H57.14"


def test_an_organization_is_not_put_above_itself():
    top = factories.Organization(name="tren")
    factories.Organization(name="duoi", groups=[{"name": "tren"}])
    for parent in ("tren", "duoi"):
        with pytest.raises(tk.ValidationError) as refused:
            patch(top["id"], parent=parent)
        assert list(refused.value.error_dict) == ["parent"]


def test_an_organization_is_moved_below_another_and_out_again():
    for name in ("mot", "hai", "ba"):
        factories.Organization(name=name)
    patch("ba", parent="mot")
    assert [one["name"] for one in show("ba")["groups"]] == ["mot"]
    patch("ba", parent="hai")
    assert [one["name"] for one in show("ba")["groups"]] == ["hai"]
    patch("ba", title="Ba")
    assert [one["name"] for one in show("ba")["groups"]] == ["hai"]
    patch("ba", parent="")
    assert show("ba")["groups"] == []


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def run(cli, few, monkeypatch):
    """Run ``ckan hanoi agencies …`` with the few agencies."""
    monkeypatch.setattr(seed, "registry", lambda: few)

    def invoke(*arguments):
        result = cli.invoke(ckan, ["hanoi", "agencies", *arguments])
        assert result.exit_code == 0, result.output
        return result

    return invoke


def test_the_command_shows_a_plan_then_does_it_then_has_nothing_to_do(run):
    planned = run("plan").output
    assert "+ create Sở Xây dựng (so-xay-dung)" in planned
    assert "create 3" in planned
    assert act("organization_list") == []

    assert "create 3" in run("apply").output
    assert len(act("organization_list")) == 3
    assert "Nothing to change." in run("apply").output


def test_the_command_prints_what_the_action_returns(run, few):
    expected = act("hanoi_agency_plan")
    assert json.loads(run("plan", "--json").stdout) == expected
    done = json.loads(run("apply", "--json").stdout)
    assert done.pop("queued") is expected.pop("under_way") is False
    assert expected.pop("datasets_left") == 0
    assert done == expected
    assert json.loads(run("plan", "--json").stdout)["counts"]["unchanged"] == 3


def test_the_command_says_what_is_kept_and_what_to_decide(run, few, roads):
    factories.Organization(name="quan-hoan-kiem", title="UBND quận Hoàn Kiếm")
    assert "» merge  Sở Giao thông vận tải (sgtvt) -> so-xay-dung: 0 datasets, 3 members" in run(
        "apply").output
    patch(WORKS, website="https://cua-toi.example")
    output = run("plan").output
    assert "so-xay-dung: website was changed by a person" in output
    assert "quan-hoan-kiem: abolished, without a single successor" in output


def test_a_list_that_contradicts_itself_is_not_seeded():
    with pytest.raises(ValueError, match="unknown agency"):
        seed.apply(from_dicts([{"slug": "a", "kind": "city", "vi": "A", "parent": "b"}]))
    assert act("organization_list") == []
