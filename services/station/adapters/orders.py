"""Orders, which the Ordering service keeps."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import grpc
from google.protobuf.message import Message
from orderbuddy.ordering.v1 import (
    line_service_pb2,
    line_service_pb2_grpc,
    order_pb2,
    ordering_service_pb2,
    ordering_service_pb2_grpc,
    staff_order_pb2,
    staff_order_service_pb2,
    staff_order_service_pb2_grpc,
)

from services.kit.channels import Connections
from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.following import follow
from services.kit.interceptor import REQUEST_ID_KEY
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal
from services.kit.status import from_rpc_error

_SECONDS: Final = 5.0
_PAGE: Final = 200
RECENT: Final = timedelta(hours=24)
"""How long ago an order of interest to a kitchen was placed, as a rule. Old systems left many open for ever."""
LEFT_OVER: Final = timedelta(days=7)
"""How long ago one that is still to be made may have been placed: one for tomorrow's party is taken on today."""

_TO_BE_MADE: Final = (order_pb2.ORDER_STATUS_CREATED, order_pb2.ORDER_STATUS_ACCEPTED)

_IN_THE_KITCHEN: Final = (
    order_pb2.ORDER_STATUS_CREATED,
    order_pb2.ORDER_STATUS_ACCEPTED,
    order_pb2.ORDER_STATUS_READY_FOR_PICKUP,
    order_pb2.ORDER_STATUS_CANCELED,
)
_SELF: Final = Principal(CallerKind.SERVICE, "station")

Answer = TypeVar("Answer", bound=Message)
Watched = ordering_service_pb2.WatchOrdersResponse


class Orders:
    """Asks the Ordering service. Make it in the loop that it serves.

    Every method raises what the Ordering service raised, or Unavailable when it is away.
    """

    def __init__(self, connections: Connections, address: str, assertions: Assertions, clock: Clock) -> None:
        channel = connections.open(
            address, ordering_service_pb2.DESCRIPTOR, staff_order_service_pb2.DESCRIPTOR, line_service_pb2.DESCRIPTOR
        )
        self._orders = ordering_service_pb2_grpc.OrderingServiceStub(channel)
        self._staff = staff_order_service_pb2_grpc.StaffOrderServiceStub(channel)
        self._lines = line_service_pb2_grpc.OrderLineServiceStub(channel)
        self._assertions = assertions
        self._clock = clock

    async def follow(self, on_message: Callable[[Watched], None], on_state: Callable[[bool], None]) -> None:
        """Follow the changes of all orders, for ever."""
        await follow("orders", self._watch_all, on_message, on_state)

    def _watch_all(self, token: str, seen_token: str = "") -> AsyncIterator[Watched]:
        request = ordering_service_pb2.WatchOrdersRequest(resume_token=token, seen_token=seen_token, with_records=True)
        stream: AsyncIterator[Watched] = self._orders.WatchOrders(request, metadata=self._as(_SELF, "station-feed"))
        return stream

    async def changes_since(self, token: str, seen_token: str) -> AsyncGenerator[Watched, None]:
        """Yield what the stream of all orders has after a token, as far as another at least; `reset` when it can't."""
        call = self._watch_all(token, seen_token)
        try:
            async for message in call:
                if message.WhichOneof("event") == "heartbeat":
                    return
                yield message
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        finally:
            call.cancel()  # type: ignore[attr-defined]

    async def in_kitchen(self, restaurant_id: str, location_id: str) -> list[order_pb2.OrderRecord]:
        """Return a location's orders that a kitchen may have to do with, oldest first.

        Of those that are older than RECENT only the latest that are still to be made, and none of the old system's.
        """
        request = _listing(restaurant_id, location_id, _TO_BE_MADE, self._clock.now() - LEFT_OVER)
        request.until.FromDatetime(self._clock.now() - RECENT)
        page = await self._listed(request)
        left_over = [record for record in page.orders if record.history]
        return left_over[::-1] + await self.recent(restaurant_id, location_id)

    async def recent(self, restaurant_id: str, location_id: str) -> list[order_pb2.OrderRecord]:
        """Return a location's orders of the last RECENT that a kitchen may have to do with, oldest first."""
        request = _listing(restaurant_id, location_id, _IN_THE_KITCHEN, self._clock.now() - RECENT)
        found: list[order_pb2.OrderRecord] = []
        while True:
            page = await self._listed(request)
            found += page.orders
            request.page_token = page.next_page_token
            if not request.page_token:
                return found[::-1]

    async def _listed(self, request: ordering_service_pb2.ListOrdersRequest) -> ordering_service_pb2.ListOrdersResponse:
        return await self._ask(self._orders.ListOrders(request, metadata=self._as(_SELF), timeout=_SECONDS))

    async def order(self, order_id: str) -> order_pb2.Order:
        """Return an order, without what only the restaurant may see."""
        request = ordering_service_pb2.GetOrderRequest(order_id=order_id)
        answer: ordering_service_pb2.GetOrderResponse = await self._ask(
            self._orders.GetOrder(request, metadata=self._as(_SELF), timeout=_SECONDS)
        )
        return answer.order

    async def todays(self, restaurant_id: str, location_id: str) -> list[staff_order_pb2.StaffOrder]:
        """Return the orders that were placed at a location today."""
        request = staff_order_service_pb2.ListTodaysOrdersRequest(restaurant_id=restaurant_id, location_id=location_id)
        answer = await self._ask(self._staff.ListTodaysOrders(request, metadata=self._as(_SELF), timeout=_SECONDS))
        return list(answer.orders)

    async def staff_order(self, restaurant_id: str, location_id: str, order_id: str) -> staff_order_pb2.StaffOrder:
        """Return an order of a location."""
        request = staff_order_service_pb2.GetStaffOrderRequest(
            restaurant_id=restaurant_id, location_id=location_id, order_id=order_id
        )
        answer: staff_order_service_pb2.GetStaffOrderResponse = await self._ask(
            self._staff.GetStaffOrder(request, metadata=self._as(_SELF), timeout=_SECONDS)
        )
        return answer.data

    async def start(self, request: line_service_pb2.StartOrderLinesRequest) -> order_pb2.OrderRecord:
        """Start lines, as whoever calls us."""
        answer: line_service_pb2.StartOrderLinesResponse = await self._ask(
            self._lines.StartOrderLines(request, **self._as_caller())
        )
        return answer.order

    async def complete(self, request: line_service_pb2.CompleteOrderLinesRequest) -> order_pb2.OrderRecord:
        """Complete lines, as whoever calls us."""
        answer: line_service_pb2.CompleteOrderLinesResponse = await self._ask(
            self._lines.CompleteOrderLines(request, **self._as_caller())
        )
        return answer.order

    async def recall(self, request: line_service_pb2.RecallOrderLinesRequest) -> order_pb2.OrderRecord:
        """Recall lines, as whoever calls us."""
        answer: line_service_pb2.RecallOrderLinesResponse = await self._ask(
            self._lines.RecallOrderLines(request, **self._as_caller())
        )
        return answer.order

    def _as_caller(self) -> dict[str, Any]:
        return {"metadata": self._as(current_call().principal), "timeout": _SECONDS}

    def _as(self, principal: Principal, request_id: str = "") -> tuple[tuple[str, str], ...]:
        assertion = self._assertions.sign(principal)
        return (
            (METADATA_KEY, f"Bearer {assertion}"),
            (REQUEST_ID_KEY, request_id or current_call().request_id),
        )

    @staticmethod
    async def _ask(call: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            return await call
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error


def _listing(
    restaurant_id: str, location_id: str, statuses: Sequence[order_pb2.OrderStatus], since: datetime
) -> ordering_service_pb2.ListOrdersRequest:
    request = ordering_service_pb2.ListOrdersRequest(
        restaurant_id=restaurant_id, location_id=location_id, statuses=statuses, page_size=_PAGE
    )
    # `from` is a word of Python's own, so the field can't be named in the call.
    getattr(request, "from").FromDatetime(since)
    return request
