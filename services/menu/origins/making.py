"""How an origin comes to be: its short link first, so that no origin is ever seen without one."""

from __future__ import annotations

import base64
from urllib.parse import quote

from bson import ObjectId

from services.kit.mongo import Document
from services.kit.values import obj, text
from services.menu.adapters.short_links import ShortLinks
from services.menu.origins import qr
from services.menu.origins.repository import Place


class OriginMaker:
    """Makes origins, and knows where their links lead."""

    def __init__(self, links: ShortLinks, menu_endpoint: str) -> None:
        self._links = links
        self._menu_endpoint = menu_endpoint.rstrip("/")

    async def make(self, place: Place, label: str, kind: str) -> Document:
        """Return a new origin, not stored yet. Raises Unavailable when no short link can be had."""
        origin_id = ObjectId()
        short_id = await self._links.make(self.target(origin_id, place.restaurant))
        image = qr.png(self._links.link(short_id), obj(place.location.get("qrCodeStyle")))
        return {
            "_id": origin_id,
            "restaurantId": place.restaurant["_id"],
            "locationId": place.location["_id"],
            "label": label,
            "qrCode": f"data:image/png;base64,{base64.b64encode(image).decode()}",
            "qrCodeId": short_id,
            "type": kind,
        }

    def target(self, origin_id: object, restaurant: Document) -> str:
        """Return the page of the Order App to which an origin's link leads."""
        name = quote(text(restaurant.get("name")), safe="")
        return f"{self._menu_endpoint}/entry/{origin_id}?name={name}"

    def link(self, origin: Document) -> str:
        """Return an origin's short link."""
        return self._links.link(text(origin.get("qrCodeId")))
