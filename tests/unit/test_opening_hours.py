from __future__ import annotations

from collections.abc import Mapping

import pytest

from services.menu.opening_hours import DayHours, OpeningHours, OrderTiming, from_document, is_open, next_change
from tests.unit.hours import NEW_YORK, WEEK, at, entry, stored, with_entries


def open_at(document: Mapping[str, object], instant: str) -> bool:
    return is_open(from_document(document), at(instant))


# --- recorded answers of the old system

ALL_DAY = stored("00:00", "23:59", zone="America/Los_Angeles")
SEATTLE = stored("11:00", "22:00", zone="America/Los_Angeles", timing=(15, 30))
NINE_TO_FIVE = stored(timing=(15, 30), closed=("sunday",))
TOKYO = stored("10:00", "20:00", zone="Asia/Tokyo", closed=("wednesday",))
UNSAID = {key: value for key, value in entry().items() if key != "isOpen"}
OVERNIGHT = stored("22:00", "02:00", zone="America/Los_Angeles")

RECORDED = [
    (ALL_DAY, True, "01-15T14:15:00 01-15T21:30:00 01-15T21:31:00 01-18T17:00:00 03-08T06:59:00 01-16T04:59:00"),
    (ALL_DAY, True, "01-14T01:30:00 01-15T01:30:00 01-15T11:00:00 01-15T20:30:00 01-16T07:59:30"),
    (SEATTLE, True, "01-15T21:30:57 01-15T21:31:00 01-16T04:59:00 01-16T05:00:00 01-14T01:30:00 01-15T01:30:00"),
    (SEATTLE, True, "01-15T01:00:00 01-15T20:30:00"),
    (SEATTLE, False, "01-15T14:14:50 01-18T17:00:00 03-08T06:59:00 03-09T13:15:00 01-15T11:01:00 01-16T07:59:30"),
    (NINE_TO_FIVE, True, "01-15T14:15:00 01-15T21:30:00 01-15T21:30:59.999 03-09T13:15:00"),
    (NINE_TO_FIVE, False, "01-15T14:14:59 01-15T21:31:00 01-18T17:00:00 01-16T04:59:00 01-16T05:00:00"),
    (NINE_TO_FIVE, False, "01-14T01:30:00 01-15T01:00:00 01-15T11:01:00"),
    (TOKYO, True, "03-08T06:59:00 01-16T05:00:00 01-15T01:30:00 01-15T01:00:00 01-15T11:00:00 01-16T07:59:30"),
    (TOKYO, False, "01-15T14:14:50 01-15T14:15:00 01-18T17:00:00 03-09T13:15:00 01-15T11:01:00 01-14T01:30:00"),
    # The old system never opened over midnight; what it answered within such a span is mended below.
    (OVERNIGHT, False, "01-15T14:14:50 01-15T14:15:00 01-15T21:30:57 01-15T21:31:00 01-18T17:00:00 01-15T01:30:00"),
    (OVERNIGHT, False, "01-15T11:01:00"),
    (stored(closed=WEEK), False, "01-15T20:30:00"),
    (stored("00:00", "23:59", zone=None), True, "01-15T20:30:00"),
    (stored(timing=("15", "30")), False, "01-15T20:30:00"),
]
"""Answers of the old system: a location, whether it was open, at which instants of 2026 (UTC)."""


@pytest.mark.parametrize(
    ("document", "expected", "instant"),
    [(document, expected, instant) for document, expected, text in RECORDED for instant in text.split()],
)
def test_recorded_answers_hold(document: dict[str, object], expected: bool, instant: str) -> None:
    assert open_at(document, f"2026-{instant}Z") is expected


# --- nights


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-01-17T05:59:59Z", False),  # Fri 21:59
        ("2026-01-17T06:00:00Z", True),  # Fri 22:00
        ("2026-01-17T08:00:00Z", True),  # Sat 00:00
        ("2026-01-17T10:00:59.999Z", True),  # Sat 02:00
        ("2026-01-17T10:01:00Z", False),  # Sat 02:01
        ("2026-01-16T07:59:30Z", True),  # Thu 23:59:30
        ("2026-03-08T06:59:00Z", True),  # Sat 22:59, the clocks change that night
    ],
)
def test_a_span_over_midnight_is_open_on_both_sides(instant: str, expected: bool) -> None:
    assert open_at(OVERNIGHT, instant) is expected


def test_the_night_belongs_to_the_day_it_began_on() -> None:
    only_friday = stored("22:00", "02:00", only=("friday",))
    assert open_at(only_friday, "2026-01-17T06:30:00Z")  # Sat 01:30
    assert not open_at(only_friday, "2026-01-16T06:30:00Z")  # Fri 01:30


def test_the_night_goes_on_into_a_closed_day() -> None:
    assert open_at(stored("22:00", "02:00", closed=("saturday",)), "2026-01-17T06:30:00Z")


def test_order_timing_counts_across_midnight() -> None:
    document = stored("23:50", "02:00", timing=(15, 90), only=("friday",))
    assert [open_at(document, f"2026-01-17T05:{minute}:00Z") for minute in ("04", "05", "30", "31")] == [
        False,
        True,
        True,
        False,
    ]


def test_24_00_is_the_end_of_the_day() -> None:
    document = stored("09:00", "24:00", only=("friday",))
    assert open_at(document, "2026-01-17T04:59:59Z")
    assert not open_at(document, "2026-01-17T05:01:00Z")


def test_a_start_equal_to_the_end_is_one_minute() -> None:
    document = stored("09:00", "09:00")
    assert [open_at(document, f"2026-01-15T{time}:00Z") for time in ("13:59", "14:00", "14:01")] == [False, True, False]


# --- what cannot be understood


@pytest.mark.parametrize(
    ("_case", "document"),
    [
        ("unknown zone", stored(zone="Mars/Olympus_Mons")),
        ("folder of the zone database", stored(zone="America")),
        ("path", stored(zone="../../etc/passwd")),
        ("zone that is no text", stored(zone=5)),
        ("no entries", stored(only=())),
        ("entries that are no list", with_entries("always")),
        ("entries that are no objects", with_entries([None, "thursday", 5])),
        ("entry without day", with_entries([entry(day=None)])),
        ("open as text", with_entries([entry(isOpen="yes")])),
        ("no start", stored(start=None)),
        ("no end", stored(end=None)),
        ("start 24:00", stored(start="24:00", end="23:59")),
        ("hour 25", stored(end="25:00")),
        ("minute 60", stored(end="16:60")),
        ("one digit of minutes", stored(start="9:0")),
        ("seconds", stored(start="09:00:00")),
        ("blank", stored(start=" 09:00")),
        ("other digits", stored(start="\u0660\u0669:00")),
        ("number", stored(start=9)),
        ("timing that is no object", stored(timing="none")),
        ("timing that is no number", stored(timing=(float("nan"), 0))),
        ("timing that is a truth", stored(timing=(True, 0))),
        ("timing as text", stored(timing=(0, "30"))),
        ("timing without end", stored(timing=(0, float("inf")))),
        ("timing longer than the day", stored(timing=(10**12, 0))),
        ("nothing at all", {}),
    ],
)
def test_what_cannot_be_understood_is_closed(_case: str, document: dict[str, object]) -> None:
    assert not open_at(document, "2026-01-15T20:30:00Z")
    assert next_change(from_document(document), at("2026-01-15T20:30:00Z")) is None


def test_a_day_without_entry_is_closed() -> None:
    assert not open_at(stored(only=("friday",)), "2026-01-15T20:30:00Z")


@pytest.mark.parametrize(
    ("_case", "document"),
    [
        ("hour without leading zero", stored(start="9:00")),
        ("no order timing", {key: value for key, value in stored().items() if key != "orderTiming"}),
        ("order timing null", stored(timing=None)),
        ("order timing empty", stored(timing={})),
        ("order timing with null", stored(timing=(None, None))),
        ("order timing as a float", stored(timing=(15.0, 30.0))),
        ("zone empty", stored(zone="", end="23:00")),
        ("day in capitals", with_entries([entry(day="Thursday")])),
        ("entry that does not say whether it is open", with_entries([UNSAID])),
        ("two entries, the first counts", with_entries([entry(), entry(isOpen=False)])),
    ],
)
def test_what_can_be_understood_is_open(_case: str, document: dict[str, object]) -> None:
    assert open_at(document, "2026-01-15T20:30:00Z")


def test_part_of_a_minute_shortens_the_opening_by_a_minute() -> None:
    document = stored(timing=(0.5, 0.5))
    assert [open_at(document, f"2026-01-15T{time}:00Z") for time in ("14:00", "14:01", "21:59", "22:00")] == [
        False,
        True,
        True,
        False,
    ]


def test_a_document_is_read_into_minutes() -> None:
    document = stored("9:05", "24:00", timing=(15, "x"), only=("monday",))
    monday = DayHours(day="monday", is_open=True, start_minute=545, end_minute=1440)
    timing = OrderTiming(accept_after_minutes=15, stop_before_minutes=None)
    assert from_document(document) == OpeningHours(days=(monday,), timing=timing, timezone=NEW_YORK)
