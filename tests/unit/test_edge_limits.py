"""The published limits: how they are written, and that a restaurant's evening fits into them."""

from __future__ import annotations

import pathlib
import re

import pytest

from edge.limits import (
    CODES,
    GUEST_READS,
    GUEST_WRITES,
    GUEST_WRITES_PER_RESTAURANT,
    MEMORY_READS,
    PUBLISHED,
    STAFF,
    Held,
    Limits,
    parse_limits,
)
from services.kit.buckets import Rate

DOCS = pathlib.Path(__file__).parents[2] / "docs" / "limits.md"


def test_limits_are_read_beside_the_published_ones() -> None:
    read = parse_limits(" guest-writes=5/50, codes=0.5/3 ")
    assert (read[GUEST_WRITES], read[CODES], read[STAFF]) == (Rate(5, 50), Rate(0.5, 3), PUBLISHED[STAFF])
    assert parse_limits("") == PUBLISHED
    assert set(parse_limits("all=1/2,codes=3/4").values()) == {Rate(1, 2), Rate(3, 4)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("guests=1/2", "'guests' is no limit; there are memory-reads, guest-reads"),
        ("staff=1", "'staff=1' must be like staff=40/1200"),
        ("staff=a/2", "'staff=a/2' must be like"),
        ("staff=1/0", "both figures must be more than nothing"),
        ("staff=0/1", "both figures must be more than nothing"),
        ("staff=inf/1", "both figures must be more than nothing"),
        ("staff=nan/1", "both figures must be more than nothing"),
    ],
)
def test_what_is_wrong_is_named(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_limits(text)


def test_two_hundred_guests_behind_one_address_order_at_once() -> None:
    limits, now, wifi = Limits(), 1_000.0, "198.51.100.7"
    for _guest in range(200):
        for name, times in ((MEMORY_READS, 8), (GUEST_READS, 3), (GUEST_WRITES, 6)):
            for _ in range(times):
                assert limits.refusal(name, wifi, now) is None
    refusal = limits.refusal(GUEST_WRITES, wifi, now)
    assert refusal is not None
    assert refusal.status == 429
    headers = dict(refusal.headers)
    assert (headers[b"retry-after"], headers[b"ratelimit-policy"]) == (b"1", b'"guest-writes";q=1200;w=30')
    assert limits.refusal(GUEST_WRITES, "203.0.113.1", now) is None


def test_a_restaurant_is_counted_whoever_asks() -> None:
    limits = Limits(parse_limits(f"{GUEST_WRITES_PER_RESTAURANT}=1/2"))
    assert [limits.restaurant_refusal(GUEST_WRITES, "luna_mar", 5.0) is None for _ in range(3)] == [True, True, False]
    assert limits.restaurant_refusal(GUEST_WRITES, "other", 5.0) is None
    assert limits.restaurant_refusal(GUEST_READS, "luna_mar", 5.0) is None
    nothing: tuple[object, ...] = (None, "", 3, ["luna_mar"], {})
    for unknown in nothing:
        assert limits.restaurant_refusal(GUEST_WRITES, unknown, 5.0) is None


def test_what_is_held_open_is_counted_and_forgotten() -> None:
    held = Held("open-sockets", 2)
    for _ in range(2):
        assert held.refusal("a") is None
        held.take("a")
    assert held.refusal("a") is not None
    assert held.refusal("b") is None
    held.give_back("a")
    assert held.refusal("a") is None
    held.give_back("a")
    assert len(held) == 0


def test_the_document_has_each_limit_as_it_is() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \|.*\| ([\d.,]+ (?:/ s|/ min|/ h)) \| ([\d,]+) \|$", DOCS.read_text(), re.MULTILINE
    )
    spans = {"/ s": 1, "/ min": 60, "/ h": 3_600}
    documented = {}
    for name, rate, burst in rows:
        figure, _, span = rate.partition(" ")
        documented[name] = Rate(float(figure.replace(",", "")) / spans[span], int(burst.replace(",", "")))
    assert documented == dict(PUBLISHED)
