"""Tickets: an order as its stations have to make it, over gRPC, on the real database."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.ordering.v1 import line_service_pb2, ordering_service_pb2
from orderbuddy.station.v1 import station_service_pb2, ticket_pb2
from orderbuddy.station.v1 import ticket_service_pb2 as rpc
from structlog.testing import capture_logs

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.principal import CallerKind, DeviceKind, Principal
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.station.__main__ import build as build_station
from tests.conftest import NOW
from tests.integration.kitchens import (
    DISPLAY,
    LUNA,
    MANAGER,
    PLACE,
    SERVICE,
    STAFF,
    Kitchen,
    running_kitchen,
    summary,
    ticket_verb,
)
from tests.support import Served, reason


@pytest.fixture
async def kitchen(
    settings: ServiceSettings, db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> AsyncIterator[Kitchen]:
    async with running_kitchen(settings, db, serve) as running:
        yield running


class Watching:
    """One reader of WatchTickets."""

    def __init__(self, kitchen: Kitchen, station_id: str = "", resume_token: str = "", **more: Any) -> None:
        place = {} if more else {"restaurant_id": LUNA, "location_id": PLACE}
        request = rpc.WatchTicketsRequest(station_id=station_id, resume_token=resume_token, **place)
        self._call = kitchen.tickets.WatchTickets(request, metadata=more.get("metadata", DISPLAY))
        self.token = ""

    async def next(self, *kinds: str) -> rpc.WatchTicketsResponse:
        """Return the next message of one of the kinds; heartbeats that nobody asked for are passed over."""
        while True:
            async with asyncio.timeout(10):
                message: Any = await self._call.read()
            assert isinstance(message, rpc.WatchTicketsResponse)
            self.token = message.resume_token or self.token
            kind = message.WhichOneof("event")
            if kind in kinds:
                return message
            assert kind == "heartbeat", message

    async def change(self) -> ticket_pb2.KitchenEvent:
        return (await self.next("change")).change

    def close(self) -> None:
        self._call.cancel()


async def test_an_order_is_one_ticket_for_each_of_its_stations(kitchen: Kitchen) -> None:
    bar, grill = await kitchen.add_station("Bar", "drinks"), await kitchen.add_station("Grill", "hot", "x")
    order_id = await kitchen.place("tea", "taco", "tea", "cake")
    tickets = await kitchen.listed()
    assert [summary(ticket) for ticket in tickets] == [
        ("Bar", "NEW", ["l0", "l2"]),
        ("Grill", "NEW", ["l1"]),
        ("", "NEW", ["l3"]),
    ]
    assert [ticket.id for ticket in tickets] == [f"{order_id}.{key}" for key in (bar, grill, "unrouted")]
    (mine,) = await kitchen.listed(bar)
    assert (mine.customer_name, mine.order_status, mine.revision) == ("Ana", "ACCEPTED", 1)
    assert mine.sent_at == mine.placed_at
    assert not mine.lines[0].line.HasField("price_cents")
    assert [summary(ticket) for ticket in await kitchen.listed("unrouted")] == [("", "NEW", ["l3"])]


async def test_what_is_still_to_be_made_stays_for_days(kitchen: Kitchen, clock: FixedClock) -> None:
    await kitchen.add_station("Bar", "drinks")
    party, ready, old = await kitchen.place("tea"), await kitchen.place("tea"), await kitchen.place("tea")
    place: dict[str, Any] = {"restaurant_id": LUNA, "order_id": ready}
    await kitchen.orders.MarkOrderReady(ordering_service_pb2.MarkOrderReadyRequest(**place), metadata=STAFF)
    made_by_old_system = {"$unset": {"history": "", "version": "", "acceptedAt": ""}}
    await kitchen.db["orders"].update_one({"_id": ObjectId(old)}, made_by_old_system)
    assert [t.order_id for t in await kitchen.listed()] == [party, ready, old]
    clock.set(NOW + timedelta(days=1, seconds=1))
    today = await kitchen.place("tea")
    assert [t.order_id for t in await kitchen.listed()] == [party, today]
    clock.set(NOW + timedelta(days=7, seconds=1))
    assert [t.order_id for t in await kitchen.listed()] == [today]


async def test_watching_a_station_tells_what_concerns_it(kitchen: Kitchen) -> None:
    bar = await kitchen.add_station("Bar", "drinks")
    await kitchen.add_station("Grill", "hot")
    reader = Watching(kitchen, bar)
    snapshot = (await reader.next("snapshot")).snapshot
    assert ([s.name for s in snapshot.stations], list(snapshot.tickets)) == (["Bar", "Grill"], [])
    await kitchen.place("taco")  # not the bar's
    order_id = await kitchen.place("tea", "taco")
    placed = await reader.change()
    assert (placed.order_id, placed.previous_status, placed.status) == (order_id, "", "ACCEPTED")
    assert [summary(ticket) for ticket in placed.tickets] == [("Bar", "NEW", ["l0"])]
    await kitchen.tickets.StartTicketLine(
        ticket_verb(rpc.StartTicketLineRequest, order_id, line_id="l0"), metadata=DISPLAY
    )
    started = await reader.change()
    assert [(change.line_id, change.step) for change in started.lines] == [("l0", 1)]
    assert [summary(ticket) for ticket in started.tickets] == [("Bar", "STARTED", ["l0"])]
    reader.close()


async def test_bump_and_recall_of_a_ticket(kitchen: Kitchen) -> None:
    bar = await kitchen.add_station("Bar", "drinks")
    grill = await kitchen.add_station("Grill", "hot")
    order_id = await kitchen.place("tea", "taco", "tea")
    bump = ticket_verb(rpc.BumpTicketRequest, order_id, station_id=bar)
    assert (await kitchen.tickets.BumpTicket(bump, metadata=DISPLAY)).version == 2
    assert [summary(t)[1] for t in await kitchen.listed()] == ["DONE", "NEW"]
    assert (await kitchen.tickets.BumpTicket(bump, metadata=DISPLAY)).version == 2  # nothing left to do
    recall = ticket_verb(rpc.RecallTicketRequest, order_id, station_id=bar)
    assert (await kitchen.tickets.RecallTicket(recall, metadata=DISPLAY)).version == 3
    assert [summary(t)[1] for t in await kitchen.listed()] == ["STARTED", "NEW"]
    nothing = ticket_verb(rpc.RecallTicketRequest, order_id, station_id=grill)
    assert (await kitchen.tickets.RecallTicket(nothing, metadata=DISPLAY)).version == 3


async def test_two_displays_that_take_back_the_same_bump_take_back_one(kitchen: Kitchen) -> None:
    bar = await kitchen.add_station("Bar", "drinks")
    order_id = await kitchen.place("tea", "tea")
    bump = ticket_verb(rpc.BumpTicketRequest, order_id, station_id=bar)
    await kitchen.tickets.BumpTicket(bump, metadata=DISPLAY)
    recall = ticket_verb(rpc.RecallTicketRequest, order_id, station_id=bar, revision=2)
    assert (await kitchen.tickets.RecallTicket(recall, metadata=DISPLAY)).version == 3
    await kitchen.tickets.BumpTicket(bump, metadata=DISPLAY)
    assert (await kitchen.tickets.RecallTicket(recall, metadata=STAFF)).version == 4
    assert [summary(t)[1] for t in await kitchen.listed()] == ["DONE"]
    line = ticket_verb(rpc.RecallTicketLineRequest, order_id, line_id="l0", revision=2)
    assert (await kitchen.tickets.RecallTicketLine(line, metadata=STAFF)).version == 4
    line.revision = 4
    assert (await kitchen.tickets.RecallTicketLine(line, metadata=STAFF)).version == 5


async def test_a_bump_whose_answer_was_lost_is_repeated(kitchen: Kitchen, db: Database) -> None:
    order_id = await kitchen.place("tea")
    bar = await kitchen.add_station("Bar", "drinks")
    bump = ticket_verb(rpc.BumpTicketRequest, order_id, station_id=bar, request_id="b-1")
    version = (await kitchen.tickets.BumpTicket(bump, metadata=DISPLAY)).version
    # As if the Station service had died before it noted the answer, and its claim had run out.
    who = Principal(CallerKind.DEVICE, f"{DeviceKind.DISPLAY}-1")
    call = f"/orderbuddy.station.v1.TicketService/BumpTicket\n{who}\nb-1"
    keys = [hashlib.sha256(call.encode()).hexdigest()]
    deleted = await db["request_results"].delete_many({"_id": {"$in": keys}})
    assert deleted.deleted_count == 1
    assert (await kitchen.tickets.BumpTicket(bump, metadata=DISPLAY)).version == version


async def test_a_repeated_bump_or_recall_does_not_undo_what_came_between(kitchen: Kitchen) -> None:
    """A display sends again what was not answered, maybe minutes later; others may have moved the ticket meanwhile."""
    bar = await kitchen.add_station("Bar", "drinks")
    order_id = await kitchen.place("tea")
    bump = ticket_verb(rpc.BumpTicketRequest, order_id, station_id=bar, request_id="b-1")
    recall = ticket_verb(rpc.RecallTicketRequest, order_id, station_id=bar, request_id="r-1")
    assert (await kitchen.tickets.BumpTicket(bump, metadata=DISPLAY)).version == 2
    assert (await kitchen.tickets.RecallTicket(recall, metadata=DISPLAY)).version == 3
    assert (await kitchen.tickets.BumpTicket(bump, metadata=DISPLAY)).version == 2
    assert [summary(t)[1] for t in await kitchen.listed()] == ["STARTED"]
    assert (await kitchen.tickets.RecallTicket(recall, metadata=DISPLAY)).version == 3
    bump.request_id = "b-2"
    assert (await kitchen.tickets.BumpTicket(bump, metadata=DISPLAY)).version == 4
    assert (await kitchen.tickets.RecallTicket(recall, metadata=DISPLAY)).version == 3
    assert [summary(t)[1] for t in await kitchen.listed()] == ["DONE"]


async def test_lines_that_no_station_makes_raise_a_warning_once(kitchen: Kitchen) -> None:
    await kitchen.add_station("Bar", "drinks")
    reader = Watching(kitchen)
    await reader.next("snapshot")
    with capture_logs() as logs:
        order_id = await kitchen.place("tea", "cake", "cake")
        await reader.change()
        start = ticket_verb(rpc.StartTicketLineRequest, order_id, line_id="l1")
        await kitchen.tickets.StartTicketLine(start, metadata=DISPLAY)
        await reader.change()
    place = {"restaurant_id": LUNA, "location_id": PLACE}
    warning = {"event": "lines_unrouted", "log_level": "warning", "order_id": order_id, "menu_item_ids": ["cake"]}
    assert [entry for entry in logs if entry["event"] == "lines_unrouted"] == [{**warning, **place}]
    reader.close()


async def test_a_line_is_completed_and_recalled(kitchen: Kitchen) -> None:
    await kitchen.add_station("Bar", "drinks")
    order_id = await kitchen.place("tea")
    complete = ticket_verb(rpc.CompleteTicketLineRequest, order_id, line_id="l0", request_id="r1")
    for _ in range(2):  # a retry
        assert (await kitchen.tickets.CompleteTicketLine(complete, metadata=DISPLAY)).version == 2
    recall = ticket_verb(rpc.RecallTicketLineRequest, order_id, line_id="l0", request_id="r2")
    for _ in range(2):
        assert (await kitchen.tickets.RecallTicketLine(recall, metadata=DISPLAY)).version == 3
    assert [summary(t) for t in await kitchen.listed()] == [("Bar", "STARTED", ["l0"])]


async def test_a_voided_line_stays_on_the_ticket_until_it_was_seen(kitchen: Kitchen) -> None:
    bar, grill = await kitchen.add_station("Bar", "drinks"), await kitchen.add_station("Grill", "hot")
    order_id = await kitchen.place("tea", "taco", "taco")
    reader = Watching(kitchen, grill)
    await reader.next("snapshot")
    void = line_service_pb2.VoidOrderLinesRequest(
        restaurant_id=LUNA, order_id=order_id, line_ids=["l1"], reason="burnt"
    )
    await kitchen.lines.VoidOrderLines(void, metadata=STAFF)
    event = await reader.change()
    (ticket,) = event.tickets
    assert summary(ticket) == ("Grill", "NEW", ["l2", "-l1"])
    assert [(c.kind, c.line_id, c.reason, c.revision, c.seen) for c in ticket.changes] == [(1, "l1", "burnt", 2, False)]
    assert [t.changes for t in await kitchen.listed(bar)] == [[]]
    bump = ticket_verb(rpc.BumpTicketRequest, order_id, station_id=grill)
    await kitchen.tickets.BumpTicket(bump, metadata=DISPLAY)
    (ticket,) = (await reader.change()).tickets
    assert (summary(ticket), ticket.changes[0].seen) == (("Grill", "DONE", ["l2", "-l1"]), True)
    reader.close()


async def test_a_canceled_order_stays_at_each_station_until_it_was_seen_there(kitchen: Kitchen) -> None:
    bar, grill = await kitchen.add_station("Bar", "drinks"), await kitchen.add_station("Grill", "hot")
    order_id = await kitchen.place("tea", "taco")
    cancel = ordering_service_pb2.CancelOrderRequest(restaurant_id=LUNA, order_id=order_id, reason="guest left")
    await kitchen.orders.CancelOrder(cancel, metadata=STAFF)
    tickets = await kitchen.listed()
    assert [summary(t)[:2] for t in tickets] == [("Bar", "CANCELED"), ("Grill", "CANCELED")]
    assert [(c.kind, c.reason) for c in tickets[0].changes] == [(2, "guest left")]
    await kitchen.tickets.BumpTicket(ticket_verb(rpc.BumpTicketRequest, order_id, station_id=bar), metadata=DISPLAY)
    (ticket,) = await kitchen.listed()
    assert (summary(ticket)[:2], [c.reason for c in ticket.changes]) == (("Grill", "CANCELED"), ["guest left"])
    # That the one has seen it brings it back to no other.
    await kitchen.tickets.BumpTicket(ticket_verb(rpc.BumpTicketRequest, order_id, station_id=grill), metadata=DISPLAY)
    assert await kitchen.listed() == []


async def test_what_is_taken_back_while_a_bump_is_on_its_way_stays_to_be_seen(kitchen: Kitchen) -> None:
    bar = await kitchen.add_station("Bar", "drinks")
    order_id = await kitchen.place("tea", "tea")
    shown = (await kitchen.listed())[0].revision
    void = line_service_pb2.VoidOrderLinesRequest(restaurant_id=LUNA, order_id=order_id, line_ids=["l1"], reason="x")
    await kitchen.lines.VoidOrderLines(void, metadata=STAFF)

    async def bump(revision: int) -> list[ticket_pb2.Ticket]:
        request = ticket_verb(rpc.BumpTicketRequest, order_id, station_id=bar, revision=revision)
        await kitchen.tickets.BumpTicket(request, metadata=DISPLAY)
        return await kitchen.listed()

    (ticket,) = await bump(shown)
    assert (summary(ticket), ticket.changes[0].seen) == (("Bar", "STARTED", ["l0", "-l1"]), False)
    assert ticket.lines[0].line.HasField("completed_at")
    cancel = ordering_service_pb2.CancelOrderRequest(restaurant_id=LUNA, order_id=order_id, reason="guest left")
    await kitchen.orders.CancelOrder(cancel, metadata=STAFF)
    (ticket,) = await bump(ticket.revision)
    assert (summary(ticket)[1], [change.seen for change in ticket.changes]) == ("CANCELED", [True, False])
    assert await bump(ticket.revision) == []


async def test_an_order_that_nobody_has_taken_on_waits(kitchen: Kitchen) -> None:
    kitchen.menu.put_location(LUNA, PLACE, auto_accept=False)
    await kitchen.add_station("Bar", "drinks")
    await kitchen.db["orders"].insert_one(
        {
            "_id": ObjectId(),
            "restaurantId": LUNA,
            "locationId": ObjectId(PLACE),
            "status": "CREATED",
            "startedAt": NOW,
            "items": [{"id": "a", "name": "Tea", "stationTags": ["drinks"]}],
            "meta": {"correlationId": "c"},
        }
    )
    (ticket,) = await kitchen.listed()
    assert (summary(ticket), ticket.HasField("sent_at")) == (("Bar", "WAITING", ["a"]), False)


async def test_changed_stations_are_a_new_picture(kitchen: Kitchen) -> None:
    bar = await kitchen.add_station("Bar", "drinks")
    await kitchen.place("tea", "taco")
    reader = Watching(kitchen)
    first = (await reader.next("snapshot")).snapshot
    assert [summary(t)[0] for t in first.tickets] == ["Bar", ""]
    await reader.next("heartbeat")
    token = reader.token
    await kitchen.db["stations"].update_one({"_id": ObjectId(bar)}, {"$set": {"tags": ["drinks", "hot"]}})
    await reader.next("reset")
    second = (await reader.next("snapshot")).snapshot
    assert [summary(t) for t in second.tickets] == [("Bar", "NEW", ["l0", "l1"])]
    reader.close()
    late = Watching(kitchen, resume_token=token)
    await late.next("reset")
    assert [summary(t) for t in (await late.next("snapshot")).snapshot.tickets] == [("Bar", "NEW", ["l0", "l1"])]
    late.close()


async def test_a_reader_that_comes_back_is_told_each_change_once(
    kitchen: Kitchen, serve: Callable[[str, Build], Awaitable[Served]]
) -> None:
    await kitchen.add_station("Bar", "drinks")
    order_id = await kitchen.place("tea", "tea")
    reader = Watching(kitchen)
    await reader.next("snapshot")
    after_snapshot = reader.token
    reader.close()
    start = ticket_verb(rpc.StartTicketLineRequest, order_id, line_id="l0")
    await kitchen.tickets.StartTicketLine(start, metadata=DISPLAY)
    other = Kitchen(kitchen.menu, kitchen.db, kitchen.ordering, await serve("station", build_station))
    for replica in (kitchen, other):  # whichever answers
        reader = Watching(replica, resume_token=after_snapshot)
        change = await reader.change()
        assert (change.order_id, change.version) == (order_id, 2)
        await reader.next("heartbeat")
        reader.close()


async def test_stations_that_one_replica_changes_are_told_by_the_other(
    kitchen: Kitchen, serve: Callable[[str, Build], Awaitable[Served]]
) -> None:
    other = Kitchen(kitchen.menu, kitchen.db, kitchen.ordering, await serve("station", build_station))
    place = {"restaurant_id": LUNA, "location_id": PLACE}
    order_id = await kitchen.place("tea")
    watching, left = Watching(other), Watching(kitchen)
    for reader in (watching, left):
        (ticket,) = (await reader.next("snapshot")).snapshot.tickets
        assert summary(ticket) == ("", "NEW", ["l0"])
        await reader.next("heartbeat")
    left.close()
    new = station_service_pb2.CreateStationRequest(**place, name="Bar", tags=["drinks"])
    await kitchen.stations.CreateStation(new, metadata=MANAGER)
    bar = ("Bar", "NEW", ["l0"])
    # Who was watching, and who comes back to the replica that has not made the change.
    for reader in (watching, Watching(other, resume_token=left.token)):
        await reader.next("reset")
        (ticket,) = (await reader.next("snapshot")).snapshot.tickets
        assert (summary(ticket), ticket.order_id) == (bar, order_id)
        reader.close()
    for replica in (kitchen, other):
        assert [summary(ticket) for ticket in await replica.listed()] == [bar]


async def test_what_the_old_system_does_is_told_too(kitchen: Kitchen) -> None:
    await kitchen.add_station("Bar", "drinks")
    reader = Watching(kitchen)
    await reader.next("snapshot")
    order = {
        "_id": ObjectId(),
        "restaurantId": LUNA,
        "locationId": ObjectId(PLACE),
        "status": "CREATED",
        "startedAt": NOW,
        "items": [{"id": "a", "name": "Tea", "stationTags": ["drinks"], "startedAt": None, "completedAt": None}],
        "meta": {"correlationId": "c"},
    }
    await kitchen.db["orders"].insert_one(order)
    placed = await reader.change()
    assert (placed.previous_status, placed.status, placed.correlation_id) == ("", "CREATED", "c")
    await kitchen.db["orders"].update_one(
        {"_id": order["_id"]}, {"$set": {"status": "ACCEPTED", "meta.acceptedAt": "2026-01-15T20:30:00.000Z"}}
    )
    accepted = await reader.change()
    assert (accepted.HasField("previous_status"), accepted.status, accepted.keeps_version) == (False, "ACCEPTED", True)
    assert [summary(t) for t in accepted.tickets] == [("Bar", "NEW", ["a"])]
    await kitchen.db["orders"].update_one(
        {"_id": order["_id"]}, {"$set": {"items.0.startedAt": NOW, "items.0.completedAt": None}}
    )
    moved = await reader.change()
    assert (moved.previous_status, [(c.line_id, c.step) for c in moved.lines]) == ("ACCEPTED", [("a", 1)])
    assert [summary(t) for t in moved.tickets] == [("Bar", "STARTED", ["a"])]
    reader.close()


async def test_services_watch_everything(kitchen: Kitchen) -> None:
    bar = await kitchen.add_station("Bar", "drinks")
    reader = Watching(kitchen, metadata=SERVICE)
    await reader.next("heartbeat")
    order_id = await kitchen.place("tea", "taco")
    placed = await reader.change()
    assert (placed.order_id, [t.station_id for t in placed.tickets]) == (order_id, [bar, ""])
    await kitchen.db["stations"].delete_one({"_id": ObjectId(bar)})
    changed = (await reader.next("stations_changed")).stations_changed
    assert (changed.restaurant_id, changed.location_id) == (LUNA, PLACE)
    assert [summary(t) for t in await kitchen.listed()] == [("", "NEW", ["l0", "l1"])]
    reader.close()


async def test_an_unknown_station_is_not_found(kitchen: Kitchen) -> None:
    request = rpc.ListTicketsRequest(restaurant_id=LUNA, location_id=PLACE, station_id="6" * 24)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await kitchen.tickets.ListTickets(request, metadata=DISPLAY)
    assert (refused.value.code(), reason(refused.value)) == (grpc.StatusCode.NOT_FOUND, "STATION_NOT_FOUND")
