"""RestaurantService: RPCs in and out."""

from __future__ import annotations

from typing import Any

from bson import ObjectId
from orderbuddy.menu.v1 import restaurant_service_pb2 as rpc
from orderbuddy.menu.v1 import restaurant_service_pb2_grpc as rpc_grpc

from services.kit.errors import FieldViolation, InvalidInput, NotFound
from services.kit.interceptor import Context
from services.kit.mongo import Document, object_id
from services.kit.values import objects, text
from services.menu.assistant.languages import known
from services.menu.restaurants import mapping
from services.menu.restaurants.repository import RestaurantRepository

_DETAILS = ("name", "concept", "logo", "tagline", "website")


class RestaurantServicer(rpc_grpc.RestaurantServiceServicer):
    """Serves restaurants, locations, settings and printers."""

    def __init__(self, repository: RestaurantRepository) -> None:
        self._repository = repository

    async def ListUserRestaurants(
        self, request: rpc.ListUserRestaurantsRequest, context: Context
    ) -> rpc.ListUserRestaurantsResponse:
        """Return the restaurants a person may act for."""
        found = await self._repository.of_user(request.user_id)
        if found is None:
            raise NotFound("RESTAURANTS_GONE", "none of the person's restaurants exists any more")
        return rpc.ListUserRestaurantsResponse(data=[mapping.summary(document) for document in found])

    async def CreateRestaurant(
        self, request: rpc.CreateRestaurantRequest, context: Context
    ) -> rpc.CreateRestaurantResponse:
        """Make a restaurant."""
        document = await self._repository.create(request.user_id)
        return rpc.CreateRestaurantResponse(data=rpc.CreatedRestaurant(restaurant=mapping.details(document)))

    async def GetRestaurantDetails(
        self, request: rpc.GetRestaurantDetailsRequest, context: Context
    ) -> rpc.GetRestaurantDetailsResponse:
        """Return all of a restaurant."""
        document = await self._repository.restaurant(request.restaurant_id)
        if document is None:
            raise NotFound("INVALID_RESTAURANT", "there is no such restaurant", metadata={"field": "restaurant_id"})
        return rpc.GetRestaurantDetailsResponse(data=mapping.details(document))

    async def UpdateRestaurantDetails(
        self, request: rpc.UpdateRestaurantDetailsRequest, context: Context
    ) -> rpc.UpdateRestaurantDetailsResponse:
        """Change a restaurant."""
        fields = {name: getattr(request, name) for name in _DETAILS if request.HasField(name)}
        taken_away = [name for name in _DETAILS if name in request.update_mask.paths and name not in fields]
        version = request.version if request.HasField("version") else None
        await self._repository.change_restaurant(request.restaurant_id, fields, taken_away, version)
        return rpc.UpdateRestaurantDetailsResponse(data=True)

    async def ListLocations(self, request: rpc.ListLocationsRequest, context: Context) -> rpc.ListLocationsResponse:
        """Return the locations of a restaurant."""
        found = await self._repository.locations(request.restaurant_id)
        return rpc.ListLocationsResponse(data=[mapping.location_summary(document) for document in found])

    async def CreateLocation(self, request: rpc.CreateLocationRequest, context: Context) -> rpc.CreateLocationResponse:
        """Make a location."""
        document = await self._repository.create_location(request.restaurant_id)
        return rpc.CreateLocationResponse(data=mapping.new_location(document))

    async def GetLocationSettings(
        self, request: rpc.GetLocationSettingsRequest, context: Context
    ) -> rpc.GetLocationSettingsResponse:
        """Return what can be set at a location."""
        document = await self._location(request.restaurant_id, request.location_id)
        return rpc.GetLocationSettingsResponse(data=mapping.settings(document))

    async def UpdateLocationSettings(
        self, request: rpc.UpdateLocationSettingsRequest, context: Context
    ) -> rpc.UpdateLocationSettingsResponse:
        """Change settings."""
        change = mapping.settings_change(request)
        problems = change.problems()
        if problems:
            raise InvalidInput([FieldViolation(field, description) for field, description in problems])
        location_id = object_id(request.location_id, "locationId", "INVALID_LOCATION")
        version = request.version if request.HasField("version") else None
        document = await self._repository.change_location(request.restaurant_id, location_id, change.apply, version)
        return rpc.UpdateLocationSettingsResponse(data=mapping.settings(document))

    async def SetLocationLanguages(
        self, request: rpc.SetLocationLanguagesRequest, context: Context
    ) -> rpc.SetLocationLanguagesResponse:
        """Say what a location's menus are translated into."""
        wanted = list(request.supported_languages)
        unknown = [position for position, code in enumerate(wanted) if not known([code])]
        if unknown:
            problem = "must be a language of ISO 639-1, such as es"
            raise InvalidInput([FieldViolation(f"supported_languages.{position}", problem) for position in unknown])
        location_id = object_id(request.location_id, "locationId", "INVALID_LOCATION")

        def change(document: Document) -> None:
            document["supportedLanguages"] = wanted

        await self._repository.change_location(request.restaurant_id, location_id, change)
        return rpc.SetLocationLanguagesResponse(data=wanted)

    async def ListPrinters(self, request: rpc.ListPrintersRequest, context: Context) -> rpc.ListPrintersResponse:
        """Return a location's printers."""
        document = await self._location(request.restaurant_id, request.location_id)
        return rpc.ListPrintersResponse(data=mapping.printers(document))

    async def AddPrinter(self, request: rpc.AddPrinterRequest, context: Context) -> rpc.AddPrinterResponse:
        """Add a printer."""
        location_id = object_id(request.location_id, "locationId", "INVALID_LOCATION")
        added: dict[str, Any] = {"id": ObjectId(), "type": "lan", "ip": request.ip, "name": request.name}

        def add(document: Document) -> None:
            document["printers"] = [*objects(document.get("printers")), added]

        await self._repository.change_location(request.restaurant_id, location_id, add)
        return rpc.AddPrinterResponse(data=mapping.printer(added))

    async def RemovePrinter(self, request: rpc.RemovePrinterRequest, context: Context) -> rpc.RemovePrinterResponse:
        """Remove a printer."""
        location_id = object_id(request.location_id, "locationId", "INVALID_LOCATION")

        def remove(document: Document) -> None:
            left = [p for p in objects(document.get("printers")) if text(p.get("id")) != request.printer_id]
            if len(left) == len(objects(document.get("printers"))):
                raise NotFound("UNKNOWN_PRINTER", "there is no such printer", metadata={"field": "printer_id"})
            document["printers"] = left

        await self._repository.change_location(request.restaurant_id, location_id, remove)
        return rpc.RemovePrinterResponse(data=True)

    async def _location(self, restaurant_id: str, location: str) -> Document:
        location_id = object_id(location, "locationId", "INVALID_LOCATION")
        document = await self._repository.location(restaurant_id, location_id)
        if document is None:
            raise NotFound("INVALID_LOCATION", "the restaurant has no such location", metadata={"field": "location_id"})
        return document
