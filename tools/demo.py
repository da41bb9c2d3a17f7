"""Play a guest and a kitchen against the running system: `python -m tools.demo`, behind `make demo`."""

from __future__ import annotations

import asyncio
import json
import os
import pathlib
import sys
import time
from collections.abc import Awaitable
from typing import Any, TypeVar

import grpc
import httpx
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as rpc_grpc
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal
from tools.demo_data import DEMO, example_cart

EDGE = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
ORDERING = os.environ.get("ORDERBUDDY_ORDERING_ADDRESS", "127.0.0.1:50052")
PATIENCE_SECONDS = 5.0

Result = TypeVar("Result")


class DemoProblem(Exception):
    """The demo can't go on; the message says why."""


def say(who: str, what: str) -> None:
    """Print a line of the transcript."""
    print(f"{who:>8}  {what}", flush=True)


def secret() -> str:
    """Return the secret of the system that runs here. Raises DemoProblem."""
    path = pathlib.Path(os.environ.get("ORDERBUDDY_DATA", ".orderbuddy")) / "assertion-secret"
    found = os.environ.get("ORDERBUDDY_ASSERTION_SECRET") or (path.read_text("ascii") if path.exists() else "")
    if not found:
        raise DemoProblem(f"no secret in {path}: is the system running here? Start it with `make up`")
    return found


async def pay(client: httpx.AsyncClient) -> None:
    """Be a guest who pays by card, twice with the same tap. Raises DemoProblem."""
    preview = (await ask(client, "/order-app/cart/preview-order", example_cart()))["data"]
    token = (await ask(client, f"/payments/start-transaction/{DEMO.restaurant_id}", {}))["transactionToken"]
    body = {"previewOrderId": preview["previewOrderId"], "transactionToken": token}
    paid, again = await asyncio.gather(*(ask(client, "/payments/complete-transaction", body) for _ in range(2)))
    if paid["orderId"] != again["orderId"] or paid["transaction"] != again["transaction"]:
        raise DemoProblem("one payment was answered in two ways")
    charged = paid["transaction"]["amountProcessed"]
    say(
        "guest", f"another one pays ${charged} by card, double tap: one charge, order {paid['orderId']} (no real money)"
    )


async def ask(client: httpx.AsyncClient, path: str, body: object = None) -> dict[str, Any]:
    """Return the answer to a GET, or to a POST of a body. Raises DemoProblem."""
    answer = await (client.get(path) if body is None else client.post(path, json=body))
    if answer.status_code != httpx.codes.OK:
        raise DemoProblem(f"{answer.request.method} {path} answered {answer.status_code}: {answer.text}")
    try:
        found: dict[str, Any] = answer.json()
    except ValueError as error:
        raise DemoProblem(f"what answers at {EDGE} is not OrderBuddy; choose its port with PORT") from error
    return found


async def order(client: httpx.AsyncClient) -> str:
    """Be the guest, up to the placed order. Raises DemoProblem."""
    base = f"/order-app/restaurants/{DEMO.restaurant_id}"
    restaurant = (await ask(client, base))["data"]
    location = (await ask(client, f"{base}/locations/{DEMO.location_id}"))["data"]
    say("guest", f"{restaurant['name']}, {location['name']}: {'open' if location['isOpen'] else 'closed'}")
    for menu in (await ask(client, f"{base}/locations/{DEMO.location_id}/menus"))["data"]:
        whole = (await ask(client, f"{base}/locations/{DEMO.location_id}/menus/{menu['_id']}"))["data"]
        say("guest", f"menu {menu['name']['en']}: " + ", ".join(item["name"]["en"] for item in whole["items"]))
    preview = (await ask(client, "/order-app/cart/preview-order", example_cart()))["data"]
    say("guest", f"two fish tacos and a large hibiscus water cost ${preview['totalPriceCents'] / 100:.2f} with tax")
    body = {"previewOrderId": preview["previewOrderId"]}
    placed = await ask(client, "/payments/place-order-without-payment", body)
    again = await ask(client, "/payments/place-order-without-payment", body)
    order_id: str = placed["orderId"]
    if again["orderId"] != order_id:
        raise DemoProblem(f"one preview became two orders: {order_id} and {again['orderId']}")
    say("guest", f"order {order_id} placed; asked again: the same order")
    return order_id


async def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the next message of a kind. Raises DemoProblem."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                message: dict[str, Any] = json.loads(await socket.recv())
                if message["type"] == kind:
                    return message
    except TimeoutError as error:
        raise DemoProblem(f"the guest heard no {kind} within {PATIENCE_SECONDS:.0f} s") from error


async def timed(what: Awaitable[Result]) -> tuple[Result, float]:
    """Return what came and when, in seconds of the performance counter."""
    return await what, time.perf_counter()


async def cook(order_id: str, socket: ClientConnection, assertions: Assertions) -> None:
    """Be the kitchen, and listen with the guest's ears. Raises DemoProblem."""
    metadata = ((METADATA_KEY, f"Bearer {assertions.sign(Principal(CallerKind.SERVICE, 'demo kitchen'))}"),)
    place = {"restaurant_id": DEMO.restaurant_id, "order_id": order_id}
    async with grpc.aio.insecure_channel(ORDERING) as channel:
        stub = rpc_grpc.OrderingServiceStub(channel)
        steps: list[tuple[str, Any, Any]] = [
            ("accepts", stub.AcceptOrder, rpc.AcceptOrderRequest),
            ("is ready", stub.MarkOrderReady, rpc.MarkOrderReadyRequest),
            ("hands over", stub.CompleteOrder, rpc.CompleteOrderRequest),
        ]
        for what, call, request in steps:
            # At once, because the guest may hear of it before the kitchen has its answer.
            (answer, answered), (message, heard) = await asyncio.gather(
                timed(call(request(**place), metadata=metadata, timeout=PATIENCE_SECONDS)),
                timed(hear(socket, "order:status:updated")),
            )
            say("kitchen", f"{what}: version {answer.order.version}")
            later = (heard - answered) * 1000
            order_of_events = "after" if later >= 0 else "before"
            say("guest", f"sees {message['status']}, {abs(later):.1f} ms {order_of_events} the kitchen's answer")


async def play() -> None:
    """Play it all. Raises DemoProblem."""
    assertions = Assertions(secret())
    async with httpx.AsyncClient(base_url=f"http://{EDGE}", timeout=PATIENCE_SECONDS) as client:
        order_id = await order(client)
        await pay(client)
    async with connect(f"ws://{EDGE}/ws/orders/{order_id}", compression=None) as socket:
        snapshot = await hear(socket, "snapshot")
        code = snapshot["order"]["orderCode"]
        say("guest", f"watches order #{code}: {snapshot['order']['status']}")
        await cook(order_id, socket, assertions)


def main() -> int:
    """Play; exit 1 with one clear message when it can't be done."""
    try:
        asyncio.run(play())
    except DemoProblem as problem:
        print(problem, file=sys.stderr)
    except (OSError, httpx.TransportError) as error:
        print(f"nothing answers at {EDGE} ({type(error).__name__}); start it with `make up`", file=sys.stderr)
    except WebSocketException as error:
        print(f"the guest's connection to {EDGE} broke: {error}", file=sys.stderr)
    except grpc.aio.AioRpcError as error:
        print(f"the kitchen's call to {ORDERING} failed: {error.code().name} {error.details()}", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
