"""The one seam between the edge and the services: calls a method by its descriptor.

Nothing else in the edge knows that there is gRPC behind it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.rpc import status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from edge.errors import RpcError
from services.kit.channels import Connections
from services.kit.tls import Tls

Metadata = Sequence[tuple[str, str]]

REQUEST_ID_KEY: Final = "x-request-id"
HEALTH_SECONDS: Final = 1.0


class Caller:
    """Calls services. `start` it in the loop that it serves."""

    def __init__(
        self, addresses: Mapping[ServiceDescriptor, str], deadline_seconds: float, tls: Tls | None = None
    ) -> None:
        self._addresses = dict(addresses)
        self._deadline_seconds = deadline_seconds
        self._connections = Connections(tls)
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._unary: dict[MethodDescriptor, grpc.aio.UnaryUnaryMultiCallable[Any, Any]] = {}
        self._streams: dict[MethodDescriptor, grpc.aio.UnaryStreamMultiCallable[Any, Any]] = {}

    def start(self) -> None:
        """Make the channels; they connect at the first call."""
        for service, address in self._addresses.items():
            channel = self._channels.get(address) or self._open(address)
            self._channels[address] = channel
            for method in service.methods:
                self._prepare(channel, method)

    def _open(self, address: str) -> grpc.aio.Channel:
        files = {service.file.name: service.file for service, place in self._addresses.items() if place == address}
        return self._connections.open(address, *files.values())

    def _prepare(self, channel: grpc.aio.Channel, method: MethodDescriptor) -> None:
        path = f"/{method.containing_service.full_name}/{method.name}"
        serialize = message_factory.GetMessageClass(method.input_type).SerializeToString
        deserialize = message_factory.GetMessageClass(method.output_type).FromString
        if method.server_streaming:
            self._streams[method] = channel.unary_stream(path, serialize, deserialize)
        else:
            self._unary[method] = channel.unary_unary(path, serialize, deserialize)

    async def close(self) -> None:
        """End all calls and connections."""
        await self._connections.close()

    async def call(
        self, method: MethodDescriptor, request: Message, *, metadata: Metadata, deadline_seconds: float = 0
    ) -> Message:
        """Call a unary method; a deadline of 0 is that of all calls. Raises RpcError."""
        timeout = deadline_seconds or self._deadline_seconds
        try:
            response: Message = await self._unary[method](request, timeout=timeout, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            raise RpcError(_status(error)) from error
        return response

    async def stream(
        self, method: MethodDescriptor, request: Message, *, metadata: Metadata, deadline_seconds: float | None = None
    ) -> AsyncGenerator[Message, None]:
        """Yield what a streaming method sends. Close the generator to end the call. Raises RpcError."""
        call = self._streams[method](request, timeout=deadline_seconds, metadata=metadata)
        try:
            async for message in call:
                yield message
        except grpc.aio.AioRpcError as error:
            raise RpcError(_status(error)) from error
        finally:
            call.cancel()

    async def trouble(self, service: ServiceDescriptor) -> str | None:
        """Ask a service for its health. Return what is wrong with it, or None."""
        stub = health_pb2_grpc.HealthStub(self._channels[self._addresses[service]])
        request = health_pb2.HealthCheckRequest(service=service.full_name)
        try:
            response = await stub.Check(request, timeout=HEALTH_SECONDS)
        except grpc.aio.AioRpcError as error:
            return str(error.code().name)
        serving = response.status == health_pb2.HealthCheckResponse.SERVING
        return None if serving else str(health_pb2.HealthCheckResponse.ServingStatus.Name(response.status))


def _status(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    status: status_pb2.Status | None = rpc_status.from_call(error)
    return status or status_pb2.Status(code=error.code().value[0], message=error.details() or "")
