"""Hours of locations for the tests, as documents of the old system."""

from __future__ import annotations

from datetime import datetime

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEW_YORK = "America/New_York"


def stored(
    start: object = "09:00",
    end: object = "17:00",
    *,
    zone: object = NEW_YORK,
    timing: object = (0, 0),
    closed: tuple[str, ...] = (),
    only: tuple[str, ...] = WEEK,
) -> dict[str, object]:
    """Make a location's document, as the old system stores it."""
    hours = {
        day: {"day": day, "isOpen": True, "startTime": start, "endTime": end} for day in only if day not in closed
    } | {day: {"day": day, "isOpen": False, "startTime": None, "endTime": None} for day in closed}
    if isinstance(timing, tuple):
        timing = {"acceptOrdersAfterMinutes": timing[0], "stopOrdersBeforeMinutes": timing[1]}
    return {"workingHours": [hours[day] for day in WEEK if day in hours], "orderTiming": timing, "timezone": zone}


def entry(**fields: object) -> dict[str, object]:
    """Make an entry of `workingHours` that is open on Thursday in the middle of the day, but for `fields`."""
    return {"day": "thursday", "isOpen": True, "startTime": "09:00", "endTime": "17:00"} | fields


def with_entries(entries: object) -> dict[str, object]:
    """Make a location's document with these `workingHours`."""
    return stored() | {"workingHours": entries}


def at(instant: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(instant)
