"""When events are sent again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.notification.retry_after import retry_after
from services.notification.webhooks.schedule import MOST_TRIES, RETRIES, pause_after

NOW = datetime(2026, 1, 15, 20, 30, tzinfo=UTC)


def test_it_is_the_schedule_that_standard_webhooks_recommends() -> None:
    pauses = [pause_after(tries, None, 0) for tries in range(1, MOST_TRIES + 1)]
    hours = timedelta(hours=1)
    assert pauses == [
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        2 * hours,
        5 * hours,
        10 * hours,
        14 * hours,
        20 * hours,
        24 * hours,
        None,
    ]


def test_chance_makes_pauses_a_tenth_longer_at_most() -> None:
    assert [pause_after(n, None, 1) for n in range(1, MOST_TRIES)] == [pause * 1.1 for pause in RETRIES]


@pytest.mark.parametrize(
    ("header", "wish"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("Thu, 15 Jan 2026 21:00:00 GMT", timedelta(minutes=30)),
        ("Thu, 15 Jan 2026 20:00:00 GMT", None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 400, None),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, wish: timedelta | None) -> None:
    assert retry_after(header, NOW) == wish


def test_a_wish_lengthens_a_pause_up_to_a_day_and_saves_no_event() -> None:
    assert pause_after(1, timedelta(hours=1), 0) == timedelta(hours=1)
    assert pause_after(4, timedelta(seconds=1), 0) == timedelta(hours=2)
    assert pause_after(1, timedelta(days=365), 0) == timedelta(days=1)
    assert pause_after(MOST_TRIES, timedelta(hours=1), 0) is None
