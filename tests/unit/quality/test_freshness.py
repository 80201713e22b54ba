"""Freshness: what the publisher promised, with some patience."""

from __future__ import annotations

from datetime import date

import pytest
from samples import TODAY

from ckanext.hanoi.quality import freshness
from ckanext.hanoi.quality.freshness import content_date


def state(modified, frequency, today=TODAY):
    return freshness({"modified": modified, "frequency": frequency}, today).state


@pytest.mark.parametrize(("modified", "expected"), [
    ("2025-10-27", "current"), ("2025-10-26", "current"), ("2025-10-25", "due"),
    ("2025-10-22", "due"), ("2025-10-21", "late"), ("2020", "late"),
])  # fmt: skip
def test_a_monthly_dataset_is_due_after_31_days_and_late_four_days_later(modified, expected):
    assert state(modified, "MONTHLY") == expected


def test_a_month_or_a_year_means_its_last_day_but_not_the_future():
    assert freshness({"modified": "2025-09"}, TODAY).updated == date(2025, 9, 30)
    assert freshness({"modified": "2025"}, TODAY).updated == TODAY
    assert state("2024", "ANNUAL") == "current"


def test_what_is_said_roughly_or_of_the_future_never_leads():
    def day(**said):
        return content_date(said, TODAY)

    year = str(TODAY.year)
    assert day(modified=year) == date(TODAY.year, 1, 1)
    assert day(modified="2099-01-01") is None
    assert day(modified="2099-01-01", issued="2020-05") == date(2020, 5, 1)
    assert day(metadata_modified=TODAY.isoformat()) is None
    assert day(modified="2019", resources=[{"modified": "2024-03-02"}]) == date(2024, 3, 2)
    upload = {"url_type": "upload", "last_modified": "2025-01-02T03:04:05"}
    assert day(resources=[upload]) == date(2025, 1, 2)
    assert day(resources=[{**upload, "url_type": ""}]) is None


def test_the_patience_is_at_least_a_day_and_at_most_a_month():
    assert state("2025-11-24", "DAILY") == "due"
    assert state("2025-11-23", "DAILY") == "late"
    late = freshness({"modified": "2010-01-01", "frequency": "DECENNIAL"}, TODAY)
    assert late.expected == date(2020, 1, 2)
    assert late.late == (TODAY - date(2020, 2, 2)).days


@pytest.mark.parametrize("frequency", ["", None, "UNKNOWN", "IRREG", "AS_NEEDED", "lâu lâu"])
def test_without_a_promise_nothing_is_known(frequency):
    assert state("2025-10-01", frequency) == "unknown"


@pytest.mark.parametrize("frequency", ["NEVER", "NOT_PLANNED"])
def test_who_promises_no_updates_keeps_the_promise(frequency):
    assert state("2010", frequency) == "current"


def test_without_a_date_nothing_is_known():
    assert state("", "DAILY") == "unknown"
    assert state("hôm qua", "DAILY") == "unknown"


def test_the_newest_date_of_dataset_and_files_counts_and_an_upload_is_one():
    data = {"modified": "2025-01-01", "frequency": "DAILY", "resources": [
        {"modified": "2025-03-01"},
        {"url_type": "upload", "last_modified": "2025-11-26T09:00:00.123456"},
        {"url_type": "", "last_modified": "2025-11-27"},
    ]}  # fmt: skip
    assert freshness(data, TODAY).updated == date(2025, 11, 26)
    assert freshness(data, TODAY).state == "current"


def test_the_word_may_be_written_as_people_write_it():
    assert state("2025-11-20", "hằng tháng") == "current"
