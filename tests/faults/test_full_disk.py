"""The disk of a server is full for a while: a small file system in memory, really full."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from ckan import model

TABLES = ("hanoi_batch", "hanoi_identity", "hanoi_seen", "package")


def mount(folder: Path, size: str) -> None:
    """Puts a small disk over the folder; skips the test where that isn't allowed."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "hanoi-test", str(folder)],
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("only the machine's administrator may mount a file system")


@pytest.fixture
def small_disk(city):
    """A folder of 16 MiB that holds the tables of the harvest and the datasets."""
    folder = Path(tempfile.mkdtemp(prefix="hanoi-disk-"))
    mount(folder, "16m")
    try:
        space = folder / "tables"
        space.mkdir(mode=0o700)
        if os.geteuid() == 0:
            folder.chmod(0o755)
            owner = pwd.getpwnam("nobody")
            os.chown(space, owner.pw_uid, owner.pw_gid)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        shutil.rmtree(folder)


@pytest.fixture
def on_small_disk(stack, small_disk):
    """The same folder, with the tables moved into it."""
    url = model.meta.engine.url
    model.Session.remove()
    with closing(
        psycopg2.connect(
            host=url.host, port=url.port, user="postgres", password=stack.postgres.password,
            dbname=url.database,
        )
    ) as connection:  # fmt: skip
        connection.autocommit = True

        def move(where: str) -> None:
            with connection.cursor() as cursor:
                for table in TABLES:
                    # what other tests deleted leaves room in the tables
                    cursor.execute(f"VACUUM FULL {table}")
                    cursor.execute(f"ALTER TABLE {table} SET TABLESPACE {where}")

        with connection.cursor() as cursor:
            folder = str(small_disk / "tables")
            cursor.execute("CREATE TABLESPACE hanoi_small LOCATION %s", [folder])
        move("hanoi_small")
        yield small_disk
        model.Session.remove()
        move("pg_default")
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLESPACE hanoi_small")


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(4096))
        except OSError:
            return filler


def test_a_run_waits_while_the_disk_of_the_database_is_full_and_then_goes_on(
    city, portal, workers, on_small_disk
):
    portal.fill(60)
    for dataset in portal.datasets:
        # enough that the tables have to grow
        dataset["notes"] = f"{dataset['title']} " * 400
    portal.pause = 0.1
    city.add(portal)
    workers.start(1)
    filler = fill(on_small_disk)
    before = len(workers.said())
    run = city.start()
    city.until(lambda: "No space left on device" in workers.said()[before:], 90, "it is full")
    assert city.status(run) == "running"
    written = city.progress(run)
    assert written < 60
    filler.unlink()
    report = city.end_of(run)
    assert report["status"] == "finished", report["message"]
    assert (report["counts"]["created"], report["counts"]["failed"]) == (60, 0)
    city.assert_agrees_with(portal)


@pytest.fixture
def index_on_small_disk(city, stack):
    """The folder of Solr's index, empty and on a disk of 8 MiB."""
    folder = stack.solr.home / "ckan" / "data"
    stack.solr.stop()
    try:
        mount(folder, "8m")
        try:
            stack.solr.start()
            yield folder
            stack.solr.stop()
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        stack.solr.start()


def test_a_run_loses_no_dataset_to_a_full_disk_of_the_search_index(
    city, portal, workers, stack, index_on_small_disk
):
    portal.fill(40)
    portal.pause = 0.1
    city.add(portal)
    workers.start(1)
    filler = fill(index_on_small_disk)
    before = len(workers.said())
    run = city.start()
    city.until(lambda: "search index" in workers.said()[before:].lower(), 90, "it is full")
    assert city.status(run) == "running"
    filler.unlink()
    # Lucene closes an index that it could not write
    stack.solr.restart()
    report = city.end_of(run)
    assert report["status"] == "finished", report["message"]
    assert (report["counts"]["created"], report["counts"]["failed"]) == (40, 0)
    city.assert_agrees_with(portal)
