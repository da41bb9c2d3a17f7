"""CampaignService: RPCs in and out."""

from __future__ import annotations

from typing import Any

from bson import ObjectId
from orderbuddy.menu.v1 import campaign_service_pb2 as rpc
from orderbuddy.menu.v1 import campaign_service_pb2_grpc as rpc_grpc

from services.kit.clock import Clock
from services.kit.errors import FieldViolation, InvalidInput
from services.kit.interceptor import Context
from services.kit.mongo import Document, object_id
from services.menu.campaigns import mapping
from services.menu.campaigns.repository import CampaignRepository
from services.menu.editor.servicer import place_of
from services.menu.origins.making import OriginMaker
from services.menu.origins.repository import OriginRepository

_SPAN = (("active_from", "activeFrom"), ("active_until", "activeUntil"))


class CampaignServicer(rpc_grpc.CampaignServiceServicer):
    """Serves campaigns."""

    def __init__(
        self, campaigns: CampaignRepository, origins: OriginRepository, maker: OriginMaker, clock: Clock
    ) -> None:
        self._campaigns = campaigns
        self._origins = origins
        self._maker = maker
        self._clock = clock

    async def CreateCampaign(self, request: rpc.CreateCampaignRequest, context: Context) -> rpc.CreateCampaignResponse:
        """Make a campaign and its origin."""
        reward = mapping.reward(request)
        if reward is None:
            wanted = "flatOffCents" if request.type == "flat" else "percentOff"
            raise InvalidInput([FieldViolation("reward", f"must have {wanted} when the type is {request.type}")])
        place = await self._origins.place_for_another(*place_of(request.restaurant_id, request.location_id))
        origin = await self._maker.make(place, request.name, "campaign")
        now = self._clock.now()
        document: dict[str, Any] = {
            "_id": ObjectId(),
            "restaurantId": origin["restaurantId"],
            "locationId": origin["locationId"],
            "originId": origin["_id"],
            "name": request.name,
            "type": request.type,
            "reward": reward,
            "isActive": request.is_active if request.HasField("is_active") else True,
            "createdAt": now,
            "updatedAt": now,
        }
        if request.type == "percent":
            # Old documents of this type have no effect on prices, and must not gain one.
            document["percentApplies"] = True
        _set_span(document, request)
        await self._origins.add(origin, document)
        return rpc.CreateCampaignResponse(data=mapping.campaign(document))

    async def ListCampaigns(self, request: rpc.ListCampaignsRequest, context: Context) -> rpc.ListCampaignsResponse:
        """Return a location's campaigns."""
        found = await self._campaigns.of_location(*place_of(request.restaurant_id, request.location_id))
        return rpc.ListCampaignsResponse(data=[mapping.campaign(document) for document in found])

    async def GetCampaign(self, request: rpc.GetCampaignRequest, context: Context) -> rpc.GetCampaignResponse:
        """Return a campaign."""
        place = place_of(request.restaurant_id, request.location_id)
        return rpc.GetCampaignResponse(
            data=mapping.campaign(await self._campaigns.one(*place, _id(request.campaign_id)))
        )

    async def UpdateCampaign(self, request: rpc.UpdateCampaignRequest, context: Context) -> rpc.UpdateCampaignResponse:
        """Change a campaign."""
        now = self._clock.now()

        def change(document: Document) -> None:
            if request.HasField("name"):
                document["name"] = request.name
            if request.HasField("is_active"):
                document["isActive"] = request.is_active
            _set_span(document, request)
            document["updatedAt"] = now

        changed = await self._campaigns.change(
            *place_of(request.restaurant_id, request.location_id),
            _id(request.campaign_id),
            change,
            request.version if request.HasField("version") else None,
        )
        return rpc.UpdateCampaignResponse(data=mapping.campaign(changed))

    async def DeleteCampaign(self, request: rpc.DeleteCampaignRequest, context: Context) -> rpc.DeleteCampaignResponse:
        """Delete a campaign."""
        await self._campaigns.delete(*place_of(request.restaurant_id, request.location_id), _id(request.campaign_id))
        return rpc.DeleteCampaignResponse(data=True)


def _id(campaign_id: str) -> ObjectId:
    return object_id(campaign_id, "campaignId", "UNKNOWN_CAMPAIGN")


def _set_span(document: Document, request: rpc.CreateCampaignRequest | rpc.UpdateCampaignRequest) -> None:
    """Set from when until when. Raises InvalidInput when it would end before it begins."""
    for field, stored in _SPAN:
        if request.HasField(field):
            document[stored] = mapping.instant(getattr(request, field))
    begin, end = document.get("activeFrom"), document.get("activeUntil")
    if begin is not None and end is not None and end <= begin:
        raise InvalidInput([FieldViolation("active_until", "must be after activeFrom")])
