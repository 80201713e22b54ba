"""The time codes of statistical tables: ``2019``, ``2020Q1``, ``2020K1``, ``Quý I/2020``,
``2020M01``, ``2020W05``, ``Sơ bộ 2023``… Pure."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ckanext.hanoi import dates
from ckanext.hanoi.vietnamese import fold

#: Unit of the periods -> code of the frequency (EU authority table).
FREQUENCIES = {
    "year": "ANNUAL", "half": "ANNUAL_2", "quarter": "QUARTERLY", "month": "MONTHLY",
    "week": "WEEKLY", "day": "DAILY",
}  # fmt: skip
#: ``TLIST`` time scales of PX files and the time units of PX-Web's interface.
UNITS = {
    "a1": "year", "h1": "half", "q1": "quarter", "m1": "month", "w1": "week", "d1": "day",
    "annual": "year", "halfyear": "half", "quarterly": "quarter", "monthly": "month",
    "weekly": "week", "daily": "day",
}  # fmt: skip

_MARKS = re.compile(
    r"^(?:so bo|uoc tinh|uoc|prel(?:iminary|\.)?|est(?:imated|\.)?)\s*(?::\s*)?"
    r"|(?<![\s*])[\s*]*(?:\(\s*\w{1,12}\s*\)|\*|[pe])$"
)
_YEARS = re.compile(r"(\d{4})\s*([-/–])\s*(\d{4}|\d{2})$")
_CODE = re.compile(r"(\d{4})\s*(?:[-/.]\s*)?([a-z]+)\s*(?:[-.]\s*)?(\d{1,2})$")
_TURNED = re.compile(r"([a-z]+)\s*(\d{1,2})(?:\s*[-/.,]\s*|\s+)(\d{4})$")
_COMPACT_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])$")
_LETTERS = {
    "q": "quarter", "k": "quarter", "kv": "quarter", "quy": "quarter", "qi": "quarter",
    "m": "month", "t": "month", "thang": "month", "h": "half", "s": "half", "b": "half",
    "w": "week", "u": "week", "v": "week", "tuan": "week",
}  # fmt: skip
_MONTHS = {"quarter": 3, "month": 1, "half": 6}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A span of days (both in it) and its unit: year, half, quarter, month, week or day."""

    start: dt.date
    end: dt.date
    unit: str


def period(text: str) -> Period | None:
    """The period that one value of a time variable names, or None."""
    words = " ".join(fold(text).split()) if len(text) <= 60 else ""
    words = _MARKS.sub("", _MARKS.sub("", words)).strip()
    if not words:
        return None
    for pattern, order in ((_CODE, (1, 2, 3)), (_TURNED, (3, 1, 2))):
        if found := pattern.match(words):
            year, letters, number = (found.group(i) for i in order)
            unit = _LETTERS.get(letters)
            made = _made(int(year), unit, int(number)) if unit else None
            if made:
                return made
    if found := _COMPACT_MONTH.match(words):
        return _made(int(found.group(1)), "month", int(found.group(2)))
    if (found := _YEARS.match(words)) and (years := _years(*found.groups())):
        return years
    read = dates.parse(words)
    if read is None or read.precision not in (*FREQUENCIES, "time"):
        return None
    return Period(read.start, read.end, "day" if read.precision == "time" else read.precision)


def scaled(text: str, unit: str) -> str:
    """A value of a ``TLIST`` of that unit, written plainly: ``20201`` of quarters is ``2020q1``."""
    found = re.fullmatch(r"\s*(\d{4})(\d{1,2})\s*", text)
    letter = {"half": "h", "quarter": "q", "month": "m", "week": "w"}.get(unit)
    return f"{found.group(1)}{letter}{found.group(2)}" if found and letter else text


def coverage(values: Iterable[str]) -> tuple[str, str, str]:
    """(first day, last day, unit) of a time variable's values; '' where none could be read.

    Values that are no period (``Tổng số``, ``Bình quân``) are passed over.
    """
    found = [p for p in map(period, values) if p is not None]
    if not found:
        return "", "", ""
    unit = Counter(p.unit for p in found).most_common(1)[0][0]
    first, last = min(p.start for p in found), max(p.end for p in found)
    return first.isoformat(), last.isoformat(), unit


def is_time(values: Iterable[str]) -> bool:
    """Whether the values of a variable are periods, all or all but the odd one."""
    listed = list(values)
    return bool(listed) and sum(period(v) is None for v in listed) <= len(listed) // 10


def _made(year: int, unit: str, number: int) -> Period | None:
    if year not in dates.YEARS:
        return None
    if unit == "week":
        try:
            start = dt.date.fromisocalendar(year, number, 1)
        except ValueError:
            return None
        return Period(start, start + dt.timedelta(days=6), unit)
    length = _MONTHS[unit]
    if not 1 <= number <= 12 // length:
        return None
    last = number * length
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Period(dt.date(year, last - length + 1, 1), end, unit)


def _years(first: str, separator: str, last: str) -> Period | None:
    """``2019-2020`` and the school years ``2019/20``, ``2010/11``; ``2010-11`` is a month."""
    begin = int(first)
    end = int(last)
    if len(last) == 2:
        end = begin + 1
        if int(last) != end % 100 or (int(last) <= 12 and separator == "-"):
            return None
    if begin not in dates.YEARS or end not in dates.YEARS or not begin <= end <= begin + 200:
        return None
    return Period(dt.date(begin, 1, 1), dt.date(end, 12, 31), "year")
