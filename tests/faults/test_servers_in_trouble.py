"""PostgreSQL, Redis and Solr restarted, emptied or away in the middle of a run."""

from __future__ import annotations

import subprocess
import time

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import helpers

from ckanext.hanoi import doctor
from ckanext.hanoi.harvest.engine import job_queue, waits
from ckanext.hanoi.model.harvest import Run, Source

NUMBER = 100


@pytest.fixture
def under_way(city, portal, workers):
    """The id of a run that two workers are at; some of it is written."""
    portal.fill(NUMBER)
    portal.pause = 0.2
    city.add(portal)
    workers.start(2)
    run = city.start()
    city.wait_for(run, 15)
    return run


def assert_it_ends_well(city, portal, run):
    began = time.monotonic()
    report = city.end_of(run)
    print(f"ended {time.monotonic() - began:.1f} s after the trouble")
    assert report["status"] == "finished", report["message"]
    counts = report["counts"]
    assert (counts["seen"], counts["created"], counts["failed"]) == (NUMBER, NUMBER, 0)
    city.assert_agrees_with(portal)


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_a_run_goes_on_after_postgresql_comes_back(city, portal, stack, under_way, how):
    if how == "kill":
        stack.postgres.kill()
        time.sleep(3)
        stack.postgres.start()
    else:
        stack.postgres.restart()
    model.Session.remove()
    model.meta.engine.dispose()
    assert_it_ends_well(city, portal, under_way)


def test_a_run_goes_on_when_redis_is_emptied(city, portal, stack, under_way):
    stack.redis.flush()
    assert_it_ends_well(city, portal, under_way)


def test_a_run_goes_on_when_redis_is_restarted_and_empty(city, portal, stack, under_way):
    stack.redis.kill()
    time.sleep(2)
    stack.redis.start()
    assert_it_ends_well(city, portal, under_way)


def test_a_run_goes_on_after_redis_was_full(city, portal, stack, under_way):
    """It refuses every write, as with a full disk or without memory."""
    redis = stack.redis._client()
    redis.config_set("maxmemory-policy", "noeviction")
    redis.config_set("maxmemory", "1")
    try:
        before = city.progress(under_way)
        city.add(portal, name="cong-2")
        second = city.start("cong-2")
        city.until(lambda: city.progress(under_way) > before, 60, "what is begun goes on")
    finally:
        redis.config_set("maxmemory", "0")
    # as old as a run is that has waited for a minute
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.update(Run).values(created=Run.created - sa.text("interval '1 minute'"))
        )
    portal.pause = 0
    helpers.call_action("hanoi_harvest_due")
    assert city.end_of(under_way)["counts"]["created"] == NUMBER
    assert city.end_of(second)["status"] == "finished"


def test_a_run_whose_job_was_lost_before_it_began_is_found_by_cron(city, portal, workers, stack):
    portal.fill(20)
    city.add(portal)
    run = city.start()
    stack.redis.flush()
    workers.start(1)
    # as old as a run is that has waited for a minute
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.update(Run).values(created=Run.created - sa.text("interval '1 minute'"))
        )
    command = [*workers.ckan, "hanoi", "harvest", "due"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert city.end_of(run)["counts"]["created"] == 20
    city.assert_agrees_with(portal)


def test_datasets_written_while_solr_is_away_are_found_when_it_is_back(
    city, portal, stack, under_way
):
    stack.solr.stop()
    before = city.progress(under_way)
    city.until(lambda: city.progress(under_way) > before, 60, "it is written all the same")
    assert city.status(under_way) == "running"
    stack.solr.start()
    assert_it_ends_well(city, portal, under_way)


def test_solr_killed_in_the_middle_of_a_run_misses_nothing(city, portal, stack, under_way):
    stack.solr.kill()
    time.sleep(2)
    stack.solr.start()
    assert_it_ends_well(city, portal, under_way)


def test_a_schedule_is_kept_by_the_workers_alone(city, portal, workers):
    portal.fill(10)
    city.add(portal)
    # the scheduler of a worker that is gone for good is followed by another's within ten minutes;
    # a worker that starts has one at once
    workers.start(0)
    workers.start(1)
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.update(Source).values(
                schedule="hourly", next_due=sa.text("now() at time zone 'utc'")
            )
        )
    first = city.start()
    assert city.end_of(first)["status"] == "finished"
    with model.meta.engine.begin() as connection:
        connection.execute(sa.update(Source).values(next_due=Run.created).where(Run.id == first))
    deadline = time.monotonic() + 60
    query = sa.select(Run.status).where(Run.trigger == "schedule")
    while city.read(query) != [("finished",)] and time.monotonic() < deadline:
        time.sleep(0.3)
    assert city.read(query) == [("finished",)]
    city.assert_agrees_with(portal)


def test_a_page_that_somebody_opens_brings_schedules_back_when_redis_was_emptied(
    city, portal, workers, stack, app, monkeypatch
):
    portal.fill(10)
    city.add(portal)
    workers.start(0)
    workers.start(1)
    city.until(job_queue.last_beat, 60, "the worker looks after things")
    workers.rest()
    stack.redis.flush()
    # RQ lists no worker now: that is not taken for having none
    found = {one.name: one.text for one in (check() for check in doctor.checks())}
    assert "workers are at work" in found["job queue"]
    assert "was emptied" in waits.waits_for("a run")
    model.Session.remove()
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.update(Source).values(
                schedule="hourly", next_due=sa.text("now() at time zone 'utc'")
            )
        )
    monkeypatch.setattr(job_queue, "_looked", float("-inf"))
    app.get("/")
    query = sa.select(Run.status).where(Run.trigger == "schedule")
    city.until(lambda: city.read(query) == [("finished",)], 90, "the source is harvested")
    city.assert_agrees_with(portal)
