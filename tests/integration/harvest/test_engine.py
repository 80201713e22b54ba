"""Runs from beginning to end: what is written, what is left alone, what is removed and when."""

from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan import plugins as p
from ckan.tests import factories, helpers
from werkzeug import Response

from ckanext.hanoi.harvest.engine import retention, worker
from ckanext.hanoi.model.harvest import Batch, Identity, Run, Seen

NOTHING = {"created": 0, "updated": 0, "removed": 0, "missing": 0, "failed": 0}


def numbers(run, *names):
    return tuple(run["counts"][name] for name in names)


def test_a_first_run_creates_every_dataset_and_search_finds_them(admin, portal):
    portal.fill(7, resources=2)
    admin.add_source(portal.url)
    run = admin.run()
    assert run["status"] == "finished", run["message"]
    assert numbers(run, "seen", "created", "failed") == (7, 7, 0)
    datasets = admin.datasets()
    assert [d["title"] for d in datasets] == [f"Bộ dữ liệu số {i}" for i in range(7)]
    assert all(d["num_resources"] == 2 for d in datasets)
    assert {d["organization"]["name"] for d in datasets} == {"so-tai-chinh"}


def test_a_second_run_changes_nothing_and_says_so(admin, portal):
    portal.fill(5)
    admin.add_source(portal.url)
    admin.run()
    before = admin.datasets()
    run = admin.run()
    assert run["counts"] == {"seen": 5, "unchanged": 5, **NOTHING}
    assert admin.datasets() == before
    assert run["changes"] == []


def test_a_forced_run_compares_in_full_and_finds_no_difference(admin, portal):
    portal.fill(3, resources=2)
    admin.add_source(portal.url)
    admin.run()
    before = admin.datasets()
    run = admin.run(force=True)
    assert numbers(run, "updated", "unchanged") == (0, 3)
    assert admin.datasets() == before


def test_only_what_changed_is_written_and_the_report_names_the_fields(admin, portal):
    portal.fill(4)
    admin.add_source(portal.url)
    admin.run()
    before = {d["name"]: d["metadata_modified"] for d in admin.datasets()}
    portal.datasets[2]["title"] = "Bộ dữ liệu mới"
    portal.datasets[2]["tags"] = [{"name": "giao thông"}]
    run = admin.run()
    assert numbers(run, "updated", "unchanged") == (1, 3)
    (change,) = run["changes"]
    assert change["action"] == "updated"
    assert set(change["fields"]) >= {"title", "tags"}
    after = {d["name"]: d["metadata_modified"] for d in admin.datasets()}
    assert {name for name in before if before[name] != after[name]} == {"bo-du-lieu-2"}


def test_resource_ids_stay_when_the_portal_changes_names_order_or_ids(admin, portal):
    portal.fill(1, resources=3)
    admin.add_source(portal.url)
    admin.run()
    ids = {r["url"]: r["id"] for r in admin.datasets()[0]["resources"]}
    resources = portal.datasets[0]["resources"]
    resources.reverse()
    resources[0]["name"] = "Tên khác"
    resources[1]["id"] = "ffffffff-0000-4000-8000-000000000000"
    admin.run()
    assert {r["url"]: r["id"] for r in admin.datasets()[0]["resources"]} == ids


def test_a_resource_in_which_nothing_changed_is_not_written(admin, portal):
    portal.fill(1, resources=4)
    admin.add_source(portal.url)
    admin.run()

    def moments():
        (dataset,) = admin.datasets()
        return {r["name"]: r["metadata_modified"] for r in dataset["resources"]}

    before = moments()
    resources = portal.datasets[0]["resources"]
    del resources[1]
    admin.run()
    left = moments()
    assert left == {r["name"]: before[r["name"]] for r in resources}
    resources[0]["description"] = "Đã sửa"
    resources.reverse()
    run = admin.run()
    assert numbers(run, "updated", "failed") == (1, 0), run["failures"]
    after = moments()
    assert list(after) == [r["name"] for r in resources]
    assert {name for name in after if after[name] != left[name]} == {resources[-1]["name"]}
    (dataset,) = admin.datasets()
    assert dataset["resources"][-1]["description"] == "Đã sửa"


def test_many_updates_ask_the_database_little_more_than_one(admin, portal, asked):
    portal.fill(20, resources=2)
    for dataset in portal.datasets:
        dataset["tags"] = [{"name": f"từ khóa {number}"} for number in range(5)]
    admin.add_source(portal.url)
    admin.run()

    def statements(number):
        for dataset in portal.datasets[:number]:
            dataset["notes"] = f"{dataset['notes']} Thêm {number}."
        del asked[:]
        run = admin.run()
        assert numbers(run, "updated", "failed") == (number, 0)
        return len(asked)

    statements(1)
    one, ten = statements(1), statements(10)
    # CKAN 2.11 asks more
    assert (ten - one) / 9 < (30 if tk.check_ckan_version(min_version="2.12") else 36)


def test_a_bad_record_is_reported_and_all_others_are_written(admin, portal, refusal):
    portal.fill(6)
    portal.datasets[3].update(refusal)
    admin.add_source(portal.url)
    run = admin.run()
    assert run["status"] == "finished", run["message"]
    assert numbers(run, "created", "failed") == (5, 1)
    (failure,) = run["failures"]
    assert failure["guid"] == portal.datasets[3]["id"]
    assert failure["stage"] == "validation"
    assert "version" in failure["message"]
    assert len(admin.datasets()) == 5


def test_failed_records_can_be_tried_again_without_reading_the_source(admin, portal, monkeypatch):
    portal.fill(3)
    admin.add_source(portal.url)
    from ckanext.hanoi.catalog.writer import Catalog

    create = Catalog.create

    def refuse(self, datasets):
        if any(dataset["title"].endswith("1") for dataset in datasets):
            raise RuntimeError("a hook of another plugin")
        return create(self, datasets)

    monkeypatch.setattr(Catalog, "create", refuse)
    first = admin.run()
    assert numbers(first, "created", "failed") == (2, 1)
    assert "a hook of another plugin" in first["failures"][0]["message"]
    monkeypatch.setattr(Catalog, "create", create)
    asked = len(portal.requests)
    again = helpers.call_action(
        "hanoi_harvest_retry",
        {"hanoi_inline": True, "user": "", "ignore_auth": True},
        id=first["id"],
    )
    worker.run(again["id"], inline=True)
    model.Session.remove()
    run = helpers.call_action("hanoi_run_show", id=again["id"])
    assert numbers(run, "created", "failed", "removed", "missing") == (1, 0, 0, 0)
    assert len(portal.requests) == asked
    assert len(admin.datasets()) == 3
    assert admin.source().last_read < model.Session.get(Run, again["id"]).started


def test_a_very_long_extra_is_kept_and_does_not_break_the_index(admin, portal):
    portal.fill(2)
    portal.datasets[0]["extras"] = [{"key": "phu-luc", "value": "ă" * 40_000}]
    admin.add_source(portal.url)
    run = admin.run()
    assert numbers(run, "created", "failed") == (2, 0)
    extras = {e["key"]: e["value"] for e in admin.datasets()[0]["extras"]}
    assert extras["phu-luc"] == "ă" * 40_000


def test_a_taken_name_gets_a_number(admin, portal):
    own = factories.Dataset(name="bo-du-lieu-0", owner_org=admin.organization["id"])
    portal.fill(1)
    admin.add_source(portal.url)
    run = admin.run()
    assert run["counts"]["created"] == 1
    assert {d["name"] for d in admin.datasets()} == {"bo-du-lieu-0", "bo-du-lieu-0-2"}
    assert helpers.call_action("package_show", id=own["id"])["title"] == own["title"]


def test_private_at_the_source_stays_private(admin, portal):
    portal.fill(2)
    portal.datasets[0]["private"] = True
    admin.add_source(portal.url)
    admin.run()
    assert [d["private"] for d in admin.datasets()] in ([True, False], [False])
    assert helpers.call_action("package_search", {"ignore_auth": False, "user": ""})["count"] == 1


def test_what_an_editor_made_private_is_not_made_public_by_its_source(admin, portal):
    portal.fill(2)
    portal.datasets[1]["private"] = True
    admin.add_source(portal.url)
    admin.run()
    shown = {d["name"]: d for d in admin.datasets()}
    admin.call("package_patch", id=shown["bo-du-lieu-0"]["id"], private=True)
    for number in (0, 1):
        portal.datasets[number].update(title=f"Tên mới {number}", private=False)
    preview = helpers.call_action("hanoi_harvest_preview", id="cong")
    assert ["private" in change["diff"] for change in preview["changes"]] == [False, True]
    admin.run()
    assert {(d["title"], d["private"]) for d in admin.datasets()} == {
        ("Tên mới 0", True), ("Tên mới 1", False),
    }  # fmt: skip


# -- removal ---------------------------------------------------------------------------------


def test_a_dataset_that_the_source_dropped_is_removed_and_comes_back_as_it_was(admin, portal):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    dropped = portal.datasets.pop(4)
    identity = {d["name"]: d["id"] for d in admin.datasets()}[dropped["name"]]
    run = admin.run()
    assert run["status"] == "finished", run["message"]
    assert numbers(run, "seen", "removed", "missing") == (19, 1, 0)
    assert len(admin.datasets()) == 19
    portal.datasets.append(dropped)
    run = admin.run()
    assert numbers(run, "seen", "created", "updated", "removed") == (20, 0, 1, 0)
    assert {d["name"]: d["id"] for d in admin.datasets()}[dropped["name"]] == identity


def test_a_missing_dataset_stays_through_its_grace_period(admin, portal, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.hanoi.harvest.grace_days", 3)
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    portal.datasets.pop()
    for _ in range(2):
        run = admin.run()
        assert numbers(run, "missing", "removed") == (1, 0)
    assert len(admin.datasets()) == 20
    model.Session.execute(
        sa.update(Identity)
        .where(Identity.state == "missing")
        .values(missing_since=Identity.missing_since - sa.text("interval '3 days'"))
    )
    model.Session.commit()
    assert numbers(admin.run(), "missing", "removed") == (0, 1)
    assert len(admin.datasets()) == 19


@pytest.mark.parametrize("left", [0, 17], ids=["empty", "a sixth missing"])
def test_too_many_missing_puts_the_run_on_hold_until_an_admin_decides(admin, portal, left):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    everything = portal.datasets
    portal.datasets = everything[:left]
    run = admin.run()
    assert run["status"] == "held"
    assert numbers(run, "missing", "removed") == (20 - left, 0)
    assert run["message"]
    assert len(admin.datasets()) == 20
    rejected = helpers.call_action("hanoi_harvest_reject", id=run["id"])
    assert rejected["status"] == "finished"
    assert len(admin.datasets()) == 20
    run = admin.run()
    assert run["status"] == "held"
    approved = helpers.call_action("hanoi_harvest_approve", id=run["id"])
    assert approved["status"] == "finished"
    assert approved["counts"]["removed"] == 20 - left
    assert len(admin.datasets()) == left


def test_a_new_run_takes_the_place_of_a_held_one(admin, portal):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    everything = portal.datasets
    portal.datasets = []
    held = admin.run()
    portal.datasets = everything
    run = admin.run()
    assert (run["status"], run["counts"]["unchanged"]) == ("finished", 20)
    assert helpers.call_action("hanoi_run_show", id=held["id"])["status"] == "aborted"
    assert len(admin.datasets()) == 20


def _broken(request, portal):
    if int(request.args.get("start", 0)) > 0:
        return Response("Internal error", status=500)
    page = json.loads(portal.page(request).get_data())
    page["result"]["results"] = page["result"]["results"][:5]
    return Response(json.dumps(page), content_type="application/json")


def test_nothing_is_removed_after_an_incomplete_read_and_what_was_read_is_written(
    admin, portal, monkeypatch
):
    portal.fill(12)
    admin.add_source(portal.url, config="page_size: 5")
    admin.run()
    portal.datasets[0]["title"] = "Tên mới"
    portal.answer = lambda request: _broken(request, portal)
    run = admin.run()
    assert run["status"] == "failed"
    assert "500" in run["message"]
    assert numbers(run, "updated", "removed", "missing") == (1, 0, 0)
    assert len(admin.datasets()) == 12
    portal.answer = None
    assert admin.run()["counts"]["unchanged"] == 12


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html><body>Bảo trì</body></html>", content_type="text/html"),
        Response('{"success": true, "result": {"count": 3, "resu', content_type="application/json"),
        Response('{"success": false, "error": {"message": "no"}}', content_type="application/json"),
    ],
    ids=["HTML with status 200", "half a page", "an error with status 200"],
)
def test_an_answer_that_is_no_catalogue_fails_the_run_and_removes_nothing(admin, portal, answer):
    portal.fill(3)
    admin.add_source(portal.url)
    admin.run()
    portal.answer = lambda request: answer
    run = admin.run()
    assert run["status"] == "failed"
    assert run["message"]
    assert len(admin.datasets()) == 3


# -- the admin's wishes ----------------------------------------------------------------------


def test_a_detached_dataset_is_no_longer_overwritten_nor_removed(admin, portal):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    dataset = admin.datasets()[0]
    helpers.call_action("hanoi_harvest_detach", id=dataset["id"])
    admin.call("package_patch", id=dataset["id"], title="Của chúng tôi")
    portal.datasets[0]["title"] = "Của nguồn"
    admin.run()
    assert helpers.call_action("package_show", id=dataset["id"])["title"] == "Của chúng tôi"
    portal.datasets.pop(0)
    run = admin.run()
    assert numbers(run, "removed", "missing") == (0, 0)
    portal.datasets.insert(0, portal.dataset(0))
    helpers.call_action("hanoi_harvest_attach", id=dataset["id"])
    admin.run()
    assert helpers.call_action("package_show", id=dataset["id"])["title"] == "Bộ dữ liệu số 0"


def test_fields_that_an_editor_keeps_stay_and_all_others_follow_the_source(admin, portal):
    portal.fill(1)
    admin.add_source(portal.url)
    admin.run()
    id_ = admin.datasets()[0]["id"]
    admin.call("package_patch", id=id_, notes="Mô tả của biên tập viên")
    helpers.call_action("hanoi_harvest_keep_fields", id=id_, fields=["notes"])
    portal.datasets[0].update(title="Tên mới", notes="Mô tả của nguồn")
    admin.run()
    dataset = helpers.call_action("package_show", id=id_)
    assert (dataset["title"], dataset["notes"]) == ("Tên mới", "Mô tả của biên tập viên")


def test_a_dataset_that_an_admin_deleted_stays_deleted(admin, portal):
    portal.fill(3)
    admin.add_source(portal.url)
    admin.run()
    id_ = admin.datasets()[1]["id"]
    admin.call("package_delete", id=id_)
    portal.datasets[1]["title"] = "Đã đổi"
    admin.run()
    assert id_ not in {d["id"] for d in admin.datasets()}


def test_a_purged_dataset_is_harvested_again(admin, portal):
    portal.fill(3)
    admin.add_source(portal.url)
    admin.run()
    admin.call("dataset_purge", id=admin.datasets()[1]["id"])
    run = admin.run()
    assert numbers(run, "created", "unchanged") == (1, 2)
    assert len(admin.datasets()) == 3


def test_clearing_history_never_breaks_identity(admin, portal):
    portal.fill(4)
    admin.add_source(portal.url)
    admin.run()
    admin.run()
    ids = {d["id"] for d in admin.datasets()}
    model.Session.execute(sa.text("UPDATE hanoi_run SET finished = finished - interval '1 year'"))
    model.Session.commit()
    assert helpers.call_action("hanoi_harvest_clean", days=30)["runs"] == 1
    run = admin.run(force=True)
    assert numbers(run, "created", "removed") == (0, 0)
    assert {d["id"] for d in admin.datasets()} == ids


def test_history_is_cleared_page_by_page_and_says_what_is_left(admin, portal, monkeypatch):
    portal.fill(5)
    admin.add_source(portal.url)
    for _ in range(4):
        admin.run(force=True)
    model.Session.execute(sa.text("UPDATE hanoi_run SET finished = finished - interval '1 year'"))
    model.Session.execute(sa.text("UPDATE hanoi_identity SET raw = 'x', modified = '2020-01-01'"))
    model.Session.commit()
    monkeypatch.setattr(retention, "_RUNS", 1)
    monkeypatch.setattr(retention, "_RECORDS", 2)
    assert retention.clean(30, seconds=0) == {"runs": 1, "records": 2, "left": True}
    answer = helpers.call_action("hanoi_harvest_clean", days=30)
    assert answer == {"runs": 2, "records": 3, "left": False}


def test_the_source_with_the_higher_priority_has_a_dataset_that_two_sources_carry(admin, portal):
    portal.fill(2)
    admin.add_source(portal.url, name="thu-cap", priority=1)
    admin.add_source(portal.url, name="chinh", priority=5)
    admin.run("thu-cap")
    run = admin.run("chinh")
    assert run["counts"]["created"] == 0
    datasets = admin.datasets()
    assert len(datasets) == 2
    origin = helpers.call_action("hanoi_harvest_origin", id=datasets[0]["id"])
    assert origin["source"]["name"] == "chinh"
    assert admin.run("thu-cap")["counts"]["updated"] == 0
    assert len(admin.datasets()) == 2


def test_two_sources_without_priorities_keep_a_dataset_each(admin, portal):
    portal.fill(2)
    admin.add_source(portal.url, name="mot")
    admin.add_source(portal.url, name="hai")
    admin.run("mot")
    assert admin.run("hai")["counts"]["created"] == 2
    assert len(admin.datasets()) == 4


def test_a_source_is_removed_with_or_without_its_datasets(admin, portal):
    portal.fill(2)
    admin.add_source(portal.url, name="mot")
    admin.add_source(portal.url, name="hai")
    admin.run("mot")
    admin.run("hai")
    assert helpers.call_action("hanoi_source_delete", id="mot", datasets="remove")["removed"] == 2
    assert len(admin.datasets()) == 2
    assert helpers.call_action("hanoi_source_delete", id="hai")["removed"] == 0
    assert len(admin.datasets()) == 2
    assert model.Session.query(Identity).count() == 0


def test_the_mapping_of_a_source_changes_what_is_written_without_a_change_at_the_source(
    admin, portal
):
    portal.fill(2)
    admin.add_source(portal.url)
    admin.run()
    config = "keywords: [từ khóa chung]\ndefaults: {frequency: hằng năm}\nexclude: {title: '*số 1'}"
    helpers.call_action("hanoi_source_update", id="cong", config=config)
    run = admin.run()
    assert run["status"] == "held"  # one of two is left out now
    dataset = admin.datasets()[0]
    assert dataset["frequency"] == "ANNUAL"
    assert "từ khóa chung" in {tag["name"] for tag in dataset["tags"]}


def test_a_run_leaves_nothing_behind_but_its_report(admin, portal):
    portal.fill(3)
    admin.add_source(portal.url)
    admin.run()
    assert model.Session.query(Seen).count() == 0
    assert model.Session.query(Batch).count() == 0


# -- preview ---------------------------------------------------------------------------------


def test_a_preview_says_what_a_run_would_do_and_writes_nothing(admin, portal):
    portal.fill(3)
    admin.add_source(portal.url)
    first = helpers.call_action("hanoi_harvest_preview", id="cong")
    assert first["counts"] == {"seen": 3, "unchanged": 0, **NOTHING, "created": 3}
    assert admin.datasets() == []
    assert model.Session.query(Identity).count() == 0
    admin.run()
    portal.datasets[1]["title"] = "Tên mới"
    second = helpers.call_action("hanoi_harvest_preview", id="cong")
    assert second["counts"] == {"seen": 3, "unchanged": 2, **NOTHING, "updated": 1}
    (change,) = [c for c in second["changes"] if c["action"] == "updated"]
    assert change["diff"]["title"] == ["Bộ dữ liệu số 1", "Tên mới"]


def test_a_preview_of_a_whole_source_tells_what_is_missing_and_what_the_guard_will_say(
    admin, portal
):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    gone = portal.datasets.pop()
    result = helpers.call_action("hanoi_harvest_preview", id="cong")
    assert result["counts"] == {"seen": 19, "unchanged": 19, **NOTHING, "missing": 1}
    assert result["hold"] is None
    assert result["changes"][-1]["guid"] == gone["id"]
    del portal.datasets[5:]
    result = helpers.call_action("hanoi_harvest_preview", id="cong")
    assert "15" in result["hold"]
    # of a source that was not read to its end nothing is said
    portal.fill(20)
    result = helpers.call_action("hanoi_harvest_preview", id="cong", limit=5)
    assert result["counts"] == {"seen": 5, "unchanged": 5, **NOTHING}
    assert result["hold"] is None


def test_a_preview_tells_two_datasets_of_one_identifier_apart_as_a_run_does(admin, portal):
    portal.fill(3)
    portal.datasets[2]["id"] = portal.datasets[1]["id"]
    portal.datasets[2]["name"] = portal.datasets[1]["name"]
    admin.add_source(portal.url)
    run = admin.run()
    result = helpers.call_action("hanoi_harvest_preview", id="cong")
    number = run["counts"]["created"]
    assert result["counts"] == {"seen": number, "unchanged": number, **NOTHING}


def test_a_source_can_be_previewed_before_it_is_saved(admin, portal):
    portal.fill(30)
    result = helpers.call_action(
        "hanoi_harvest_preview",
        url=portal.url, kind="ckan", owner_org=admin.organization["id"], limit=10,
    )  # fmt: skip
    assert (len(result["changes"]), result["truncated"]) == (10, True)


# -- other plugins ---------------------------------------------------------------------------


class Recorder(p.SingletonPlugin):
    """Writes down which hooks were called."""

    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IResourceController, inherit=True)
    calls: list[tuple[str, str]] = []

    def after_dataset_create(self, context, pkg_dict):
        self.calls.append(("create", pkg_dict["id"]))

    def after_dataset_update(self, context, pkg_dict):
        self.calls.append(("update", pkg_dict["id"]))

    def after_dataset_delete(self, context, pkg_dict):
        self.calls.append(("delete", pkg_dict["id"]))

    def before_dataset_index(self, pkg_dict):
        self.calls.append(("index", pkg_dict["id"]))
        return pkg_dict

    def before_resource_show(self, resource_dict):
        self.calls.append(("resource", resource_dict["id"]))
        return resource_dict


@pytest.mark.skipif(
    not tk.check_ckan_version(min_version="2.12"), reason="CKAN 2.11 provides no plugin to a test"
)
@pytest.mark.provide_plugin("hanoi_test_recorder", Recorder)
@pytest.mark.ckan_config(
    "ckan.plugins",
    "hanoi hanoi_harvest scheming_datasets scheming_organizations activity hanoi_test_recorder",
)
def test_hooks_signals_and_activities_of_other_plugins_run_for_each_dataset(admin, portal):
    Recorder.calls.clear()
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    ids = {d["id"] for d in admin.datasets()}
    seen = {
        action: {id_ for name, id_ in Recorder.calls if name == action}
        for action in ("create", "index")
    }
    assert seen == {"create": ids, "index": ids}
    assert any(name == "resource" for name, _ in Recorder.calls)
    portal.datasets[0]["title"] = "Tên mới"
    portal.datasets.pop()
    admin.run()
    changed = {d["id"] for d in admin.datasets() if d["title"] == "Tên mới"}
    assert {id_ for name, id_ in Recorder.calls if name == "update"} == changed
    assert len([1 for name, _ in Recorder.calls if name == "delete"]) == 1
    (id_,) = changed
    activities = helpers.call_action("package_activity_list", id=id_, include_hidden_activity=True)
    assert [a["activity_type"] for a in activities] == ["changed package", "new package"]
