"""Sources that fail, hang, lie or answer nonsense: what was there stays, and it is said why."""

from __future__ import annotations

import json
import time

import pytest

NUMBER = 30


@pytest.fixture
def harvested(city, portal, workers):
    """A source that was harvested before anything went wrong, and a worker."""
    portal.fill(NUMBER)
    city.add(portal)
    assert city.run_inline()["counts"]["created"] == NUMBER
    workers.start(1)
    return portal


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def behind_the_first_page(answer):
    """The first page as it should be, then ``answer``; a dataset of the first page is new."""
    return lambda start, rows: answer(start, rows) if start else None


def hang(start, rows):
    time.sleep(10)


#: name: (what the source does instead, words of the report)
FAILURES = {
    "500": (lambda start, rows: (500, "text/plain", b"Internal Server Error"), "500"),
    "hangs": (hang, "127.0.0.1"),
    "HTML with status 200": (
        lambda start, rows: (200, "text/html", "<html>Bảo trì</html>".encode()),
        "127.0.0.1",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_source_that_fails_in_the_middle_loses_nothing(city, harvested, name):
    answer, words = FAILURES[name]
    fail_with(city, harvested, answer, words)


def test_a_source_that_sends_half_a_page_loses_nothing(city, harvested):
    def answer(start, rows):
        status, kind, body = harvested.page(start, rows)
        return status, kind, half(body)

    fail_with(city, harvested, answer, "127.0.0.1")


def fail_with(city, portal, answer, words):
    portal.datasets[0]["title"] = "Tên mới"
    portal.datasets[25]["title"] = "Chưa đọc tới"
    portal.answer = behind_the_first_page(answer)
    report = city.end_of(city.start())
    assert report["status"] == "failed"
    assert words in report["message"]
    counts = report["counts"]
    assert (counts["updated"], counts["removed"], counts["missing"]) == (1, 0, 0)
    portal.answer = None
    unread, portal.datasets[25]["title"] = portal.datasets[25]["title"], "Bộ dữ liệu 25"
    city.assert_agrees_with(portal)
    portal.datasets[25]["title"] = unread
    again = city.end_of(city.start())
    assert (again["status"], again["counts"]["updated"]) == ("finished", 1)
    city.assert_agrees_with(portal)


@pytest.mark.parametrize(("status", "kind", "body"), [
    (200, "text/html", "<!DOCTYPE html><title>Đăng nhập</title>".encode()),
    (200, "application/json", b'{"success": true, "result": {"count": 30, "results": [{"id": "x'),
    (503, "text/plain", b"busy"),
], ids=["HTML", "half a page", "503"])  # fmt: skip
def test_a_source_that_fails_from_the_start_loses_nothing(city, harvested, status, kind, body):
    harvested.answer = lambda start, rows: (status, kind, body)
    report = city.end_of(city.start())
    assert report["status"] == "failed"
    assert report["message"]
    assert (report["counts"]["removed"], report["counts"]["missing"]) == (0, 0)
    harvested.answer = None
    city.assert_agrees_with(harvested)


def test_an_empty_catalogue_removes_nothing_and_waits_for_a_person(city, harvested):
    everything, harvested.datasets = harvested.datasets, []
    report = city.end_of(city.start())
    assert report["status"] == "held"
    assert report["message"]
    assert (report["counts"]["missing"], report["counts"]["removed"]) == (NUMBER, 0)
    harvested.datasets = everything
    city.assert_agrees_with(harvested)
    again = city.end_of(city.start())
    assert (again["status"], again["counts"]["unchanged"]) == ("finished", NUMBER)
    city.assert_agrees_with(harvested)


def test_a_repeated_page_neither_duplicates_nor_removes(city, harvested):
    def repeat(start, rows):
        # the third page is the second one again, as from a cache
        return harvested.page(9 if 18 <= start < 27 else start, rows)

    harvested.answer = repeat
    harvested.datasets[20]["title"] = "Tên mới"
    report = city.end_of(city.start())
    assert (report["counts"]["removed"], report["counts"]["missing"]) == (0, 0)
    assert report["counts"]["created"] == 0
    if report["status"] == "failed":
        # what it did not show is said to be missing from the read, not from the source
        assert report["message"]
        harvested.answer = None
        city.end_of(city.start())
    city.assert_agrees_with(harvested)


def test_pages_that_shift_while_they_are_read_lose_nothing(city, harvested):
    """A dataset is deleted at the source, and one is added, between two pages."""
    gone = dict(harvested.datasets[2])

    def shift(start, rows):
        if start and gone in harvested.datasets:
            harvested.datasets.remove(gone)
            harvested.datasets.append(harvested.dataset(40))
        return harvested.page(start, rows)

    harvested.answer = shift
    report = city.end_of(city.start())
    assert report["status"] == "finished", report["message"]
    assert (report["counts"]["created"], report["counts"]["removed"]) == (1, 0)
    harvested.answer = None
    second = city.end_of(city.start())
    assert (second["status"], second["counts"]["removed"]) == ("finished", 1)
    city.assert_agrees_with(harvested)


def test_a_source_whose_order_changes_with_every_page_loses_nothing(city, harvested):
    def shuffled(start, rows):
        turn = (start // max(1, rows - 1)) % 2
        datasets = harvested.datasets[::-1] if turn else harvested.datasets
        result = {"count": len(datasets), "results": datasets[start : start + rows]}
        body = json.dumps({"success": True, "result": result}).encode()
        return 200, "application/json", body

    harvested.answer = shuffled
    report = city.end_of(city.start())
    assert (report["counts"]["removed"], report["counts"]["created"]) == (0, 0)
    harvested.answer = None
    city.end_of(city.start())
    city.assert_agrees_with(harvested)


@pytest.mark.parametrize("count", [NUMBER + 7, NUMBER - 7, 0], ids=["more", "fewer", "none"])
def test_a_count_that_lies_loses_nothing(city, harvested, count):
    harvested.answer = lambda start, rows: harvested.page(start, rows, count=count)
    harvested.datasets[29]["title"] = "Tên mới"
    report = city.end_of(city.start())
    assert (report["counts"]["removed"], report["counts"]["created"]) == (0, 0)
    assert report["status"] in ("failed", "finished")
    if count > NUMBER:
        assert report["status"] == "failed"
        assert str(count) in report["message"]
    assert report["counts"]["updated"] == 1
    city.assert_agrees_with(harvested)
