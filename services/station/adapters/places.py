"""Locations, which the Menu service keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import grpc
from orderbuddy.menu.v1 import menu_service_pb2, menu_service_pb2_grpc

from services.kit.channels import Connections
from services.kit.context import current_call
from services.kit.errors import NotFound
from services.kit.interceptor import REQUEST_ID_KEY
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal
from services.kit.status import from_rpc_error

_SECONDS: Final = 5.0
_SELF: Final = Principal(CallerKind.SERVICE, "station")


@dataclass(frozen=True, slots=True)
class Place:
    """A location."""

    name: str
    time_zone: str
    """IANA name; empty when none is set."""


class Places:
    """Asks the Menu service. Make it in the loop that it serves."""

    def __init__(self, connections: Connections, address: str, assertions: Assertions) -> None:
        channel = connections.open(address, menu_service_pb2.DESCRIPTOR)
        self._stub = menu_service_pb2_grpc.MenuServiceStub(channel)
        self._assertions = assertions

    async def find(self, restaurant_id: str, location_id: str) -> Place:
        """Return a location of a restaurant. Raises NotFound (INVALID_LOCATION), or Unavailable."""
        request = menu_service_pb2.GetLocationCatalogRequest(restaurant_id=restaurant_id, location_id=location_id)
        metadata = (
            (METADATA_KEY, f"Bearer {self._assertions.sign(_SELF)}"),
            (REQUEST_ID_KEY, current_call().request_id),
        )
        try:
            answer = await self._stub.GetLocationCatalog(request, metadata=metadata, timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        for entry in answer.entries:
            if entry.WhichOneof("entry") == "location":
                return Place(entry.location.location.name, entry.location.timezone)
        raise NotFound("INVALID_LOCATION", "the restaurant has no such location", metadata={"field": "location_id"})
