"""Campaigns as people run them. The only module of this package that knows the database."""

from __future__ import annotations

from typing import Final

from bson import ObjectId
from pymongo import IndexModel

from services.kit.editing import Change, Editing, Target
from services.kit.errors import NotFound
from services.kit.mongo import Database, Document, Index

INDEXES: Final = (
    # As the old system makes it: the same name, or the two would refuse each other's.
    Index("campaigns", IndexModel([("originId", 1)], unique=True, name="campaign_origin_lookup"), "one per origin"),
)


class CampaignRepository:
    """Reads and writes campaigns."""

    def __init__(self, db: Database, editing: Editing) -> None:
        self._db = db
        self._editing = editing

    async def of_location(self, restaurant_id: str, location_id: ObjectId) -> list[Document]:
        """Return a location's campaigns, the newest first."""
        query = {"restaurantId": restaurant_id, "locationId": location_id}
        return await self._db["campaigns"].find(query).sort([("createdAt", -1), ("_id", -1)]).to_list()

    async def one(self, restaurant_id: str, location_id: ObjectId, campaign_id: ObjectId) -> Document:
        """Return a campaign. Raises NotFound."""
        target = _target(restaurant_id, location_id, campaign_id)
        found = await self._db["campaigns"].find_one(target.query)
        if found is None:
            raise target.missing
        return found

    async def change(
        self,
        restaurant_id: str,
        location_id: ObjectId,
        campaign_id: ObjectId,
        change: Change,
        version: int | None,
    ) -> Document:
        """Change a campaign. Raises NotFound, Conflict, and what `change` raises."""
        return await self._editing.change(_target(restaurant_id, location_id, campaign_id), change, version)

    async def delete(self, restaurant_id: str, location_id: ObjectId, campaign_id: ObjectId) -> None:
        """Delete a campaign. Raises NotFound."""
        await self._editing.delete(_target(restaurant_id, location_id, campaign_id))


def _target(restaurant_id: str, location_id: ObjectId, campaign_id: ObjectId) -> Target:
    query = {"_id": campaign_id, "restaurantId": restaurant_id, "locationId": location_id}
    missing = NotFound("UNKNOWN_CAMPAIGN", "the location has no such campaign", metadata={"field": "campaign_id"})
    return Target("campaigns", query, restaurant_id, missing)
