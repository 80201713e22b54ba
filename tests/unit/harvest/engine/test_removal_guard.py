from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.harvest.engine.removal_guard import grace_is_over, judge


@pytest.mark.parametrize(
    ("known", "missing", "seen", "hold"),
    [(100, 10, 90, False), (100, 11, 89, True), (3, 1, 2, True), (5, 5, 0, True), (0, 0, 0, False)],
)
def test_more_than_a_tenth_missing_or_an_empty_source_is_held(known, missing, seen, hold):
    assert judge(known, missing, seen, 0.10).hold is hold


@pytest.mark.parametrize(("seen", "words"), [(5, "left out by the filters"), (0, "filters leave")])
def test_what_the_filters_leave_out_is_not_said_to_be_missing(seen, words):
    verdict = judge(10, 5, seen, 0.10, excluded=5)
    assert verdict.hold
    assert words in verdict.message
    assert verdict.params == {"missing": 0, "excluded": 5, "known": 10}


def test_an_empty_source_is_held_whatever_the_threshold():
    assert judge(5, 5, 0, 1.0).hold


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_nothing_missing_never_holds_a_run(known, seen):
    assert not judge(known, 0, seen, 0.1).hold


def test_grace_counts_from_the_day_it_was_first_missing():
    now = datetime(2026, 11, 24)
    assert grace_is_over(now - timedelta(days=7), 7, now)
    assert not grace_is_over(now - timedelta(days=6), 7, now)
    assert grace_is_over(now, 0, now)
    assert not grace_is_over(None, 0, now)
