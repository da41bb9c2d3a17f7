"""The one seam between the edge and the services: calls a method by its descriptor.

Nothing else in the edge knows that there is gRPC behind it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Any, Final

import grpc
import orjson
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.rpc import status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from edge.errors import RpcError

Metadata = Sequence[tuple[str, str]]

_ONCE: Final = frozenset({"orderbuddy.station.v1.DeviceService.IssueDeviceKey"})
"""Each call makes a device of its own."""

REQUEST_ID_KEY: Final = "x-request-id"
MESSAGE_BYTES: Final = 16 * 1024 * 1024
HEALTH_SECONDS: Final = 1.0

_CHANNEL_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    # A restarted service is found again within a second; the default backs off up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
_RETRY: Final = {
    "maxAttempts": 4,
    "initialBackoff": "0.1s",
    "maxBackoff": "1s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
# Tokens that failures cost and successes earn back: retries stop when a service is more away than there.
_THROTTLING: Final = {"maxTokens": 100, "tokenRatio": 0.1}


def may_be_repeated(method: MethodDescriptor) -> bool:
    """Tell whether the same call may be made again when it is not known whether it arrived.

    Every method that changes something takes a `request_id`, unless it is idempotent by itself (design, section 3), or
    its answer holds a secret that must be kept nowhere.
    """
    streams = method.client_streaming or method.server_streaming
    return not streams and "request_id" not in method.input_type.fields_by_name and method.full_name not in _ONCE


def service_config(services: Iterable[ServiceDescriptor]) -> str:
    """Return gRPC's service config: which methods are retried, and how."""
    names = [
        {"service": service.full_name, "method": method.name}
        for service in services
        for method in service.methods
        if may_be_repeated(method)
    ]
    config = {"methodConfig": [{"name": names, "retryPolicy": _RETRY}], "retryThrottling": _THROTTLING}
    return orjson.dumps(config).decode()


class Caller:
    """Calls services. `start` it in the loop that it serves."""

    def __init__(self, addresses: Mapping[ServiceDescriptor, str], deadline_seconds: float) -> None:
        self._addresses = dict(addresses)
        self._deadline_seconds = deadline_seconds
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._unary: dict[MethodDescriptor, grpc.aio.UnaryUnaryMultiCallable[Any, Any]] = {}
        self._streams: dict[MethodDescriptor, grpc.aio.UnaryStreamMultiCallable[Any, Any]] = {}

    def start(self) -> None:
        """Make the channels; they connect at the first call."""
        options = (*_CHANNEL_OPTIONS, ("grpc.service_config", service_config(self._addresses)))
        for service, address in self._addresses.items():
            channel = grpc.aio.insecure_channel(address, options=options)
            self._channels[service.full_name] = channel
            for method in service.methods:
                self._prepare(channel, method)

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
        for channel in self._channels.values():
            await channel.close()

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
        stub = health_pb2_grpc.HealthStub(self._channels[service.full_name])
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
