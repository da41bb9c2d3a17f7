"""Several replicas of a service, found through one address."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from orderbuddy.station.v1 import device_service_pb2, device_service_pb2_grpc

from services.kit.channels import Connections
from tests.support import eventually


class Replica(device_service_pb2_grpc.DeviceServiceServicer):
    """Answers with its own name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = 0

    async def start(self) -> None:
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        device_service_pb2_grpc.add_DeviceServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def kill(self) -> None:
        await self._server.stop(None)

    async def AuthenticateDevice(
        self,
        request: Any,  # noqa: ARG002
        context: Any,  # noqa: ARG002
    ) -> device_service_pb2.AuthenticateDeviceResponse:
        answer = device_service_pb2.AuthenticateDeviceResponse()
        answer.device.id = self.name
        return answer


@pytest.fixture
async def replicas() -> AsyncIterator[list[Replica]]:
    started = [Replica(name) for name in "abc"]
    for replica in started:
        await replica.start()
    yield started
    for replica in started:
        await replica.kill()


async def test_calls_go_round_and_a_replica_that_comes_back_is_found(replicas: list[Replica]) -> None:
    connections = Connections()
    address = ",".join(f"127.0.0.1:{replica.port}" for replica in replicas)
    stub = device_service_pb2_grpc.DeviceServiceStub(connections.open(address, device_service_pb2.DESCRIPTOR))

    async def answering(calls: int = 30) -> Counter[str]:
        request = device_service_pb2.AuthenticateDeviceRequest(key="k")
        return Counter([(await stub.AuthenticateDevice(request, timeout=5)).device.id for _ in range(calls)])

    async def all_three() -> bool:
        return (await answering(3)).keys() == set("abc")

    await eventually(all_three)
    assert await answering() == {"a": 10, "b": 10, "c": 10}

    await replicas[0].kill()
    assert (await answering()).keys() == {"b", "c"}  # and none failed

    await replicas[0].start()
    async with asyncio.timeout(2.5):  # the longest wait between two attempts is 1 s and a fifth
        await eventually(all_three)
    await connections.close()
