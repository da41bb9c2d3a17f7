"""StationService: RPCs in and out."""

from __future__ import annotations

from bson import ObjectId
from orderbuddy.station.v1 import station_service_pb2 as rpc
from orderbuddy.station.v1 import station_service_pb2_grpc as rpc_grpc

from services.kit.context import current_call
from services.kit.errors import NotFound
from services.kit.interceptor import Context
from services.kit.mongo import object_id
from services.kit.principal import CallerKind
from services.kit.values import text, texts
from services.station import mapping
from services.station.adapters.orders import Orders
from services.station.adapters.places import Places
from services.station.repository import StationRepository, no_station

_SHOWN = "ACCEPTED"


class StationServicer(rpc_grpc.StationServiceServicer):
    """Serves stations and, as the Manage App reads them, their orders."""

    def __init__(self, repository: StationRepository, orders: Orders, places: Places) -> None:
        self._repository = repository
        self._orders = orders
        self._places = places

    async def CreateStation(self, request: rpc.CreateStationRequest, context: Context) -> rpc.CreateStationResponse:
        """Make a station."""
        await self._places.find(request.restaurant_id, request.location_id)
        location_id = ObjectId(request.location_id)
        document = await self._repository.create(request.restaurant_id, location_id, request.name, request.tags)
        return rpc.CreateStationResponse(data=mapping.station(document))

    async def ListStations(self, request: rpc.ListStationsRequest, context: Context) -> rpc.ListStationsResponse:
        """Return a location's stations."""
        object_id(request.location_id, "locationId", "INVALID_LOCATION")
        found = await self._repository.of_location(request.restaurant_id, request.location_id)
        return rpc.ListStationsResponse(data=[mapping.station(document) for document in found])

    async def UpdateStation(self, request: rpc.UpdateStationRequest, context: Context) -> rpc.UpdateStationResponse:
        """Rename a station or change its tags."""
        document = await self._repository.change(
            (request.restaurant_id, request.location_id, request.station_id),
            request.name if request.HasField("name") else None,
            list(request.tags) if request.tags or "tags" in request.update_mask.paths else None,
            request.version if request.HasField("version") else None,
        )
        return rpc.UpdateStationResponse(data=mapping.station(document))

    async def DeleteStation(self, request: rpc.DeleteStationRequest, context: Context) -> rpc.DeleteStationResponse:
        """Remove a station."""
        await self._repository.delete((request.restaurant_id, request.location_id, request.station_id))
        return rpc.DeleteStationResponse(data=True)

    async def ListStationOrders(
        self, request: rpc.ListStationOrdersRequest, context: Context
    ) -> rpc.ListStationOrdersResponse:
        """Return today's accepted orders with a line for the station."""
        station_id = object_id(request.station_id, "stationId", "STATION_NOT_FOUND")
        stations = await self._repository.of_location(request.restaurant_id, request.location_id)
        station = next((s for s in stations if s["_id"] == station_id), None)
        if station is None:
            raise no_station()
        place = await self._places.find(request.restaurant_id, request.location_id)
        tags = texts(station.get("tags"))
        todays = await self._orders.todays(request.restaurant_id, request.location_id)
        matched = [(order, mapping.lines_with(order, tags)) for order in todays if order.status == _SHOWN]
        orders = rpc.StationOrders(
            location_name=place.name,
            station_name=text(station.get("name")),
            station_tags=tags,
            matched_orders=[mapping.station_order(order, lines) for order, lines in matched if lines],
        )
        return rpc.ListStationOrdersResponse(data=orders)

    async def GetStationOrder(
        self, request: rpc.GetStationOrderRequest, context: Context
    ) -> rpc.GetStationOrderResponse:
        """Return an accepted order with the lines that carry one of the tags."""
        order = await self._orders.staff_order(request.restaurant_id, request.location_id, request.order_id)
        lines = mapping.lines_with(order, ",".join(request.station_tags).split(","))
        if order.status != _SHOWN or not lines:
            raise NotFound("ORDER_NOT_FOUND", "the station has no such order", metadata={"field": "order_id"})
        # The Manage App's people may see it; a screen on the wall has no use for it.
        phone = order.customer.phone if current_call().principal.kind is CallerKind.STAFF else ""
        return rpc.GetStationOrderResponse(data=mapping.single_order(order, lines, phone))
