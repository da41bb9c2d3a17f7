"""What the edge does when it can't go on in the kitchens' stream."""

from __future__ import annotations

import pytest
from orderbuddy.station.v1 import ticket_pb2
from orderbuddy.station.v1 import ticket_service_pb2 as rpc

from edge.caller import Caller
from edge.kitchen_feed import ALL, KitchenFeed, KitchenFeedEvent
from services.kit.errors import Exhausted


def heard(token: str) -> rpc.WatchTicketsResponse:
    return rpc.WatchTicketsResponse(resume_token=token, heartbeat=rpc.TicketsHeartbeat())


def changed(token: str, order_id: str) -> rpc.WatchTicketsResponse:
    return rpc.WatchTicketsResponse(resume_token=token, change=ticket_pb2.KitchenEvent(order_id=order_id))


async def test_a_stream_that_begins_anew_has_a_gap_that_everybody_hears_of() -> None:
    feed = KitchenFeed(Caller({}, 1.0), lambda: ())
    feed.open("")
    feed.handle(heard("t1"))
    feed.handle(changed("t2", "o1"))
    feed.open("t2")
    feed.handle(heard("t2"))
    assert feed.generation == 0
    assert feed.hub.replay("t1", [ALL]) is not None
    reader = feed.hub.subscribe([ALL])
    feed.open("")  # the reader failed, so the follower goes on without a token
    assert feed.generation == 0
    feed.handle(changed("t9", "o2"))
    assert feed.generation == 1
    assert feed.hub.replay("t1", [ALL]) is None
    with pytest.raises(Exhausted):
        await reader.next(0)
    feed.handle(changed("t10", "o3"))
    later = feed.hub.replay("t9", [ALL]) or []
    told = [item.event.message.order_id for item in later if isinstance(item.event, KitchenFeedEvent)]
    assert (feed.generation, told) == (1, ["o3"])
