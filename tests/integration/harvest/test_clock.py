"""The machine's clock was wrong for a while: what was put down then stops nothing for ever."""

from __future__ import annotations

from datetime import timedelta

from ckan import model
from ckan.lib import jobs as ckan_jobs
from ckan.tests import helpers

from ckanext.hanoi.harvest.engine import job_queue, runs
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import Run, Source

YEAR = timedelta(days=365)


def test_a_schedule_goes_on_after_the_clock_was_a_year_ahead(admin, portal):
    portal.fill(1)
    admin.add_source(portal.url, schedule="hourly")
    model.Session.query(Source).update({"next_due": now() + YEAR})
    model.Session.commit()
    runs.due()
    model.Session.remove()
    assert admin.source().next_due <= now() + timedelta(hours=1)


def test_a_schedule_goes_on_after_the_clock_was_a_year_behind(admin, portal):
    portal.fill(1)
    admin.add_source(portal.url, schedule="hourly")
    model.Session.query(Source).update({"next_due": now() - YEAR})
    model.Session.commit()
    assert runs.due()["queued"] == ["cong"]
    model.Session.remove()
    assert now() < admin.source().next_due <= now() + timedelta(hours=1)


def test_a_run_of_the_future_whose_job_is_lost_is_queued_again(admin, portal):
    portal.fill(1)
    admin.add_source(portal.url)
    helpers.call_action("hanoi_harvest_run", id="cong")
    queue = ckan_jobs.get_queue()
    queue.empty()
    model.Session.query(Run).update({"created": now() + YEAR})
    model.Session.commit()
    assert len(runs.resume()) == 1
    assert len(queue.get_job_ids()) == 1
    queue.empty()


def test_an_incremental_source_is_read_in_full_after_the_clock_was_ahead(admin, portal):
    portal.fill(3)
    admin.add_source(portal.url, config="incremental: true")
    admin.run()
    for values in ({}, {"last_read": now() + YEAR, "last_complete": now() + YEAR}):
        model.Session.query(Source).update(values or {"modified": now()})
        model.Session.commit()
        portal.requests.clear()
        assert admin.run()["status"] == "finished"
        asked = str(portal.requests)
        assert ("metadata_modified:" in asked) is not bool(values)


def test_the_doctor_says_when_schedules_were_looked_after(admin):
    from ckanext.hanoi import doctor

    def said():
        (found,) = [one for check in doctor.checks() if (one := check()).name == "schedules"]
        return found

    assert said().level == "warning"
    assert "harvest due" in said().remedy
    runs.due()
    assert said().level == "ok"
    assert f"{now():%d/%m/%Y}" in said().text
    model.set_system_info(job_queue._LAST_BEAT, (now() - YEAR).isoformat())
    assert said().level == "warning"
