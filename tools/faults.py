"""Kill -9 parts of the system under load, then count: `python -m tools.faults [seconds] [seed]`.

Guests preview and place (each order asked for several times at once) and repeat what fails; half of them pay, at a
gateway that fails at random (tools/fault_money.py); a kitchen moves some orders on; guests watch those over WebSocket
and come back with their last token. In the end: lost = acknowledged, but not in the database; doubled = more orders
than previews placed; gaps and repeats = what the watching guests saw, compared with the orders' own histories; in the
kitchen: displays or tickets that are not as the documents say (tools/fault_kitchen.py).
"""

from __future__ import annotations

import asyncio
import json
import pathlib
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from bson import ObjectId
from pymongo import AsyncMongoClient
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from tools import fault_money
from tools.demo_data import DEMO, example_cart, load
from tools.fault_kitchen import Wall, work
from tools.fault_money import Money
from tools.kitchens import as_service
from tools.processes import Stack

VICTIMS = ("ordering", "mongod", "edge", "menu", "station", "payment")
PAYING = 0.5
"""Share of the guests who pay; the others order at a location that asks for no payment."""
GUESTS, ASKED_AT_ONCE, EVERY_NTH_IS_WATCHED = 8, 3, 10
GIVE_UP_SECONDS = 150.0
"""A wallet that may be on its way is not charged again for a minute."""
PREVIEW = "/order-app/cart/preview-order"
PLACE = "/payments/place-order-without-payment"


@dataclass
class Report:
    """What happened."""

    seed: int
    kills: list[str] = field(default_factory=list)
    previewed: set[str] = field(default_factory=set)
    acknowledged: list[str] = field(default_factory=list)
    watched: dict[str, list[int]] = field(default_factory=dict)
    recoveries: list[float] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    gaps: int = 0
    repeats: int = 0
    displays: int = 0
    resets: int = 0
    """How often displays were told to forget everything and got a new snapshot."""
    kitchen: list[str] = field(default_factory=list)
    """What is wrong with tickets and displays."""
    money: Money = field(default_factory=Money)
    unexpected: list[str] = field(default_factory=list)

    def good(self) -> bool:
        """Tell whether nothing was lost, doubled, left out or repeated."""
        return (
            not (self.lost or self.doubled or self.gaps or self.repeats or self.kitchen or self.unexpected)
            and self.money.good()
        )

    def __str__(self) -> str:
        worst = f"{max(self.recoveries):.1f} s" if self.recoveries else "none"
        middle = f"{sorted(self.recoveries)[len(self.recoveries) // 2]:.1f} s" if self.recoveries else "none"
        return (
            f"seed {self.seed}: {len(self.kills)} kills ({', '.join(self.kills)})\n"
            f"orders acknowledged {len(self.acknowledged)}, lost {self.lost}, doubled {self.doubled}; "
            f"watched orders {len(self.watched)}, gaps {self.gaps}, repeats {self.repeats}\n"
            f"{self.money}\n"
            f"displays {self.displays}, given a new snapshot {self.resets} times, differences {len(self.kitchen)}\n"
            f"recovery after a kill: p50 {middle}, max {worst}\n"
            + "\n".join([*self.kitchen[:10], *self.unexpected[:10]])
        )


class Evening:
    """Guests, a kitchen and a nemesis."""

    def __init__(
        self, stack: Stack, seconds: float, seed: int, victims: Sequence[str] = VICTIMS, *, wallets: bool = True
    ) -> None:
        self.stack, self.until, self.random = stack, time.monotonic() + seconds, random.Random(seed)
        self.report = Report(seed)
        self._victims = victims
        self._wallets = wallets
        self._watchers: list[asyncio.Task[None]] = []
        self._last_success = time.monotonic()

    async def run(self) -> Report:
        """Play it and count."""
        wall = await Wall.open(self.stack)
        await fault_money.misbehave(self.stack, self.report.seed)
        async with httpx.AsyncClient(base_url=self.stack.edge_url, timeout=30) as client:
            nemesis = asyncio.create_task(self._nemesis())
            await asyncio.gather(*(self._guest(client) for _ in range(GUESTS)))
            await nemesis
            await fault_money.misbehave(self.stack, 0, 0.0)
            _, waiting = await asyncio.wait(self._watchers, timeout=GIVE_UP_SECONDS)
            if waiting:
                raise SystemExit(f"{len(waiting)} of those who watch an order or work on it never came to its end")
            await asyncio.gather(*self._watchers)
        try:
            await self._count(wall)
        finally:
            await wall.close()
        return self.report

    async def _nemesis(self) -> None:
        while time.monotonic() + 3 < self.until:
            await asyncio.sleep(self.random.uniform(1.0, 2.5))
            victim = self.random.choice(self._victims)
            self.report.kills.append(victim)
            killed_at = time.monotonic()
            await asyncio.to_thread(self.stack.kill, victim)
            await asyncio.sleep(self.random.uniform(0.0, 0.5))
            await asyncio.to_thread(self.stack.restart, victim)
            # When the guests have gone home there is nobody who could notice that it works again.
            give_up = min(killed_at + GIVE_UP_SECONDS, self.until + 5)
            while self._last_success < killed_at + 0.5 and time.monotonic() < give_up:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            if self._last_success > killed_at:
                self.report.recoveries.append(self._last_success - killed_at)

    async def _until_it_works(self, what: Callable[[], Awaitable[httpx.Response]]) -> dict[str, Any]:
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while True:
            try:
                answer = await what()
                if answer.status_code == httpx.codes.OK:
                    self._last_success = time.monotonic()
                    found: dict[str, Any] = answer.json()
                    return found
                if answer.status_code == httpx.codes.CONFLICT:
                    self._last_success = time.monotonic()  # another call pays already: it is asked again
                elif answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    self.report.unexpected.append(f"{answer.status_code} {answer.text[:200]}")
                    raise SystemExit(self.report.unexpected[-1])
            except httpx.TransportError:
                pass
            if time.monotonic() > give_up:
                raise SystemExit("the system did not come back")
            await asyncio.sleep(0.1)

    async def _guest(self, client: httpx.AsyncClient) -> None:
        while time.monotonic() < self.until:
            preview = await self._until_it_works(partial(client.post, PREVIEW, json=example_cart()))
            preview_id = preview["data"]["previewOrderId"]
            self.report.previewed.add(preview_id)
            placed = await self._order(client, preview_id)
            if not placed:
                continue
            if set(placed) != {preview_id}:
                self.report.unexpected.append(f"preview {preview_id} became {placed}")
            self.report.acknowledged.append(preview_id)
            if len(self.report.acknowledged) % EVERY_NTH_IS_WATCHED == 0:
                self._watchers += [
                    asyncio.create_task(self._watch(preview_id)),
                    asyncio.create_task(self._kitchen(preview_id)),
                ]

    async def _order(self, client: httpx.AsyncClient, preview_id: str) -> list[str]:
        """Order, with or without paying, and return the answers; none when the guest's cards were all declined."""
        if self.random.random() < PAYING:
            return await fault_money.pay(
                client, self._until_it_works, preview_id, self.random, ASKED_AT_ONCE, wallets=self._wallets
            )
        place = partial(client.post, PLACE, json={"previewOrderId": preview_id})
        answers = await asyncio.gather(*(self._until_it_works(place) for _ in range(ASKED_AT_ONCE)))
        return [answer["orderId"] for answer in answers]

    async def _watch(self, order_id: str) -> None:
        seen = self.report.watched.setdefault(order_id, [])
        base, token = self.stack.edge_url.replace("http", "ws"), ""
        while True:
            try:
                async with connect(f"{base}/ws/orders/{order_id}?resumeToken={token}", compression=None) as socket:
                    async for text in socket:
                        message = json.loads(text)
                        if message["type"] == "error":
                            break
                        token = message.get("resumeToken", token)
                        if "version" in message and not (message["type"] == "snapshot" and seen):
                            if message["version"] in seen:
                                note = f"{order_id} saw version {message['version']} again: {seen}, {message['type']}"
                                self.report.unexpected.append(note)
                            seen.append(message["version"])
                        if message.get("status", message.get("order", {}).get("status")) == "PICKED_UP":
                            return
            except (OSError, InvalidHandshake, WebSocketException, TimeoutError):
                pass
            await asyncio.sleep(0.1)

    async def _kitchen(self, order_id: str) -> None:
        self.report.unexpected += await work(self.stack, order_id, as_service(self.stack))

    async def _count(self, wall: Wall) -> None:
        async with AsyncMongoClient[dict[str, Any]](self.stack.mongo_uri) as client:
            self.report.money = await fault_money.settled(self.stack, client[self.stack.db_name])
            orders = client[self.stack.db_name]["orders"]
            stored = {str(d["_id"]): d async for d in orders.find({}, {"history": 1, "meta": 1})}
            self.report.kitchen = await wall.differences(client[self.stack.db_name])
        report = self.report
        report.displays, report.resets = len(wall.displays), sum(d.snapshots - 1 for d in wall.displays)
        report.lost = sum(1 for order_id in report.acknowledged if order_id not in stored)
        report.doubled = len(stored.keys() - report.previewed)
        for order_id, seen in report.watched.items():
            versions = [entry["version"] for entry in stored[order_id]["history"]]
            report.gaps += len(set(versions[versions.index(seen[0]) :]) - set(seen))
            report.repeats += len(seen) - len(set(seen))


async def play(
    stack: Stack, seconds: float, seed: int, victims: Sequence[str] = VICTIMS, *, wallets: bool = True
) -> Report:
    """Load the demo restaurant and play an evening. Without wallets nobody has to wait for a minute."""
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as client:
        await load(client[stack.db_name])
        assert await client[stack.db_name]["locations"].find_one({"_id": ObjectId(DEMO.location_id)})
    await asyncio.to_thread(stack.wait_ready)
    return await Evening(stack, seconds, seed, victims, wallets=wallets).run()


def main() -> int:
    """Play for some seconds and print the report."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    print(f"seed {seed}, {seconds:.0f} s", flush=True)
    with tempfile.TemporaryDirectory() as folder, Stack(pathlib.Path(folder), {"ORDERBUDDY_DEMO": "0"}) as stack:
        report = asyncio.run(play(stack, seconds, seed))
    print(report)
    return 0 if report.good() else 1


if __name__ == "__main__":
    sys.exit(main())
