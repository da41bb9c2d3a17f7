"""Token buckets: what they let through, and that their memory is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.buckets import Buckets, Rate


def test_a_burst_then_the_rate() -> None:
    buckets = Buckets(Rate(per_second=2, burst=3))
    assert [buckets.take("a", 100.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert buckets.take("a", 100.4) == pytest.approx(0.1)
    assert buckets.take("a", 100.5) == 0.0
    assert buckets.take("a", 100.5) == 0.5


def test_keys_do_not_share() -> None:
    buckets = Buckets(Rate(1, 1))
    assert [buckets.take(key, 0.0) for key in "aab"] == [0.0, 1.0, 0.0]


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    buckets = Buckets(Rate(1, 2))
    assert buckets.take("a", 0.0) == 0.0
    assert [buckets.take("a", 1_000.0) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_memory_is_bounded_and_who_keeps_coming_is_not_forgotten() -> None:
    buckets = Buckets(Rate(0.001, 1), most_keys=100)
    assert buckets.take("steady", 0.0) == 0.0
    for number in range(10_000):
        buckets.take(f"stranger-{number}", 0.0)
        if number % 50 == 0:
            assert buckets.take("steady", 0.0) > 0
        assert len(buckets) <= 200


@given(
    per_second=st.floats(0.1, 100),
    burst=st.integers(1, 20),
    pauses=st.lists(st.floats(0, 2), min_size=1, max_size=200),
)
def test_in_no_span_of_time_more_than_burst_and_rate_together(
    per_second: float, burst: int, pauses: list[float]
) -> None:
    buckets = Buckets(Rate(per_second, burst))
    now, granted = 0.0, []
    for pause in pauses:
        now += pause
        wait = buckets.take("a", now)
        if wait == 0:
            granted.append(now)
        else:
            assert wait <= 1 / per_second + 1e-6
    for first, start in enumerate(granted):
        for count, end in enumerate(granted[first:], 1):
            assert count <= burst + (end - start) * per_second + 1e-6


@given(burst=st.integers(1, 50), before=st.floats(0, 10))
def test_who_waits_as_long_as_told_gets_in(burst: int, before: float) -> None:
    buckets = Buckets(Rate(3, burst))
    for _ in range(burst):
        assert buckets.take("a", before) == 0
    wait = buckets.take("a", before)
    assert wait > 0
    assert buckets.take("a", before + wait) == 0
