"""Whether a location takes orders at an instant, and when that changes next.

Hours are wall-clock times of the location: "open until 02:00" means what its clocks show, daylight saving included.
Both ends count to the whole minute. What is stored may be anything; what cannot be understood means closed, never an
error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_MINUTES: Final = 24 * 60
_TIME: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_HORIZON_DAYS: Final = 15
"""Hours repeat weekly; a span that falls into the hour that a clock change skips is back a week later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHours:
    """A weekday's hours, in minutes from its midnight; None where no time can be read.

    An end before the start lies on the next day.
    """

    day: str
    is_open: bool
    start_minute: int | None
    end_minute: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTiming:
    """How long after opening orders begin, and how long before closing they end; None where no number can be read."""

    accept_after_minutes: int | None = 0
    stop_before_minutes: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """When a location takes orders. Of several entries for a day the first counts; without `timezone` it is UTC."""

    days: tuple[DayHours, ...]
    timing: OrderTiming
    timezone: str | None


def is_open(hours: OpeningHours, now: datetime) -> bool:
    """Tell whether orders are taken at `now`, which has a time zone."""
    zone = _zone(hours.timezone)
    return zone is not None and _in_week(_week(hours), now.astimezone(zone))


def next_change(hours: OpeningHours, now: datetime) -> datetime | None:
    """Return the first instant after `now`, in UTC, at which `is_open` answers differently; None when it never will."""
    zone = _zone(hours.timezone)
    if zone is None:
        return None
    week = _week(hours)
    before = _in_week(week, now.astimezone(zone))
    turns = {turn for turn in _turns(week, zone, now) if turn > now}
    return next((turn for turn in sorted(turns) if _in_week(week, turn.astimezone(zone)) is not before), None)


def from_document(location: Mapping[str, object]) -> OpeningHours:
    """Read the hours of a location as stored (`workingHours`, `orderTiming`, `timezone`), whatever is there."""
    entries = location.get("workingHours")
    zone = location.get("timezone")
    return OpeningHours(
        days=tuple(_day(entry) for entry in entries if isinstance(entry, Mapping)) if isinstance(entries, list) else (),
        timing=_timing(location.get("orderTiming")),
        # What is no text is no zone either: as text it is one that nobody knows.
        timezone=str(zone) if zone not in (None, "") else None,
    )


def _day(entry: Mapping[str, object]) -> DayHours:
    end = entry.get("endTime")
    return DayHours(
        day=str(entry.get("day")).lower(),
        is_open=entry.get("isOpen", True) is True,
        start_minute=_minute(entry.get("startTime")),
        end_minute=_DAY_MINUTES if end == "24:00" else _minute(end),
    )


def _minute(time: object) -> int | None:
    match = _TIME.fullmatch(time) if isinstance(time, str) else None
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _timing(stored: object) -> OrderTiming:
    if stored is None:
        return OrderTiming()
    if not isinstance(stored, Mapping):
        return OrderTiming(accept_after_minutes=None, stop_before_minutes=None)
    return OrderTiming(
        accept_after_minutes=_minutes(stored.get("acceptOrdersAfterMinutes")),
        stop_before_minutes=_minutes(stored.get("stopOrdersBeforeMinutes")),
    )


def _minutes(stored: object) -> int | None:
    """Read a length. Part of a minute shortens the opening by the whole minute."""
    if stored is None:
        return 0
    if isinstance(stored, bool) or not isinstance(stored, int | float) or not math.isfinite(stored):
        return None
    return math.ceil(stored)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: a name such as `America` is a folder of the zone database.
        return None


def _week(hours: OpeningHours) -> tuple[range, ...]:
    """Return for each weekday, Monday first, the minutes from its midnight in which orders are taken."""
    first = {day.day: day for day in reversed(hours.days)}
    return tuple(_span(first.get(name), hours.timing) for name in _DAYS)


def _span(day: DayHours | None, timing: OrderTiming) -> range:
    after, before = timing.accept_after_minutes, timing.stop_before_minutes
    if day is None or not day.is_open or after is None or before is None:
        return range(0)
    start, end = day.start_minute, day.end_minute
    if start is None or end is None:
        return range(0)
    if end < start:
        end += _DAY_MINUTES
    # A day's hours reach at most to the end of the next day.
    return range(max(0, start + after), min(2 * _DAY_MINUTES, end - before + 1))


def _in_week(week: tuple[range, ...], local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    today = local.weekday()
    return minute in week[today] or minute + _DAY_MINUTES in week[today - 1]


def _turns(week: tuple[range, ...], zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    """Return all instants in the horizon at which the answer may change: where a span begins or ends, clock changes."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    for offset in range(-2, _HORIZON_DAYS):
        day = midnight + timedelta(days=offset)
        span = week[day.weekday()]
        for minute in (span.start, span.stop) if span else ():
            for fold in (0, 1):
                yield (day + timedelta(minutes=minute)).replace(tzinfo=zone, fold=fold).astimezone(UTC)
        yield from _clock_changes(zone, day.replace(tzinfo=UTC))


def _clock_changes(zone: ZoneInfo, start: datetime) -> Iterator[datetime]:
    """Find the clock change within a day from `start`, if there is one, to the minute."""

    def offset(minute: int) -> timedelta | None:
        return (start + timedelta(minutes=minute)).astimezone(zone).utcoffset()

    low, high = 0, _DAY_MINUTES
    if offset(low) == offset(high):
        return
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
    yield start + timedelta(minutes=high)
