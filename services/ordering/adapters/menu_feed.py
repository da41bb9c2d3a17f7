"""The Menu service's catalog, followed into memory."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Final

import grpc
from orderbuddy.menu.v1 import menu_service_pb2, menu_service_pb2_grpc

from services.kit.channels import Connections
from services.kit.following import follow
from services.kit.interceptor import REQUEST_ID_KEY
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal
from services.kit.telemetry import log
from services.ordering.catalog import Catalog

_READ_SECONDS: Final = 2.0


class MenuFeed:
    """Keeps a Catalog up to date, and reads single locations afresh. Make it in the loop that it serves."""

    def __init__(self, connections: Connections, address: str, assertions: Assertions, catalog: Catalog) -> None:
        channel = connections.open(address, menu_service_pb2.DESCRIPTOR)
        self._stub = menu_service_pb2_grpc.MenuServiceStub(channel)
        self._assertions = assertions
        self._catalog = catalog

    async def run(self) -> None:
        """Follow for ever."""
        await follow("catalog", self._watch, self._catalog.apply, self._catalog.connected)

    def _watch(self, token: str) -> AsyncIterable[menu_service_pb2.WatchCatalogResponse]:
        request = menu_service_pb2.WatchCatalogRequest(view=menu_service_pb2.CATALOG_VIEW_FULL, resume_token=token)
        stream: AsyncIterable[menu_service_pb2.WatchCatalogResponse] = self._stub.WatchCatalog(
            request, metadata=self._metadata("ordering-menu-feed")
        )
        return stream

    async def now(self, restaurant_id: str, location_id: str, request_id: str) -> Catalog:
        """Return a location's part of the catalog as it is in the database now; what we have when Menu is away."""
        request = menu_service_pb2.GetLocationCatalogRequest(restaurant_id=restaurant_id, location_id=location_id)
        try:
            answer = await self._stub.GetLocationCatalog(
                request, metadata=self._metadata(request_id), timeout=_READ_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            log.warning("menu_not_read", code=error.code().name)
            return self._catalog
        return Catalog.of(answer.entries)

    def _metadata(self, request_id: str) -> tuple[tuple[str, str], ...]:
        assertion = self._assertions.sign(Principal(CallerKind.SERVICE, "ordering"))
        return ((METADATA_KEY, f"Bearer {assertion}"), (REQUEST_ID_KEY, request_id))
