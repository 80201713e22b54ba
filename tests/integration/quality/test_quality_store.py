"""Scores in the database: computed in the background and at night, for thousands at once."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib.jobs import get_queue
from ckan.tests import factories, helpers

from ckanext.hanoi import doctor
from ckanext.hanoi.model.quality import LinkCheck, Quality
from ckanext.hanoi.quality import jobs, loader, recompute, store


def rows():
    return {row.package_id: row for row in model.Session.execute(sa.select(Quality)).scalars()}


def waiting():
    return [job for job in get_queue(jobs.queue_name()).jobs if job.func_name.endswith("_changed")]


def test_what_is_read_in_bulk_is_scored_as_what_is_shown(good, poor, private):
    for package in (good, poor, private):
        shown = helpers.call_action("package_show", {"use_cache": False}, id=package["id"])
        read = loader.datasets([package["id"]])[package["id"]]
        assert store.score(read) == store.score(shown)


def test_an_upload_is_read_in_bulk_as_it_is_shown_and_needs_no_check(upload):
    shown, _resource = upload
    read = loader.datasets([shown["id"]])[shown["id"]]
    assert read["resources"][0]["url"] == shown["resources"][0]["url"]
    assert store.score(read) == store.score(shown)
    assert {one.measure for one in store.score(read).missing}.isdisjoint(
        {"access_url_answers", "download_url", "download_url_answers"}
    )


def test_an_upload_whose_file_is_gone_does_not_answer(upload):
    shown, resource = upload
    folder = Path(tk.config["ckan.storage_path"], "resources")
    (folder / resource["id"][:3] / resource["id"][3:6] / resource["id"][6:]).unlink()
    missing = {one.measure: one.pending for one in store.score(shown).missing}
    assert missing["access_url_answers"] is False


def test_each_night_everything_is_measured(good, poor, measure):
    assert measure() == (2, 0)
    found = rows()
    assert found[good["id"]].points == 325
    assert found[good["id"]].band == "good"
    assert found[good["id"]].missing == {}
    assert found[good["id"]].pending == 80
    assert found[poor["id"]].points < 120


def test_one_job_waits_however_many_datasets_change(create, agency):
    get_queue(jobs.queue_name()).empty()
    for number in range(3):
        create(name=f"so-{number}", title=f"Số {number}", owner_org=agency["id"])
    assert len(waiting()) == 1
    assert len(store.changed()) == 3
    jobs.measure_changed()
    assert store.changed() == []
    assert len(rows()) == 3


def test_a_change_after_the_job_began_queues_another(act, create, agency):
    get_queue(jobs.queue_name()).empty()
    create(name="so-1", title="Số 1", owner_org=agency["id"])
    jobs.measure_changed()
    get_queue(jobs.queue_name()).empty()
    act("package_patch", id="so-1", title="Số một")
    assert len(waiting()) == 1
    assert len(store.changed()) == 1


def test_a_harvest_queues_after_its_commit_not_before(agency):
    get_queue(jobs.queue_name()).empty()
    user = factories.Sysadmin()
    context = {"user": user["name"], "ignore_auth": True, "defer_commit": True,
               "return_id_only": True}  # fmt: skip
    data = {"name": "so-1", "title": "Số 1", "owner_org": agency["id"]}
    tk.get_action("package_create")(context, data)
    assert waiting() == []
    model.Session.commit()
    assert len(waiting()) == 1


def test_without_redis_a_dataset_is_saved_all_the_same(create, agency, stack, measure):
    stack.redis.stop()
    create(name="so-1", title="Số 1", owner_org=agency["id"])
    stack.start()
    assert measure()[0] == 1


def test_deleted_and_purged_datasets_leave_nothing(act, good, poor, measure):
    measure()
    act("package_delete", id=good["id"])
    jobs.measure_changed()
    assert set(rows()) == {poor["id"]}
    act("dataset_purge", id=poor["id"])
    assert rows() == {}
    assert model.Session.execute(sa.select(sa.func.count(LinkCheck.id))).scalar() == 0


def test_a_deleted_dataset_that_comes_back_is_measured_again(act, good, measure):
    measure()
    act("package_delete", id=good["id"])
    jobs.measure_changed()
    act("package_patch", id=good["id"], state="active")
    jobs.measure_changed()
    assert set(rows()) == {good["id"]}


def test_the_table_of_links_has_the_addresses_of_now(act, good, measure):
    def urls():
        return set(model.Session.execute(sa.select(LinkCheck.url)).scalars())

    measure()
    assert urls() == {"https://dulieu.example.org/truong.csv"}
    act("package_patch", id=good["id"], resources=[
        {"url": "https://moi.example.org/a.csv"}, {"url": "https://moi.example.org/a.csv"},
        {"url": "https://moi.example.org/b", "download_url": "https://moi.example.org/b.csv"},
    ])  # fmt: skip
    measure()
    assert urls() == {f"https://moi.example.org/{one}" for one in ("a.csv", "b", "b.csv")}


def test_the_search_index_gets_the_band_when_it_is_saved_and_when_links_are_known(good, measure):
    def found(band):
        query = helpers.call_action("package_search", fq=f"{recompute.FACET}:{band}")
        return [one["name"] for one in query["results"]]

    assert found("good") == ["truong"]
    measure()
    model.Session.execute(sa.update(LinkCheck).values(
        answers=True, status=200, content_type="text/csv", checked=sa.func.now()))  # fmt: skip
    model.Session.commit()
    assert measure() == (1, 1)
    assert found("excellent") == ["truong"]
    assert found("good") == []


def test_a_search_index_that_is_away_is_made_up_for_later(good, stack, measure):
    measure()
    model.Session.execute(sa.update(LinkCheck).values(answers=True, checked=sa.func.now()))
    model.Session.commit()
    stack.solr.stop()
    assert measure() == (1, 0)
    stack.start()
    assert measure() == (1, 1)


def test_the_night_is_three_in_the_morning_in_the_city():
    def at(*moment):
        return datetime(2025, 11, *moment, tzinfo=timezone.utc)

    assert jobs.next_night(at(26, 12)) == at(26, 20)
    assert jobs.next_night(at(26, 20)) == at(27, 20)
    assert jobs.next_night(at(26, 23)) == at(27, 20)


def test_the_doctor_asks_for_scores_and_for_checks(good, measure):
    assert "no dataset has been measured" in doctor._quality().text
    measure()
    assert "no link has been checked" in doctor._quality().text
    model.Session.execute(sa.update(LinkCheck).values(checked=sa.func.now()))
    model.Session.commit()
    assert doctor._quality().level == "ok"
