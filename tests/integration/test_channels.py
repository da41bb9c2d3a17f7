"""Several replicas of a service, found through one address."""

from __future__ import annotations

import asyncio
import os
import pathlib
import sys
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as rpc_grpc

from services.kit.channels import Connections
from services.kit.child import spawn
from services.kit.following import follow
from services.kit.ports import free_port
from services.kit.settings import ServiceSettings
from tests.integration.replicas import SERVICE, Replica
from tests.support import SECRET, eventually, metadata_of

REQUEST = rpc.GetOrderStatusRequest(order_id="0123456789abcdef01234567")


@pytest.fixture
async def replicas(settings: ServiceSettings) -> AsyncIterator[list[Replica]]:
    settings.drain_seconds = 0.3
    started = [Replica(name, settings) for name in "abc"]
    yield started
    for replica in started:
        await replica.stop()


async def start(replicas: list[Replica]) -> str:
    return ",".join([await replica.start() for replica in replicas])


async def test_calls_go_round_and_a_replica_that_comes_back_is_found(
    replicas: list[Replica], settings: ServiceSettings
) -> None:
    connections = Connections()
    # No file is declared, so nothing is tried again: no call may fail without that.
    stub = rpc_grpc.OrderingServiceStub(connections.open(await start(replicas)))

    async def answering(calls: int = 30) -> Counter[str]:
        return Counter([(await stub.GetOrderStatus(REQUEST, timeout=5)).status for _ in range(calls)])

    async def all_three() -> bool:
        return (await answering(3)).keys() == set("abc")

    await stub.GetOrderStatus(REQUEST, timeout=5, wait_for_ready=True)
    await eventually(all_three)
    assert await answering() == {"a": 10, "b": 10, "c": 10}

    busy = [asyncio.create_task(answering(40)) for _ in range(8)]
    await eventually(lambda: replicas[0].under_way > 0)
    await replicas[0].stop()
    answers = sum(await asyncio.gather(*busy), Counter())
    assert answers.total() == 320  # none has failed
    assert (await answering()).keys() == {"b", "c"}

    again = Replica("a", settings)
    again.server.port, replicas[0] = replicas[0].server.port, again
    await again.start()
    async with asyncio.timeout(3.5):  # the longest wait between two attempts is 1 s and a fifth
        await eventually(all_three)
    await connections.close()


class Follower:
    """Follows the orders of whichever replica answers."""

    def __init__(self, connections: Connections, address: str) -> None:
        self._stub = rpc_grpc.OrderingServiceStub(connections.open(address))
        self.heard: list[str] = []
        self.calls: list[Any] = []
        self._task = asyncio.create_task(follow("orders", self._watch, self._hear, lambda _connected: None))

    def _watch(self, token: str) -> Any:
        request = rpc.WatchOrdersRequest(resume_token=token)
        self.calls.append(self._stub.WatchOrders(request, metadata=metadata_of(SERVICE)))
        return self.calls[-1]

    def _hear(self, message: rpc.WatchOrdersResponse) -> None:
        self.heard.append(message.resume_token)

    async def hears(self, count: int) -> None:
        await eventually(lambda: len(self.heard) == count)

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])


async def test_followers_of_a_replica_that_stops_go_on_at_another(replicas: list[Replica]) -> None:
    connections = Connections()
    follower = Follower(connections, await start(replicas[:2]))
    await follower.hears(1)
    (first,), at_first = follower.heard, follower.calls[-1]
    await {replica.name: replica for replica in replicas}[first].stop()
    await follower.hears(2)

    assert follower.heard == [first, first + ("b" if first == "a" else "a")]
    assert await at_first.code() is grpc.StatusCode.UNAVAILABLE
    assert await at_first.details() == "this replica stops; go on at another one"
    await follower.end()
    await connections.close()


async def test_followers_of_a_replica_that_is_killed_go_on_at_another(
    settings: ServiceSettings, tmp_path: pathlib.Path
) -> None:
    env = {
        "DB_CONN_STRING": settings.db_conn_string.get_secret_value(),
        "DB_NAME": settings.db_name,
        "ORDERBUDDY_ASSERTION_SECRET": SECRET,
    }
    ports = {name: free_port() for name in "ab"}
    connections = Connections()
    with (tmp_path / "log").open("wb") as log:
        processes = {
            name: spawn(
                [sys.executable, "-m", "tests.integration.replicas", name, str(port)],
                output=log,
                env={**os.environ, **env},
                new_session=True,
            )
            for name, port in ports.items()
        }
    try:
        follower = Follower(connections, ",".join(f"127.0.0.1:{port}" for port in ports.values()))
        await follower.hears(1)
        (first,) = follower.heard
        processes[first].kill()
        await follower.hears(2)
        assert follower.heard == [first, first + ("b" if first == "a" else "a")]
        await follower.end()
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
    await connections.close()
