"""Several replicas of a service, found through one address."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as rpc_grpc

from services.kit.channels import Connections
from services.kit.following import follow
from services.kit.settings import ServiceSettings
from tests.integration.replicas import SERVICE, Replica
from tests.support import eventually, metadata_of

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


async def test_followers_of_a_replica_that_stops_go_on_at_another(replicas: list[Replica]) -> None:
    connections = Connections()
    stub = rpc_grpc.OrderingServiceStub(connections.open(await start(replicas[:2])))
    heard: list[str] = []
    calls: list[Any] = []

    def watch(token: str) -> Any:
        call = stub.WatchOrders(rpc.WatchOrdersRequest(resume_token=token), metadata=metadata_of(SERVICE))
        calls.append(call)
        return call

    following = asyncio.create_task(
        follow("orders", watch, lambda m: heard.append(m.resume_token), lambda _connected: None)
    )
    await eventually(lambda: len(heard) == 1)
    (first,), at_first = heard, calls[-1]
    by_name = {replica.name: replica for replica in replicas}
    await by_name[first].stop()
    await eventually(lambda: len(heard) == 2)

    other = "b" if first == "a" else "a"
    assert heard == [first, first + other]
    assert await at_first.code() is grpc.StatusCode.UNAVAILABLE
    assert await at_first.details() == "this replica stops; go on at another one"
    following.cancel()
    await asyncio.wait([following])
    await connections.close()
