"""Cut clients while orders walk through the kitchen: `python -m tools.reconnects [orders] [cuts] [seed]`.

Displays and Socket.IO clients. In the end each must have heard exactly what the orders' own histories say: nothing left
out, nothing twice. Then one display stops reading: it must be cut off, come back, and end with the same list, and the
others must not feel it.
"""

from __future__ import annotations

import asyncio
import pathlib
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import httpx
from pymongo import AsyncMongoClient

from tools import kitchen_truth
from tools.demo_data import DEMO
from tools.kitchen_clients import Display, LiveClient, Returning
from tools.kitchen_walk import Walk, banquet
from tools.kitchens import BAR, DESSERTS, KITCHEN, device_key, load_kitchen, view_path
from tools.processes import Stack

ORDERS, CUTS, CALM_ORDERS = 500, 1_000, 100
COOKS: Final = 6
_PATIENCE_SECONDS: Final = 60.0
_PLACE: Final = {"restaurantId": DEMO.restaurant_id, "locationId": DEMO.location_id}
_CLOSED: Final = 'orderbuddy_edge_sockets_closed_total{code="1013"}'


@dataclass
class Report:
    """What happened."""

    seed: int
    orders: int = 0
    steps: int = 0
    refused: int = 0
    cuts: int = 0
    clients: int = 0
    events: int = 0
    cut_off: int = 0
    calm: list[float] = field(default_factory=list)
    """Seconds from an order's answer to each display."""
    beside_sleeper: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def good(self) -> bool:
        """Tell whether all heard what they had to."""
        return not self.problems and self.cut_off == 1

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.orders} orders, {self.steps} steps ({self.refused} refused), "
            f"{self.clients} clients cut {self.cuts} times, {self.events} events heard\n"
            f"to the displays, p99 after the answer: {p99(self.calm):.1f} ms; beside one that does not read "
            f"{p99(self.beside_sleeper):.1f} ms; cut off: {self.cut_off}\n"
            f"differences: {len(self.problems)}\n" + "\n".join(self.problems[:10])
        )


def p99(seconds: Sequence[float]) -> float:
    """Return the 99th percentile in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)] * 1000 if ordered else 0.0


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds. Raises SystemExit when it does not in time."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > give_up:
            raise SystemExit(f"in vain: {what}")
        await asyncio.sleep(0.01)


class Night:
    """Clients, cooks and cuts."""

    def __init__(self, stack: Stack, key: str, seed: int) -> None:
        ws = stack.edge_url.replace("http", "ws", 1)
        views = ("", "", KITCHEN, KITCHEN, BAR, DESSERTS)
        self.displays = [
            Display(f"display {n} at {station or 'expo'}", ws + view_path(station), key, station)
            for n, station in enumerate(views)
        ]
        self.live = [LiveClient(f"dashboard {n}", f"{ws}/socket.io/", ("store_joined", _PLACE)) for n in range(2)]
        for station in (KITCHEN, BAR, DESSERTS):
            join = ("station_joined", {**_PLACE, "stationId": station, "stationTags": []})
            self.live.append(LiveClient(f"socket.io at {station}", f"{ws}/socket.io/", join, station))
        self.stack, self.walk = stack, Walk(stack, key, self.displays)
        self.report = Report(seed, clients=len(self.clients))
        self.random = random.Random(seed)

    @property
    def clients(self) -> list[Returning]:
        """All of them."""
        return [*self.displays, *self.live]

    async def run(self, orders: int, cuts: int, calm_orders: int) -> Report:
        """Play it and judge."""
        for client in self.clients:
            client.start()
        await self._all_connected()
        try:
            await self._storm(orders, cuts)
            await self._compare()
            self.report.calm = await self._calm(calm_orders)
            await self._sleeper(calm_orders)
            for client in self.clients:
                client.cut()
            await self._all_connected()
            await self._compare()
        finally:
            await asyncio.gather(*(client.leave() for client in self.clients))
            await self.walk.close()
        return self._reported()

    async def _all_connected(self) -> None:
        await until(lambda: all(c.connected.is_set() for c in self.clients), "a client does not come back")

    async def _storm(self, orders: int, cuts: int) -> None:
        """Let cooks work through orders, and cut clients in step with that."""
        seeds = [self.random.getrandbits(64) for _ in range(orders)]
        waiting = iter(seeds)

        async def cook() -> None:
            for seed in waiting:
                await self.walk.one_order(random.Random(seed))

        async def scissors() -> None:
            for cut in range(cuts):
                # As far with the cuts as the orders are: all of them fall into the work.
                while len(self.walk.placed) * cuts < cut * orders:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
                while not self.random.choice(self.clients).cut():  # noqa: ASYNC110
                    await asyncio.sleep(0.001)

        await asyncio.gather(scissors(), *(cook() for _ in range(COOKS)))

    async def _calm(self, orders: int) -> list[float]:
        """Place orders one after another; return how soon each display had each."""
        took: list[float] = []
        for _ in range(orders):
            order_id = await self.walk.place(banquet())
            await until(partial(self._at_expo, order_id), f"{order_id} at expo")
            answered = self.walk.placed[order_id]
            took += [d.arrived[order_id] - answered for d in self._expo()]
        return took

    def _at_expo(self, order_id: str) -> bool:
        return all(order_id in display.arrived for display in self._expo())

    def _expo(self) -> list[Display]:
        return [d for d in self.displays[1:] if not d.station_id]

    async def _sleeper(self, orders: int) -> None:
        """Let the first display stop reading; work on until it is cut off, and let it come back."""
        before = await self._closed()
        self.displays[0].stop_reading()
        # The system's own buffers take a lot before the edge notices: a busy machine needs its time to fill them.
        give_up = time.monotonic() + 3 * _PATIENCE_SECONDS
        while await self._closed() == before and time.monotonic() < give_up:
            self.report.beside_sleeper += await self._calm(max(1, orders // 10))
        self.report.cut_off = round(await self._closed() - before)
        self.displays[0].cut()
        await self._all_connected()

    async def _closed(self) -> float:
        """Return how many sockets the edge closed because they were too slow."""
        async with httpx.AsyncClient(base_url=self.stack.edge_url) as client:
            text = (await client.get("/metrics")).text
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(_CLOSED))

    async def _compare(self) -> None:
        """Compare what was heard with what is stored; wait for what is still on its way."""
        give_up = time.monotonic() + _PATIENCE_SECONDS / 4
        while (differences := await self._differences()) and time.monotonic() < give_up:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        self.report.problems += differences

    async def _differences(self) -> list[str]:
        async with AsyncMongoClient[dict[str, Any]](self.stack.mongo_uri, tz_aware=True) as client:
            db = client[self.stack.db_name]
            orders, stations = await kitchen_truth.orders_of(db), await kitchen_truth.stations_of(db)
        picture = {key: (t.station_id, t.revision) for key, t in (await self.walk.picture()).items()}
        found = []
        for order_id, order in orders.items():
            for display in self.displays:
                wanted = kitchen_truth.on_display(order, display.station_id or None, stations)
                found += _difference(display, order_id, wanted)
            for live in self.live:
                found += _difference(live, order_id, kitchen_truth.over_socketio(order, live.station_id, stations))
        found += [f"{order_id} was answered and is not stored" for order_id in self.walk.placed.keys() - orders.keys()]
        for display in self.displays:
            shown = {key: ticket["revision"] for key, ticket in display.tickets.items()}
            mine = {k: revision for k, (s, revision) in picture.items() if display.station_id in ("", s)}
            if shown != mine:
                found.append(f"{display.name} shows {shown.items() - mine.items()}, not {mine.items() - shown.items()}")
        return found

    def _reported(self) -> Report:
        report, walk = self.report, self.walk
        report.orders, report.steps, report.refused = len(walk.placed), walk.steps, walk.refused
        report.cuts = sum(client.returns for client in self.clients)
        report.events = sum(len(events) for client in self.clients for events in client.heard.values())
        report.problems += walk.problems + [problem for client in self.clients for problem in client.problems]
        report.problems += [f"{d.name} had {d.snapshots} snapshots" for d in self.displays if d.snapshots != 1]
        report.problems += [
            f"{c.name} was not recovered {c.lost_recoveries} times" for c in self.live if c.lost_recoveries
        ]
        return report


def _difference(client: Returning, order_id: str, wanted: list[tuple[Any, ...]]) -> list[str]:
    heard = client.heard.get(order_id, [])
    return [] if heard == wanted else [f"{client.name}, order {order_id}: heard {heard}, not {wanted}"]


async def play(stack: Stack, orders: int, cuts: int, calm_orders: int, seed: int) -> Report:
    """Load the demo restaurant and play."""
    await load_kitchen(stack)
    await asyncio.to_thread(stack.wait_ready)
    return await Night(stack, await device_key(stack, "pos"), seed).run(orders, cuts, calm_orders)


def main() -> int:
    """Play and print the report."""
    given = [int(argument) for argument in sys.argv[1:]]
    orders, cuts, seed = [*given, *(ORDERS, CUTS, random.randrange(10**6))[len(given) :]]
    print(f"seed {seed}, {orders} orders, {cuts} cuts", flush=True)
    with tempfile.TemporaryDirectory() as folder, Stack(pathlib.Path(folder), {"ORDERBUDDY_DEMO": "0"}) as stack:
        report = asyncio.run(play(stack, orders, cuts, CALM_ORDERS, seed))
    print(report)
    return 0 if report.good() else 1


if __name__ == "__main__":
    sys.exit(main())
