"""What the tests of the edge's routes send, and the edge they send it to."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc

from tests.servers.running_edge import RunningEdge, running_edge

PREVIEW = "/order-app/cart/preview-order"
PLACE = "/payments/place-order-without-payment"
COUNTER = "/menu-app/restaurant/order"
ID = "665000000000000000000101"
CART: dict[str, Any] = {
    "restaurantId": "cuppa_co",
    "locationId": ID,
    "locationSlug": "lynnwood",
    "origin": {"id": "66a000000000000000000101", "name": "Table 1"},
    "customer": {"name": "Ana", "phone": "2065550133"},
    "items": [{"id": "c1", "menuItemId": "latte", "name": "Latte", "price": 400, "stationTags": ["bar"]}],
    "getSms": False,
}
JSON = {"content-type": "application/json"}


@contextlib.asynccontextmanager
async def answering_edge() -> AsyncIterator[RunningEdge]:
    """An edge whose ordering service previews and places whatever it is sent."""
    async with running_edge(LOCALHOST_URL="https://localhost", USEEMULATOR="true") as running:
        preview = rpc.OrderPreview(preview_order_id=ID, total_price_cents=1075)
        running.ordering.answers["PreviewOrder"] = rpc.PreviewOrderResponse(data=preview)
        running.ordering.answers["PlaceOrder"] = rpc.PlaceOrderResponse(order_id=ID, success=True, message="placed")
        yield running


def calls(edge: RunningEdge, method: str) -> list[Any]:
    return [call.request for call in edge.ordering.calls if call.method == method]


def refusal(message: Any, error: str, status: int) -> dict[str, Any]:
    return {"message": message, "error": error, "statusCode": status}
