"""Devices as messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderbuddy.station.v1 import device_service_pb2 as rpc

from services.kit.values import text, timestamp


def device(document: Mapping[str, Any]) -> rpc.DeviceRecord:
    """Map a device."""
    return rpc.DeviceRecord(
        id=text(document["_id"]),
        restaurant_id=text(document.get("restaurantId")),
        location_id=text(document.get("locationId")),
        kind=text(document.get("kind")),
        name=text(document.get("name")),
        created_at=timestamp(document.get("createdAt")),
        last_seen_at=timestamp(document.get("lastSeenAt")),
        revoked_at=timestamp(document.get("revokedAt")),
    )
