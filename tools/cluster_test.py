"""Three replicas of everything under kills and an upgrade: `python -m tools.cluster_test [seconds of kills] [seed]`.

Guests know the addresses of three edges and nothing else: they order (each order asked for twice at once), repeat what
fails, and watch some orders over WebSocket with their last token; a kitchen moves all orders on over gRPC, and displays
follow. First replicas and mongods are killed with SIGKILL, one after the other; then every replica is restarted in good
order, as an upgrade does it, and no call may fail that a replica had taken.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import pathlib
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import grpc
import httpx
import uvloop
from pymongo import AsyncMongoClient
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from tools.cluster import Cluster
from tools.cluster_report import KILLS, REST, STEADY, UPGRADE, Report
from tools.demo_data import example_cart, load
from tools.fault_kitchen import Wall, steps_of
from tools.kitchens import as_service
from tools.processes import SERVICES

GUESTS, EVERY_NTH_IS_WATCHED = 4, 4
STEADY_SECONDS: Final = 10.0
GIVE_UP_SECONDS: Final = 90.0
_AGAIN_SECONDS: Final = 0.05
_READY_SECONDS: Final = 150.0
PREVIEW: Final = "/order-app/cart/preview-order"
PLACE: Final = "/payments/place-order-without-payment"
_UNARY: Final = re.compile(r'orderbuddy_rpc_seconds_count\{code="OK",method="/orderbuddy[^"]+/(?!Watch)[^"]+"\} (\S+)')
_REFUSALS: Final = frozenset({grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.NOT_FOUND})


class Evening:
    """Guests, a kitchen, a nemesis and an operator."""

    def __init__(self, cluster: Cluster, seconds: float, seed: int) -> None:
        self.cluster, self.seconds, self.random = cluster, seconds, random.Random(seed)
        self.report = Report(seed)
        self._phase = STEADY
        self._open = True
        self._followers: list[asyncio.Task[None]] = []
        self._last_success = time.monotonic()
        self._last_failure = ""
        self._edges = itertools.cycle(cluster.edge_urls)
        self._ordering, self._station = cluster.channel("ordering"), cluster.channel("station")

    async def run(self) -> Report:
        """Play it and count."""
        wall = await Wall.open(self.cluster, self.cluster.edge_urls)
        # A connection for each request: which of two sides ends an idle one first is no business of an upgrade.
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=15, limits=limits) as client:
            guests = [asyncio.create_task(self._guest(client)) for _ in range(GUESTS)]
            await asyncio.sleep(STEADY_SECONDS)
            self.report.spread = await self._spread(client)
            self._phase = KILLS
            await self._kill()
            self._phase = REST
            await self._calm()
            self._phase = UPGRADE
            await self._upgrade()
            self._phase, self._open = REST, False
            await asyncio.gather(*guests)
            _, waiting = await asyncio.wait(self._followers, timeout=GIVE_UP_SECONDS)
            for task in waiting:
                self.report.unexpected.append(f"{task.get_name()} never came to its end; last: {self._last_failure}")
                task.cancel()
        try:
            await self._count(wall)
        finally:
            await wall.close()
            await self._ordering.close()
            await self._station.close()
        return self.report

    async def _kill(self) -> None:
        """Kill one after the other: any replica, or a mongod, the primary as well."""
        until = time.monotonic() + self.seconds
        replicas = [part.name for kind in self.cluster.replicas.values() for part in kind]
        while time.monotonic() < until:
            await asyncio.sleep(self.random.uniform(0.5, 2.0))
            if self.random.random() < 0.2:
                await self._kill_member()
            else:
                await self._kill_replica(self.random.choice(replicas))

    async def _kill_replica(self, name: str) -> None:
        self.report.kills.append(name)
        killed_at = time.monotonic()
        await asyncio.to_thread(self.cluster.kill, name)
        await self._order_after(killed_at, name.rpartition("-")[0])
        await asyncio.to_thread(self.cluster.restart, name)
        await self._ready(name)

    async def _kill_member(self) -> None:
        database = self.cluster.database
        primary = await asyncio.to_thread(database.primary)
        member = self.random.choice([primary, *database.members])
        name = "mongod's primary" if member is primary else "mongod"
        self.report.kills.append(f"{name}-{member.port}")
        killed_at = time.monotonic()
        assert member.process is not None
        member.process.kill()
        await asyncio.to_thread(member.process.wait)
        await self._order_after(killed_at, name)
        member.start()
        await asyncio.to_thread(database.primary)
        await asyncio.sleep(3)  # it catches up: with two of three away nobody could write

    async def _order_after(self, killed_at: float, kind: str) -> None:
        while self._last_success < killed_at + 0.2 and time.monotonic() < killed_at + GIVE_UP_SECONDS:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        self.report.recoveries.setdefault(kind, []).append(self._last_success - killed_at)

    async def _upgrade(self) -> None:
        for name in self.cluster.rolling():
            await asyncio.to_thread(self.cluster.stop_part, name)
            await asyncio.to_thread(self.cluster.restart, name)
            await self._ready(name)
            self.report.restarted += 1

    async def _ready(self, name: str) -> None:
        async with asyncio.timeout(_READY_SECONDS):
            while not await asyncio.to_thread(self.cluster.is_ready, name):  # noqa: ASYNC110  another process
                await asyncio.sleep(0.1)

    async def _calm(self) -> None:
        for name in self.cluster.parts:
            await self._ready(name)
        await asyncio.sleep(2)

    async def _ask(self, client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask the edges in turn until one answers well."""
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < give_up:
            url = next(self._edges)
            try:
                self.report.calls[self._phase] += 1
                answer = await client.post(url + path, json=body)
                if answer.is_success:
                    found: dict[str, Any] = answer.json()
                    return found
                if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    raise SystemExit(f"{path}: {answer.status_code} {answer.text[:300]}")
                self._failed(f"{path}: {answer.status_code} {answer.text[:200]}")
            except httpx.ConnectError:
                pass  # nobody has taken the call
            except httpx.TransportError as error:
                self._failed(f"{path}: {error!r}")
            await asyncio.sleep(_AGAIN_SECONDS)
        raise SystemExit("the system did not come back")

    def _failed(self, what: str) -> None:
        self.report.failed.setdefault(self._phase, []).append(what)
        self._last_failure = what

    async def _guest(self, client: httpx.AsyncClient) -> None:
        while self._open:
            preview = await self._ask(client, PREVIEW, example_cart())
            preview_id = preview["data"]["previewOrderId"]
            self.report.previewed.add(preview_id)
            body = {"previewOrderId": preview_id}
            answers = await asyncio.gather(self._ask(client, PLACE, body), self._ask(client, PLACE, body))
            self._last_success = time.monotonic()
            if {answer["orderId"] for answer in answers} != {preview_id}:
                self.report.unexpected.append(f"preview {preview_id} became {answers}")
            self.report.acknowledged.append(preview_id)
            if len(self.report.acknowledged) % EVERY_NTH_IS_WATCHED == 0:
                self._followers.append(asyncio.create_task(self._watch(preview_id), name=f"watching {preview_id}"))
            self._followers.append(asyncio.create_task(self._cook(preview_id), name=f"cooking {preview_id}"))
            await asyncio.sleep(0.1)

    async def _watch(self, order_id: str) -> None:
        """Watch an order to its end, at whichever edge answers."""
        seen, token = self.report.watched.setdefault(order_id, []), ""
        while True:
            base = next(self._edges).replace("http", "ws", 1)
            try:
                async with connect(f"{base}/ws/orders/{order_id}?resumeToken={token}", compression=None) as socket:
                    async for text in socket:
                        message = json.loads(text)
                        if message["type"] == "error":
                            break
                        token = message.get("resumeToken", token)
                        if "version" in message and not (message["type"] == "snapshot" and seen):
                            seen.append(message["version"])
                        if message.get("status", message.get("order", {}).get("status")) == "PICKED_UP":
                            return
            except (OSError, InvalidHandshake, WebSocketException, TimeoutError):
                pass
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _cook(self, order_id: str) -> None:
        """Move an order on to its end: each step until it is done."""
        metadata = as_service(self.cluster)
        for number, (call, request) in enumerate(steps_of(order_id, self._ordering, self._station)):
            step = partial(call, request, metadata=metadata, timeout=5)
            while not await self._step(step, f"step {number} of {order_id}"):  # noqa: ASYNC110  it is tried again
                await asyncio.sleep(0.2)

    async def _step(self, call: Callable[[], Any], name: str) -> bool:
        """Make a call; tell whether it is done with."""
        try:
            self.report.calls[self._phase] += 1
            await call()
        except grpc.aio.AioRpcError as error:
            if error.code() in _REFUSALS:
                self.report.unexpected.append(f"{name}: {error.details()}")
                return True
            if error.code() is not grpc.StatusCode.ABORTED:  # the try before it is counted, whose claim is still held
                self._failed(f"{name}: {error.code().name} {error.details()}")
            return False
        return True

    async def _spread(self, client: httpx.AsyncClient) -> dict[str, list[int]]:
        """Return how many unary calls each replica has served, by service."""
        found: dict[str, list[int]] = {}
        for name in SERVICES:
            calls = []
            for part in self.cluster.replicas[name]:
                text = (await client.get(f"http://127.0.0.1:{part.metrics_port}/metrics")).text
                calls.append(sum(int(float(count)) for count in _counts(text)))
            found[name] = calls
        return found

    async def _count(self, wall: Wall) -> None:
        report = self.report
        async with AsyncMongoClient[dict[str, Any]](self.cluster.mongo_uri) as client:
            db = client[self.cluster.db_name]
            stored = {str(d["_id"]): d async for d in db["orders"].find({}, {"history": 1})}
            report.kitchen = await wall.differences(db)
        report.displays = len(wall.displays)
        report.lost = sum(1 for order_id in report.acknowledged if order_id not in stored)
        report.doubled = len(stored.keys() - report.previewed)
        for order_id, seen in report.watched.items():
            versions = [entry["version"] for entry in stored[order_id]["history"]]
            report.gaps += len(set(versions[versions.index(seen[0]) :]) - set(seen))
            report.repeats += len(seen) - len(set(seen))


def _counts(metrics: str) -> Iterator[str]:
    """Yield the numbers of calls served, streams left out."""
    for line in metrics.splitlines():
        found = re.match(
            r'orderbuddy_rpc_seconds_count\{code="OK",method="/orderbuddy\.[^"]+/(?!Watch)[^"]*"\} (\S+)', line
        )
        if found:
            yield found[1]


async def play(cluster: Cluster, seconds: float, seed: int) -> Report:
    """Load the demo restaurant and play an evening."""
    async with AsyncMongoClient[dict[str, Any]](cluster.mongo_uri) as client:
        await load(client[cluster.db_name])
    await asyncio.to_thread(cluster.wait_ready, _READY_SECONDS)
    print("everything is ready", flush=True)
    return await Evening(cluster, seconds, seed).run()


def main() -> int:
    """Play, and print the report."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}; {seconds:.0f} s of kills, then an upgrade", flush=True)
    with tempfile.TemporaryDirectory() as folder, Cluster(pathlib.Path(folder), {"ORDERBUDDY_DEMO": "0"}) as cluster:
        report = uvloop.run(play(cluster, seconds, seed))
    print(report)
    return 0 if report.good() else 1


if __name__ == "__main__":
    sys.exit(main())
