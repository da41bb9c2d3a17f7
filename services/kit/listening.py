"""Where a service listens: for edge and services and, if asked for, for devices and guests; health and reflection.

Devices and guests have no certificates, so what they reach must not take assertions: those are for who has one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor, ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.kit.channels import ACCEPTING, MESSAGE_BYTES

OPTIONS: Final[Sequence[tuple[str, int]]] = (
    ("grpc.max_receive_message_length", 6 * 1024 * 1024),  # requests: an image of 5 MiB is the largest
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # Whose connection ends looks the name up again: replicas that were added get calls within a minute, about.
    ("grpc.max_connection_age_ms", 60_000),
    # Streams move to other replicas now and then, so resuming is daily business and not an emergency.
    ("grpc.max_connection_age_grace_ms", 20 * 60_000),
    ("grpc.so_reuseport", 0),  # a port taken by another process is an error, not a coin toss
)

_CONCURRENT_RPCS: Final = 10_000
"""Streams included; how many other calls are served at a time, services/kit/protection.py says."""

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class _MethodsToo:
    """The descriptors for reflection: methods are found by name as well, as `grpcurl describe` asks for them."""

    def __init__(self, pool: descriptor_pool.DescriptorPool) -> None:
        self._pool = pool

    def FindFileContainingSymbol(self, symbol: str) -> FileDescriptor:  # noqa: N802  the pool's name
        try:
            return self._pool.FindFileContainingSymbol(symbol)
        except KeyError:
            return self._pool.FindFileContainingSymbol(symbol.rpartition(".")[0])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


@dataclass(frozen=True, slots=True)
class Registration:
    """A servicer and what is needed to serve it."""

    descriptor: ServiceDescriptor
    add: Callable[[Any, grpc.aio.Server], None]
    servicer: object


class Listeners:
    """The gRPC servers of a process. They share servicers and health; who may call is up to each one's interceptor."""

    def __init__(self, name: str, registrations: Sequence[Registration]) -> None:
        self._name = name
        self._registrations = registrations
        self._health = health.aio.HealthServicer()
        self._services = [r.descriptor.full_name for r in registrations]
        self._servers: list[grpc.aio.Server] = []
        self._accepting = False

    def add(
        self, address: str, interceptor: grpc.aio.ServerInterceptor, credentials: grpc.ServerCredentials | None
    ) -> int:
        """Listen at an address too and return its port. Raises OSError when the port is taken."""
        server = grpc.aio.server(interceptors=[interceptor], options=OPTIONS, maximum_concurrent_rpcs=_CONCURRENT_RPCS)
        for registration in self._registrations:
            registration.add(registration.servicer, server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        reflection.enable_server_reflection(
            [*self._services, health.SERVICE_NAME, reflection.SERVICE_NAME],
            server,
            _MethodsToo(descriptor_pool.Default()),
        )
        try:
            port = (
                server.add_insecure_port(address)
                if credentials is None
                else server.add_secure_port(address, credentials)
            )
        except RuntimeError as error:
            raise OSError(f"can't serve {self._name} at {address}: {error}") from error
        self._servers.append(server)
        return port

    async def start(self) -> None:
        """Serve, and say that calls should not come yet."""
        await self._health.set(ACCEPTING, _NOT_SERVING)
        await self.say(serving=False)
        for server in self._servers:
            await server.start()

    async def say(self, *, serving: bool) -> None:
        """Answer so to who asks for the service's health. Who once served goes on accepting calls until it stops."""
        for name in ("", *self._services):
            await self._health.set(name, _SERVING if serving else _NOT_SERVING)
        if serving:
            await self.accept()

    async def accept(self) -> None:
        """Say that calls should come."""
        if not self._accepting:
            self._accepting = True
            await self._health.set(ACCEPTING, _SERVING)

    async def drain(self, seconds: float) -> None:
        """Say from now on that calls should go elsewhere, and serve as long as callers may take to hear of it."""
        await self._health.enter_graceful_shutdown()
        await asyncio.sleep(seconds)

    async def stop(self, grace_seconds: float) -> None:
        """Take no more calls, let those under way finish within the grace time, end the rest."""
        await asyncio.gather(*(server.stop(grace_seconds) for server in self._servers))
