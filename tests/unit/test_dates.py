"""Dates as they stand in agencies' files and in other portals' records."""
from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.dates import parse, parse_period


def iso(value: object) -> str | None:
    date = parse(value)
    return date and date.iso


@pytest.mark.parametrize(
    ("text", "expected", "precision"),
    [
        ("2025-12-31", "2025-12-31", "day"),
        ("31/12/2025", "2025-12-31", "day"),
        ("1/2/2025", "2025-02-01", "day"),
        ("01-02-2025", "2025-02-01", "day"),
        ("1.2.2025", "2025-02-01", "day"),
        ("31/12/25", "2025-12-31", "day"),
        ("5/9/95", "1995-09-05", "day"),
        ("2025/12/31", "2025-12-31", "day"),
        ("20251231", "2025-12-31", "day"),
        ("ngày 31 tháng 12 năm 2025", "2025-12-31", "day"),
        ("Ngày 31/12/2025", "2025-12-31", "day"),
        ("trước ngày 31/12/2025", "2025-12-31", "day"),
        ("Hoàn thành trước 31/12/2025.", "2025-12-31", "day"),
        ("2025-12-31 00:00:00", "2025-12-31", "day"),
        ("31/12/2025 00:00:00", "2025-12-31", "day"),
        ("2020-02-01Z", "2020-02-01", "day"),
        ("31 Dec 2025", "2025-12-31", "day"),
        ("December 31st, 2025", "2025-12-31", "day"),
        ("46022", "2025-12-31", "day"),
        (46022, "2025-12-31", "day"),
        (46022.0, "2025-12-31", "day"),
        (46022.75, "2025-12-31", "day"),
        ("12/2025", "2025-12", "month"),
        ("tháng 12/2025", "2025-12", "month"),
        ("THÁNG 12 NĂM 2025", "2025-12", "month"),
        ("2025-12", "2025-12", "month"),
        ("Dec 2025", "2025-12", "month"),
        ("2025", "2025", "year"),
        (2025, "2025", "year"),
        ("năm 2025", "2025", "year"),
        ("trong năm 2025", "2025", "year"),
        ("2024-05-01T10:30:00+07:00", "2024-05-01T10:30:00+07:00", "time"),
        ("2024-05-01T10:30Z", "2024-05-01T10:30:00+00:00", "time"),
        ("2024-05-01T10:30:00.123456", "2024-05-01T10:30:00.123456", "time"),
        ("01/05/2024 10:30", "2024-05-01T10:30:00", "time"),
    ],
)
def test_a_date_is_read_with_the_precision_it_has(text, expected, precision):
    date = parse(text)
    assert date is not None
    assert (date.iso, date.precision) == (expected, precision)


@pytest.mark.parametrize(
    "text",
    ["Quý IV/2025", "quý 4 năm 2025", "Quý IV năm 2025", "quy iv-2025", "Q4/2025", "2025-Q4",
     "Quý 4, 2025", "trong quý IV/2025"],
)
def test_a_quarter_is_its_first_month_and_ends_with_its_last(text):
    date = parse(text)
    assert date is not None
    assert (date.iso, date.iso_end, date.end) == ("2025-10", "2025-12", dt.date(2025, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("6 tháng đầu năm 2025", "2025-01", "2025-06"),
     ("Sáu tháng cuối năm 2025", "2025-07", "2025-12")],
)
def test_half_a_year_is_read(text, first, last):
    date = parse(text)
    assert date is not None
    assert (date.iso, date.iso_end) == (first, last)


@pytest.mark.parametrize(
    "value",
    ["", "  ", "không rõ", "31/02/2025", "12/31/2025", "13/2025", "2025-13-01", "Quý V/2025",
     "0000", "9999999", "quý 2025", "25", "1/2", None, True, ["2025"], 7, 7.5,
     "2025-01-01T25:00:00", "x" * 500],
)
def test_what_is_no_date_is_none(value):
    assert parse(value) is None


def test_dates_of_a_spreadsheet_library_are_taken_as_they_are():
    assert iso(dt.date(2025, 12, 31)) == "2025-12-31"
    assert iso(dt.datetime(2025, 12, 31)) == "2025-12-31"
    assert iso(dt.datetime(2025, 12, 31, 8)) == "2025-12-31T08:00:00"


@given(st.dates(min_value=dt.date(1928, 1, 1), max_value=dt.date(2173, 1, 1)))
def test_every_way_of_writing_a_day_gives_that_day(day):
    ways = [
        day.isoformat(), f"{day.day}/{day.month}/{day.year}", f"{day:%d-%m-%Y}",
        f"{day:%d.%m.%Y}", f"ngày {day.day} tháng {day.month} năm {day.year}",
        str((day - dt.date(1899, 12, 30)).days),
        f"{day.isoformat()} 00:00:00", day,
    ]
    assert {iso(way) for way in ways} == {day.isoformat()}


@pytest.mark.parametrize(
    ("value", "text"),
    [("2025-12-31", "31/12/2025"), ("2025-12", "12/2025"), ("2025", "2025"),
     ("2025-12-01T08:05:00Z", "01/12/2025 08:05")],
)
def test_a_date_is_shown_as_people_write_it(value, text):
    date = parse(value)
    assert date is not None
    assert date.text == text


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_none_and_what_is_stored_is_read_again(text):
    date = parse(text)
    if date is not None:
        assert date.start <= date.end
        assert iso(date.iso) == date.iso
        if date.moment is None:
            assert iso(date.text) == date.iso


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2015-2020", "2015", "2020"),
        ("2015 – 2020", "2015", "2020"),
        ("giai đoạn 2021-2025", "2021", "2025"),
        ("từ 01/2020 đến 06/2021", "2020-01", "2021-06"),
        ("01/01/2020 - 31/12/2020", "2020-01-01", "2020-12-31"),
        ("2020-01-01/2020-12-31", "2020-01-01", "2020-12-31"),
        ("2019", "2019", "2019"),
    ],
)
def test_a_period_has_a_first_and_a_last_date(text, first, last):
    period = parse_period(text)
    assert period is not None
    assert (period[0].iso, period[1].iso_end) == (first, last)


@pytest.mark.parametrize("text", ["2020-2015", "hằng năm", "", None, "1-2-3-4"])
def test_what_is_no_period_is_none(text):
    assert parse_period(text) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Tue, 03 Jun 2008 11:05:30 GMT", "2008-06-03T11:05:30+00:00"),
        ("3 Jun 2008 11:05 +0700", "2008-06-03T11:05:00+07:00"),
        ("Mon, 20 Nov 95 19:12:08 -0500", "1995-11-20T19:12:08-05:00"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37+00:00"),
        ("Sun, 06 Nov 1994 08:49:37 +0000 (UTC)", "1994-11-06T08:49:37+00:00"),
        ("Tue, 3 Jun 2008", "2008-06-03"),
    ],
)
def test_dates_of_feeds_and_headers_are_read(text, iso):
    date = parse(text)
    assert date is not None
    assert date.iso == iso
    assert parse(date.iso) == date


@pytest.mark.parametrize(
    "text", ["Tue, 31 Jun 2008 10:00:00 GMT", "Wed, 01 Jan 2025 25:00:00 GMT", "3 Jux 2008 10:00"]
)
def test_a_moment_that_does_not_exist_is_none(text):
    assert parse(text) is None


@given(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1)))
def test_every_moment_as_a_header_has_it_is_that_moment(moment):
    moment = moment.replace(microsecond=0, tzinfo=dt.timezone.utc)
    date = parse(format_datetime(moment, usegmt=True))
    assert date is not None
    assert date.moment == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [("2022-12-31T17:00:00Z", "2023-01-01"), ("2023-12-31T16:59:59+00:00", "2023-12-31"),
     ("2023-01-01T00:30:00+07:00", "2023-01-01"), ("2023-01-01T00:30:00", "2023-01-01"),
     ("2023-12-31T23:59:59Z", "2023-12-31"), ("Sat, 31 Dec 2022 18:00:00 GMT", "2023-01-01")],
)  # fmt: skip
def test_the_day_of_an_instant_is_that_of_hanoi(text, day):
    assert parse(text).start.isoformat() == day
