"""Records at which the worker's process dies, each time: they are named, the others are done."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model
from deadly import MAP, READ

from ckanext.hanoi.background.attempts import ENOUGH
from ckanext.hanoi.model.attempts import Attempt
from ckanext.hanoi.model.harvest import Source

NUMBER = 20


@pytest.fixture
def deadly(city, portal, workers):
    """A source of so many records, read by the connector that dies."""
    portal.fill(NUMBER)
    city.add(portal)
    with model.meta.engine.begin() as connection:
        connection.execute(sa.update(Source).values(kind="deadly"))
    workers.start(1)
    return portal


def deaths(workers, before: int) -> int:
    return workers.said()[before:].count("died at")


def test_a_record_that_kills_its_worker_is_named_and_all_others_are_written(
    city, deadly, workers
):
    deadly.datasets[13]["title"] = f"Bộ dữ liệu 13 {MAP}"
    before = len(workers.said())
    report = city.end_of(city.start())
    assert report["status"] == "finished", report["message"]
    counts = report["counts"]
    assert (counts["seen"], counts["created"], counts["failed"]) == (NUMBER, NUMBER - 1, 1)
    (failure,) = report["failures"]
    assert failure["guid"] == deadly.datasets[13]["id"]
    assert f"killed the background worker {ENOUGH} times" in failure["message"]
    city.assert_agrees_with(deadly, without=(13,))
    assert city.read(sa.select(Attempt.key).where(Attempt.key.like("run-%"))) == []
    # once is enough: the next run knows it, and nobody dies
    before = len(workers.said())
    again = city.end_of(city.start())
    assert (again["status"], again["counts"]["failed"]) == ("finished", 1)
    assert deaths(workers, before) == 0
    # when the record is another one, it is tried again
    deadly.datasets[13]["title"] = "Bộ dữ liệu 13"
    mended = city.end_of(city.start())
    assert (mended["counts"]["created"], mended["counts"]["failed"]) == (1, 0)
    city.assert_agrees_with(deadly)


def test_a_source_whose_reading_kills_the_worker_is_given_up_and_loses_nothing(
    city, deadly, workers
):
    deadly.datasets[17]["title"] = f"Bộ dữ liệu 17 {READ}"
    report = city.end_of(city.start())
    assert report["status"] == "failed"
    assert f"killed the background worker {ENOUGH} times" in report["message"]
    assert deadly.url in report["message"]
    assert (report["counts"]["removed"], report["counts"]["missing"]) == (0, 0)
    deadly.datasets[17]["title"] = "Bộ dữ liệu 17"
    assert city.end_of(city.start())["status"] == "finished"
    city.assert_agrees_with(deadly)
