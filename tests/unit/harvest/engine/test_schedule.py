from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ckanext.hanoi.harvest.engine.schedule import is_valid, next_due

NOW = datetime(2026, 11, 24, 10, 30)


@pytest.mark.parametrize(
    "text", ["", "hourly", "daily", "weekly", "monthly", "0 3 * * 1", "*/5 * * * *"]
)
def test_words_and_cron_are_schedules(text):
    assert is_valid(text)


@pytest.mark.parametrize("text", ["often", "* * *", "61 * * * *", "0 3 * * 1 2026"])
def test_anything_else_is_not(text):
    assert not is_valid(text)


@pytest.mark.parametrize(
    ("text", "days"), [("hourly", 1 / 24), ("daily", 1), ("weekly", 7), ("monthly", 31)]
)
def test_the_next_time_lies_within_the_period(text, days):
    due = next_due(text, NOW, "nguồn")
    assert NOW < due <= NOW + timedelta(days=days)


def test_sources_of_one_schedule_are_spread_over_the_hour():
    minutes = {next_due("daily", NOW, f"nguon-{i}").minute for i in range(50)}
    assert len(minutes) > 10


def test_by_hand_is_never_due():
    assert next_due("", NOW) is None
