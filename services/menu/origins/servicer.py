"""OriginService: RPCs in and out."""

from __future__ import annotations

import asyncio

from bson import ObjectId
from google.api import httpbody_pb2
from orderbuddy.menu.v1 import origin_service_pb2 as rpc
from orderbuddy.menu.v1 import origin_service_pb2_grpc as rpc_grpc
from orderbuddy.notification.v1 import notification_service_pb2 as notification

from services.kit.context import current_call
from services.kit.errors import NotFound, Unusable
from services.kit.interceptor import Context
from services.kit.mongo import Document, object_id
from services.kit.values import obj, text
from services.menu.adapters.link_mails import LinkMails
from services.menu.editor.servicer import place_of
from services.menu.origins import mapping, qr, sheet
from services.menu.origins.making import OriginMaker
from services.menu.origins.repository import OriginRepository

_MAILED_STYLE = {"dotsOptions": {"color": "#4267b2", "type": "rounded"}, "backgroundOptions": {"color": "#e9ebee"}}
_PRINTED = frozenset({"table", "parking"})


class OriginServicer(rpc_grpc.OriginServiceServicer):
    """Serves tables, parking spots and their codes."""

    def __init__(self, repository: OriginRepository, maker: OriginMaker, mails: LinkMails) -> None:
        self._repository = repository
        self._maker = maker
        self._mails = mails

    async def ListOrigins(self, request: rpc.ListOriginsRequest, context: Context) -> rpc.ListOriginsResponse:
        """Return a location's origins."""
        restaurant_id, location_id = place_of(request.restaurant_id, request.location_id)
        place = await self._repository.place(restaurant_id, location_id)
        origins = await self._repository.of_location(restaurant_id, location_id)
        return rpc.ListOriginsResponse(data=mapping.location_origins(place.location, origins))

    async def CreateOrigin(self, request: rpc.CreateOriginRequest, context: Context) -> rpc.CreateOriginResponse:
        """Make an origin."""
        place = await self._repository.place_for_another(*place_of(request.restaurant_id, request.location_id))
        made = await self._maker.make(place, request.name, request.type)
        await self._repository.add(made)
        return rpc.CreateOriginResponse(data=mapping.origin(made))

    async def RenameOrigin(self, request: rpc.RenameOriginRequest, context: Context) -> rpc.RenameOriginResponse:
        """Give an origin another label."""
        place = place_of(request.restaurant_id, request.location_id)
        changed = await self._repository.rename(*place, _id(request.origin_id), request.name)
        return rpc.RenameOriginResponse(data=mapping.origin(changed))

    async def DeleteOrigin(self, request: rpc.DeleteOriginRequest, context: Context) -> rpc.DeleteOriginResponse:
        """Delete an origin."""
        place = place_of(request.restaurant_id, request.location_id)
        await self._repository.delete(*place, _id(request.origin_id))
        return rpc.DeleteOriginResponse(data=True)

    async def SaveQrStyle(self, request: rpc.SaveQrStyleRequest, context: Context) -> rpc.SaveQrStyleResponse:
        """Set how codes look."""
        style = mapping.style(request.qr_code_style) if request.HasField("qr_code_style") else None

        def change(location: Document) -> None:
            location["qrCodeImage"] = request.qr_code_image
            if style is not None:
                location["qrCodeStyle"] = style

        await self._repository.change_style(*place_of(request.restaurant_id, request.location_id), change)
        return rpc.SaveQrStyleResponse(message="QR style saved")

    async def SendOriginLink(self, request: rpc.SendOriginLinkRequest, context: Context) -> rpc.SendOriginLinkResponse:
        """Mail an origin's link."""
        restaurant_id, location_id = place_of(request.restaurant_id, request.location_id)
        origin = await self._repository.one(restaurant_id, location_id, _id(request.origin_id))
        place = await self._repository.place(restaurant_id, location_id)
        to = text(obj(place.location.get("contact")).get("email"))
        if not to:
            raise Unusable("NO_ADDRESS", "the location has no mail address; set one first")
        link = self._maker.link(origin)
        mail = notification.SendOriginLinkRequest(
            restaurant_id=restaurant_id,
            location_id=str(location_id),
            to=to,
            restaurant_name=text(place.restaurant.get("name")),
            location_name=text(place.location.get("name")),
            origin_name=text(origin.get("label")),
            origin_type=text(origin.get("type")),
            link=link,
            qr_png=qr.png(link, _MAILED_STYLE),
            request_id=request.request_id,
        )
        await self._mails.send(mail, current_call().request_id)
        return rpc.SendOriginLinkResponse(message="the link was mailed")

    async def RenderOriginQr(self, request: rpc.RenderOriginQrRequest, context: Context) -> rpc.RenderOriginQrResponse:
        """Draw an origin's code."""
        restaurant_id, location_id = place_of(request.restaurant_id, request.location_id)
        origin = await self._repository.one(restaurant_id, location_id, _id(request.origin_id))
        place = await self._repository.place(restaurant_id, location_id)
        link, style = self._maker.link(origin), obj(place.location.get("qrCodeStyle"))
        if request.format == "png":
            image = httpbody_pb2.HttpBody(content_type="image/png", data=qr.png(link, style))
        else:
            image = httpbody_pb2.HttpBody(content_type="image/svg+xml", data=qr.svg(link, style).encode())
        return rpc.RenderOriginQrResponse(image=image)

    async def RenderTableSheet(
        self, request: rpc.RenderTableSheetRequest, context: Context
    ) -> rpc.RenderTableSheetResponse:
        """Draw all tables' codes on a page."""
        restaurant_id, location_id = place_of(request.restaurant_id, request.location_id)
        place = await self._repository.place(restaurant_id, location_id)
        origins = await self._repository.of_location(restaurant_id, location_id)
        style = obj(place.location.get("qrCodeStyle"))
        names = text(place.restaurant.get("name")), text(place.location.get("name"))

        def drawn() -> str:
            codes = [
                (text(origin.get("label")), qr.svg(self._maker.link(origin), style))
                for origin in origins
                if origin.get("type") in _PRINTED
            ]
            return sheet.table_sheet(*names, codes)

        page = await asyncio.to_thread(drawn)  # hundreds of codes take seconds
        body = httpbody_pb2.HttpBody(content_type="text/html; charset=utf-8", data=page.encode())
        return rpc.RenderTableSheetResponse(page=body)

    async def ResolveShortLink(
        self, request: rpc.ResolveShortLinkRequest, context: Context
    ) -> rpc.ResolveShortLinkResponse:
        """Return where a short link leads."""
        found = await self._repository.by_short_id(request.short_id)
        if found is None:
            raise NotFound("UNKNOWN_LINK", "this code leads nowhere (any more)", metadata={"field": "short_id"})
        origin, restaurant = found
        return rpc.ResolveShortLinkResponse(location=self._maker.target(origin["_id"], restaurant))


def _id(origin_id: str) -> ObjectId:
    return object_id(origin_id, "originId", "UNKNOWN_ORIGIN")
