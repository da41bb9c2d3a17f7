"""Messages in an evening of faults: `python -m tools.deliveries [orders] [seed]`.

Guests order and their orders move on, while providers fail at random and the Notification service and mongod are killed
with SIGKILL. In the end what the providers' servers took is held against what had to be said.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grpc
import httpx
from bson import ObjectId
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as rpc_grpc
from pymongo import AsyncMongoClient

from tests.servers.fcm import ADDRESS, PROJECT, Fcm
from tests.servers.twilio import ACCOUNT, NUMBER, TOKEN, Twilio
from tests.servers.vendors import in_thread
from tools.demo_data import DEMO, example_cart, load
from tools.kitchens import as_service
from tools.processes import Stack

ALERT: Final = "+12065550166"
TOKENS: Final = ("and:token-1", "web:token-1")
FAILING: Final = 0.05
_AT_ONCE: Final = 8
_PATIENCE_SECONDS: Final = 600.0
_AGAIN_SECONDS: Final = 120.0
_PASSES: Final = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED})


@dataclass
class Evening:
    """What was to be said, and what was."""

    seed: int
    kills: list[str] = field(default_factory=list)
    wanted: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Recipient, and the order's code and what of it."""
    arrived: Counter[tuple[str, str]] = field(default_factory=Counter)
    stories: Counter[str] = field(default_factory=Counter)
    explained: int = 0
    """Messages that arrived twice and whose delivery tells why."""

    @property
    def forgotten(self) -> list[tuple[str, str]]:
        """What did not arrive."""
        return [each for each in self.wanted if not self.arrived[each]]

    @property
    def strange(self) -> list[tuple[str, str]]:
        """What nobody wanted: for the wrong one, or untrue."""
        return [each for each in self.arrived if not self.wanted[each]]

    @property
    def doubled(self) -> list[tuple[str, str]]:
        """What arrived more than once."""
        return [each for each, count in self.arrived.items() if count > 1]

    def good(self) -> bool:
        """Tell whether everything was said, to the right ones, and what was said twice is explained."""
        return not (self.forgotten or self.strange) and self.explained >= len(self.doubled)

    def __str__(self) -> str:
        counted = ", ".join(f"{count} {state}" for state, count in sorted(self.stories.items()))
        return (
            f"seed {self.seed}: {len(self.kills)} kills ({Counter(self.kills)})\n"
            f"messages wanted {len(self.wanted)}, forgotten {len(self.forgotten)}, for nobody {len(self.strange)}, "
            f"arrived twice {len(self.doubled)}, of which the deliveries tell why {self.explained}\n"
            f"deliveries: {counted}"
        )


class Guests:
    """Orders that live their life, whatever is away."""

    def __init__(self, stack: Stack, evening: Evening) -> None:
        self._http = httpx.AsyncClient(base_url=stack.edge_url, timeout=30)
        self._channel = stack.channel("ordering")
        self._orders = rpc_grpc.OrderingServiceStub(self._channel)
        self._metadata = as_service(stack)
        self._evening = evening

    async def close(self) -> None:
        """End the connections."""
        await self._http.aclose()
        await self._channel.close()

    async def one(self, number: int) -> None:
        """Place an order, and move it to READY or cancel it."""
        phone = f"206{5_550_000 + number:07}"
        cart = {**example_cart(), "customer": {"name": f"Guest {number}", "phone": phone}, "getSms": True}
        preview = (await self._post("/order-app/cart/preview-order", cart))["data"]["previewOrderId"]
        placed = await self._post("/payments/place-order-without-payment", {"previewOrderId": preview})
        order_id = placed["orderId"]
        order = (await self._move(rpc.GetOrderRequest(order_id=order_id), self._orders.GetOrder)).order
        what, guest = f"#{order.order_code}", f"+1{phone}"
        wanted = [(ALERT, f"{what} new"), *((token, f"{what} new") for token in TOKENS)]
        place = {"restaurant_id": DEMO.restaurant_id, "order_id": order_id, "request_id": f"r-{number}"}
        if number % 10 == 0:
            await self._move(rpc.CancelOrderRequest(**place, reason="sold out"), self._orders.CancelOrder)
            # Taken on by itself, it was said to be accepted before.
            wanted += [(guest, f"{what} {said}") for said in self._said(order.status) | {"canceled"}]
        else:
            if order.status == "CREATED":
                await self._move(rpc.AcceptOrderRequest(**place), self._orders.AcceptOrder)
            await self._move(rpc.MarkOrderReadyRequest(**place), self._orders.MarkOrderReady)
            wanted += [(guest, f"{what} accepted"), (guest, f"{what} ready")]
        self._evening.wanted.update(wanted)

    @staticmethod
    def _said(status: str) -> set[str]:
        return {"accepted"} if status == "ACCEPTED" else set()

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        until = time.monotonic() + _AGAIN_SECONDS
        while True:
            try:
                answer = await self._http.post(path, json=body)
                if answer.is_success:
                    found: dict[str, Any] = answer.json()
                    return found
                if answer.status_code < 500 and answer.status_code != 409:
                    answer.raise_for_status()
            except httpx.TransportError:
                pass
            if time.monotonic() > until:
                raise TimeoutError(path)
            await asyncio.sleep(0.5)

    async def _move(self, request: Any, call: Any) -> Any:
        until = time.monotonic() + _AGAIN_SECONDS
        while True:
            try:
                return await call(request, metadata=self._metadata, timeout=10)
            except grpc.aio.AioRpcError as error:
                if error.code() not in _PASSES or time.monotonic() > until:
                    raise
            await asyncio.sleep(0.5)


async def killer(stack: Stack, evening: Evening, chance: random.Random, over: asyncio.Event) -> None:
    """Kill the Notification service, and sometimes mongod, again and again; leave both running."""
    while not over.is_set():
        await asyncio.sleep(chance.uniform(2, 6))
        name = chance.choice(("notification", "notification", "notification", "mongod"))
        evening.kills.append(name)
        await asyncio.to_thread(stack.kill, name)
        await asyncio.sleep(chance.uniform(0, 1))
        await asyncio.to_thread(stack.restart, name)


def told(to: str, text: str) -> tuple[str, str]:
    """Return what a message told whom."""
    code = next(word.strip(".,!") for word in text.split() if word.startswith("#"))
    signs = {
        "accepted": "accepted",
        "ready for": "ready",
        "canceled": "canceled",
        "new order": "new",
        "received": "new",
    }
    return to, f"{code} {next(what for sign, what in signs.items() if sign in text)}"


async def play(orders: int, seed: int, folder: Path) -> Evening:
    """Run the evening."""
    evening, chance = Evening(seed), random.Random(seed)
    twilio, fcm = Twilio(), Fcm()
    with ExitStack() as open_now:
        sms, push = (open_now.enter_context(in_thread(each.app)) for each in (twilio, fcm))
        env = {
            "ALLOW_MESSAGE": "true",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_PHONE_NUMBER": NUMBER,
            "ORDERBUDDY_TWILIO_URL": sms,
            "FIREBASE_PROJECT_ID": PROJECT,
            "FIREBASE_CLIENT_EMAIL": ADDRESS,
            "FIREBASE_PRIVATE_KEY": fcm.private_key,
            "ORDERBUDDY_FCM_URL": push,
            "ORDERBUDDY_FCM_TOKEN_URL": f"{push}/token",
            "ORDERBUDDY_SMS_PER_MINUTE": "1000000",
            "ORDERBUDDY_SMS_CENTS_PER_DAY": "1000000",
        }
        stack = open_now.enter_context(Stack(folder / "data", env))
        stack.wait_ready()
        client: AsyncMongoClient[Any] = AsyncMongoClient(stack.mongo_uri)
        db = client[stack.db_name]
        await _prepare(db)
        for server in (twilio, fcm):
            server.failures.share, server.failures.chance = FAILING, random.Random(seed)
        guests, over = Guests(stack, evening), asyncio.Event()
        killing = asyncio.create_task(killer(stack, evening, chance, over))
        try:
            limit = asyncio.Semaphore(_AT_ONCE)

            async def one(number: int) -> None:
                async with limit:
                    await guests.one(number)

            await asyncio.gather(*(one(number) for number in range(orders)))
            print(f"{orders} orders have lived their lives", flush=True)
            await asyncio.sleep(10)
        finally:
            over.set()
            await killing
            await guests.close()
        stack.wait_ready()
        await _settled(db, evening)
        evening.arrived.update(told(each["To"], each["Body"]) for each in twilio.sent)
        evening.arrived.update(told(each["token"], each["notification"]["body"]) for each in fcm.sent)
        await _read_stories(db, evening)
        await client.close()
    return evening


async def _prepare(db: Any) -> None:
    await load(db)
    place = {"_id": ObjectId(DEMO.location_id)}
    await db["locations"].update_one(place, {"$set": {"alertNumbers": [{"id": "n", "phoneNumber": ALERT}]}})
    lists = {"fcmAndroid": [TOKENS[0]], "fcmWeb": [TOKENS[1]]}
    await db["subscriptions"].insert_one({"restaurantId": DEMO.restaurant_id, **lists})


async def _settled(db: Any, evening: Evening) -> None:
    """Wait until there are as many deliveries as were wanted and none is queued."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        count = await db["deliveries"].count_documents({})
        queued = await db["deliveries"].count_documents({"state": "QUEUED"})
        if count >= len(evening.wanted) and not queued:
            return
        await asyncio.sleep(1)


async def _read_stories(db: Any, evening: Evening) -> None:
    doubled = set(evening.doubled)
    kinds = {"new_order": "new", "order_accepted": "accepted", "order_ready": "ready", "order_canceled": "canceled"}
    async for delivery in db["deliveries"].find():
        evening.stories[delivery["state"]] += 1
        key = (delivery["recipient"], f"#{delivery['facts']['order_code']} {kinds[delivery['kind']]}")
        unsure = any(entry.get("again") or entry["fate"] == "UNHEARD" for entry in delivery["history"])
        evening.explained += key in doubled and unsure


def main() -> int:
    """Run it and print what came of it."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1_000_000)
    print(f"{orders} orders, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        evening = asyncio.run(play(orders, seed, Path(folder)))
    print(evening)
    return 0 if evening.good() else 1


if __name__ == "__main__":
    sys.exit(main())
