"""CheckoutService: RPCs in and out."""

from __future__ import annotations

from orderbuddy.ordering.v1 import checkout_service_pb2 as rpc
from orderbuddy.ordering.v1 import checkout_service_pb2_grpc as rpc_grpc

from services.kit.context import current_call
from services.kit.interceptor import Context
from services.ordering.paying.checkout import Checkout


class CheckoutServicer(rpc_grpc.CheckoutServiceServicer):
    """Serves the Payment service."""

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout

    async def PrepareCheckout(
        self, request: rpc.PrepareCheckoutRequest, context: Context
    ) -> rpc.PrepareCheckoutResponse:
        """Say what there is to pay."""
        bill = await self._checkout.prepare(request.preview_order_id, current_call())
        return rpc.PrepareCheckoutResponse(
            restaurant_id=bill.restaurant_id,
            location_id=bill.location_id,
            total_cents=bill.total_cents,
            is_ordered=bill.is_ordered,
        )

    async def PlacePaidOrder(self, request: rpc.PlacePaidOrderRequest, context: Context) -> rpc.PlacePaidOrderResponse:
        """Place what is paid."""
        order_id = await self._checkout.place_paid(request.preview_order_id, request.payment_reference, current_call())
        return rpc.PlacePaidOrderResponse(order_id=order_id)
