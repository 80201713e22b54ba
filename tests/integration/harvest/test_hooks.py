"""Other plugins see each harvested dataset as they see one that is made or changed by hand."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import signals
from ckan.plugins import core
from ckan.tests import factories, helpers
from ckanext.activity.model import Activity

from ckanext.hanoi.catalog import show_cache

NUMBER = 3


class Recorder(p.SingletonPlugin):
    """Notes which hook was called for which dataset."""

    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IResourceController, inherit=True)
    p.implements(p.IDomainObjectModification, inherit=True)

    def __init__(self, name: str = "recorder") -> None:
        self.name = name
        self.seen: dict[str, set[str]] = defaultdict(set)
        self.stored: dict[str, bool] = {}

    def create(self, entity):
        self.seen[entity.id].add("create")

    def edit(self, entity):
        self.seen[entity.id].add("edit")

    def read(self, entity):
        self.seen[entity.id].add("read")

    def delete(self, entity):
        self.seen[entity.id].add("delete")

    def after_dataset_create(self, context, pkg_dict):
        # it has an id, its files have theirs, and both are in the database
        found = model.Session.execute(
            sa.select(sa.func.count()).select_from(model.Resource).where(
                model.Resource.id.in_([resource["id"] for resource in pkg_dict["resources"]]),
                model.Resource.package_id == pkg_dict["id"],
            )
        ).scalar_one()  # fmt: skip
        self.stored[pkg_dict["id"]] = found == len(pkg_dict["resources"])
        self.seen[pkg_dict["id"]].add("after_dataset_create")

    def after_dataset_update(self, context, pkg_dict):
        self.seen[pkg_dict["id"]].add("after_dataset_update")

    def after_dataset_delete(self, context, pkg_dict):
        self.seen[pkg_dict["id"]].add("after_dataset_delete")

    def after_dataset_show(self, context, pkg_dict):
        self.seen[pkg_dict["id"]].add("after_dataset_show")

    def before_dataset_index(self, pkg_dict):
        self.seen[pkg_dict["id"]].add("before_dataset_index")
        return pkg_dict

    def before_resource_show(self, resource_dict):
        self.seen[resource_dict["package_id"]].add("before_resource_show")

    def before_resource_create(self, context, resource):
        self.seen[resource["package_id"]].add("before_resource_create")

    def after_resource_create(self, context, resource):
        self.seen[resource["package_id"]].add("after_resource_create")

    def before_resource_update(self, context, current, resource):
        self.seen[current["package_id"]].add("before_resource_update")

    def after_resource_update(self, context, resource):
        self.seen[resource["package_id"]].add("after_resource_update")

    def notify(self, entity, operation):
        if isinstance(entity, model.Package):
            self.seen[entity.id].add(f"notify {operation}")
        elif isinstance(entity, model.Resource):
            self.seen[entity.package_id].add(f"notify resource {operation}")

    def on_action(self, sender, **more: Any):
        """CKAN's signal that an action succeeded."""
        if sender in ("package_create", "package_update", "package_delete"):
            result, data = more["result"], more["data_dict"]
            id_ = result if isinstance(result, str) else (result or data)["id"]
            self.seen[id_].add(f"signal {sender}")

    def take(self) -> dict[str, set[str]]:
        """What was noted since the last time; with the activities that were written."""
        found = dict(self.seen)
        for id_, kind in model.Session.execute(
            sa.select(Activity.object_id, Activity.activity_type)
        ):
            if id_ in found:
                found[id_].add(f"activity {kind}")
        model.Session.query(Activity).delete()
        model.Session.commit()
        self.seen.clear()
        return found


@pytest.fixture
def recorder(monkeypatch, admin):
    recorder = Recorder()
    monkeypatch.setitem(core._PLUGINS_SERVICE, "recorder", recorder)
    signals.action_succeeded.connect(recorder.on_action)
    yield recorder
    signals.action_succeeded.disconnect(recorder.on_action)


def _harvested(ids) -> set[str]:
    return {f"00000000-0000-4000-8000-{i:012d}" for i in ids}


def _by_hand(admin, recorder, portal) -> tuple[set[str], set[str], set[str]]:
    """What a dataset of the portal meets with when a person makes, changes and deletes it."""
    plain = {
        "owner_org": admin.organization["id"], "title": "Bằng tay",
        "resources": [{"url": "https://data.example.org/1.csv", "format": "CSV"}],
    }  # fmt: skip
    recorder.take()
    user = {"user": admin.sysadmin["name"]}
    dataset = helpers.call_action("package_create", user, name="bang-tay", **plain)
    created = recorder.take()[dataset["id"]]
    dataset = helpers.call_action("package_show", id=dataset["id"])
    recorder.take()
    resources = [{**dataset["resources"][0], "name": "Tên mới"}]
    changed = {**dataset, "title": "Tên mới", "resources": resources}
    changed.pop("metadata_modified")
    helpers.call_action("package_update", user, **changed)
    updated = recorder.take()[dataset["id"]]
    helpers.call_action("package_delete", user, id=dataset["id"])
    return created, updated, recorder.take()[dataset["id"]]


def test_each_hook_and_signal_of_a_dataset_made_by_hand_comes_for_a_harvested_one_too(
    admin, recorder, portal
):
    created, updated, deleted = _by_hand(admin, recorder, portal)
    assert {"create", "after_dataset_create", "after_dataset_show", "before_dataset_index",
            "before_resource_show", "signal package_create", "activity new package",
            "notify new", "notify resource new"} <= created  # fmt: skip
    assert {"edit", "after_dataset_update", "signal package_update",
            "activity changed package"} <= updated  # fmt: skip
    portal.fill(NUMBER)
    admin.add_source(portal.url, config="removal_threshold: 1")
    assert admin.run()["counts"]["created"] == NUMBER
    first = recorder.take()
    assert len(first) == NUMBER
    for seen in first.values():
        assert created - seen == set()
    assert recorder.stored.values()
    assert all(recorder.stored.values())
    for dataset in portal.datasets[:2]:
        dataset["title"] = "Tên mới"
        dataset["resources"][0]["name"] = "Tên mới"
    portal.datasets.pop()
    run = admin.run()
    assert (run["counts"]["updated"], run["counts"]["removed"]) == (2, 1)
    second = recorder.take()
    met = [seen for seen in second.values() if "signal package_update" in seen]
    assert len(met) == 2
    for seen in met:
        assert updated - seen == set()
    (gone,) = [seen for seen in second.values() if "signal package_delete" in seen]
    assert deleted - gone == set()


def test_an_unchanged_dataset_meets_with_no_hook(admin, recorder, portal):
    portal.fill(NUMBER)
    admin.add_source(portal.url)
    admin.run()
    recorder.take()
    assert admin.run(full=True)["counts"]["unchanged"] == NUMBER
    assert recorder.take() == {}


def test_the_activity_stream_has_each_dataset_as_it_was_written(admin, portal):
    portal.fill(2)
    admin.add_source(portal.url)
    admin.run()
    portal.datasets[0]["title"] = "Tên mới"
    admin.run()
    rows = model.Session.execute(
        sa.select(Activity.object_id, Activity.data).order_by(Activity.timestamp)
    ).all()
    titles = defaultdict(list)
    for id_, data in rows:
        if "package" in data:
            titles[id_].append(data["package"]["title"])
    assert sorted(titles.values()) == [["Bộ dữ liệu số 0", "Tên mới"], ["Bộ dữ liệu số 1"]]


def test_search_finds_what_a_hook_changed_in_the_dataset_it_was_called_for(
    admin, recorder, portal, monkeypatch
):
    def annotate(self, context, pkg_dict):
        tk.get_action("package_show")({"ignore_auth": True}, {"id": pkg_dict["id"]})
        package = model.Session.get(model.Package, pkg_dict["id"])
        package.url = "https://doi.example.org/1"

    monkeypatch.setattr(Recorder, "after_dataset_create", annotate)
    portal.fill(2)
    admin.add_source(portal.url)
    admin.run()
    assert {dataset["url"] for dataset in admin.datasets()} == {"https://doi.example.org/1"}


def test_a_dataset_that_changed_after_it_was_shown_is_indexed_as_it_is(
    admin, portal, monkeypatch
):
    portal.fill(2)
    admin.add_source(portal.url)
    both = show_cache.ShowCache.both
    user = {"user": admin.sysadmin["name"]}

    def later(self, context, ids):
        for id_ in ids:
            helpers.call_action("package_patch", user, id=id_, title="Sửa bằng tay")
        return both(self, context, ids)

    monkeypatch.setattr(show_cache.ShowCache, "both", later)
    run = admin.run()
    assert run["status"] == "finished", run["message"]
    assert {dataset["title"] for dataset in admin.datasets()} == {"Sửa bằng tay"}


def test_two_records_with_the_same_new_keyword_share_it(admin, portal):
    portal.fill(3)
    admin.add_source(portal.url)
    admin.run()
    names = model.Session.execute(sa.select(model.Tag.name)).scalars().all()
    assert sorted(names) == sorted(set(names))
    assert "xây dựng" in names
    factories.Dataset(owner_org=admin.organization["id"], tags=[{"name": "xây dựng"}])
    assert model.Session.query(model.Tag).filter_by(name="xây dựng").count() == 1


def test_the_help_of_the_actions_is_still_that_of_ckan(catalog):
    for name in ("package_show", "package_create_default_resource_views"):
        assert ":param" in helpers.call_action("help_show", name=name)
