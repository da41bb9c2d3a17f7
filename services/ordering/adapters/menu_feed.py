"""The Menu service's catalog, followed into memory."""

from __future__ import annotations

from collections.abc import AsyncIterable

import grpc
from orderbuddy.menu.v1 import menu_service_pb2, menu_service_pb2_grpc

from services.kit.following import follow
from services.kit.interceptor import REQUEST_ID_KEY
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal
from services.kit.server import MESSAGE_BYTES
from services.ordering.catalog import Catalog


class MenuFeed:
    """Keeps a Catalog up to date."""

    def __init__(self, address: str, assertions: Assertions, catalog: Catalog) -> None:
        self._address = address
        self._assertions = assertions
        self._catalog = catalog

    async def run(self) -> None:
        """Follow for ever."""
        options = [("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.keepalive_time_ms", 60_000)]
        async with grpc.aio.insecure_channel(self._address, options=options) as channel:
            stub = menu_service_pb2_grpc.MenuServiceStub(channel)

            def watch(token: str) -> AsyncIterable[menu_service_pb2.WatchCatalogResponse]:
                assertion = self._assertions.sign(Principal(CallerKind.SERVICE, "ordering"))
                request = menu_service_pb2.WatchCatalogRequest(
                    view=menu_service_pb2.CATALOG_VIEW_FULL, resume_token=token
                )
                metadata = ((METADATA_KEY, f"Bearer {assertion}"), (REQUEST_ID_KEY, "ordering-menu-feed"))
                stream: AsyncIterable[menu_service_pb2.WatchCatalogResponse] = stub.WatchCatalog(
                    request, metadata=metadata
                )
                return stream

            await follow("catalog", watch, self._catalog.apply, self._catalog.connected)
