"""When is a source due? Words and cron, no CKAN."""

from __future__ import annotations

from datetime import datetime

from croniter import croniter

#: The words people type, as cron; the minute is the source's own, so that not all start at once.
WORDS = {
    "hourly": "{minute} * * * *",
    "daily": "{minute} 2 * * *",
    "weekly": "{minute} 2 * * 0",
    "monthly": "{minute} 2 1 * *",
}


def is_valid(schedule: str) -> bool:
    """True for "" (by hand), one of the words, or five fields of cron."""
    text = (schedule or "").strip()
    return not text or text in WORDS or (len(text.split()) == 5 and croniter.is_valid(text))


def next_due(schedule: str, after: datetime, seed: str = "") -> datetime | None:
    """The first moment after ``after`` at which the schedule is due; None where there is none.

    ``seed`` (the source's name) spreads the sources over the hour, always the same way.
    """
    text = (schedule or "").strip()
    if not text:
        return None
    if text in WORDS:
        text = WORDS[text].format(minute=sum(seed.encode()) % 60)
    return croniter(text, after).get_next(datetime)
