"""Whose a device key is, asked of the Station service."""

from __future__ import annotations

from typing import Final

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from orderbuddy.station.v1 import device_service_pb2, device_service_pb2_grpc

from services.kit.channels import Connections
from services.kit.devices import INVALID, away, principal_of
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal

_SECONDS: Final = 2.0


def refuses_the_key(status: status_pb2.Status | None) -> bool:
    """Tell whether a failed AuthenticateDevice says that the key is not valid; any other failure says nothing of it."""
    if status is None or status.code != grpc.StatusCode.UNAUTHENTICATED.value[0]:
        return False
    info = error_details_pb2.ErrorInfo()
    return any(detail.Unpack(info) and info.reason == INVALID for detail in status.details)


class StationDevices:
    """Asks over gRPC. Make it in the loop that it serves."""

    def __init__(self, connections: Connections, address: str, assertions: Assertions, name: str) -> None:
        """`name` is the service that asks."""
        channel = connections.open(address, device_service_pb2.DESCRIPTOR)
        self._stub = device_service_pb2_grpc.DeviceServiceStub(channel)
        self._assertions = assertions
        self._principal = Principal(CallerKind.SERVICE, name)

    async def find(self, key: str) -> Principal | None:
        """Return the device whose key it is; None when it is nobody's, or revoked. Raises Unavailable."""
        request = device_service_pb2.AuthenticateDeviceRequest(key=key)
        metadata = ((METADATA_KEY, f"Bearer {self._assertions.sign(self._principal)}"),)
        try:
            answer = await self._stub.AuthenticateDevice(request, metadata=metadata, timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            if refuses_the_key(rpc_status.from_call(error)):
                return None
            raise away() from error
        return principal_of(answer.device)
