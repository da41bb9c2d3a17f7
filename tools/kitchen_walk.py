"""Orders that walk through the kitchen at random: by REST, by gRPC and by what displays say."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections.abc import Sequence
from typing import Any, Final

import grpc
import httpx
from orderbuddy.ordering.v1 import line_service_pb2 as lines_rpc
from orderbuddy.ordering.v1 import line_service_pb2_grpc as lines_grpc
from orderbuddy.ordering.v1 import ordering_service_pb2 as orders_rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as orders_grpc
from orderbuddy.station.v1 import ticket_pb2
from orderbuddy.station.v1 import ticket_service_pb2 as tickets_rpc
from orderbuddy.station.v1 import ticket_service_pb2_grpc as tickets_grpc

from tools.demo_data import DEMO, example_cart
from tools.kitchen_clients import Display
from tools.kitchens import BAR, DESSERTS, KITCHEN, as_service
from tools.processes import Stack

_SECONDS: Final = 10.0
_REFUSED: Final = frozenset({grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ABORTED, grpc.StatusCode.NOT_FOUND})
"""A walk at random asks for much that can't be done (any more)."""
_REFUSED_BY_REST: Final = frozenset({400, 404, 409})
_WAYS: Final = ("grpc", "grpc", "socket", "rest")
_STEPS: Final = ("start",) * 5 + ("complete",) * 5 + ("recall",) * 2 + ("bump", "bump", "recall ticket", "void")
_FLAN: Final = {
    "menuItemId": "flan",
    "name": "Coconut flan",
    "price": 625,
    "notes": "",
    "variants": [],
    "modifiers": [],
    "stationTags": ["dessert"],
}


def cart_of(chance: random.Random) -> dict[str, Any]:
    """Return a cart of one to four lines: tacos, drinks, desserts."""
    cart = example_cart()
    taco, _, water = cart["items"]
    chosen = chance.choices((taco, water, _FLAN), k=chance.randint(1, 4))
    return {**cart, "items": [{**line, "id": f"line-{n}"} for n, line in enumerate(chosen, start=1)]}


def banquet() -> dict[str, Any]:
    """Return a cart of many lines: its messages soon fill what the system keeps for a socket that is not read."""
    cart = example_cart()
    return {**cart, "items": [{**line, "id": f"line-{n}"} for n, line in enumerate(cart["items"] * 12)]}


class Walk:
    """Places orders and moves them."""

    def __init__(self, stack: Stack, key: str, displays: Sequence[Display]) -> None:
        """`key`: of a POS, which may do all of it by REST."""
        headers = {"authorization": f"Device {key}"}
        self.http = httpx.AsyncClient(base_url=stack.edge_url, headers=headers, timeout=_SECONDS)
        self.placed: dict[str, float] = {}
        """When each order's placing was answered."""
        self.steps = self.refused = 0
        self.problems: list[str] = []
        self._displays = displays
        self._metadata = as_service(stack)
        self._channels = [stack.channel(n) for n in ("ordering", "station")]
        self._orders = orders_grpc.OrderingServiceStub(self._channels[0])
        self._lines = lines_grpc.OrderLineServiceStub(self._channels[0])
        self._tickets = tickets_grpc.TicketServiceStub(self._channels[1])

    async def close(self) -> None:
        """End the connections."""
        await self.http.aclose()
        for channel in self._channels:
            await channel.close()

    async def place(self, cart: dict[str, Any]) -> str:
        """Place an order as a guest; return its id."""
        preview = (await self.http.post("/order-app/cart/preview-order", json=cart)).raise_for_status().json()
        body = {"previewOrderId": preview["data"]["previewOrderId"]}
        answer = await self.http.post("/payments/place-order-without-payment", json=body)
        order_id: str = answer.raise_for_status().json()["orderId"]
        self.placed[order_id] = time.monotonic()
        return order_id

    async def one_order(self, chance: random.Random) -> None:
        """Place an order and move it, to its end mostly."""
        cart = cart_of(chance)
        order_id = await self.place(cart)
        line_ids = [line["id"] for line in cart["items"]]
        for _ in range(chance.randint(2, 8)):
            await self._step(chance, order_id, chance.choice(_STEPS), chance.choice(line_ids))
        for status in ("READY_FOR_PICKUP", "PICKED_UP"):
            if chance.random() < 0.8:
                await self._move(chance, order_id, status)
            elif chance.random() < 0.5:
                request = orders_rpc.CancelOrderRequest(
                    restaurant_id=DEMO.restaurant_id, order_id=order_id, reason="the guest has left"
                )
                await self._call(self._orders.CancelOrder, request)
            elif chance.random() < 0.3:
                await self._step(chance, order_id, "recall ticket", line_ids[0])

    async def _step(self, chance: random.Random, order_id: str, step: str, line_id: str) -> None:
        self.steps += 1
        station = chance.choice((KITCHEN, BAR, DESSERTS))
        match chance.choice(_WAYS):
            case "socket" if step != "void":
                command = {
                    "command": step.partition(" ")[0],
                    "orderId": order_id,
                    "id": uuid.UUID(int=chance.getrandbits(128)).hex,
                }
                whole = step in ("bump", "recall ticket")
                await self._say(chance, command | ({"stationId": station} if whole else {"lineId": line_id}))
            case "rest" if step in ("start", "complete"):
                status = "STARTED" if step == "start" else "COMPLETED"
                body = {"orderId": order_id, "itemId": line_id, "orderItemStatus": status}
                await self._post("/stations/order-item", body)
            case "rest" if step == "void":
                path = f"/restaurant/orders/{DEMO.restaurant_id}/{order_id}/void"
                await self._post(path, {"lineIds": [line_id], "reason": "none left"})
            case _:
                await self._by_grpc(order_id, step, line_id, station)

    async def _by_grpc(self, order_id: str, step: str, line_id: str, station: str) -> None:
        if step == "void":
            request = lines_rpc.VoidOrderLinesRequest(
                restaurant_id=DEMO.restaurant_id, order_id=order_id, line_ids=[line_id], reason="none left"
            )
            await self._call(self._lines.VoidOrderLines, request)
            return
        verbs: dict[str, tuple[Any, Any]] = {
            "start": (self._tickets.StartTicketLine, tickets_rpc.StartTicketLineRequest),
            "complete": (self._tickets.CompleteTicketLine, tickets_rpc.CompleteTicketLineRequest),
            "recall": (self._tickets.RecallTicketLine, tickets_rpc.RecallTicketLineRequest),
            "bump": (self._tickets.BumpTicket, tickets_rpc.BumpTicketRequest),
            "recall ticket": (self._tickets.RecallTicket, tickets_rpc.RecallTicketRequest),
        }
        call, kind = verbs[step]
        which = {"station_id": station} if step in ("bump", "recall ticket") else {"line_id": line_id}
        place = {"restaurant_id": DEMO.restaurant_id, "location_id": DEMO.location_id}
        await self._call(call, kind(**place, order_id=order_id, **which))

    async def _move(self, chance: random.Random, order_id: str, status: str) -> None:
        self.steps += 1
        if chance.random() < 0.5:
            await self._post("/restaurant/order-status", {"orderId": order_id, "orderStatus": status})
        elif status == "READY_FOR_PICKUP":
            request = orders_rpc.MarkOrderReadyRequest(restaurant_id=DEMO.restaurant_id, order_id=order_id)
            await self._call(self._orders.MarkOrderReady, request)
        else:
            done = orders_rpc.CompleteOrderRequest(restaurant_id=DEMO.restaurant_id, order_id=order_id)
            await self._call(self._orders.CompleteOrder, done)

    async def _say(self, chance: random.Random, command: dict[str, str]) -> None:
        """Say a command until it is answered: a cut can take the answer away, and the same id is carried out once."""
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            display = chance.choice(self._displays)
            if await display.say(json.dumps(command)) and await _answered(display, command["id"]):
                ack = display.acks[command["id"]]
                self._count(ack["ok"] or ack["status"] in _REFUSED_BY_REST, refused=not ack["ok"], what=str(ack))
                return
            await asyncio.sleep(0.01)
        self.problems.append(f"no display got {command} through")

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        answer = await self.http.post(path, json=body)
        known = answer.is_success or answer.status_code in _REFUSED_BY_REST
        self._count(known, refused=not answer.is_success, what=f"{path}: {answer.status_code} {answer.text[:200]}")

    async def _call(self, call: Any, request: Any) -> None:
        try:
            await call(request, metadata=self._metadata, timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            self._count(error.code() in _REFUSED, refused=True, what=f"{error.code().name} {error.details()}")

    def _count(self, known: bool, *, refused: bool, what: str) -> None:  # noqa: FBT001
        self.refused += refused
        if not known:
            self.problems.append(what)

    async def picture(self) -> dict[str, ticket_pb2.Ticket]:
        """Return the location's tickets as they are now, by id."""
        request = tickets_rpc.ListTicketsRequest(restaurant_id=DEMO.restaurant_id, location_id=DEMO.location_id)
        answer = await self._tickets.ListTickets(request, metadata=self._metadata, timeout=_SECONDS)
        return {ticket.id: ticket for ticket in answer.tickets}


async def _answered(display: Display, command_id: str) -> bool:
    """Wait for the answer to a command; False when the display was cut before it came."""
    returns, until = display.returns, time.monotonic() + 2.0
    while command_id not in display.acks:
        if display.returns != returns or not display.connected.is_set() or time.monotonic() > until:
            return False
        await asyncio.sleep(0.002)
    return True
