"""Measure the hot paths beside a floor, in one run: `python -m bench [seconds per measurement]`.

Requests per second depend on the load generator, which shares the machine; CPU per 1,000 requests is what the serving
processes used and is what the ratios are made of. A ratio of 1 means as cheap as the floor.
"""

from __future__ import annotations

import asyncio
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import uvloop
from bson import ObjectId
from pymongo import AsyncMongoClient, MongoClient

from bench.kitchen import kitchen
from bench.load import Outcome, Request, listening, run
from bench.messages import messages
from services.kit.child import spawn
from services.kit.ports import free_port
from tools.demo_data import DEMO, example_cart, load
from tools.processes import EMERGEPAY, ROOT, SERVICES, Stack

CONNECTIONS = 32
TICKS = os.sysconf("SC_CLK_TCK")
JSON = {"content-type": "application/json"}


def cpu_seconds(pids: Sequence[int]) -> float:
    """CPU time of processes so far."""
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_megabytes(pid: int) -> float:
    """Memory of a process."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


@dataclass
class Row:
    """One measurement."""

    name: str
    outcome: Outcome
    cpu: float

    @property
    def cpu_per_thousand(self) -> float:
        return self.cpu / self.outcome.count * 1000 * 1000 if self.outcome.count else 0.0

    parts: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        good = sum(n for s, n in self.outcome.statuses.items() if s < 400)
        o = self.outcome
        parts = " + ".join(f"{p / max(o.count, 1) * 1e6:.0f}" for p in self.parts) if len(self.parts) > 1 else ""
        others = "" if good == o.count else f"   statuses {o.statuses}"
        return (
            f"{self.name:<34} {o.count / o.seconds:>9,.0f} req/s  {self.cpu_per_thousand:>8.1f} ms CPU/1000"
            f"  p50 {o.percentile(0.5):>6.2f}  p99 {o.percentile(0.99):>6.2f} ms{others}  {parts}"
        )


class Bench:
    """The system, the floor and the measurements."""

    def __init__(self, stack: Stack, seconds: float) -> None:
        self.stack, self.seconds = stack, seconds
        self.edge = stack.parts["edge"].port
        self.rows: dict[str, Row] = {}
        self._floor: list[subprocess.Popen[bytes]] = []

    def pids(self, *names: str) -> list[int]:
        found = []
        for name in names:
            if name == "mongod":
                assert self.stack.mongod is not None
                found.append(self.stack.mongod.pid)
            else:
                process = self.stack.parts[name].process
                assert process is not None
                found.append(process.pid)
        return found

    async def measure(
        self, name: str, port: int, pids: Sequence[int], requests: Sequence[Request], *, once: bool = False
    ) -> Row:
        await run("127.0.0.1", port, requests[:1], seconds=0.3 if not once else 0.0, connections=4, once=once)
        before = [cpu_seconds([pid]) for pid in pids]
        outcome = await run(
            "127.0.0.1", port, requests, seconds=60 if once else self.seconds, connections=CONNECTIONS, once=once
        )
        used = [cpu_seconds([pid]) - b for pid, b in zip(pids, before, strict=True)]
        row = Row(name, outcome, sum(used), used)
        self.rows[name] = row
        print(row, flush=True)
        return row

    def start_floor(self, part: str, *ports: int) -> int:
        env = {
            **os.environ,
            "DB_CONN_STRING": self.stack.mongo_uri,
            "DB_NAME": "floor",
            "PYTHONPATH": f"{ROOT}:{ROOT}/gen",
        }
        command = [sys.executable, "-m", "bench.floor", part, *map(str, ports)]
        process = spawn(command, cwd=ROOT, env=env)
        self._floor.append(process)
        return process.pid

    def stop_floor(self) -> None:
        for process in self._floor:
            process.terminate()
            process.wait()

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request by hand; the parsed answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.edge)
        data = json.dumps(body).encode() if body is not None else None
        writer.write(Request.make(method, path, {"connection": "close"}, data).data)
        answer = await reader.read()
        writer.close()
        return json.loads(answer.partition(b"\r\n\r\n")[2])


def large_menu(stack: Stack) -> str:
    """Store a menu of 300 items at the demo's second location; return its path."""
    with MongoClient[dict[str, Any]](stack.mongo_uri) as client:
        menus = client[stack.db_name]["menus"]
        template = menus.find_one({"_id": ObjectId(DEMO.menu_ids[0])})
        assert template is not None
        items = [
            {**template["items"][n % len(template["items"])], "id": f"item-{n}", "isAvailable": True}
            for n in range(300)
        ]
        place = {"restaurantId": DEMO.restaurant_id, "locationId": ObjectId(DEMO.paid_location_id)}
        document = {**template, **place, "_id": ObjectId(), "menuSlug": "large", "items": items}
        menus.insert_one(document)
    return f"/order-app/restaurants/{DEMO.restaurant_id}/locations/{DEMO.paid_location_id}/menus/{document['_id']}"


async def etag_of(port: int, path: str) -> str:
    """Return a path's ETag."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(Request.make("GET", path, {"connection": "close", "accept-encoding": "br"}).data)
    head = (await reader.read()).partition(b"\r\n\r\n")[0].decode("latin-1").splitlines()
    writer.close()
    return next(line.partition(":")[2].strip() for line in head if line.lower().startswith("etag:"))


async def reads(bench: Bench) -> None:
    """What guests read, against a bare ASGI application."""
    hello = free_port()
    pid = bench.start_floor("hello", hello)
    await listening(hello)
    await bench.measure("bare ASGI hello (floor)", hello, [pid], [Request.make("GET", "/")])
    place = f"/order-app/restaurants/{DEMO.restaurant_id}/locations/{DEMO.location_id}"
    menu, big = f"{place}/menus/{DEMO.menu_ids[0]}", large_menu(bench.stack)
    br = {"accept-encoding": "br"}
    edge = bench.pids("edge")
    await asyncio.sleep(0.5)  # the large menu reaches the edge
    await bench.measure("GET menu, br", bench.edge, edge, [Request.make("GET", menu, br)])
    await bench.measure("GET menu of 300 items, br", bench.edge, edge, [Request.make("GET", big, br)])
    tag = await etag_of(bench.edge, menu)
    await bench.measure("GET menu, 304", bench.edge, edge, [Request.make("GET", menu, br | {"if-none-match": tag})])
    await bench.measure("GET location", bench.edge, edge, [Request.make("GET", place)])


async def previews(bench: Bench, count: int) -> list[str]:
    """Preview so many carts; return the previews' ids."""
    answers = [await bench.call("POST", "/order-app/cart/preview-order", example_cart()) for _ in range(count)]
    return [answer["data"]["previewOrderId"] for answer in answers]


def pay(preview_id: str) -> Request:
    """Pay for a preview with a wallet: a card's hosted fields would be a second call."""
    details = {"type": "applePay", "token": {"data": f"token-{preview_id}"}}
    body = json.dumps({"previewOrderId": preview_id, "transactionDetails": details}).encode()
    return Request.make("POST", "/payments/complete-upi-transaction", JSON, body)


async def writes(bench: Bench) -> None:
    """Preview, place order and status, against FastAPI, one gRPC hop and one insert."""
    http_port, grpc_port = free_port(), free_port()
    floor = [
        bench.start_floor("grpc", grpc_port),
        bench.start_floor("http", http_port, grpc_port),
        *bench.pids("mongod"),
    ]
    await listening(http_port)
    await listening(grpc_port)
    cart = json.dumps(example_cart()).encode()
    system = bench.pids("edge", "ordering", "menu", "mongod")
    for name, port, pids, path in (
        ("floor: FastAPI, gRPC, insert", http_port, floor, "/"),
        ("preview", bench.edge, system, "/order-app/cart/preview-order"),
    ):
        await bench.measure(name, port, pids, [Request.make("POST", path, JSON, cart)])
    ids, to_pay = await previews(bench, 1500), await previews(bench, 1000)
    place = [
        Request.make("POST", "/payments/place-order-without-payment", JSON, json.dumps({"previewOrderId": i}).encode())
        for i in ids
    ]
    await bench.measure("place order", bench.edge, system, place, once=True)
    paying = [*system, *bench.pids("payment", EMERGEPAY)]
    await bench.measure("checkout, paid (with the gateway)", bench.edge, paying, [pay(i) for i in to_pay], once=True)
    status = [Request.make("GET", f"/order-app/orders/{i}/status") for i in ids]
    await bench.measure("order status", bench.edge, system, status)


def at_rest(bench: Bench) -> None:
    """CPU and memory of the system when nobody does anything."""
    parts = ("edge", *SERVICES, "mongod")
    pids = bench.pids(*parts)
    time.sleep(3)
    before = cpu_seconds(pids)
    seconds = 15.0
    time.sleep(seconds)
    percent = (cpu_seconds(pids) - before) / seconds * 100
    memory = {name: resident_megabytes(pid) for name, pid in zip(parts, pids, strict=True)}
    print(
        f"at rest: {percent:.2f} % of one core; memory",
        ", ".join(f"{n} {m:.0f} MB" for n, m in memory.items()),
        f"= {sum(memory.values()):.0f} MB",
    )


def ratios(bench: Bench) -> None:
    """Compare with the floors: CPU of the floor divided by ours."""
    rows = bench.rows
    print("\nratio to the floor, by CPU (by requests per second)")
    for floor, names in (
        ("bare ASGI hello (floor)", ("GET menu, br", "GET menu of 300 items, br", "GET menu, 304", "GET location")),
        ("floor: FastAPI, gRPC, insert", ("preview", "place order", "order status")),
    ):
        for name in names:
            cpu = rows[floor].cpu_per_thousand / rows[name].cpu_per_thousand
            rate = [r.outcome.count / r.outcome.seconds for r in (rows[name], rows[floor])]
            print(f"  {name:<34} {cpu:>5.2f}  ({rate[0] / rate[1]:.2f})")


async def main() -> None:
    """Run everything once."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    with tempfile.TemporaryDirectory() as folder, Stack(pathlib.Path(folder), {"ORDERBUDDY_DEMO": "0"}) as stack:
        async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as client:
            await load(client[stack.db_name])
        stack.wait_ready()
        bench = Bench(stack, seconds)
        try:
            at_rest(bench)
            await reads(bench)
            await writes(bench)
            ratios(bench)
        finally:
            bench.stop_floor()
    print("\nproviders of messages")
    await messages()
    print("\nthe kitchen's displays")
    await kitchen()


if __name__ == "__main__":
    uvloop.run(main())
