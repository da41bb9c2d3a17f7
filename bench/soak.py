"""An evening without end: `python -m bench.soak [seconds]`, behind `make soak`; an hour unless told otherwise.

About a third of what the system can serve, the whole time: guests read, preview and order, a kitchen moves what was
ordered, displays and guests' sockets come, stay a while and go. Every ten seconds each process is looked at. In the
end: slopes, and whether they are within bounds (exit code 1 when not). Orders older than two minutes are deleted on the
way: what a restaurant has on its displays does not grow for ever either, and growth would be data, no leak.
"""

from __future__ import annotations

import asyncio
import os
import pathlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import grpc
import httpx
import orjson
import uvloop
from bson import ObjectId
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pymongo import AsyncMongoClient
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, WebSocketException

from bench.guests import MENU, PLACE, PREVIEW, STATUS, Guests
from bench.open_loop import Tally, arrive
from bench.overload import SLOW_SECONDS, quantiles
from services.kit.fanout import RING_EVENTS
from tools.demo_data import DEMO
from tools.kitchens import device_key, load_kitchen, view_path
from tools.processes import SERVICES, Stack

HOUR: Final = 3600.0
SAMPLE_SECONDS: Final = 10.0
PROBE_SECONDS: Final = 0.2
SHARE_OF_CAPACITY: Final = 1 / 3
EVENING: Final = {MENU: 60, STATUS: 21, PREVIEW: 14, PLACE: 5}
SOCKETS: Final = 60
TILLS: Final = 6
STAY_SECONDS: Final = (2.0, 40.0)
KEPT: Final = timedelta(minutes=2)
WARM_UP_SHARE: Final = 1 / 2
"""Of the run that slopes do not count: hubs fill their rings of recent events, allocators take what they go on with."""
EVENTS_OF_ORDER: Final = 4
"""Placed, ready, picked up, deleted."""

MOST_MEGABYTES_PER_HOUR: Final = 30.0
MOST_FDS_PER_HOUR: Final = 20.0
MOST_THREADS_PER_HOUR: Final = 4.0
MOST_LAG_SECONDS: Final = 0.25
"""For 99 % of the looks: a display should not wait longer than one notices."""
_ORDER_GONE: Final = 4404
MOST_REFUSED: Final = 0.001
"""Of all: a machine that does something else for half a second answers some with 503."""
PARTS: Final = ("edge", *SERVICES)


@dataclass
class Sample:
    """One look at one process."""

    at: float
    megabytes: float
    fds: int
    threads: int


@dataclass
class Watched:
    """What was seen of a process."""

    samples: list[Sample] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    """How long it took to answer "are you well", every 0.2 s: the event loop's lag, as others feel it."""
    unanswered: int = 0


def look(pid: int, at: float) -> Sample:
    """Look at a process."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines if ":" in line)
    fds = len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208  names alone; iterating paths would open them
    return Sample(at, int(status["VmRSS"].split()[0]) / 1024, fds, int(status["Threads"]))


def slope_per_hour(points: Sequence[tuple[float, float]]) -> float:
    """Return the least squares' slope; 0 for fewer than three points."""
    if len(points) < 3:
        return 0.0
    middle = sum(x for x, _ in points) / len(points)
    level = sum(y for _, y in points) / len(points)
    spread = sum((x - middle) ** 2 for x, _ in points)
    return sum((x - middle) * (y - level) for x, y in points) / spread * HOUR


class Soak:
    """The evening."""

    def __init__(self, stack: Stack, seconds: float) -> None:
        self.stack, self.seconds = stack, seconds
        self.port = stack.parts["edge"].port
        self.chance = random.Random(7)
        self.guests = Guests(self.chance, EVENING)
        self.watched = {name: Watched() for name in (*PARTS, "mongod")}
        self.sockets: Counter[str] = Counter()
        self.steps: Counter[str] = Counter()
        self.tally = Tally()
        self._placed: asyncio.Queue[str] = asyncio.Queue()
        self._keys: dict[str, str] = {}
        self._before: dict[str, int] = {}

    def pid(self, name: str) -> int:
        """Return a process's id."""
        if name == "mongod":
            assert self.stack.mongod is not None
            return self.stack.mongod.pid
        process = self.stack.parts[name].process
        assert process is not None
        return process.pid

    async def run(self) -> None:
        """Play it."""
        self._keys = {kind: await device_key(self.stack, kind) for kind in ("display", "pos")}
        self.guests.on_placed = self._placed.put_nowait
        parts: list[Coroutine[Any, Any, None]] = [self._night(), self._sample()]
        parts += [self._kitchen() for _ in range(TILLS)]
        parts += [self._probe(name) for name in PARTS]
        parts += [self._socket(number) for number in range(SOCKETS)]
        beside = [asyncio.create_task(part) for part in parts]
        try:
            capacity = await self._capacity()
            rate = capacity * SHARE_OF_CAPACITY
            shares = ", ".join(f"{share} % {kind}" for kind, share in EVENING.items())
            print(f"capacity {capacity:,.0f}/s of {shares}; {self.seconds:,.0f} s at {rate:,.0f}/s", flush=True)
            for watched in self.watched.values():
                watched.lags.clear()
            self._before = self.log_lines()
            await self._arrive(rate)
        finally:
            for task in beside:
                task.cancel()
            results = await asyncio.gather(*beside, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _capacity(self) -> float:
        """Let more and more guests arrive until some are refused or slow; return the last rate that went well."""
        await arrive(self.port, 50.0, 5.0, self.chance, self.guests.next)  # warms up
        rate, best = 100.0, 100.0
        while rate < 20_000:
            tally = await arrive(self.port, rate, 3.0, self.chance, self.guests.next)
            times = tally.accepted_times()
            if tally.refused or tally.lost or times[int(len(times) * 0.95)] > SLOW_SECONDS:
                return best
            best, rate = rate, rate * 1.3
        return best

    async def _arrive(self, rate: float) -> None:
        """Let guests arrive, a minute at a time, and sum up."""
        left = self.seconds
        while left > 0:
            minute = min(60.0, left)
            tally = await arrive(self.port, rate, minute, self.chance, self.guests.next)
            self._add(tally)
            edge = self.watched["edge"].samples[-1]
            print(
                f"{self.seconds - left + minute:>6,.0f} s  {tally.goodput():,.0f}/s  refused {len(tally.refused)}"
                f"  wrong {tally.wrong or 0}  {quantiles(tally.accepted_times())}"
                f"  edge {edge.megabytes:.0f} MB {edge.fds} fds",
                flush=True,
            )
            left -= minute

    def _add(self, tally: Tally) -> None:
        """Sum up. Of times only the worst hundredth is kept, or this process would be what grows."""
        total = self.tally
        total.seconds += tally.seconds
        for kind, times in tally.accepted.items():
            self.steps[f"guests: {kind}"] += len(times)
            total.accepted.setdefault(kind, []).append(sorted(times)[int(len(times) * 0.99)])
        total.lost += tally.lost
        total.refused += tally.refused
        for status, count in tally.wrong.items():
            total.wrong[status] = total.wrong.get(status, 0) + count

    async def _kitchen(self) -> None:
        """Move each order on, some seconds later, as a till does."""
        headers = {"authorization": f"Device {self._keys['pos']}"}
        async with httpx.AsyncClient(base_url=self.stack.edge_url, headers=headers, timeout=10) as http:
            while True:
                order = await self._placed.get()
                for status in ("READY_FOR_PICKUP", "PICKED_UP"):
                    body = {"orderId": order, "orderStatus": status}
                    answer = await http.post("/restaurant/order-status", json=body)
                    while answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                        self.steps["refused, and tried again"] += 1
                        await asyncio.sleep(float(answer.headers["retry-after"]))
                        answer = await http.post("/restaurant/order-status", json=body)
                    self.steps[f"kitchen: {status} {answer.status_code}"] += 1

    async def _night(self) -> None:
        """Delete what is old."""
        async with AsyncMongoClient[dict[str, Any]](self.stack.mongo_uri) as client:
            db = client[self.stack.db_name]
            while True:
                await asyncio.sleep(SAMPLE_SECONDS)
                old = {"_id": {"$lt": ObjectId.from_datetime(datetime.now(UTC) - KEPT)}}
                for name in ("orders", "orders_preview"):
                    await db[name].delete_many(old)

    async def _sample(self) -> None:
        """Look at each process, at the end of each ten seconds."""
        while True:
            for name, watched in self.watched.items():
                watched.samples.append(look(self.pid(name), time.monotonic()))
            await asyncio.sleep(SAMPLE_SECONDS)

    async def _probe(self, name: str) -> None:
        watched = self.watched[name]
        async with (
            httpx.AsyncClient(base_url=self.stack.edge_url, timeout=5) as http,
            grpc.aio.insecure_channel(self.stack.address(name if name != "edge" else "menu")) as channel,
        ):
            stub = health_pb2_grpc.HealthStub(channel)
            while True:
                started = time.perf_counter()
                try:
                    if name == "edge":
                        await http.get("/healthz")
                    else:
                        await stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
                except (httpx.HTTPError, grpc.aio.AioRpcError):
                    watched.unanswered += 1
                watched.lags.append(time.perf_counter() - started)
                await asyncio.sleep(PROBE_SECONDS)

    async def _socket(self, number: int) -> None:
        """Come, listen a while and go, for ever: a display, a dashboard, a guest; some leave without a word."""
        kind = ("display", "dashboard", "guest")[number % 3]
        while not self.guests.orders:  # noqa: ASYNC110  the first of them is placed within a second
            await asyncio.sleep(PROBE_SECONDS)
        while True:
            path, headers, greeting = self._how(kind)
            try:
                async with connect(
                    f"ws://127.0.0.1:{self.port}{path}", additional_headers=headers, compression=None, max_size=None
                ) as socket:
                    for message in greeting:
                        await socket.send(message)
                    await self._listen(socket, kind, self.chance.uniform(*STAY_SECONDS))
                    if self.chance.random() < 0.3:
                        socket.transport.abort()
            except (OSError, InvalidHandshake, WebSocketException) as error:
                if isinstance(error, ConnectionClosed) and error.rcvd and error.rcvd.code == _ORDER_GONE:
                    self.sockets[f"{kind}: its order was deleted"] += 1
                    continue
                self.sockets[f"{kind}: {type(error).__name__}"] += 1
                await asyncio.sleep(1)
            else:
                self.sockets[kind] += 1

    async def _listen(self, socket: Any, kind: str, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                async for message in socket:
                    self.sockets[f"{kind}: messages"] += 1
                    if message == "2":
                        await socket.send("3")  # Socket.IO's heartbeat
        except TimeoutError:
            return

    def _how(self, kind: str) -> tuple[str, Mapping[str, str], Sequence[str]]:
        if kind == "display":
            return view_path(), {"authorization": f"Device {self._keys['display']}"}, ()
        if kind == "dashboard":
            store = {"restaurantId": DEMO.restaurant_id, "locationId": DEMO.location_id}
            greeting = ("40", "42" + orjson.dumps(["store_joined", store]).decode())
            return "/socket.io/?EIO=4&transport=websocket", {}, greeting
        return f"/ws/orders/{self.guests.orders[-1]}", {}, ()

    def log_lines(self) -> dict[str, int]:
        """Return how often each process logged each warning or error."""
        found: Counter[str] = Counter()
        for name in PARTS:
            for line in self.stack.log_path(name).read_text(errors="replace").splitlines():
                try:
                    entry = orjson.loads(line)
                except orjson.JSONDecodeError:
                    entry = {"level": "error", "event": line[:80]}
                if entry.get("level") not in ("debug", "info"):
                    found[f"{name}: {entry.get('level')} {entry.get('event')}"] += 1
        return found

    def report(self) -> bool:
        """Print what was seen; tell whether it is within bounds."""
        problems: list[str] = []
        print(f"\nslopes over the last {(1 - WARM_UP_SHARE) * 100:.0f} % of the run, per hour; lag as others feel it")
        early = self.steps[f"guests: {PLACE}"] * EVENTS_OF_ORDER * WARM_UP_SHARE
        if early < RING_EVENTS:
            print(f"(memory still grows by design: hubs keep {RING_EVENTS:,} events, and had {early:,.0f} by then)")
        for name, watched in self.watched.items():
            problems += self._row(name, watched)
        after = self.log_lines()
        warnings = {line: count - self._before.get(line, 0) for line, count in after.items()}
        warnings = {line: count for line, count in warnings.items() if count > 0}
        print("warnings in logs: " + (", ".join(f"{n} times {line}" for line, n in warnings.items()) or "none"))
        tally = self.tally
        print(f"guests and kitchen: {dict(self.steps)}; refused {len(tally.refused)}, lost {tally.lost}, ", end="")
        print(f"other answers {tally.wrong or 'none'}\nsockets that came and went: {dict(self.sockets)}")
        if any(step.startswith("kitchen") and not step.endswith(" 200") for step in self.steps):
            problems.append("the kitchen was refused")
        if warnings:
            problems.append("there were warnings")
        answered = sum(count for step, count in self.steps.items() if step.startswith("guests"))
        if tally.lost or tally.wrong or len(tally.refused) > answered * MOST_REFUSED:
            problems.append("guests were refused, lost or answered wrongly")
        problems += [f"sockets: {key}" for key in self.sockets if key.endswith(("Error", "Closed", "Status"))]
        print("within bounds" if not problems else "NOT within bounds: " + "; ".join(problems))
        return not problems

    def _row(self, name: str, watched: Watched) -> list[str]:
        steady = watched.samples[int(len(watched.samples) * WARM_UP_SHARE) :]
        first, last = steady[0], steady[-1]
        slopes = {
            "MB": slope_per_hour([(s.at, s.megabytes) for s in steady]),
            "fds": slope_per_hour([(s.at, s.fds) for s in steady]),
            "threads": slope_per_hour([(s.at, s.threads) for s in steady]),
        }
        bounds = {"MB": MOST_MEGABYTES_PER_HOUR, "fds": MOST_FDS_PER_HOUR, "threads": MOST_THREADS_PER_HOUR}
        lag = f"lag {quantiles(watched.lags)}" if watched.lags else ""
        print(
            f"  {name:<13} {first.megabytes:>5.0f} → {last.megabytes:>5.0f} MB ({slopes['MB']:+.1f}/h)  "
            f"fds {first.fds} → {last.fds} ({slopes['fds']:+.1f}/h)  "
            f"threads {first.threads} → {last.threads} ({slopes['threads']:+.1f}/h)  {lag}"
        )
        late = sorted(watched.lags)[int(len(watched.lags) * 0.99)] if watched.lags else 0.0
        # A short run's slope is mostly noise: what counts then is how much there is in the end.
        hours = (last.at - first.at) / HOUR
        found = [f"{name}: {what}" for what, slope in slopes.items() if slope * hours > bounds[what] * max(hours, 0.25)]
        if late > MOST_LAG_SECONDS:
            found.append(f"{name}: lag")
        if watched.unanswered:
            found.append(f"{name}: did not say it was well {watched.unanswered} times")
        # The database fills its cache up to a limit of its own.
        return [] if name == "mongod" else found


async def main() -> int:
    """Run it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else HOUR
    with tempfile.TemporaryDirectory() as folder, Stack(pathlib.Path(folder), {"ORDERBUDDY_DEMO": "0"}) as stack:
        await load_kitchen(stack)
        await asyncio.to_thread(stack.wait_ready)
        soak = Soak(stack, seconds)
        await soak.run()
        return 0 if soak.report() else 1


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
