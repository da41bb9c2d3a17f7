"""What providers of messages cost the guest: `python -m bench.messages`, and a section of `make bench`.

Orders whose guests want text messages, at a place with alert numbers and devices, are placed in two systems in turns:
in one every provider answers, in the other every provider hangs. A ratio of 1 means that nobody waits for a provider.
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import statistics
import tempfile
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import uvloop
from bson import ObjectId
from pymongo import AsyncMongoClient

from bench.load import Outcome, Request, run
from tests.servers.fcm import ADDRESS, PROJECT, Fcm
from tests.servers.twilio import ACCOUNT, NUMBER, TOKEN, Twilio
from tests.servers.vendors import in_thread
from tools.demo_data import DEMO, example_cart, load
from tools.processes import Stack

TURNS, ORDERS = 4, 150
_CONNECTIONS: Final = 8
_ALERTS: Final = ("+12065550166", "+12065550167")


async def _place(stack: Stack, phone: int) -> Outcome:
    """Place orders; each guest has a phone of their own."""
    edge = stack.parts["edge"].port
    requests = []
    async with httpx.AsyncClient(base_url=stack.edge_url) as client:
        for number in range(phone, phone + ORDERS):
            cart = {**example_cart(), "customer": {"name": "Ana", "phone": f"206{number:07}"}, "getSms": True}
            answer = await client.post("/order-app/cart/preview-order", json=cart)
            body = json.dumps({"previewOrderId": answer.json()["data"]["previewOrderId"]}).encode()
            requests.append(Request.make("POST", "/payments/place-order-without-payment", body=body))
    return await run("127.0.0.1", edge, requests, seconds=60, connections=_CONNECTIONS, once=True)


async def _prepare(stack: Stack) -> None:
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as client:
        db = client[stack.db_name]
        await load(db)
        numbers = [{"id": number, "phoneNumber": number} for number in _ALERTS]
        await db["locations"].update_one({"_id": ObjectId(DEMO.location_id)}, {"$set": {"alertNumbers": numbers}})
        devices = {"fcmAndroid": ["and:1"], "fcmWeb": ["web:1"]}
        await db["subscriptions"].insert_one({"restaurantId": DEMO.restaurant_id, **devices})


@contextlib.asynccontextmanager
async def _system(*, hanging: bool) -> AsyncIterator[tuple[Stack, Twilio]]:
    """A system whose providers answer, or hang."""
    twilio, fcm = Twilio(), Fcm()
    twilio.failures.hanging = fcm.failures.hanging = fcm.token_failures.hanging = hanging
    with contextlib.ExitStack() as open_now:
        folder = open_now.enter_context(tempfile.TemporaryDirectory())
        sms, push = (open_now.enter_context(in_thread(each.app)) for each in (twilio, fcm))
        env = {
            "ORDERBUDDY_DEMO": "0",
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
        stack = open_now.enter_context(Stack(pathlib.Path(folder), env))
        await _prepare(stack)
        stack.wait_ready()
        yield stack, twilio
        twilio.failures.hanging = fcm.failures.hanging = fcm.token_failures.hanging = False


async def messages() -> None:
    """Measure, and print both and their ratio."""
    times: dict[str, list[float]] = {"answers": [], "hangs": []}
    async with _system(hanging=False) as (well, taken), _system(hanging=True) as (ill, _):
        for turn in range(TURNS + 1):
            for name, stack in (("answers", well), ("hangs", ill)):
                outcome = await _place(stack, 4_000_000 + turn * ORDERS)
                if turn:  # everything is warm after the first
                    times[name] += outcome.milliseconds
        texts = len(taken.sent)
    for name, found in times.items():
        ordered = sorted(found)
        middle, most = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        print(f"place order, every provider {name:<8} p50 {middle:6.2f}  p99 {most:6.2f} ms  ({len(ordered)} orders)")
    ratio = statistics.median(times["hangs"]) / statistics.median(times["answers"])
    print(f"  hanging to answering {ratio:.2f} by p50; the one that answers took {texts} text messages meanwhile")


if __name__ == "__main__":
    uvloop.run(messages())
