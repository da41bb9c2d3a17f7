"""Which day is meant, and when it begins and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ordering.reports.days import NotADay, day_at, day_of, last_days, read_day

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
INSTANTS = st.integers(946_684_800, 2_100_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-09-10", "2025-09-10"),
        ("2025-09-10T12:00:00", "2025-09-10"),
        ("2025-09-10T23:59:59.999", "2025-09-10"),
        ("2025-09-10T00:00:00Z", "2025-09-09"),
        ("2025-09-10T23:30:00-04:00", "2025-09-10"),
        ("2025-09-10T00:30:00+02:00", "2025-09-09"),
        ("2025-09-10T00:30:00 02:00", "2025-09-09"),
        ("20250910", "2025-09-10"),
        ("20250910T0030Z", "2025-09-09"),
        ("2025-W37-3", "2025-09-10"),
        ("2025W373", "2025-09-10"),
        ("2025-253", "2025-09-10"),
        ("2025253T23", "2025-09-10"),
    ],
)
def test_a_date_is_the_locations_own_unless_it_says_its_offset(text: str, day: str) -> None:
    assert read_day(text, NEW_YORK).date.isoformat() == day


@pytest.mark.parametrize(
    "text",
    [
        *("yesterday", "", "2026", "2026-1-5", "26-01-15", "2026-01-15x", "2026-01-15T", "2026-01-15Tnoon"),
        *("2026-02-30", "2026-366", "2026-W54-1", "2026-W01-8", "0000-01-01", "9999-12-31", "0001-01-01T00:00Z"),
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(NotADay):
        read_day(text, NEW_YORK)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-06-01", 24)])
def test_a_day_of_a_clock_change_is_shorter_or_longer(day: str, hours: int) -> None:
    found = day_of(date.fromisoformat(day), NEW_YORK)
    assert found.end - found.begin == timedelta(hours=hours)


def test_a_day_whose_midnight_does_not_exist_begins_when_there_is_a_time_again() -> None:
    # Cairo put its clocks from 0:00 to 1:00 on 28 April 2023.
    found = day_of(date(2023, 4, 28), ZoneInfo("Africa/Cairo"))
    assert (found.begin, found.end - found.begin) == (datetime(2023, 4, 27, 22, tzinfo=UTC), timedelta(hours=23))


def test_an_hour_that_comes_twice_over_midnight_belongs_to_the_day_that_has_begun() -> None:
    # Newfoundland put its clocks from 0:01 to 23:01 on 7 November 2010.
    zone = ZoneInfo("America/St_Johns")
    again = datetime(2010, 11, 7, 3, 0, tzinfo=UTC)
    assert (again.astimezone(zone).isoformat(), day_at(again, zone).date) == (
        "2010-11-06T23:30:00-03:30",
        date(2010, 11, 7),
    )


def test_a_day_that_a_place_left_out_is_empty() -> None:
    found = day_of(date(2011, 12, 30), ZoneInfo("Pacific/Apia"))
    assert found.begin == found.end == datetime(2011, 12, 30, 10, tzinfo=UTC)


@given(instant=INSTANTS, zone=ZONES)
def test_a_day_begins_when_the_clocks_first_show_it(instant: datetime, zone: ZoneInfo) -> None:
    begin, day = day_at(instant, zone).begin, day_at(instant, zone).date
    assert begin.astimezone(zone).date() == day
    assert (begin - timedelta(milliseconds=1)).astimezone(zone).date() < day


@given(instant=INSTANTS, zone=ZONES)
def test_every_instant_lies_in_exactly_one_day(instant: datetime, zone: ZoneInfo) -> None:
    day = day_at(instant, zone)
    before, after = day_of(day.date - timedelta(days=1), zone), day_of(day.date + timedelta(days=1), zone)
    assert before.end == day.begin <= instant < day.end == after.begin


@given(instant=INSTANTS, zone=ZONES)
def test_the_last_days_follow_each_other_and_end_today(instant: datetime, zone: ZoneInfo) -> None:
    days = last_days(instant, zone, 7)
    assert [b.begin for b in days[1:]] == [a.end for a in days[:-1]]
    assert days[-1] == day_at(instant, zone)
