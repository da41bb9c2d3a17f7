"""Helpers that tests import by name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from services.kit.principal import METADATA_KEY, Assertions, Principal
from services.kit.server import Server

MessageType = TypeVar("MessageType", bound=Message)

SECRET = "a secret that only the tests share, and that is long enough for every algorithm"


@dataclass(frozen=True)
class Served:
    """A running service and a channel to it."""

    server: Server
    channel: grpc.aio.Channel

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    async def is_serving(self) -> bool:
        answer = await health_pb2_grpc.HealthStub(self.channel).Check(health_pb2.HealthCheckRequest())
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


async def eventually(condition: Callable[[], Awaitable[bool] | bool], timeout_seconds: float = 15.0) -> None:
    """Wait until a condition holds; fail when it does not in time."""
    until = time.monotonic() + timeout_seconds
    while True:
        result = condition()
        if await result if isinstance(result, Awaitable) else result:
            return
        assert time.monotonic() < until, f"{condition} did not become true within {timeout_seconds} s"
        await asyncio.sleep(0.01)


def metadata_of(principal: Principal) -> tuple[tuple[str, str], ...]:
    """Return the gRPC metadata of a call by somebody, good for the whole run."""
    return ((METADATA_KEY, f"Bearer {Assertions(SECRET).sign(principal, 3600)}"),)


def detail(error: grpc.aio.AioRpcError, kind: type[MessageType]) -> MessageType | None:
    """Return a typed detail of a refused call."""
    status = rpc_status.from_call(error)
    found = kind()
    for packed in status.details if status else ():
        if packed.Unpack(found):
            return found
    return None


def reason(error: grpc.aio.AioRpcError) -> str:
    """Return the machine-readable reason of a refused call."""
    info = detail(error, error_details_pb2.ErrorInfo)
    return info.reason if info else ""
