"""Local days: from midnight to the next midnight, both in the location's own time.

A day of 23 or 25 hours is one; where the clock is put forward at midnight, the day begins when there is a time again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class NotADay(ValueError):
    """A text that names no day."""


@dataclass(frozen=True, slots=True)
class Day:
    """A local day as the half-open span [begin, end) of instants."""

    date: date
    begin: datetime
    end: datetime


def day_of(local_date: date, zone: ZoneInfo) -> Day:
    """Return a local day."""
    return Day(local_date, _midnight(local_date, zone), _midnight(local_date + timedelta(days=1), zone))


def _midnight(local_date: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(local_date, time.min, zone).astimezone(UTC)


def day_at(instant: datetime, zone: ZoneInfo) -> Day:
    """Return the local day that an instant falls on."""
    return day_of(instant.astimezone(zone).date(), zone)


def read_day(text: str, zone: ZoneInfo) -> Day:
    """Read which day is meant (contract part B, 12.1). Raises NotADay.

    A date is the day of that name at the location, and so is a date with a time: `2026-01-15T23:00` is the 15th. Only
    what says its offset from UTC is an instant, and means the day that it falls on there.
    """
    if not _DATE.match(text):
        raise NotADay(f"{text[:50]!r} is no date: write 2026-01-15")
    try:
        parsed = datetime.fromisoformat(text.replace(" ", "+"))  # a + in a URL arrives as a space at times
        if parsed.tzinfo is not None:
            return day_at(parsed, zone)
        return day_of(parsed.date(), zone)
    except (ValueError, OverflowError) as error:
        raise NotADay(f"{text[:50]!r} is no date: {error}") from error


def last_days(now: datetime, zone: ZoneInfo, count: int) -> list[Day]:
    """Return that many local days, the last of them today."""
    today = now.astimezone(zone).date()
    return [day_of(today - timedelta(days=back), zone) for back in range(count - 1, -1, -1)]
