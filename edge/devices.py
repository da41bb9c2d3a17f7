"""The device key that a request carries, and whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from orderbuddy.station.v1 import device_service_pb2

from edge.bodies import Scope
from edge.caller import Caller, Metadata
from edge.errors import RpcError
from services.kit.device_lookup import refuses_the_key
from services.kit.devices import away, key_in, principal_of
from services.kit.principal import Principal

DEVICES: Final = device_service_pb2.DESCRIPTOR.services_by_name["DeviceService"]
COOKIE: Final = "ob_device"

_AUTHENTICATE: Final = DEVICES.methods_by_name["AuthenticateDevice"]


def header_key(scope: Scope) -> str | None:
    """Return the key in a request's `authorization: Device`, if there is one."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            key = key_in(value.decode("latin-1"))
            if key is not None:
                return key
    return None


def cookie_key(scope: Scope) -> str | None:
    """Return the key in a request's cookie, if there is one."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            key = _cookie(value.decode("latin-1"))
            if key is not None:
                return key
    return None


def _cookie(header: str) -> str | None:
    """Return our cookie's value. A browser sends all cookies of the host; those that make no sense are not ours."""
    for part in header.split(";"):
        name, separator, value = part.strip().partition("=")
        if separator and name == COOKIE:
            return value.strip().strip('"') or None
    return None


class StationDevices:
    """Asks the Station service whose a key is."""

    def __init__(self, caller: Caller, own: Callable[[], Metadata]) -> None:
        self._caller = caller
        self._own = own

    async def find(self, key: str) -> Principal | None:
        """Return the device whose key it is; None when it is nobody's, or revoked. Raises Unavailable."""
        request = device_service_pb2.AuthenticateDeviceRequest(key=key)
        try:
            response = await self._caller.call(_AUTHENTICATE, request, metadata=self._own())
        except RpcError as error:
            if refuses_the_key(error.status):
                return None
            raise away() from error
        assert isinstance(response, device_service_pb2.AuthenticateDeviceResponse)
        return principal_of(response.device)
