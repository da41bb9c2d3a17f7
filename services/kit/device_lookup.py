"""Whose a device key is, asked of the Station service."""

from __future__ import annotations

from typing import Any, Final

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from orderbuddy.station.v1 import device_service_pb2, device_service_pb2_grpc

from services.kit.devices import INVALID, away, principal_of
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal

_SECONDS: Final = 2.0
_CHANNEL_OPTIONS: Final = (
    # A restarted service is found again within a second; the default backs off up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)


def refuses_the_key(status: status_pb2.Status | None) -> bool:
    """Tell whether a failed AuthenticateDevice says that the key is not valid; any other failure says nothing of it."""
    if status is None or status.code != grpc.StatusCode.UNAUTHENTICATED.value[0]:
        return False
    info = error_details_pb2.ErrorInfo()
    return any(detail.Unpack(info) and info.reason == INVALID for detail in status.details)


class StationDevices:
    """Asks over gRPC. Connects at the first question, so that it costs nothing where no device ever calls."""

    def __init__(self, address: str, assertions: Assertions, name: str) -> None:
        """`name` is the service that asks."""
        self._address = address
        self._assertions = assertions
        self._principal = Principal(CallerKind.SERVICE, name)
        self._channel: grpc.aio.Channel | None = None
        self._stub: Any = None

    async def find(self, key: str) -> Principal | None:
        """Return the device whose key it is; None when it is nobody's, or revoked. Raises Unavailable."""
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self._address, options=_CHANNEL_OPTIONS)
            self._stub = device_service_pb2_grpc.DeviceServiceStub(self._channel)
        request = device_service_pb2.AuthenticateDeviceRequest(key=key)
        metadata = ((METADATA_KEY, f"Bearer {self._assertions.sign(self._principal)}"),)
        try:
            answer = await self._stub.AuthenticateDevice(request, metadata=metadata, timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            if refuses_the_key(rpc_status.from_call(error)):
                return None
            raise away() from error
        return principal_of(answer.device)

    async def close(self) -> None:
        """End the connection."""
        if self._channel is not None:
            await self._channel.close()
