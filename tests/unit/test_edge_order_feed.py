"""Places in an order's life: what a client has seen, through any number of edges."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from orderbuddy.ordering.v1 import order_pb2

from edge.order_feed import OrderEvent, Place, place_of

VERSIONS = st.integers(0, 2**53)
DIGESTS = st.integers(0, 2**32 - 1)
TOKENS = st.text("0123456789ABCDEF.", min_size=1, max_size=60)


@given(VERSIONS, DIGESTS, TOKENS)
def test_a_place_survives_being_written_as_a_token(version: int, digest: int, token: str) -> None:
    place = Place(version, digest, token)
    assert Place.parse(str(place)) == place


@pytest.mark.parametrize(
    "text", ["", "x", "1", "1.2", "1.2.", "a.b.c", "1.zz.t", "..", "1.1." + "t" * 5_000, "1." * 50]
)
def test_what_is_no_token_of_ours_is_no_place(text: str) -> None:
    place = Place.parse(text)
    assert place is None or text == "1." * 50


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    place = Place.parse(text)
    assert place is None or place.token


def order(status: str) -> order_pb2.Order:
    return order_pb2.Order(id="o", status=status)


@pytest.mark.parametrize(
    ("other", "keeps_version", "seen"),
    [
        pytest.param(place_of(2, order("ACCEPTED"), "t2"), False, True, id="the same"),
        pytest.param(place_of(2, order("ACCEPTED"), "t9"), False, True, id="the same state heard again"),
        pytest.param(place_of(2, order("PICKED_UP"), "t9"), False, True, id="the same version read again later"),
        pytest.param(place_of(1, order("CREATED"), "t1"), False, True, id="an earlier version"),
        pytest.param(place_of(3, order("READY_FOR_PICKUP"), "t3"), False, False, id="a later version"),
        pytest.param(place_of(2, order("PICKED_UP"), "t3"), True, False, id="a change of the old system"),
        pytest.param(place_of(2, order("ACCEPTED"), "t3"), True, True, id="a change of the old system heard again"),
        pytest.param(place_of(7, order("PICKED_UP"), "t2"), False, True, id="the same token"),
    ],
)
def test_a_place_includes_what_its_client_has_seen(other: Place, keeps_version: bool, seen: bool) -> None:
    assert place_of(2, order("ACCEPTED"), "t2").includes(other, keeps_version=keeps_version) is seen


def test_an_event_is_encoded_once() -> None:
    change = order_pb2.OrderChange(order_id="o", version=3, status="ACCEPTED", order=order("ACCEPTED"))
    change.at.FromJsonString("2026-01-15T20:30:00.123Z")
    event = OrderEvent("t3", change)
    assert event.text is event.text
    message = orjson.loads(event.text)
    assert list(message) == ["type", "resumeToken", "orderId", "status", "version", "at", "order"]
    assert message["type"] == "order:status:updated"
    assert Place.parse(message["resumeToken"]) == event.place
    assert (message["orderId"], message["status"], message["version"]) == ("o", "ACCEPTED", 3)
    assert message["at"] == "2026-01-15T20:30:00.123Z"
    assert message["order"]["status"] == "ACCEPTED"
