"""An order's way to the displays: `python -m bench.kitchen`, and a section of `make bench`.

Times are from the answer to the call that placed the order to the arrival at a socket; what the display has before the
guest has the answer is negative. CPU per delivery is what the edge used beyond what it used for the same orders without
sockets. Clients live in a process of their own (bench/sockets.py), whose share of the CPU is printed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pathlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import httpx
import uvloop
from pymongo import AsyncMongoClient

from bench.load import Request, listening
from services.kit.child import spawn
from services.kit.ports import free_port
from tools.demo_data import DEMO, example_cart
from tools.kitchens import BAR, DESSERTS, KITCHEN, device_key, load_kitchen, view_path
from tools.processes import ROOT, Stack

ORDERS, FEW, MANY = 200, 20, 2_000
BROADCASTS: Final = 40
TEXT_BYTES: Final = 3_000
"""Length of the floor's text: about that of the example order's message."""
_PATIENCE_SECONDS: Final = 120
_ALL_HEAR: Final = (KITCHEN, BAR, "")
_STORE: Final = {"restaurantId": DEMO.restaurant_id, "locationId": DEMO.location_id}

Placed = tuple[str, float]
"""An order's id, and when its answer came."""


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process so far, to the nanosecond: of all its threads."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def percentiles(seconds: Sequence[float]) -> str:
    """Write p50, p99 and max in milliseconds."""
    ordered = sorted(seconds)
    middle, most = ordered[len(ordered) // 2], ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    return f"p50 {middle * 1000:7.2f}  p99 {most * 1000:7.2f}  max {ordered[-1] * 1000:7.2f} ms"


class Crowd:
    """The process with the sockets."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def line(self) -> str:
        """Return what it says next."""
        assert self._process.stdout is not None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            said = await self._process.stdout.readline()
        if not said:
            raise SystemExit("the sockets' process has ended")
        return said.decode().strip()

    async def arrivals(self) -> dict[str, dict[int, float]]:
        """Return what arrived when."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"report\n")
        report = json.loads(await self.line())
        return {order: {int(number): at for number, at in heard.items()} for order, heard in report.items()}

    async def end(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


@contextlib.asynccontextmanager
async def crowd(port: int, groups: list[dict[str, Any]]) -> AsyncIterator[Crowd]:
    """Connect sockets."""
    config = json.dumps({"port": port, "groups": groups})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.sockets",
        config,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**26,
    )
    people = Crowd(process)
    try:
        if await people.line() != "ready":
            raise SystemExit("the sockets are not ready")
        yield people
    finally:
        await people.end()


class Till:
    """Places orders over one connection, as a guest's phone would."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def post(self, path: str, body: object) -> tuple[Any, float]:
        """Return the answer and when it came."""
        answer, at = await self.post_text(json.dumps(body), path)
        return json.loads(answer), at

    async def post_text(self, text: str, path: str = "/") -> tuple[bytes, float]:
        """Post a text; return the answer and when it came."""
        data = text.encode()
        self._writer.write(Request.make("POST", path, None, data).data)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("\r\ncontent-length:")[2].partition("\r\n")[0])
        answer = await self._reader.readexactly(length)
        at = time.monotonic()
        if " 200 " not in head[:16] and " 201 " not in head[:16]:
            raise SystemExit(answer.decode())
        return answer, at

    async def place(self) -> Placed:
        """Place an order with drinks and food."""
        preview, _ = await self.post("/order-app/cart/preview-order", example_cart())
        body = {"previewOrderId": preview["data"]["previewOrderId"]}
        answer, at = await self.post("/payments/place-order-without-payment", body)
        return str(answer["orderId"]), at


@dataclass
class Measured:
    """One measurement."""

    placed: list[Placed]
    arrivals: dict[str, dict[int, float]]
    cpu: float
    """Of the server, in seconds."""
    clients_share: float
    """Of all the machine's CPU, that the clients took."""

    @property
    def deliveries(self) -> int:
        """How many messages arrived."""
        return sum(len(heard) for heard in self.arrivals.values())

    def after_answer(self) -> list[float]:
        """Return each arrival's seconds after the answer."""
        return [at - answered for order, answered in self.placed for at in self.arrivals[order].values()]

    def last_of(self, numbers: Sequence[int]) -> list[float]:
        """Return for each order when the last of these sockets had it, after the answer."""
        return [max(self.arrivals[order][n] for n in numbers) - answered for order, answered in self.placed]


async def broadcast(people: Crowd, pid: int, place: Callable[[], Awaitable[Placed]], count: int) -> Measured:
    """Place orders one after another, each when all sockets have the one before."""
    await place()
    await people.line()
    before, clients, begun = cpu_of(pid), cpu_of(people.pid), time.monotonic()
    placed = []
    for _ in range(count):
        placed.append(await place())
        await people.line()
    took, cpu, share = time.monotonic() - begun, cpu_of(pid) - before, cpu_of(people.pid) - clients
    arrivals = await people.arrivals()
    wanted = {order for order, _ in placed}
    heard = {order: times for order, times in arrivals.items() if order in wanted}
    return Measured(placed, heard, cpu, share / took / len(cpus()))


def cpus() -> list[int]:
    """Return the CPUs that this process may use."""
    return sorted(os.sched_getaffinity(0))


class KitchenBench:
    """The measurements."""

    def __init__(self, stack: Stack) -> None:
        process = stack.parts["edge"].process
        assert process is not None
        self.stack, self.port, self.pid = stack, stack.parts["edge"].port, process.pid
        self.key = ""
        self.per_delivery: dict[str, float] = {}

    def view(self, station_id: str, count: int, *, hears: bool = True) -> dict[str, Any]:
        """Return a group of kitchen sockets."""
        headers = {"authorization": f"Device {self.key}"}
        return {"path": view_path(station_id), "count": count, "hears": hears, "headers": headers}

    def dashboards(self, count: int) -> dict[str, Any]:
        """Return a group of Socket.IO clients. What follows the join is answered when the join is done."""
        greeting = [f'42["store_joined",{json.dumps(_STORE)}]', '42["station_joined"]']
        path = "/socket.io/?EIO=4&transport=websocket"
        return {"path": path, "count": count, "hears": True, "greeting": greeting}

    async def counter(self, name: str) -> float:
        """Read a counter of the edge."""
        async with httpx.AsyncClient(base_url=self.stack.edge_url) as client:
            text = (await client.get("/metrics")).text
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{name} "))

    async def clear(self) -> None:
        """Take away the orders, so that snapshots are small again. Nobody is connected."""
        async with AsyncMongoClient[dict[str, Any]](self.stack.mongo_uri) as client:
            await client[self.stack.db_name]["orders"].delete_many({})
        await asyncio.sleep(0.5)

    async def one_order(self) -> bool:
        """See how soon two stations and expo have an order, among 200 sockets."""
        each = ORDERS // 4
        groups = [self.view(s, each) for s in _ALL_HEAR] + [self.view(DESSERTS, each, hears=False)]
        async with crowd(self.port, groups) as people, Till(self.port) as till:
            found = await broadcast(people, self.pid, till.place, ORDERS)
        last = found.last_of([0, each, 2 * each])
        print(f"{ORDERS} orders with drinks and food, {4 * each} kitchen sockets; after the answer:")
        print(f"  last of kitchen, bar and expo        {percentiles(last)}")
        print(f"  all {3 * each} that hear                     {percentiles(found.after_answer())}", flush=True)
        await self.clear()
        return sorted(last)[int(len(last) * 0.99)] <= 0.1

    async def without_sockets(self) -> float:
        """Return the edge's CPU per order when nobody listens."""
        async with Till(self.port) as till:
            await till.place()
            before = cpu_of(self.pid)
            for _ in range(BROADCASTS):
                await till.place()
            used = (cpu_of(self.pid) - before) / BROADCASTS
        await self.clear()
        return used

    async def to_all(self, name: str, group: dict[str, Any], alone: float, counter: str) -> None:
        """Tell a crowd of events, and print what that took."""
        encoded = await self.counter(counter)
        async with crowd(self.port, [group]) as people, Till(self.port) as till:
            greeted = await self.counter(counter)
            found = await broadcast(people, self.pid, till.place, BROADCASTS)
            encoded = await self.counter(counter) - greeted
        self._print(name, found, found.cpu - alone * BROADCASTS)
        print(f"    encoded {encoded:.0f} times for {BROADCASTS + 1} events", flush=True)
        await self.clear()

    async def floor(self) -> None:
        """The same, by the least that could do it."""
        port = free_port()
        process = spawn([sys.executable, "-m", "bench.floor", "sockets", str(port)], cwd=ROOT)
        numbers = iter(range(10**6))
        try:
            await listening(port)
            group = {"path": "/", "count": MANY, "hears": True}
            async with crowd(port, [group]) as people, Till(port) as till:

                async def place() -> Placed:
                    order = f"{next(numbers):024d}"
                    text = {"type": "kitchen:order:new", "text": "x" * TEXT_BYTES}
                    # Written without spaces, as the edge does.
                    body = {"orderId": order} | text
                    return order, (await till.post_text(json.dumps(body, separators=(",", ":"))))[1]

                found = await broadcast(people, process.pid, place, BROADCASTS)
            self._print(f"floor: bare server, {MANY}", found, found.cpu)
        finally:
            process.terminate()
            process.wait()

    def _print(self, name: str, found: Measured, cpu: float) -> None:
        each = self.per_delivery[name] = cpu / found.deliveries * 1e6
        share = f"clients {found.clients_share * 100:.0f} % of the CPUs"
        print(f"  {name:<28} {percentiles(found.after_answer())}  {each:6.1f} µs CPU per delivery  {share}", flush=True)

    async def run(self) -> bool:
        """Measure everything; tell whether orders are seen in time."""
        self.key = await device_key(self.stack, "display")
        in_time = await self.one_order()
        print(f"{BROADCASTS} events to all sockets of a location; after the answer, over all receivers:")
        await self.floor()
        alone = await self.without_sockets()
        for count in (FEW, MANY):
            group = self.view("", count)
            await self.to_all(f"kitchen sockets, {count}", group, alone, "orderbuddy_edge_kitchen_texts_total")
        for count in (FEW, MANY):
            group = self.dashboards(count)
            await self.to_all(f"Socket.IO, {count}", group, alone, "orderbuddy_edge_live_encoded_total")
        floor = self.per_delivery[f"floor: bare server, {MANY}"]
        print("\nratio to the floor, by CPU per delivery")
        for name in (f"kitchen sockets, {MANY}", f"Socket.IO, {MANY}"):
            print(f"  {name:<34} {floor / self.per_delivery[name]:>5.2f}")
        return in_time


async def kitchen() -> bool:
    """Measure on a system of its own: other measurements leave orders behind, and those are in every snapshot."""
    with tempfile.TemporaryDirectory() as folder, Stack(pathlib.Path(folder), {"ORDERBUDDY_DEMO": "0"}) as stack:
        await load_kitchen(stack)
        await asyncio.to_thread(stack.wait_ready)
        return await KitchenBench(stack).run()


if __name__ == "__main__":
    sys.exit(0 if uvloop.run(kitchen()) else 1)
