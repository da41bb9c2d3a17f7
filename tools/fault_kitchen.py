"""The kitchen in an evening of faults: displays that stay open through it all, orders' lines that are worked on.

In the end every order has exactly its tickets, reckoned from the documents alone, and every display shows what one
shows that was opened just now.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import grpc
from orderbuddy.ordering.v1 import ordering_service_pb2 as orders_rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as orders_grpc
from orderbuddy.station.v1 import ticket_service_pb2 as tickets_rpc
from orderbuddy.station.v1 import ticket_service_pb2_grpc as tickets_grpc
from pymongo.asynchronous.database import AsyncDatabase

from tools import kitchen_truth
from tools.demo_data import DEMO
from tools.kitchen_clients import Display
from tools.kitchens import BAR, KITCHEN, Metadata, as_service, device_key, view_path
from tools.processes import Stack

_PATIENCE_SECONDS: Final = 30.0
_SECONDS: Final = 5.0
_VIEWS: Final = ("", "", KITCHEN, BAR)
_ENDED: Final = frozenset({"PICKED_UP"})

TicketSummary = tuple[frozenset[str], int]
"""The lines of a ticket, and the order's version."""


def steps_of(order_id: str, ordering: grpc.aio.Channel, station: grpc.aio.Channel) -> list[tuple[Any, Any]]:
    """Return what a kitchen does to an order, as calls and their requests; each may be repeated."""
    orders, tickets = orders_grpc.OrderingServiceStub(ordering), tickets_grpc.TicketServiceStub(station)
    order: dict[str, Any] = {"restaurant_id": DEMO.restaurant_id, "order_id": order_id}
    ticket: dict[str, Any] = {**order, "location_id": DEMO.location_id}
    return [
        (orders.AcceptOrder, orders_rpc.AcceptOrderRequest(**order, request_id=f"{order_id}-0")),
        (
            tickets.StartTicketLine,
            tickets_rpc.StartTicketLineRequest(**ticket, line_id="line-1", request_id=f"{order_id}-1"),
        ),
        (tickets.BumpTicket, tickets_rpc.BumpTicketRequest(**ticket, station_id=BAR, request_id=f"{order_id}-2")),
        (orders.MarkOrderReady, orders_rpc.MarkOrderReadyRequest(**order, request_id=f"{order_id}-3")),
        (orders.CompleteOrder, orders_rpc.CompleteOrderRequest(**order, request_id=f"{order_id}-4")),
    ]


async def work(stack: Stack, order_id: str, metadata: Metadata) -> list[str]:
    """Take an order through the kitchen, each step until it works; return what should not have been refused."""
    unexpected = []
    async with (
        stack.channel("ordering") as ordering,
        stack.channel("station") as station,
    ):
        for number, (call, request) in enumerate(steps_of(order_id, ordering, station)):
            while True:
                try:
                    await call(request, metadata=metadata, timeout=_SECONDS)
                    break
                except grpc.aio.AioRpcError as error:
                    if error.code() in (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.NOT_FOUND):
                        unexpected.append(f"step {number} of {order_id}: {error.details()}")
                        break
                await asyncio.sleep(0.2)
    return unexpected


class Wall:
    """The displays on the wall."""

    def __init__(self, stack: Stack, key: str, edges: Sequence[str] = ()) -> None:
        """`edges`: where the displays are connected, in turn; none: at the stack's one."""
        self._stack, self._key = stack, key
        self._edges = itertools.cycle(edges or (stack.edge_url,))
        self.displays = [self._display(f"display {n}", station) for n, station in enumerate(_VIEWS)]

    @classmethod
    async def open(cls, stack: Stack, edges: Sequence[str] = ()) -> Wall:
        """Switch the displays on."""
        wall = cls(stack, await device_key(stack, "display"), edges)
        for display in wall.displays:
            display.start()
        return wall

    def _display(self, name: str, station: str) -> Display:
        url = next(self._edges).replace("http", "ws", 1) + view_path(station)
        return Display(f"{name} at {station or 'expo'}", url, self._key, station)

    async def close(self) -> None:
        """Switch them off."""
        for display in self.displays:
            await display.leave()

    async def differences(self, db: AsyncDatabase[dict[str, Any]]) -> list[str]:
        """Return what is wrong once all is quiet: in the tickets, and on the displays."""
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while (found := await self._differences(db)) and time.monotonic() < give_up:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        return found

    async def _differences(self, db: AsyncDatabase[dict[str, Any]]) -> list[str]:
        stations = await kitchen_truth.stations_of(db)
        wanted: dict[str, TicketSummary] = {}
        for order in (await kitchen_truth.orders_of(db)).values():
            wanted |= _tickets_of(order, stations)
        try:
            found = _compared("the service", await self._listed(), wanted)
        except grpc.aio.AioRpcError as error:
            return [f"tickets can't be listed: {error.code().name}"]
        fresh = [self._display("fresh", station) for station in _VIEWS]
        try:
            for opened, display in zip(fresh, self.displays, strict=True):
                opened.start()
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await opened.connected.wait()
                if opened.tickets != display.tickets:
                    found.append(_differing(display, opened))
        finally:
            for opened in fresh:
                if opened.started:
                    await opened.leave()
        return found

    async def _listed(self) -> dict[str, TicketSummary]:
        request = tickets_rpc.ListTicketsRequest(restaurant_id=DEMO.restaurant_id, location_id=DEMO.location_id)
        async with self._stack.channel("station") as channel:
            stub = tickets_grpc.TicketServiceStub(channel)
            answer = await stub.ListTickets(request, metadata=as_service(self._stack), timeout=_SECONDS)
        if len({ticket.id for ticket in answer.tickets}) < len(answer.tickets):
            return {"twice": (frozenset(), 0)}
        return {t.id: (frozenset(n.line.id for n in t.lines), t.revision) for t in answer.tickets}


def _tickets_of(order: Mapping[str, Any], stations: Mapping[str, set[str]]) -> dict[str, TicketSummary]:
    """Return which tickets an order must have."""
    if order["status"] in _ENDED:
        return {}
    return {
        f"{order['_id']}.{station or 'unrouted'}": (frozenset(lines), order["version"])
        for station, lines in kitchen_truth.routed(order, stations).items()
    }


def _compared(who: str, shown: Mapping[str, object], wanted: Mapping[str, object]) -> list[str]:
    return [
        f"{who} has {shown.get(key)} as ticket {key}, not {wanted.get(key)}"
        for key in shown.keys() | wanted.keys()
        if shown.get(key) != wanted.get(key)
    ]


def _differing(display: Display, fresh: Display) -> str:
    keys = [k for k in display.tickets.keys() | fresh.tickets.keys() if display.tickets.get(k) != fresh.tickets.get(k)]
    key = keys[0]
    shown, now = display.tickets.get(key), fresh.tickets.get(key)
    return f"{display.name} differs from a fresh one in {len(keys)} tickets, as {key}: shows {shown}, not {now}"
