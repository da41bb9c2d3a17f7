"""Some load of every kind, so that each panel of the dashboard has something to show."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, Final

import grpc
import httpx
from orderbuddy.notification.v1 import webhook_service_pb2, webhook_service_pb2_grpc
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as rpc_grpc
from websockets.asyncio.client import connect

from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal
from tests.servers.vendors import in_thread
from tests.servers.webhook_receiver import WebhookReceiver
from tools.demo_data import DEMO, example_cart
from tools.processes import Stack

_GUESTS: Final = 4
_PAUSE_SECONDS: Final = 0.2
_OUTAGE_SECONDS: Final = 3.0
_TIMEOUT_SECONDS: Final = 20.0

ENVIRONMENT: Final = {"ORDERBUDDY_WEBHOOKS_TO_LOOPBACK": "true"}
"""What the system must be started with."""


class Evening:
    """Guests who read, order, pay and watch; a kitchen; an integrator. For a while payments fail.

    Its stack needs `ENVIRONMENT`.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._served = 0
        self._until = 0.0
        assertion = Assertions(stack.secret).sign(Principal(CallerKind.SERVICE, "evening"), 3600)
        self._metadata = ((METADATA_KEY, f"Bearer {assertion}"),)

    async def run(self, seconds: float) -> int:
        """Serve for so long; return how many orders were placed."""
        self._until = time.monotonic() + seconds
        receiver = WebhookReceiver()
        with in_thread(receiver.app) as url:
            receiver.secrets.append(await self._integrate(f"{url}/hooks"))
            await self._serve(seconds)
        return self._served

    async def _integrate(self, url: str) -> str:
        """Have webhooks sent to a URL; return their secret."""
        async with self._stack.channel("notification") as channel:
            stub: Any = webhook_service_pb2_grpc.WebhookServiceStub(channel)
            request = webhook_service_pb2.CreateEndpointRequest(restaurant_id=DEMO.restaurant_id, url=url)
            return str((await stub.CreateEndpoint(request, metadata=self._metadata)).secret)

    async def _serve(self, seconds: float) -> None:
        async with (
            httpx.AsyncClient(base_url=self._stack.edge_url, timeout=_TIMEOUT_SECONDS) as http,
            self._stack.channel("ordering") as channel,
        ):
            kitchen: Any = rpc_grpc.OrderingServiceStub(channel)
            guests = [self._guest(number, http, kitchen) for number in range(_GUESTS)]
            await asyncio.gather(self._outage(seconds / 2), *guests)

    async def _outage(self, after_seconds: float) -> None:
        """Take the payment service away for a while."""
        await asyncio.sleep(after_seconds)
        await asyncio.to_thread(self._stack.stop_part, "payment")
        await asyncio.sleep(_OUTAGE_SECONDS)
        self._stack.start_part("payment")

    async def _guest(self, number: int, http: httpx.AsyncClient, kitchen: Any) -> None:
        menus = f"/order-app/restaurants/{DEMO.restaurant_id}/locations/{DEMO.location_id}/menus"
        turn = number
        while time.monotonic() < self._until:
            for _ in range(5):
                await http.get(menus)
            await http.get("/no/such/route")
            cart = example_cart() | {"customer": {"name": "Guest", "phone": "2065550100"}, "getSms": True}
            preview = (await http.post("/order-app/cart/preview-order", json=cart)).json()["data"]["previewOrderId"]
            order_id = await (self._pay(http, preview) if turn % 3 == 0 else self._place(http, preview))
            turn += 1
            if order_id is None:
                continue
            self._served += 1
            socket = connect(self._stack.edge_url.replace("http", "ws") + f"/ws/orders/{order_id}")
            async with contextlib.AsyncExitStack() as held:
                await held.enter_async_context(socket)
                if turn % 5:  # each fifth is left alone
                    await self._cook(kitchen, order_id)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _place(self, http: httpx.AsyncClient, preview: str) -> str:
        placed = await http.post("/payments/place-order-without-payment", json={"previewOrderId": preview})
        return str(placed.json()["orderId"])

    async def _pay(self, http: httpx.AsyncClient, preview: str) -> str | None:
        """Pay; None when that can't be done now."""
        started = await http.post(f"/payments/start-transaction/{DEMO.restaurant_id}")
        if not started.is_success:
            return None
        body = {"previewOrderId": preview, "transactionToken": started.json()["transactionToken"]}
        paid = await http.post("/payments/complete-transaction", json=body)
        return str(paid.json()["orderId"]) if paid.is_success else None

    async def _cook(self, kitchen: Any, order_id: str) -> None:
        place: dict[str, Any] = {"restaurant_id": DEMO.restaurant_id, "order_id": order_id}
        await kitchen.AcceptOrder(rpc.AcceptOrderRequest(**place), metadata=self._metadata)
        with contextlib.suppress(grpc.aio.AioRpcError):  # twice: a call that is refused
            await kitchen.AcceptOrder(rpc.AcceptOrderRequest(**place), metadata=self._metadata)
        await kitchen.MarkOrderReady(rpc.MarkOrderReadyRequest(**place), metadata=self._metadata)
