"""Processes killed (SIGKILL) while they harvest."""

from __future__ import annotations

import os
import random
import subprocess
import time

import sqlalchemy as sa

from ckanext.hanoi.model.harvest import Change


def test_workers_killed_at_ten_random_moments_lose_and_duplicate_nothing(city, portal, workers):
    seed = int(os.environ.get("HANOI_SEED") or time.time())
    print(f"HANOI_SEED={seed}")
    chance = random.Random(seed)
    portal.fill(150)
    portal.pause = 0.2
    city.add(portal)
    workers.start(2)
    run = city.start()
    killed = ["horse"] * 7 + ["worker"] * 2 + ["all"]
    chance.shuffle(killed)
    for what in killed:
        workers.wait_for_work()
        time.sleep(chance.uniform(0, 1.5))
        victim = chance.choice(workers.wait_for_work())
        assert city.status(run) in ("queued", "running")
        victim.kill(what)
        print(f"{time.monotonic():.1f} killed {what}, {city.progress(run)} written")
    began = time.monotonic()
    report = city.end_of(run)
    print(f"ended {time.monotonic() - began:.1f} s after the last kill")
    assert report["status"] == "finished"
    assert (report["counts"]["created"], report["counts"]["failed"]) == (150, 0)
    city.assert_agrees_with(portal)


def test_a_run_goes_on_when_the_only_worker_comes_back_after_a_power_cut(city, portal, workers):
    portal.fill(60)
    portal.pause = 0.1
    city.add(portal)
    (worker,) = workers.start(1)
    run = city.start()
    city.wait_for(run, 10)
    worker.kill("all")
    began = time.monotonic()
    report = city.end_of(run)
    print(f"ended {time.monotonic() - began:.1f} s after the power cut")
    assert (report["status"], report["counts"]["created"]) == ("finished", 60)
    city.assert_agrees_with(portal)


def test_the_run_of_a_worker_that_never_comes_back_is_taken_over_by_another(city, portal, workers):
    portal.fill(60)
    portal.pause = 0.1
    city.add(portal)
    first, _second = workers.start(2)
    run = city.start()
    city.wait_for(run, 10)
    first.stop()
    began = time.monotonic()
    report = city.end_of(run)
    print(f"ended {time.monotonic() - began:.1f} s after the loss")
    assert (report["status"], report["counts"]["created"]) == ("finished", 60)
    city.assert_agrees_with(portal)


def test_an_update_run_that_is_killed_still_removes_only_what_is_gone(city, portal, workers):
    portal.fill(60)
    city.add(portal)
    city.run_inline()
    gone = portal.datasets.pop(7)
    for dataset in portal.datasets[20:50]:
        dataset["title"] += " (sửa)"
    portal.pause = 0.2
    (worker,) = workers.start(1)
    run = city.start()
    for _ in range(3):
        time.sleep(1)
        worker.kill("horse")
    report = city.end_of(run)
    assert report["status"] == "finished"
    counts = report["counts"]
    assert (counts["updated"], counts["removed"], counts["created"]) == (30, 1, 0)
    assert [c["guid"] for c in report["changes"] if c["action"] == "removed"] == [gone["id"]]
    city.assert_agrees_with(portal)


def test_an_inline_run_that_was_killed_is_ended_by_the_next_command(city, portal, workers):
    workers.start(0)
    portal.fill(60)
    portal.pause = 0.1
    city.add(portal)
    command = ("hanoi", "harvest", "run", "cong", "--inline")
    process = workers.spawn(*command)
    source_runs = sa.text("SELECT id FROM hanoi_run")
    deadline = time.monotonic() + 60
    while not (rows := city.read(source_runs)) and time.monotonic() < deadline:
        time.sleep(0.1)
    (run,) = rows[0]
    city.wait_for(run, 20)
    process.kill()
    process.wait()
    assert city.status(run) == "running"
    done = subprocess.run([*workers.ckan, *command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "interrupted" in done.stderr
    report = city.report(run)
    assert (report["status"], report["counts"]["created"]) == ("finished", 60)
    assert len(city.read(sa.select(Change.guid).where(Change.run_id == run))) == 60
    city.assert_agrees_with(portal)
