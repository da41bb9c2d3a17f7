"""MenuService: RPCs in and out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC

from bson import ObjectId
from orderbuddy.menu.v1 import catalog_pb2
from orderbuddy.menu.v1 import menu_service_pb2 as rpc
from orderbuddy.menu.v1 import menu_service_pb2_grpc as rpc_grpc

from services.kit.clock import Clock
from services.kit.errors import FieldViolation, InvalidInput, NotFound
from services.kit.interceptor import Context
from services.kit.mongo import object_id
from services.kit.versions import version_of
from services.kit.watch import Heartbeat, Reset, Snapshot, watch
from services.menu import mapping
from services.menu.catalog import FULL, GUEST, Catalog, instant_of
from services.menu.editor.menu_changes import set_availability
from services.menu.editor.repository import MenuEditor
from services.menu.editor.servicer import menu_of
from services.menu.repository import MenuRepository


class MenuServicer(rpc_grpc.MenuServiceServicer):
    """Serves what guests read, and the catalog's stream."""

    def __init__(self, repository: MenuRepository, editor: MenuEditor, catalog: Catalog, clock: Clock) -> None:
        self._editor = editor
        self._repository = repository
        self._catalog = catalog
        self._clock = clock

    async def GetRestaurant(self, request: rpc.GetRestaurantRequest, context: Context) -> rpc.GetRestaurantResponse:
        """Return a restaurant."""
        document = await self._repository.restaurant(request.restaurant_id)
        if document is None:
            raise NotFound("INVALID_RESTAURANT", "INVALID_RESTAURANT", metadata={"field": "restaurant_id"})
        return rpc.GetRestaurantResponse(data=mapping.restaurant(document))

    async def GetLocation(self, request: rpc.GetLocationRequest, context: Context) -> rpc.GetLocationResponse:
        """Return a location and whether it takes orders now."""
        location_id = object_id(request.location_id, "locationId", "INVALID_LOCATION")
        document = await self._repository.location(request.restaurant_id, location_id)
        if document is None:
            raise NotFound("INVALID_LOCATION", "INVALID_LOCATION", metadata={"field": "location_id"})
        return rpc.GetLocationResponse(data=mapping.location(document, self._clock.now()))

    async def GetOrigin(self, request: rpc.GetOriginRequest, context: Context) -> rpc.GetOriginResponse:
        """Return an origin; for an unknown one every field is empty."""
        origin_id = _readable(request.origin_id)
        document = await self._repository.origin(origin_id) if origin_id else None
        return rpc.GetOriginResponse(
            data=mapping.origin(document) if document is not None else catalog_pb2.Origin(type="")
        )

    async def GetOriginCampaign(
        self, request: rpc.GetOriginCampaignRequest, context: Context
    ) -> rpc.GetOriginCampaignResponse:
        """Return the active campaign of an origin; unset when there is none."""
        location_id, origin_id = _readable(request.location_id), _readable(request.origin_id)
        if location_id is None or origin_id is None:
            return rpc.GetOriginCampaignResponse()
        document = await self._repository.campaign(request.restaurant_id, location_id, origin_id)
        return rpc.GetOriginCampaignResponse(data=mapping.campaign(document) if document is not None else None)

    async def ListMenus(self, request: rpc.ListMenusRequest, context: Context) -> rpc.ListMenusResponse:
        """Return a location's menus without items."""
        location_id = object_id(request.location_id, "locationId", "INVALID_LOCATION")
        documents = await self._repository.summaries(request.restaurant_id, location_id)
        return rpc.ListMenusResponse(data=[mapping.summary(d) for d in documents])

    async def GetMenu(self, request: rpc.GetMenuRequest, context: Context) -> rpc.GetMenuResponse:
        """Return a menu with the items that can be ordered now."""
        location_id = object_id(request.location_id, "locationId", "INVALID_LOCATION")
        menu_id = object_id(request.menu_id, "menuId", "INVALID_MENU")
        document = await self._repository.menu(request.restaurant_id, location_id, menu_id)
        if document is None:
            raise NotFound("INVALID_MENU", "the location has no such menu", metadata={"field": "menu_id"})
        return rpc.GetMenuResponse(data=mapping.menu(document, mapping.View.GUEST))

    async def SetItemAvailability(
        self, request: rpc.SetItemAvailabilityRequest, context: Context
    ) -> rpc.SetItemAvailabilityResponse:
        """Take an item off all open menus, or put it back."""
        until = request.unavailable_until.ToDatetime(UTC) if request.HasField("unavailable_until") else None
        if until is not None and (request.is_available or until <= self._clock.now()):
            problem = "needs an item that is taken off, and an instant to come"
            raise InvalidInput([FieldViolation("unavailable_until", problem)])
        document, _ = await self._editor.change(
            *menu_of(request),
            lambda menu: set_availability(menu, request.item_id, available=request.is_available, until=until),
        )
        return rpc.SetItemAvailabilityResponse(version=version_of(document), data=True)

    async def GetLocationCatalog(
        self, request: rpc.GetLocationCatalogRequest, context: Context
    ) -> rpc.GetLocationCatalogResponse:
        """Return what orders at a location depend on, as it is now."""
        location_id = object_id(request.location_id, "locationId", "INVALID_LOCATION")
        entries = await self._catalog.of_location(request.restaurant_id, location_id)
        return rpc.GetLocationCatalogResponse(entries=entries)

    async def WatchCatalog(
        self, request: rpc.WatchCatalogRequest, context: Context
    ) -> AsyncIterator[rpc.WatchCatalogResponse]:
        """Stream the catalog."""
        view = FULL if request.view == rpc.CATALOG_VIEW_FULL else GUEST
        place, _, milliseconds = request.resume_token.partition(".")
        since = instant_of(milliseconds)
        if request.resume_token and since is None:
            place = request.resume_token  # unreadable: the stream answers with a reset

        async def nothing() -> None:
            return None

        catalog, is_synced = self._catalog, False
        # What is not in memory is told by a snapshot, which is no larger than a long absence's changes.
        items = watch(catalog.hub, [view], place, nothing, missed=None)
        async with aclosing(items) as stream:
            async for item in stream:
                if isinstance(item, Reset):
                    since = None
                    yield rpc.WatchCatalogResponse(reset=rpc.CatalogReset(reason=item.reason))
                elif isinstance(item, Snapshot):
                    async for entry in catalog.snapshot(view):
                        yield rpc.WatchCatalogResponse(upsert=entry)
                elif isinstance(item, Heartbeat):
                    if not is_synced and since is not None:
                        entries, gone = catalog.turned_since(since, view)
                        for key in gone:
                            yield rpc.WatchCatalogResponse(removed_key=key)
                        for entry in entries:
                            yield rpc.WatchCatalogResponse(upsert=entry)
                    event = {"heartbeat": rpc.CatalogHeartbeat()} if is_synced else {"synced": rpc.CatalogSynced()}
                    is_synced = True
                    yield rpc.WatchCatalogResponse(resume_token=catalog.token(item.token), **event)
                else:
                    # Only the last message of a change carries its token: a reader that stops before gets it again.
                    messages = [rpc.WatchCatalogResponse(removed_key=key) for key in item.event.removed]
                    messages += [rpc.WatchCatalogResponse(upsert=e) for e in item.event.entries(view)]
                    for message in messages[:-1]:
                        yield message
                    messages[-1].resume_token = catalog.token(item.token)
                    yield messages[-1]


def _readable(text: str) -> ObjectId | None:
    """Return an id, or None for what can't be one (`web`)."""
    return ObjectId(text) if len(text) == 24 and ObjectId.is_valid(text) else None
