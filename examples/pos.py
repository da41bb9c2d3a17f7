"""A point of sale: prices an order, places it, lists what is open, moves an order on.

    python -m examples.pos price ITEM [ITEM ...]
    python -m examples.pos order REQUEST_ID ITEM [ITEM ...]     the same REQUEST_ID again: the same order
    python -m examples.pos open
    python -m examples.pos accept|ready|done ORDER_ID

ITEM is the id of something on the menu. Reads ORDERBUDDY_ORDERING_ADDRESS (host:port), ORDERBUDDY_DEVICE_KEY,
ORDERBUDDY_RESTAURANT and ORDERBUDDY_LOCATION.
"""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from grpclib.client import Channel
from grpclib.const import Status
from grpclib.exceptions import GRPCError, StreamTerminatedError
from orderbuddy_client.orderbuddy.ordering.v1 import (
    AcceptOrderRequest,
    AcceptOrderResponse,
    CartCustomer,
    CartLine,
    CartOrigin,
    CompleteOrderRequest,
    CompleteOrderResponse,
    CreateCounterOrderRequest,
    ListOrdersRequest,
    MarkOrderReadyRequest,
    MarkOrderReadyResponse,
    OrderingServiceStub,
    OrderRecord,
    OrderStatus,
    PreviewOrderRequest,
)

DEADLINE_SECONDS = 5.0
TRIES = 5
AGAIN = (Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED, Status.ABORTED)
OPEN = [OrderStatus.CREATED, OrderStatus.ACCEPTED, OrderStatus.READY_FOR_PICKUP]

Answer = TypeVar("Answer")
Moved = AcceptOrderResponse | MarkOrderReadyResponse | CompleteOrderResponse


async def until_answered(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """Make a call, and again while nobody knows whether it was carried out. Its request_id makes that safe."""
    for attempt in range(1, TRIES + 1):
        try:
            return await call()
        except (OSError, StreamTerminatedError, TimeoutError, GRPCError) as error:
            if (isinstance(error, GRPCError) and error.status not in AGAIN) or attempt == TRIES:
                raise
            await asyncio.sleep(0.2 * 2**attempt)
    raise AssertionError


class PointOfSale:
    """A till at one location."""

    def __init__(self, channel: Channel, device_key: str, restaurant_id: str, location_id: str) -> None:
        self._restaurant_id = restaurant_id
        self._location_id = location_id
        metadata = {"authorization": f"Device {device_key}"}
        self._orders = OrderingServiceStub(channel, metadata=metadata, timeout=DEADLINE_SECONDS)

    async def price(self, items: Sequence[str]) -> int:
        """Return what items would cost, in cents, with tax and discount."""
        request = PreviewOrderRequest(
            restaurant_id=self._restaurant_id,
            location_id=self._location_id,
            location_slug="-",  # only guests' links have one
            origin=CartOrigin(name="Counter"),
            customer=CartCustomer(name="Counter"),
            items=[CartLine(menu_item_id=item) for item in items],
            get_sms=False,
        )
        answer = await until_answered(lambda: self._orders.preview_order(request))
        assert answer.data is not None
        return answer.data.total_price_cents

    async def order(self, request_id: str, items: Sequence[str]) -> str:
        """Place an order and return its id; with the same request_id always the same order."""
        request = CreateCounterOrderRequest(
            restaurant_id=self._restaurant_id,
            location_id=self._location_id,
            origin=CartOrigin(name="Counter"),
            customer=CartCustomer(name="Counter"),
            # The lines' ids are part of the order: a repeated call must name the same ones.
            items=[CartLine(id=f"{n}", menu_item_id=item) for n, item in enumerate(items)],
            get_sms=False,
            request_id=request_id,
        )
        return (await until_answered(lambda: self._orders.create_counter_order(request))).order_id

    async def open_orders(self) -> list[OrderRecord]:
        """Return the orders that are not picked up yet, newest first."""
        request = ListOrdersRequest(restaurant_id=self._restaurant_id, location_id=self._location_id, statuses=OPEN)
        found: list[OrderRecord] = []
        while True:
            page = await until_answered(lambda: self._orders.list_orders(request))
            found += page.orders
            request.page_token = page.next_page_token
            if not request.page_token:
                return found

    async def move(self, verb: str, order_id: str) -> OrderRecord:
        """Accept an order, mark it ready, or say that the guest has it (`done`); return it."""
        restaurant_id, request_id = self._restaurant_id, str(uuid.uuid4())
        accept = AcceptOrderRequest(restaurant_id=restaurant_id, order_id=order_id, request_id=request_id)
        ready = MarkOrderReadyRequest(restaurant_id=restaurant_id, order_id=order_id, request_id=request_id)
        done = CompleteOrderRequest(restaurant_id=restaurant_id, order_id=order_id, request_id=request_id)
        calls: dict[str, Callable[[], Awaitable[Moved]]] = {
            "accept": lambda: self._orders.accept_order(accept),
            "ready": lambda: self._orders.mark_order_ready(ready),
            "done": lambda: self._orders.complete_order(done),
        }
        record = (await until_answered(calls[verb])).order
        assert record is not None
        return record


async def main(arguments: Sequence[str]) -> int:
    """Carry out one command."""
    host, _, port = os.environ["ORDERBUDDY_ORDERING_ADDRESS"].rpartition(":")
    place = os.environ["ORDERBUDDY_RESTAURANT"], os.environ["ORDERBUDDY_LOCATION"]
    async with Channel(host, int(port)) as channel:
        till = PointOfSale(channel, os.environ["ORDERBUDDY_DEVICE_KEY"], *place)
        match arguments:
            case ["price", *items] if items:
                print(f"{await till.price(items) / 100:.2f}")
            case ["order", request_id, *items] if items:
                print(await till.order(request_id, items))
            case ["open"]:
                for record in await till.open_orders():
                    assert record.order is not None
                    print(record.order.id, record.order.order_code, record.order.status)
            case ["accept" | "ready" | "done" as verb, order_id]:
                order = (await till.move(verb, order_id)).order
                assert order is not None
                print(order.id, order.order_code, order.status)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(sys.argv[1:])))
    except GRPCError as error:
        sys.exit(f"refused: {error.status.name}: {error.message}")
