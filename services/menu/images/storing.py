"""Storing pictures, and changing a restaurant's logo: the new one first, the old one deleted last."""

from __future__ import annotations

from bson import ObjectId

from services.kit.errors import FieldViolation, InvalidInput, NotFound, OrderBuddyError, Unavailable
from services.kit.mongo import Document
from services.kit.telemetry import log
from services.menu.adapters.blobs import Blobs
from services.menu.images.image_kinds import by_content, by_name
from services.menu.restaurants.repository import RestaurantRepository


class Images:
    """Stores pictures of restaurants."""

    def __init__(self, blobs: Blobs, restaurants: RestaurantRepository) -> None:
        self._blobs = blobs
        self._restaurants = restaurants

    async def store(self, restaurant_id: str, folder: str, file_name: str, content: bytes) -> str:
        """Store a picture and return its URL. Raises InvalidInput, NotFound, Unavailable."""
        kind = by_content(content)
        if kind is None:
            raise InvalidInput([FieldViolation("content", "must be a PNG, JPEG or WebP picture")])
        if by_name(file_name) != kind:
            raise InvalidInput([FieldViolation("file_name", f"must end in .{kind.extension}, which its content is")])
        await self._restaurant(restaurant_id)
        return await self._blobs.put(
            f"{restaurant_id}/{folder}/{ObjectId()}.{kind.extension}", content, kind.media_type
        )

    async def change_logo(self, restaurant_id: str, file_name: str, content: bytes) -> str:
        """Store a logo, let the restaurant name it, and delete the one before. Raises as `store`.

        What the restaurant refused is deleted: its transaction was undone. After any other failure (the database went
        away, the call was given up, the process was killed) the restaurant may name the new logo already, or still
        come to: then both are left. A picture that nobody names costs its bytes; a name without picture is a broken
        page. Names are used once, so nothing left behind is ever in the way.
        """
        url = await self.store(restaurant_id, "logo", file_name, content)
        try:
            before = await self._restaurants.change_logo(restaurant_id, url)
        except OrderBuddyError:
            await self._clear(restaurant_id, url)
            raise
        await self._clear(restaurant_id, before)
        return url

    async def _clear(self, restaurant_id: str, url: str) -> None:
        """Delete a logo that nobody names, if that is possible now."""
        try:
            await self._blobs.delete(url, f"{restaurant_id}/logo/")
        except Unavailable:
            log.warning("logo_left_behind", restaurant_id=restaurant_id)

    async def _restaurant(self, restaurant_id: str) -> Document:
        found = await self._restaurants.restaurant(restaurant_id)
        if found is None:
            raise NotFound("INVALID_RESTAURANT", "there is no such restaurant", metadata={"field": "restaurant_id"})
        return found
