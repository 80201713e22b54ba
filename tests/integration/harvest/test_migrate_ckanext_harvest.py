"""The way over from the real ckanext-harvest, with both plugins enabled at once."""

from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers

from ckanext.hanoi.harvest.engine.migrate_ckanext_harvest import translate
from ckanext.hanoi.logic.action import harvest_migrate
from ckanext.hanoi.model.harvest import Identity, Source

pytestmark = [
    pytest.mark.ckan_config(
        "ckan.plugins",
        "hanoi hanoi_harvest scheming_datasets scheming_organizations activity harvest "
        "ckan_harvester",
    ),
]
CONFIG = {
    "default_tags": [{"name": "từ khóa chung"}],
    "default_extras": {"frequency": "DAILY", "nguồn": "cổng cũ"},
    "organizations_filter_include": ["so-xay-dung"],
    "groups_filter_exclude": ["the-thao"],
    "force_all": True,
}


class Old:
    """ckanext-harvest with its CKAN harvester, run without its queues."""

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def add(self, url: str, name: str = "cong-cu", type_: str = "ckan", **more) -> dict:
        context = {"user": factories.Sysadmin()["name"]}
        return helpers.call_action(
            "harvest_source_create", context, name=name, title="Cổng cũ", url=url,
            source_type=type_, owner_org=self.owner, **more,
        )  # fmt: skip

    def run(self, source: dict) -> None:
        from ckanext.harvest import queue
        from ckanext.harvest.harvesters import CKANHarvester
        from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource

        job = HarvestJob(source=HarvestSource.get(source["id"]), status="Running")
        job.save()
        harvester = CKANHarvester()
        for id_ in queue.gather_stage(harvester, job):
            queue.fetch_and_import_stages(harvester, HarvestObject.get(id_))
        job.status = "Finished"
        job.save()


@pytest.fixture
def old(admin) -> Old:
    return Old(admin.organization["id"])


@pytest.fixture
def harvested(old, portal):
    """Eight datasets that ckanext-harvest took from the portal, each with two resources."""
    portal.fill(8, resources=2)
    source = old.add(portal.url, frequency="WEEKLY")
    old.run(source)
    return source


def take_over(admin, **options):
    return admin.call("hanoi_source_import_ckanext_harvest", **options)["sources"]


def datasets():
    found = model.Session.query(model.Package).filter_by(type="dataset", state="active").all()
    return {
        package.id: (package.name, sorted((r.id, r.url) for r in package.resources))
        for package in found
    }


def test_our_first_run_updates_what_ckanext_harvest_had_made_and_creates_nothing(
    admin, harvested, portal
):
    before = datasets()
    assert len(before) == 8
    (source,) = take_over(admin)
    assert (source["name"], source["kind"]) == ("cong-cu", "ckan")
    assert (source["identities"], source["action"]) == (8, "imported")
    assert any("turn it off there" in note for note in source["notes"])
    entry = admin.source("cong-cu")
    assert (entry.url, entry.schedule, entry.owner_org, entry.active) == (
        portal.url, "weekly", admin.organization["id"], True,
    )  # fmt: skip
    assert entry.next_due
    run = admin.run("cong-cu")
    assert run["status"] == "finished", run["message"]
    assert (run["counts"]["seen"], run["counts"]["created"], run["counts"]["failed"]) == (8, 0, 0)
    assert run["counts"]["removed"] == 0
    assert datasets() == before
    assert admin.run("cong-cu")["counts"]["unchanged"] == 8
    assert admin.run("cong-cu", force=True)["counts"]["updated"] == 0


def test_what_the_portal_changed_and_dropped_since_is_followed(admin, harvested, portal):
    before = datasets()
    take_over(admin)
    helpers.call_action("hanoi_source_update", id="cong-cu", config="removal_threshold: 0.5")
    portal.datasets[3]["title"] = "Tên mới"
    gone = portal.datasets.pop()
    run = admin.run("cong-cu")
    assert (run["counts"]["created"], run["counts"]["removed"]) == (0, 1)
    after = datasets()
    assert set(before) - set(after) == {gone["id"]}
    assert model.Package.get(portal.datasets[3]["id"]).title == "Tên mới"


def test_a_dry_run_says_the_same_and_does_nothing(admin, harvested):
    planned = take_over(admin, dry_run=True)
    assert model.Session.query(Source).count() == 0
    assert model.Session.query(Identity).count() == 0
    assert take_over(admin) == planned


def test_to_import_again_changes_nothing_and_brings_only_what_is_new(
    admin, old, harvested, portal
):
    take_over(admin)
    helpers.call_action("hanoi_source_update", id="cong-cu", title="Tên của quản trị viên")
    (again,) = take_over(admin)
    assert (again["action"], again["identities"]) == ("unchanged", 8)
    assert admin.source("cong-cu").title == "Tên của quản trị viên"
    portal.datasets.append(portal.dataset(8, metadata_modified="2026-12-31T00:00:00"))
    old.run(harvested)
    (more,) = take_over(admin)
    assert (more["action"], more["identities"]) == ("updated", 9)


def test_the_configuration_is_put_into_our_words_and_the_rest_reported(admin, old, portal):
    old.add(portal.url, config=json.dumps(CONFIG), frequency="BIWEEKLY")
    (source,) = take_over(admin)
    shown = admin.call("hanoi_source_show", id="cong-cu")
    for line in ("từ khóa chung", "so-xay-dung", "frequency: DAILY", '-groups:("the-thao")'):
        assert line in shown["config"]
    notes = " ".join(source["notes"])
    assert "default_extras.nguồn" in notes
    assert "force_all" in notes
    assert "BIWEEKLY" in notes


def test_an_unknown_harvester_and_a_taken_name_are_reported_and_left_alone(admin, old, portal):
    admin.add_source("https://data.example.org", name="cong-cu")
    old.add(portal.url)
    from ckanext.harvest.model import HarvestSource

    HarvestSource(id="other", url="https://gis.example.org", type="arcgis_old", title="GIS").save()
    taken = {source["name"]: source for source in take_over(admin)}
    assert {source["action"] for source in taken.values()} == {"skipped"}
    assert any("arcgis_old" in note for note in taken["harvest-other"]["notes"])
    assert any("another address" in note for note in taken["cong-cu"]["notes"])
    assert admin.source("cong-cu").url == "https://data.example.org"


def test_only_a_system_administrator_may_import(admin, harvested):
    import ckan.plugins.toolkit as tk

    user = factories.User()["name"]
    admin.call(
        "organization_member_create",
        id=admin.organization["id"], username=user, role="admin",
    )  # fmt: skip
    with pytest.raises(tk.NotAuthorized):
        helpers.call_action(
            "hanoi_source_import_ckanext_harvest", {"user": user, "ignore_auth": False}
        )


def test_the_command_prints_a_line_for_each_source(cli, admin, harvested):
    from ckan.cli.cli import ckan

    done = cli.invoke(ckan, ["hanoi", "source", "import-ckanext-harvest", "--dry-run"])
    assert done.exit_code == 0, done.output
    assert "cong-cu" in done.output
    assert model.Session.query(Source).count() == 0


@pytest.mark.parametrize("page", ["/harvest", "/harvest/cong-cu", "/hanoi/harvest",
                                  "/dataset/", "/dataset/bo-du-lieu-0"])  # fmt: skip
def test_the_pages_of_both_plugins_answer(app, admin, harvested, page):
    take_over(admin)
    admin.run("cong-cu")
    answer = app.get(page, headers={"Authorization": _token(admin)})
    assert answer.status_code == 200
    assert "Cổng cũ" in answer.body or "Bộ dữ liệu số 0" in answer.body


def _token(admin) -> str:
    return admin.call("api_token_create", user=admin.sysadmin["name"], name="test")["token"]


def test_both_harvest_the_same_portal_one_after_the_other(admin, old, harvested, portal):
    before = datasets()
    take_over(admin)
    admin.run("cong-cu")
    portal.datasets[0]["metadata_modified"] = "2026-12-31T00:00:00"
    portal.datasets[0]["title"] = "Tên mới"
    old.run(harvested)
    run = admin.run("cong-cu")
    assert {run["counts"][name] for name in ("created", "removed", "failed")} == {0}
    assert set(datasets()) == set(before)


def test_settings_of_other_harvesters_are_translated_without_those_of_ckan():
    ours, left = translate({"default_tags": ["a"], "organizations_filter_include": ["x"]}, "csw")
    assert ours == {"keywords": ["a"]}
    assert left == ["organizations_filter_include"]


def test_more_records_than_a_request_carries_are_left_to_the_command_line(
    admin, harvested, monkeypatch
):
    monkeypatch.setattr(harvest_migrate, "AT_ONCE", 7)
    with pytest.raises(tk.ValidationError, match="ckan hanoi source import-ckanext-harvest"):
        take_over(admin)
    assert model.Session.query(Source).count() == 0
    inline = {"hanoi_inline": True, "ignore_auth": True}
    answer = helpers.call_action("hanoi_source_import_ckanext_harvest", inline)
    assert [source["identities"] for source in answer["sources"]] == [8]


def test_a_source_of_ckanext_harvest_waits_for_nobodys_approval(admin, old):
    editor = factories.User()
    helpers.call_action("organization_member_create", id=old.owner, username=editor["name"],
                        role="editor")  # fmt: skip
    context = {"user": editor["name"], "ignore_auth": False}
    for type_, private in (("harvest", False), ("dataset", True)):
        made = helpers.call_action(
            "package_create", context, name=f"thu-{type_}", title="Thử", type=type_,
            owner_org=old.owner, url="https://example.org/catalog", source_type="ckan",
        )  # fmt: skip
        assert model.Package.get(made["id"]).private is private
