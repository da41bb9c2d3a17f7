"""Kill the checkout at every named step, in real processes: `python -m tools.crash_points`.

For each step and way to pay, the process dies there (`ORDERBUDDY_CRASH_AT`: no clean-up, as kill -9), comes back, and
the guest repeats the call until it is answered. In the end: exactly one paid order for each, or none and nothing taken;
the gateway's ledger agrees to the cent (tools/fault_money.py).
"""

from __future__ import annotations

import asyncio
import pathlib
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from bson import ObjectId
from pymongo import AsyncMongoClient

from services.kit.crash import KILLED
from tools import fault_money
from tools.demo_data import example_cart, load
from tools.fault_money import CARD, START, WALLET, Money
from tools.processes import Stack

_SAGA: Final = (
    *("before INTENDED", "after INTENDED", "before AUTHORISING", "after AUTHORISING", "before charge", "after charge"),
    *("before PAID", "after PAID", "before place", "after place", "before ORDERED", "after ORDERED"),
)
_ORDER: Final = ("before order", "after order")
STEPS: Final = (
    *(("card", "payment", step) for step in _SAGA),
    *(("card", "ordering", step) for step in _ORDER),
    *(("wallet", "payment", step) for step in _SAGA),
    *(("wallet", "ordering", step) for step in _ORDER),
    *(("no payment", "ordering", step) for step in _ORDER),
)
"""How is paid, which process dies, and where."""

_PLACE: Final = "/payments/place-order-without-payment"
_GIVE_UP_SECONDS: Final = 60.0


@dataclass
class Crashes:
    """What came of it."""

    covered: int = 0
    wrong: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    money: Money = field(default_factory=Money)

    def good(self) -> bool:
        """Tell whether every crash ended well."""
        return not self.wrong and self.money.good()

    def __str__(self) -> str:
        times = sorted(self.recoveries) or [0.0]
        return (
            f"steps covered {self.covered} / {len(STEPS)}; answered after the crash in p50 "
            f"{times[len(times) // 2]:.1f} s, max {times[-1]:.1f} s\n{self.money}\n" + "\n".join(self.wrong)
        )


async def _body(client: httpx.AsyncClient, kind: str) -> tuple[str, dict[str, Any], str]:
    """Return path and body of the call that orders and pays, and the preview's id."""
    answer = (await client.post("/order-app/cart/preview-order", json=example_cart())).raise_for_status()
    preview = answer.json()["data"]["previewOrderId"]
    if kind == "no payment":
        return _PLACE, {"previewOrderId": preview}, preview
    if kind == "wallet":
        details = {"type": "applePay", "token": {"data": uuid.uuid4().hex}}
        return WALLET, {"previewOrderId": preview, "transactionDetails": details}, preview
    token = (await client.post(START, json={})).raise_for_status().json()["transactionToken"]
    return CARD, {"previewOrderId": preview, "transactionToken": token}, preview


async def _crash(stack: Stack, client: httpx.AsyncClient, kind: str, victim: str, step: str, found: Crashes) -> str:
    """Let a process die at a step, start it again, and repeat the guest's call until it is answered."""
    await asyncio.to_thread(stack.stop_part, victim)
    await asyncio.to_thread(stack.start_part, victim, {"ORDERBUDDY_CRASH_AT": step})
    await asyncio.to_thread(stack.wait_ready)
    path, body, preview = await _body(client, kind)
    answer = await client.post(path, json=body)
    died = await asyncio.to_thread(stack.ended, victim, 10.0)
    name = f"{kind}, {victim} dies {step}"
    if died != KILLED:
        found.wrong.append(f"{name}: it ended with {died}, the call with {answer.status_code}")
        return preview
    found.covered += 1
    died_at = time.monotonic()
    await asyncio.to_thread(stack.start_part, victim)
    while True:
        answer = await client.post(path, json=body)
        if answer.status_code == httpx.codes.OK and answer.json()["orderId"] == preview:
            found.recoveries.append(time.monotonic() - died_at)
            return preview
        if time.monotonic() > died_at + _GIVE_UP_SECONDS:
            found.wrong.append(f"{name}: no order, but {answer.status_code} {answer.text[:200]}")
            return preview
        await asyncio.sleep(0.2)


async def play(stack: Stack, steps: Sequence[tuple[str, str, str]] = STEPS) -> Crashes:
    """Load the demo restaurant and go through the steps."""
    found = Crashes()
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as mongo:
        db = mongo[stack.db_name]
        await load(db)
        await asyncio.to_thread(stack.wait_ready)
        async with httpx.AsyncClient(base_url=stack.edge_url, timeout=40) as client:
            for kind, victim, step in steps:
                preview = await _crash(stack, client, kind, victim, step, found)
                if await db["orders"].count_documents({"_id": ObjectId(preview)}) != 1:
                    found.wrong.append(f"{kind}, {victim} dies {step}: no order {preview}")
        found.money = await fault_money.settled(stack, db)
        if await db["orders"].count_documents({}) != len(steps):
            found.wrong.append(f"{await db['orders'].count_documents({})} orders for {len(steps)} previews")
    return found


def main() -> int:
    """Go through all steps and print what came of it."""
    with tempfile.TemporaryDirectory() as folder, Stack(pathlib.Path(folder), {"ORDERBUDDY_DEMO": "0"}) as stack:
        found = asyncio.run(play(stack))
    print(found)
    return 0 if found.good() and found.covered == len(STEPS) else 1


if __name__ == "__main__":
    sys.exit(main())
