"""Dates as Vietnamese agencies and other portals write them, read into a span with a precision.

Day before month, always: ``01/02/2025`` is the first of February. Knows no CKAN.
"""
from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from ckanext.hanoi.vietnamese import fold

#: Years outside of this are taken for a slip, not for a date.
YEARS = range(1000, 3000)
#: Viet Nam has had one time since 1975, without a summer time.
HANOI = dt.timezone(dt.timedelta(hours=7))
_LAST_MINUTE = dt.time(23, 59)
# Excel's day 0; the year 1900, which Excel takes for a leap year, lies before what is accepted.
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_EXCEL_DAYS = range(10_000, 100_000)  # 1927 to 2173: five digits, as no year has

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_ENGLISH_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name}
_MONTH_NAME = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_LEADING_WORDS = re.compile(
    r"^(?:(?:truoc|den|het|trong|tu|vao|xong|hoan thanh|luc)\s+)+(?=ngay|thang|quy|nam|sau|\d)"
)


@dataclass(frozen=True, slots=True)
class Date:
    """A span of days (``start`` to ``end``, both in it) and how precisely it was given.

    ``precision`` is ``time``, ``day``, ``month``, ``quarter``, ``half`` or ``year``; ``moment`` is
    there for ``time`` only, with the timezone that was given, if any. The day of an instant is
    that of Hà Nội.
    """

    start: dt.date
    end: dt.date
    precision: str
    moment: dt.datetime | None = None

    @property
    def iso(self) -> str:
        """ISO 8601, no more precise than what was given: ``2025``, ``2025-12``, ``2025-12-31``.

        A quarter or half year, which ISO 8601 has no word for, is its first month.
        """
        if self.moment is not None:
            return self.moment.isoformat()
        return _iso(self.start, self.precision)

    @property
    def iso_end(self) -> str:
        """As ``iso``, but of a quarter or half year the last month: for the end of a period."""
        return self.iso if self.moment is not None else _iso(self.end, self.precision)

    @property
    def text(self) -> str:
        """As people in Viet Nam write it, no more precise than what was given."""
        day = self.start if self.moment is None else self.moment.date()
        if self.precision == "year":
            return str(day.year)
        if self.precision in ("month", "quarter", "half"):
            return f"{day.month:02d}/{day.year}"
        clock = f" {self.moment:%H:%M}" if self.moment is not None else ""
        return f"{day.day:02d}/{day.month:02d}/{day.year}{clock}"


def parse(value: Any) -> Date | None:
    """The date that ``value`` (text, date, date-time, or the number of a spreadsheet) names.

    None where it names none: an empty cell, a date that does not exist, other words.
    """
    if isinstance(value, dt.datetime):
        return _from_moment(value)
    if isinstance(value, dt.date):
        return _day(value.year, value.month, value.day)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if isinstance(value, float) and not value.is_integer():
            value = int(value)
        return _year(int(value)) if value in YEARS else _from_serial(int(value))
    if not isinstance(value, str):
        return None
    text = " ".join(fold(value).replace("–", "-").split()).strip(" .,;")
    if not text or len(text) > 60:
        return None
    return (
        _from_iso_moment(text) or _from_mail(text) or _from_words(_LEADING_WORDS.sub("", text))
    )


def parse_period(value: Any) -> tuple[Date, Date] | None:
    """First and last date of ``2015-2020``, ``từ 01/2020 đến 06/2021``, ``2020-01-01/2020-12-31``.

    A single date is a period that begins and ends with it. None where nothing could be read.
    """
    single = parse(value)
    if single is not None or not isinstance(value, str):
        return (single, single) if single is not None else None
    text = " ".join(fold(value).replace("–", "-").split())
    text = re.sub(r"^(tu|giai doan|thoi ky|from|between)\s+", "", text)
    for separator in (r"\s+(?:den|toi|to|until|and)\s+", r"\s+-\s+", "/", "-"):
        parts = re.split(separator, text)
        if len(parts) != 2:
            continue
        first, last = (parse(part) for part in parts)
        if first is not None and last is not None and first.start <= last.end:
            return first, last
    return None


def _iso(day: dt.date, precision: str) -> str:
    if precision == "year":
        return f"{day.year:04d}"
    if precision in ("month", "quarter", "half"):
        return f"{day.year:04d}-{day.month:02d}"
    return day.isoformat()


def _span(year: int, first: int, last: int, precision: str) -> Date | None:
    if year not in YEARS or not 1 <= first <= last <= 12:
        return None
    end = calendar.monthrange(year, last)[1]
    return Date(dt.date(year, first, 1), dt.date(year, last, end), precision)


def _year(year: int) -> Date | None:
    return _span(year, 1, 12, "year")


def _month(year: int, month: int) -> Date | None:
    return _span(year, month, month, "month")


def _quarter(year: int, quarter: int) -> Date | None:
    return _span(year, quarter * 3 - 2, quarter * 3, "quarter")


def _half(year: int, half: int) -> Date | None:
    return _span(year, half * 6 - 5, half * 6, "half")


def _day(year: int, month: int, day: int) -> Date | None:
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return None
    return Date(date, date, "day") if year in YEARS else None


def _from_serial(days: int) -> Date | None:
    if days not in _EXCEL_DAYS:
        return None
    date = _EXCEL_EPOCH + dt.timedelta(days=days)
    return Date(date, date, "day")


def _from_moment(moment: dt.datetime) -> Date | None:
    if moment.year not in YEARS:
        return None
    if moment.time() == dt.time.min and moment.tzinfo is None:
        return _day(moment.year, moment.month, moment.day)
    day = _day_of(moment)
    return Date(day, day, "time", moment)


def _day_of(moment: dt.datetime) -> dt.date:
    """The day of Hà Nội. The last minute of a day in UTC is how many programs write that day."""
    if moment.tzinfo is None or (not moment.utcoffset() and moment.time() >= _LAST_MINUTE):
        return moment.date()
    return moment.astimezone(HANOI).date()


_ISO_MOMENT = re.compile(
    r"^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d+))?\s*(z|[+-]\d{2}:?\d{2})?$"
)


def _from_iso_moment(text: str) -> Date | None:
    match = _ISO_MOMENT.match(text)
    if match is None:
        return None
    day, clock, fraction, zone = match.groups()
    zone = {None: "", "z": "+00:00"}.get(zone, zone)
    if zone and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    clock += ":00" if len(clock) == 5 else ""
    fraction = f".{fraction[:6]:0<6}" if fraction and fraction.strip("0") else ""
    try:
        return _from_moment(dt.datetime.fromisoformat(f"{day}T{clock}{fraction}{zone}"))
    except ValueError:
        return None


#: RFC 822 and its successors, as feeds and HTTP have it: "Tue, 3 Jun 2008 11:05:30 GMT".
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? ")
_MAIL_MOMENT = re.compile(
    rf"\d{{1,2}}[ -]{_MONTH_NAME}[ -](?:\d{{4}}|\d{{2}}) \d{{1,2}}:\d{{2}}(?::\d{{2}})?"
    r"(?: (?:[a-z]{1,4}|[+-]\d{4}))?(?: \([^()]*\))?"
)


def _from_mail(text: str) -> Date | None:
    text = _WEEKDAY.sub("", text)
    if not _MAIL_MOMENT.fullmatch(text):
        return None
    try:
        return _from_moment(parsedate_to_datetime(text))
    except (ValueError, TypeError):
        return None


def _full_year(text: str) -> int:
    """``25`` is 2025 and ``95`` is 1995, as ``strptime`` has it."""
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 69 else 1900)


def _number(text: str) -> int:
    return _ROMAN.get(text) or int(text)


_QUARTER = r"(?P<q>iv|i{1,3}|[1-4])"
_PATTERNS: list[tuple[re.Pattern[str], Callable[[dict[str, str]], Date | None]]] = [
    (re.compile(pattern), build)
    for pattern, build in [
        (r"(?:nam )?(?P<y>\d{4})", lambda g: _year(int(g["y"]))),
        (r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:z|[+-]\d{2}:\d{2})?",
         lambda g: _day(int(g["y"]), int(g["m"]), int(g["d"]))),
        (r"(?P<y>\d{4})(?P<s>[/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",
         lambda g: _day(int(g["y"]), int(g["m"]), int(g["d"]))),
        (r"(?P<y>[12]\d{3})(?P<m>[01]\d)(?P<d>[0-3]\d)",
         lambda g: _day(int(g["y"]), int(g["m"]), int(g["d"]))),
        (r"(?:ngay )?(?P<d>\d{1,2}) ?(?P<s>[/.-]) ?(?P<m>\d{1,2}) ?(?P=s) ?(?P<y>\d{4}|\d{2})"
         r"(?: 00:00(?::00)?)?",
         lambda g: _day(_full_year(g["y"]), int(g["m"]), int(g["d"]))),
        (r"(?:ngay )?(?P<d>\d{1,2}),? thang (?P<m>\d{1,2}),? (?:nam )?(?P<y>\d{4})",
         lambda g: _day(int(g["y"]), int(g["m"]), int(g["d"]))),
        (r"(?:thang )?(?P<m>\d{1,2}) ?[/.-] ?(?P<y>\d{4})",
         lambda g: _month(int(g["y"]), int(g["m"]))),
        (r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})", lambda g: _month(int(g["y"]), int(g["m"]))),
        (r"thang (?P<m>\d{1,2}),? (?:nam )?(?P<y>\d{4})",
         lambda g: _month(int(g["y"]), int(g["m"]))),
        (rf"(?:quy|q) ?{_QUARTER} ?(?:[/.,-]? ?(?:nam )?|)(?P<y>\d{{4}})",
         lambda g: _quarter(int(g["y"]), _number(g["q"]))),
        (rf"(?P<y>\d{{4}}) ?[-/]? ?q(?:uy )?{_QUARTER}",
         lambda g: _quarter(int(g["y"]), _number(g["q"]))),
        (r"(?:6|sau) thang (?P<h>dau|cuoi) (?:nam )?(?P<y>\d{4})",
         lambda g: _half(int(g["y"]), 1 if g["h"] == "dau" else 2)),
        (rf"(?:{_WEEKDAY.pattern[1:]})?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH_NAME}[ ,-]+"
         r"(?P<y>\d{4})",
         lambda g: _day(int(g["y"]), _ENGLISH_MONTHS[g["name"]], int(g["d"]))),
        (rf"{_MONTH_NAME} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})",
         lambda g: _day(int(g["y"]), _ENGLISH_MONTHS[g["name"]], int(g["d"]))),
        (rf"{_MONTH_NAME}[ ,-]+(?P<y>\d{{4}})",
         lambda g: _month(int(g["y"]), _ENGLISH_MONTHS[g["name"]])),
        (r"(?P<n>\d{5})(?:\.\d+)?", lambda g: _from_serial(int(g["n"]))),
    ]
]
_DAY_WITH_CLOCK = re.compile(
    r"(?P<day>\d{1,2}[/.-]\d{1,2}[/.-]\d{4})[ ,]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?"
)


def _from_words(text: str) -> Date | None:
    for pattern, build in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            return build(match.groupdict())
    match = _DAY_WITH_CLOCK.fullmatch(text)
    if match is None:
        return None
    day = _from_words(match["day"])
    try:
        clock = dt.time(int(match["h"]), int(match["m"]), int(match["s"] or 0))
    except ValueError:
        return None
    return day and _from_moment(dt.datetime.combine(day.start, clock))
