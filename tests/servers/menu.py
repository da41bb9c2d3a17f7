"""A Menu service that streams what a test puts into it, for services that follow the catalog."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc
from orderbuddy.menu.v1 import catalog_pb2
from orderbuddy.menu.v1 import menu_service_pb2 as rpc
from orderbuddy.menu.v1 import menu_service_pb2_grpc as rpc_grpc


class FakeMenu(rpc_grpc.MenuServiceServicer):
    """Streams the entries it holds, then each that is put or removed."""

    def __init__(self) -> None:
        self._entries: dict[str, rpc.CatalogEntry] = {}
        self._readers: set[asyncio.Queue[rpc.WatchCatalogResponse]] = set()
        self._count = 0

    async def WatchCatalog(
        self, _request: rpc.WatchCatalogRequest, _context: object
    ) -> AsyncIterator[rpc.WatchCatalogResponse]:
        queue: asyncio.Queue[rpc.WatchCatalogResponse] = asyncio.Queue()
        self._readers.add(queue)
        yield rpc.WatchCatalogResponse(reset=rpc.CatalogReset(reason="this server keeps no history"))
        for entry in self._entries.values():
            yield rpc.WatchCatalogResponse(upsert=entry)
        yield rpc.WatchCatalogResponse(resume_token=str(self._count), synced=rpc.CatalogSynced())
        while True:
            yield await queue.get()

    async def GetLocationCatalog(
        self, _request: rpc.GetLocationCatalogRequest, _context: object
    ) -> rpc.GetLocationCatalogResponse:
        return rpc.GetLocationCatalogResponse(entries=self._entries.values())

    def put(self, entry: rpc.CatalogEntry) -> None:
        self._entries[entry.key] = entry
        self._tell(rpc.WatchCatalogResponse(upsert=entry))

    def remove(self, key: str) -> None:
        self._entries.pop(key, None)
        self._tell(rpc.WatchCatalogResponse(removed_key=key))

    def _tell(self, message: rpc.WatchCatalogResponse) -> None:
        self._count += 1
        message.resume_token = str(self._count)
        for queue in self._readers:
            queue.put_nowait(message)

    def put_location(
        self,
        restaurant_id: str,
        location_id: str,
        *,
        accept_payment: bool = False,
        auto_accept: bool = False,
        ready_when_done: bool = False,
        timezone: str = "America/New_York",
    ) -> None:
        location = catalog_pb2.Location(
            id=location_id,
            location_slug="main",
            name="Main",
            is_active=True,
            accept_payment=accept_payment,
            is_open=True,
        )
        self.put(
            rpc.CatalogEntry(
                key=f"locations/{location_id}",
                location=rpc.CatalogLocation(
                    restaurant_id=restaurant_id,
                    location=location,
                    timezone=timezone,
                    auto_accept_order=auto_accept,
                    ready_when_done=ready_when_done,
                ),
            )
        )

    def put_menu(self, menu: catalog_pb2.Menu) -> None:
        self.put(rpc.CatalogEntry(key=f"menus/{menu.id}", menu=menu))
        key = f"menu-lists/{menu.location_id}"
        listed = rpc.CatalogMenuList(restaurant_id=menu.restaurant_id, location_id=menu.location_id)
        if key in self._entries:
            listed.menus.extend(m for m in self._entries[key].menu_list.menus if m.id != menu.id)
        listed.menus.append(
            catalog_pb2.MenuSummary(id=menu.id, menu_slug=menu.menu_slug, name=menu.name, available=menu.available)
        )
        self.put(rpc.CatalogEntry(key=key, menu_list=listed))


async def serve_menu(menu: FakeMenu) -> tuple[grpc.aio.Server, str]:
    """Serve on any port; return the server and its address."""
    server = grpc.aio.server()
    rpc_grpc.add_MenuServiceServicer_to_server(menu, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, f"127.0.0.1:{port}"
