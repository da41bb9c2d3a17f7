"""Orders and payments of all restaurants, which other services keep, as what webhooks are made from."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from datetime import datetime
from typing import Any, Final, TypeVar

import grpc
from google.protobuf.message import Message
from orderbuddy.menu.v1 import restaurant_service_pb2, restaurant_service_pb2_grpc
from orderbuddy.ordering.v1 import order_pb2, ordering_service_pb2, ordering_service_pb2_grpc
from orderbuddy.payment.v1 import payment_pb2, payment_service_pb2, payment_service_pb2_grpc

from services.kit.channels import Connections
from services.kit.errors import NotFound
from services.kit.interceptor import REQUEST_ID_KEY
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal
from services.kit.settings import ServiceSettings
from services.kit.status import from_rpc_error
from services.notification.delivery.planning import Shop
from services.notification.following import Heard

_SECONDS: Final = 5.0
_PAGE: Final = 200
_SELF: Final = Principal(CallerKind.SERVICE, "notification")

Answer = TypeVar("Answer", bound=Message)


class HappeningSources:
    """Asks the Menu, Ordering and Payment services. Make it in the loop that it serves.

    Every method raises what they raised, or Unavailable when they are away.
    """

    def __init__(self, connections: Connections, settings: ServiceSettings, assertions: Assertions) -> None:
        self._assertions = assertions
        menu = connections.open(settings.menu_address, restaurant_service_pb2.DESCRIPTOR)
        ordering = connections.open(settings.ordering_address, ordering_service_pb2.DESCRIPTOR)
        payment = connections.open(settings.payment_address, payment_service_pb2.DESCRIPTOR)
        self._restaurants = restaurant_service_pb2_grpc.RestaurantServiceStub(menu)
        self._orders = ordering_service_pb2_grpc.OrderingServiceStub(ordering)
        self._payments = payment_service_pb2_grpc.PaymentServiceStub(payment)

    async def locations(self, restaurant_id: str) -> list[str]:
        """Return the ids of a restaurant's locations."""
        request = restaurant_service_pb2.ListLocationsRequest(restaurant_id=restaurant_id)
        answer = await self._ask(self._restaurants.ListLocations(request, metadata=self._metadata(), timeout=_SECONDS))
        return [location.id for location in answer.data]

    async def shop(self, restaurant_id: str, location_id: str) -> Shop:
        """Return what messages tell of a location (empty: any); names are empty for what is not there (any more)."""
        location_id = location_id or next(iter(await self.locations(restaurant_id)), "")
        if not location_id:
            return Shop(restaurant="", location="")
        place = {"restaurant_id": restaurant_id, "location_id": location_id}
        how: dict[str, Any] = {"metadata": self._metadata(), "timeout": _SECONDS}
        try:
            details = await self._ask(
                self._restaurants.GetRestaurantDetails(
                    restaurant_service_pb2.GetRestaurantDetailsRequest(**place), **how
                )
            )
            settings = await self._ask(
                self._restaurants.GetLocationSettings(restaurant_service_pb2.GetLocationSettingsRequest(**place), **how)
            )
        except NotFound:
            return Shop(restaurant="", location="")
        numbers = [number.phone_number for number in settings.data.alert_numbers]
        return Shop(restaurant=details.data.name, location=settings.data.name, alert_numbers=numbers)

    async def watch_orders(self, token: str) -> AsyncGenerator[Heard[order_pb2.OrderChange], None]:
        """Yield the changes of all orders."""
        request = ordering_service_pb2.WatchOrdersRequest(resume_token=token, with_records=True)
        async for message in _messages(self._orders.WatchOrders(request, metadata=self._metadata())):
            yield _heard(message)

    async def watch_payments(self, token: str) -> AsyncGenerator[Heard[payment_pb2.Payment], None]:
        """Yield the changes of all payments."""
        request = payment_service_pb2.WatchPaymentsRequest(resume_token=token)
        async for message in _messages(self._payments.WatchPayments(request, metadata=self._metadata())):
            yield _heard(message)

    async def orders_since(
        self, restaurant_id: str, location_id: str, since: datetime
    ) -> AsyncIterator[order_pb2.OrderRecord]:
        """Yield a location's orders that were placed since then."""
        request = ordering_service_pb2.ListOrdersRequest(
            restaurant_id=restaurant_id, location_id=location_id, page_size=_PAGE
        )
        getattr(request, "from").FromDatetime(since)  # a word of Python's own
        while True:
            page = await self._ask(self._orders.ListOrders(request, metadata=self._metadata(), timeout=_SECONDS))
            for order in page.orders:
                yield order
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    async def payments_since(
        self, restaurant_id: str, location_id: str, since: datetime
    ) -> AsyncIterator[payment_pb2.Payment]:
        """Yield a location's payments of orders that were first paid for since then."""
        request = payment_service_pb2.ListPaymentsRequest(
            restaurant_id=restaurant_id, location_id=location_id, page_size=_PAGE
        )
        getattr(request, "from").FromDatetime(since)
        while True:
            page = await self._ask(self._payments.ListPayments(request, metadata=self._metadata(), timeout=_SECONDS))
            for payment in page.payments:
                yield payment
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return (METADATA_KEY, f"Bearer {self._assertions.sign(_SELF)}"), (REQUEST_ID_KEY, "webhooks")

    @staticmethod
    async def _ask(call: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            return await call
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error


async def _messages(call: Any) -> AsyncGenerator[Any, None]:
    try:
        async for message in call:
            yield message
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from error
    finally:
        call.cancel()


def _heard(message: Any) -> Heard[Any]:
    """Read a message of any Watch RPC."""
    match message.WhichOneof("event"):
        case "change":
            return Heard(message.resume_token, message.change)
        case "reset":
            return Heard("", reset=message.reset.reason or "no reason given")
        case _:
            return Heard(message.resume_token)
