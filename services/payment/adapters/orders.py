"""Orders, which the Ordering service keeps."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import grpc
from google.protobuf.message import Message
from orderbuddy.ordering.v1 import checkout_service_pb2 as rpc
from orderbuddy.ordering.v1 import (
    checkout_service_pb2_grpc,
    order_pb2,
    ordering_service_pb2,
    ordering_service_pb2_grpc,
)

from services.kit.channels import Connections
from services.kit.interceptor import REQUEST_ID_KEY
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal
from services.kit.status import from_rpc_error

_SECONDS: Final = 5.0
_SELF: Final = Principal(CallerKind.SERVICE, "payment")

Answer = TypeVar("Answer", bound=Message)


class Orders:
    """Asks the Ordering service. Make it in the loop that it serves.

    Every method raises what the Ordering service raised, or Unavailable when it is away.
    """

    def __init__(self, connections: Connections, address: str, assertions: Assertions) -> None:
        channel = connections.open(address, rpc.DESCRIPTOR, ordering_service_pb2.DESCRIPTOR)
        self._checkout = checkout_service_pb2_grpc.CheckoutServiceStub(channel)
        self._orders = ordering_service_pb2_grpc.OrderingServiceStub(channel)
        self._assertions = assertions

    async def prepare(self, order_id: str, request_id: str) -> rpc.PrepareCheckoutResponse:
        """Return what there is to pay, looked at again."""
        request = rpc.PrepareCheckoutRequest(preview_order_id=order_id)
        return await self._ask(
            self._checkout.PrepareCheckout(request, metadata=self._metadata(request_id), timeout=_SECONDS)
        )

    async def place_paid(self, order_id: str, payment_reference: str, correlation_id: str) -> None:
        """Place the order of a preview that is paid; one that is there already is noted as paid."""
        request = rpc.PlacePaidOrderRequest(preview_order_id=order_id, payment_reference=payment_reference)
        await self._ask(
            self._checkout.PlacePaidOrder(request, metadata=self._metadata(correlation_id), timeout=_SECONDS)
        )

    async def order(self, order_id: str, request_id: str) -> order_pb2.Order:
        """Return an order."""
        request = ordering_service_pb2.GetOrderRequest(order_id=order_id)
        answer: ordering_service_pb2.GetOrderResponse = await self._ask(
            self._orders.GetOrder(request, metadata=self._metadata(request_id), timeout=_SECONDS)
        )
        return answer.order

    def _metadata(self, request_id: str) -> tuple[tuple[str, str], ...]:
        return ((METADATA_KEY, f"Bearer {self._assertions.sign(_SELF)}"), (REQUEST_ID_KEY, request_id))

    @staticmethod
    async def _ask(call: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            return await call
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
