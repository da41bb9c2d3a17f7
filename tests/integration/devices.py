"""Two restaurants with locations, the services around devices, and devices with real keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.station.v1 import device_service_pb2 as rpc
from orderbuddy.station.v1 import device_service_pb2_grpc as rpc_grpc

from services.kit.mongo import Database
from services.kit.principal import METADATA_KEY, CallerKind, Principal, Role
from services.kit.settings import ServiceSettings
from services.menu.__main__ import build as build_menu
from services.ordering.__main__ import build as build_ordering
from services.station.__main__ import build as build_station
from tests.support import Served, metadata_of, reason

LUNA, SOL = "luna", "sol"
HERE, THERE, AT_SOL = (str(ObjectId(f"{n}" * 24)) for n in "abc")
"""Two locations of Luna, one of Sol."""
MANAGER = metadata_of(Principal(CallerKind.STAFF, "bo", {LUNA: Role.MANAGER}))
STAFF = metadata_of(Principal(CallerKind.STAFF, "cy", {LUNA: Role.STAFF}))
SOL_MANAGER = metadata_of(Principal(CallerKind.STAFF, "dee", {SOL: Role.MANAGER}))
SERVICE = metadata_of(Principal(CallerKind.SERVICE, "edge"))

Serve = Callable[..., Awaitable[Served]]
Stub = rpc_grpc.DeviceServiceStub


async def add_restaurants(db: Database) -> None:
    """Store the two restaurants and their locations."""
    await db["restaurants"].insert_many([{"_id": LUNA, "name": "Luna"}, {"_id": SOL, "name": "Sol"}])
    places = ((LUNA, HERE), (LUNA, THERE), (SOL, AT_SOL))
    await db["locations"].insert_many(
        [
            {"_id": ObjectId(p), "restaurantId": r, "locationSlug": "main", "name": "Main", "isActive": True}
            for r, p in places
        ]
    )


async def serve_menu_and_station(serve: Serve, settings: ServiceSettings, db: Database) -> Served:
    """Start them on a database with the two restaurants; return the Station service. Others find them by settings.

    The Ordering service too: without it the Station service says that it is not ready.
    """
    await add_restaurants(db)
    settings.menu_address = (await serve("menu", build_menu)).address
    settings.ordering_address = (await serve("ordering", build_ordering)).address
    station = await serve("station", build_station)
    settings.station_address = station.address
    return station


def new(kind: str = "pos", location_id: str = HERE, restaurant_id: str = LUNA, name: str = "Till 1") -> Any:
    """Return the request for a new device."""
    return rpc.IssueDeviceKeyRequest(restaurant_id=restaurant_id, location_id=location_id, kind=kind, name=name)


async def issue(stub: Stub, kind: str = "pos", location_id: str = HERE) -> rpc.IssuedDevice:
    """Make a device of Luna."""
    issued: rpc.IssuedDevice = (await stub.IssueDeviceKey(new(kind, location_id), metadata=MANAGER)).data
    return issued


async def revoke(stub: Stub, device: rpc.DeviceRecord, metadata: Any = MANAGER) -> rpc.DeviceRecord:
    """End a device's key."""
    request = rpc.RevokeDeviceRequest(
        restaurant_id=device.restaurant_id, location_id=device.location_id, device_id=device.id
    )
    revoked: rpc.DeviceRecord = (await stub.RevokeDevice(request, metadata=metadata)).data
    return revoked


def with_key(key: str) -> tuple[tuple[str, str], ...]:
    """Return the metadata of a call by a device."""
    return ((METADATA_KEY, f"Device {key}"),)


async def refusal(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    """Return how a call is refused."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), reason(refused.value)
