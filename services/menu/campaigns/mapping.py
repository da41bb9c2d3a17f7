"""Campaigns as messages, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.menu.v1 import campaign_service_pb2 as rpc

from services.kit.values import number, obj, text, timestamp
from services.kit.versions import version_of

Stored = Mapping[str, Any]


def campaign(document: Stored) -> rpc.CampaignDetails:
    """Map a campaign."""
    reward = obj(document.get("reward"))
    return rpc.CampaignDetails(
        id=text(document["_id"]),
        restaurant_id=text(document.get("restaurantId")),
        location_id=text(document.get("locationId")),
        origin_id=text(document.get("originId")),
        name=text(document.get("name")),
        type=text(document.get("type")),
        reward=rpc.CampaignReward(
            flat_off_cents=number(reward.get("flatOffCents")), percent_off=number(reward.get("percentOff"))
        ),
        is_active=document.get("isActive") is True,
        created_at=timestamp(document.get("createdAt")),
        updated_at=timestamp(document.get("updatedAt")),
        active_from=timestamp(document.get("activeFrom")),
        active_until=timestamp(document.get("activeUntil")),
        version=version_of(document),
    )


def reward(request: rpc.CreateCampaignRequest) -> dict[str, float] | None:
    """Return a reward as it is stored; None when it does not fit the campaign's type."""
    name, field = ("flatOffCents", "flat_off_cents") if request.type == "flat" else ("percentOff", "percent_off")
    if not request.reward.HasField(field):
        return None
    value: float = getattr(request.reward, field)
    return {name: int(value) if value.is_integer() else value}


def instant(message: Timestamp) -> datetime:
    """Return an instant as it is stored."""
    return message.ToDatetime(UTC)
