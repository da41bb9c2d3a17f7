"""A kitchen that a test changes: the feed of an edge, and the Station service's stream over real gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.station.v1 import ticket_pb2, ticket_service_pb2_grpc
from orderbuddy.station.v1 import ticket_service_pb2 as rpc

from services.kit.bookmark import Bookmark
from services.kit.fanout import Hub

RESTAURANT, LOCATION = "cuppa_co", "665000000000000000000101"
OTHER_LOCATION = "665000000000000000000102"
BAR, KITCHEN, EXPO = "66b000000000000000000101", "66b000000000000000000102", "66b000000000000000000103"
TAGS = {BAR: ["bar"], KITCHEN: ["kitchen", "bakery"], EXPO: ["bar", "kitchen", "bakery"]}
ORDER = "66e000000000000000000001"


@dataclass(frozen=True)
class Change:
    """An item of the hub."""

    message: ticket_pb2.KitchenEvent


def ticket(station_id: str, *line_ids: str) -> ticket_pb2.Ticket:
    lines = [ticket_pb2.TicketLine(line=order_pb2.OrderLine(id=line_id)) for line_id in line_ids]
    return ticket_pb2.Ticket(station_id=station_id, station_tags=TAGS.get(station_id, []), lines=lines)


def event(
    status: str,
    previous: str | None = None,
    *tickets: ticket_pb2.Ticket,
    order_id: str = ORDER,
    version: int = 1,
    location_id: str = LOCATION,
    lines: dict[str, str] | None = None,
    **more: Any,
) -> ticket_pb2.KitchenEvent:
    """Make a change. `lines` names a step for each line."""
    steps = [order_pb2.LineChange(line_id=line_id, step=f"LINE_STEP_{step}") for line_id, step in (lines or {}).items()]
    return ticket_pb2.KitchenEvent(
        order_id=order_id,
        restaurant_id=RESTAURANT,
        location_id=location_id,
        version=version,
        status=status,
        previous_status=previous,
        lines=steps,
        tickets=tickets,
        correlation_id="c-1",
        **more,
    )


class Feed:
    """What an edge follows; several edges have one each."""

    def __init__(self) -> None:
        self.hub: Hub[Change] = Hub()
        self.generation = 0

    def gap(self) -> None:
        self.generation += 1
        self.hub.forget()


class ScriptedKitchen(ticket_service_pb2_grpc.TicketServiceServicer):
    """Changes, told to all feeds and kept for who asks what it missed."""

    def __init__(self) -> None:
        self.feeds: list[Feed] = []
        self.history: list[ticket_pb2.KitchenEvent] = []
        self.forgotten = 0

    def feed(self) -> Feed:
        """Return a new feed, which begins now."""
        feed = Feed()
        feed.hub.advance(self.token)
        self.feeds.append(feed)
        return feed

    @property
    def token(self) -> str:
        return f"t{len(self.history)}"

    def change(self, message: ticket_pb2.KitchenEvent) -> str:
        """Commit a change."""
        message.at.CopyFrom(Timestamp(seconds=len(self.history)))
        self.history.append(message)
        for feed in self.feeds:
            place = ("location", message.restaurant_id, message.location_id)
            feed.hub.publish(self.token, Change(message), [place, ("order", message.order_id), "all"])
        return self.token

    async def ListTickets(self, request: Any, context: Any) -> rpc.ListTicketsResponse:  # noqa: ARG002
        return rpc.ListTicketsResponse()

    async def WatchTickets(self, request: Any, context: Any) -> AsyncIterator[rpc.WatchTicketsResponse]:  # noqa: ARG002
        if not request.restaurant_id:
            # The stream of everything, which displays follow: these tests look at Socket.IO alone.
            yield rpc.WatchTicketsResponse(resume_token=self.token, heartbeat=rpc.TicketsHeartbeat())
            await asyncio.sleep(3600)
        at = int(Bookmark.parse(request.resume_token).token[1:])
        if at < self.forgotten:
            yield rpc.WatchTicketsResponse(reset=rpc.TicketsReset(reason="too old"))
            return
        for number, message in enumerate(self.history[at:], at + 1):
            if (message.restaurant_id, message.location_id) == (request.restaurant_id, request.location_id):
                yield rpc.WatchTicketsResponse(resume_token=f"t{number}", change=message)
        yield rpc.WatchTicketsResponse(resume_token=self.token, heartbeat=rpc.TicketsHeartbeat())
        await asyncio.sleep(3600)
