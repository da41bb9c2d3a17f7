"""Local days: from midnight to the next midnight, both in the location's own time, however many hours lie between.

Days follow each other without gap or overlap. Where the clock is put forward over midnight, the day begins with the
change; where it is put back over midnight, the hour that comes twice belongs to the day that has begun.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_ONE_DAY: Final = timedelta(days=1)
_LONGEST_ECHO: Final = 50
_DATE: Final = re.compile(
    r"""(?P<year>[0-9]{4})(?:
        -(?P<month>[0-9]{2})-(?P<day>[0-9]{2}) | (?P<month_>[0-9]{2})(?P<day_>[0-9]{2})
      | -?W(?P<week>[0-9]{2})-?(?P<weekday>[1-7])
      | -?(?P<nth>[0-9]{3})
    )""",
    re.VERBOSE,
)


class NotADay(ValueError):
    """A text that names no day."""


@dataclass(frozen=True, slots=True)
class Day:
    """A local day as the half-open span [begin, end) of instants."""

    date: date
    begin: datetime
    end: datetime


def day_of(local_date: date, zone: ZoneInfo) -> Day:
    """Return a local day. Raises OverflowError at the ends of the calendar."""
    return Day(local_date, _midnight(local_date, zone), _midnight(local_date + _ONE_DAY, zone))


def _midnight(local_date: date, zone: ZoneInfo) -> datetime:
    # A midnight that does not exist is read with the offset before the change, which makes it the change itself.
    return datetime.combine(local_date, time.min, zone).astimezone(UTC)


def day_at(instant: datetime, zone: ZoneInfo) -> Day:
    """Return the local day that an instant falls on. Raises OverflowError at the ends of the calendar."""
    day = day_of(instant.astimezone(zone).date(), zone)
    # A clock that was put back over midnight shows yesterday's date once more.
    return day if instant < day.end else day_of(day.date + _ONE_DAY, zone)


def read_day(text: str, zone: ZoneInfo) -> Day:
    """Read which day is meant by an ISO 8601 date or date-time (contract part B, 12.1). Raises NotADay.

    A date is the day of that name at the location, and so is a date with a time: `2026-01-15T23:00` is the 15th. Only
    what says its offset from UTC is an instant, and means the day that it falls on there.
    """
    written, with_time, rest = text.partition("T")
    try:
        local_date = _read_date(written)
        # A + in a URL arrives as a space at times.
        at = time.fromisoformat(rest.replace(" ", "+")) if with_time else time.min
        if at.tzinfo is not None:
            return day_at(datetime.combine(local_date, at), zone)
        return day_of(local_date, zone)
    except (ValueError, OverflowError) as error:
        raise NotADay(f"{text[:_LONGEST_ECHO]!r} is no date: write 2026-01-15") from error


def _read_date(text: str) -> date:
    """Read a calendar, week or ordinal date, with hyphens or without. Raises ValueError."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    part = {name.rstrip("_"): int(digits) for name, digits in found.groupdict().items() if digits}
    if "week" in part:
        return date.fromisocalendar(part["year"], part["week"], part["weekday"])
    if "month" in part:
        return date(part["year"], part["month"], part["day"])
    nth = date(part["year"], 1, 1) + (part["nth"] - 1) * _ONE_DAY
    if nth.year != part["year"]:
        raise ValueError(text)
    return nth


def last_days(now: datetime, zone: ZoneInfo, count: int) -> list[Day]:
    """Return that many local days, the last of them today."""
    today = day_at(now, zone).date
    return [day_of(today - back * _ONE_DAY, zone) for back in range(count - 1, -1, -1)]
