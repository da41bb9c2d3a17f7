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
from tools.processes import Stack, StackProblem

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
_STARTS: Final = 3
_REACHED_SECONDS: Final = 10.0
_GIVE_UP_SECONDS: Final = 120.0
"""A wallet that may be on its way still is not charged again before a minute has gone by."""


@dataclass
class Crashes:
    """What came of it."""

    covered: int = 0
    wrong: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    money: Money = field(default_factory=Money)
    tokens: list[str] = field(default_factory=list)
    """What was paid with."""

    def good(self) -> bool:
        """Tell whether every crash ended well."""
        return not self.wrong and self.money.good()

    def __str__(self) -> str:
        times = sorted(self.recoveries) or [0.0]
        return (
            f"steps covered {self.covered} / {len(STEPS)}; answered after the crash in p50 "
            f"{times[len(times) // 2]:.1f} s, max {times[-1]:.1f} s\n{self.money}\n" + "\n".join(self.wrong)
        )


async def _reach(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Make a call that no crash is meant for; the edge may not have found again yet who was just started."""
    until = time.monotonic() + _REACHED_SECONDS
    while True:
        answer = await client.post(path, json=body)
        if answer.is_server_error and time.monotonic() < until:
            await asyncio.sleep(0.1)
            continue
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


async def _body(client: httpx.AsyncClient, kind: str, tokens: list[str]) -> tuple[str, dict[str, Any], str]:
    """Return path and body of the call that orders and pays, and the preview's id; note what is paid with."""
    preview = (await _reach(client, "/order-app/cart/preview-order", example_cart()))["data"]["previewOrderId"]
    if kind == "no payment":
        return _PLACE, {"previewOrderId": preview}, preview
    if kind == "wallet":
        tokens.append(uuid.uuid4().hex)
        details = {"type": "applePay", "token": {"data": tokens[-1]}}
        return WALLET, {"previewOrderId": preview, "transactionDetails": details}, preview
    tokens.append((await _reach(client, START, {}))["transactionToken"])
    return CARD, {"previewOrderId": preview, "transactionToken": tokens[-1]}, preview


def _start_fragile(stack: Stack, victim: str, step: str) -> None:
    """Start a process that dies at a step. Raises StackProblem.

    What an earlier crash has left may bring it to the step by itself, before any guest does: then it starts again.
    """
    for tries_left in reversed(range(_STARTS)):
        stack.start_part(victim, {"ORDERBUDDY_CRASH_AT": step})
        try:
            stack.wait_ready()
        except StackProblem:
            if not tries_left or stack.ended(victim, 0.1) != KILLED:
                raise
        else:
            return


async def _crash(stack: Stack, client: httpx.AsyncClient, kind: str, victim: str, step: str, found: Crashes) -> str:
    """Let a process die at a step, start it again, and repeat the guest's call until it is answered."""
    await asyncio.to_thread(stack.stop_part, victim)
    await asyncio.to_thread(_start_fragile, stack, victim, step)
    path, body, preview = await _body(client, kind, found.tokens)
    until = time.monotonic() + _REACHED_SECONDS
    while True:
        answer = await client.post(path, json=body)
        died = await asyncio.to_thread(stack.ended, victim, 0.5 if answer.is_server_error else _REACHED_SECONDS)
        # The services may not have found each other again: then nobody has come by the step yet.
        if died is not None or not answer.is_server_error or time.monotonic() > until:
            break
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
