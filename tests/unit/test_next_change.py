from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.menu.opening_hours import DayHours, OpeningHours, OrderTiming, from_document, is_open, next_change
from tests.unit.hours import NEW_YORK, WEEK, at, stored


def changes(document: Mapping[str, object], start: str, count: int) -> list[str]:
    """Return the next changes from `start`."""
    hours = from_document(document)
    instant, found = at(start), []
    for _ in range(count):
        turn = next_change(hours, instant)
        assert turn is not None
        assert turn.tzinfo is UTC
        found.append(f"{turn:%m-%dT%H:%M}Z")
        instant = turn
    return found


THURSDAY_0010 = stored("00:10", "01:00", timing=(-15, 0), only=("thursday",))
THURSDAY_2350 = stored("23:50", "23:40", timing=(0, -45), only=("thursday",))
SUNDAY_0210 = stored("02:10", "02:20", only=("sunday",))
NIGHT = stored("22:00", "03:00")
LONG_DAY = stored("00:30", "23:00")


@pytest.mark.parametrize(
    ("_case", "document", "start", "expected"),
    [
        ("an ordinary day", stored(), "01-15T13:59:59.999Z", ["01-15T14:00Z", "01-15T22:01Z", "01-16T14:00Z"]),
        ("order timing", stored(timing=(15, 30)), "01-15T14:14Z", ["01-15T14:15Z", "01-15T21:31Z"]),
        ("over a closed Sunday", stored(closed=("sunday",)), "01-17T22:01Z", ["01-19T14:00Z"]),
        ("a week ahead", stored(only=("thursday",)), "01-15T23:00Z", ["01-22T14:00Z"]),
        ("no orders before the day begins", THURSDAY_0010, "01-15T04:00Z", ["01-15T05:00Z", "01-15T06:01Z"]),
        ("no orders after the next day", THURSDAY_2350, "01-15T23:00Z", ["01-16T04:50Z", "01-17T05:00Z"]),
        ("two hours of four", stored("01:00", "04:00"), "03-08T05:00Z", ["03-08T06:00Z", "03-08T08:01Z"]),
        ("an opening that the clock skips", stored("02:30", "05:00"), "03-08T05:00Z", ["03-08T07:00Z", "03-08T09:01Z"]),
        ("a span that the clock skips", SUNDAY_0210, "03-01T07:21Z", ["03-15T06:10Z"]),
        ("the day that has 23 hours", LONG_DAY, "03-08T05:00Z", ["03-08T05:30Z", "03-09T03:01Z"]),
        ("the day that has 25 hours", LONG_DAY, "11-01T04:00Z", ["11-01T04:30Z", "11-02T04:01Z"]),
        (
            "an hour that comes twice",
            stored("00:00", "01:30"),
            "11-01T03:00Z",
            ["11-01T04:00Z", "11-01T05:31Z", "11-01T06:00Z", "11-01T06:31Z"],
        ),
        ("a night that loses an hour", NIGHT, "03-08T02:00Z", ["03-08T03:00Z", "03-08T07:01Z"]),
        ("a night that gains an hour", NIGHT, "11-01T01:00Z", ["11-01T02:00Z", "11-01T08:01Z"]),
    ],
)
def test_the_next_changes(_case: str, document: dict[str, object], start: str, expected: list[str]) -> None:
    assert changes(document, f"2026-{start}", len(expected)) == expected


@pytest.mark.parametrize("document", [stored("00:00", "23:59"), stored("00:00", "24:00"), stored(closed=WEEK)])
def test_what_is_always_the_same_never_changes(document: dict[str, object]) -> None:
    assert next_change(from_document(document), at("2026-03-06T07:00:00Z")) is None


ZONES = (
    "UTC", NEW_YORK, "Asia/Tokyo", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago", "America/Havana",
    "Africa/Casablanca", "Pacific/Chatham",
)  # fmt: skip
TIMES = st.integers(0, 24 * 60 - 1)


@st.composite
def weeks(draw: st.DrawFn) -> OpeningHours:
    return OpeningHours(
        days=tuple(
            DayHours(
                day=day, is_open=draw(st.booleans()), start_minute=draw(TIMES), end_minute=draw(TIMES | st.just(1440))
            )
            for day in WEEK
        ),
        timing=OrderTiming(
            accept_after_minutes=draw(st.sampled_from([0, 0, 15, 600, -20])),
            stop_before_minutes=draw(st.sampled_from([0, 0, 30, 900, -45])),
        ),
        timezone=draw(st.sampled_from(ZONES)),
    )


# Clock changes of these zones in 2026, and a quiet day.
DAYS = ("02-14", "03-08", "03-22", "04-04", "04-05", "09-05", "09-27", "10-04", "11-01", "06-15")


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    near = at(f"2026-{draw(st.sampled_from(DAYS))}T00:00:00Z")
    return near + timedelta(seconds=draw(st.integers(-86_400, 2 * 86_400)))


@given(weeks(), instants())
@example(from_document(stored("23:59", "23:58")), at("2026-03-08T05:00:00Z"))
@settings(deadline=None, max_examples=150)
def test_the_next_change_is_the_first_minute_that_differs(hours: OpeningHours, now: datetime) -> None:
    before = is_open(hours, now)
    minute = now.replace(second=0) + timedelta(minutes=1)
    window = [minute + timedelta(minutes=count) for count in range(3 * 24 * 60)]
    first = next((instant for instant in window if is_open(hours, instant) is not before), None)
    found = next_change(hours, now)
    assert found == first if first else found is None or found > window[-1]


@given(weeks(), instants())
@settings(deadline=None, max_examples=150)
def test_after_the_next_change_the_answer_is_the_other(hours: OpeningHours, now: datetime) -> None:
    found = next_change(hours, now)
    if found is not None:
        assert found > now
        assert is_open(hours, found) is not is_open(hours, now)
        assert is_open(hours, found - timedelta(milliseconds=1)) is is_open(hours, now)
