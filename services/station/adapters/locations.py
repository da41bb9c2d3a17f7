"""The Menu service's locations, asked one by one."""

from __future__ import annotations

from typing import Final

import grpc
from orderbuddy.menu.v1 import menu_service_pb2, menu_service_pb2_grpc

from services.kit.errors import Unavailable
from services.kit.interceptor import REQUEST_ID_KEY
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal

_SECONDS: Final = 2.0
_CHANNEL_OPTIONS: Final = (
    # A restarted service is found again within a second; the default backs off up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)


class LocationReader:
    """Asks for locations. Make it in the loop that it serves."""

    def __init__(self, address: str, assertions: Assertions) -> None:
        self._channel = grpc.aio.insecure_channel(address, options=_CHANNEL_OPTIONS)
        self._stub = menu_service_pb2_grpc.MenuServiceStub(self._channel)
        self._assertions = assertions

    async def has(self, restaurant_id: str, location_id: str, request_id: str) -> bool:
        """Tell whether a restaurant has a location, open or not. Raises Unavailable."""
        request = menu_service_pb2.GetLocationRequest(restaurant_id=restaurant_id, location_id=location_id)
        assertion = self._assertions.sign(Principal(CallerKind.SERVICE, "station"))
        metadata = ((METADATA_KEY, f"Bearer {assertion}"), (REQUEST_ID_KEY, request_id))
        try:
            await self._stub.GetLocation(request, metadata=metadata, timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return False
            raise Unavailable("MENU_AWAY", "the menu service is away", retry_after_seconds=1) from error
        return True

    async def close(self) -> None:
        """End the connection."""
        await self._channel.close()
