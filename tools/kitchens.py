"""What those need who play a kitchen against the running system: keys, the right metadata, the demo's stations."""

from __future__ import annotations

from typing import Any, Final

from bson import ObjectId
from orderbuddy.station.v1 import device_service_pb2 as devices
from orderbuddy.station.v1 import device_service_pb2_grpc as devices_grpc
from pymongo import AsyncMongoClient

from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal, Role
from tools.demo_data import DEMO, load
from tools.processes import Stack

KITCHEN, BAR, DESSERTS = (f"6a40000000000000000000a{n}" for n in (1, 2, 3))
"""The demo restaurant's stations."""
PLACE_PATH: Final = f"/ws/kitchen/{DEMO.restaurant_id}/{DEMO.location_id}"
_LIFETIME_SECONDS: Final = 3600

Metadata = tuple[tuple[str, str], ...]


def view_path(station_id: str = "") -> str:
    """Return the path of a station's sockets; without a station, of expo's."""
    return f"{PLACE_PATH}/stations/{station_id}" if station_id else PLACE_PATH


def as_service(stack: Stack) -> Metadata:
    """Return the metadata of a service's calls, good for a whole run."""
    assertion = Assertions(stack.secret).sign(Principal(CallerKind.SERVICE, "kitchen"), _LIFETIME_SECONDS)
    return ((METADATA_KEY, f"Bearer {assertion}"),)


async def device_key(stack: Stack, kind: str) -> str:
    """Make a device (display, pos) at the demo's location; return its key."""
    manager = Principal(CallerKind.STAFF, "tools", {DEMO.restaurant_id: Role.MANAGER})
    metadata = ((METADATA_KEY, f"Bearer {Assertions(stack.secret).sign(manager)}"),)
    request = devices.IssueDeviceKeyRequest(
        restaurant_id=DEMO.restaurant_id, location_id=DEMO.location_id, kind=kind, name="Tools"
    )
    async with stack.channel("station") as channel:
        answer = await devices_grpc.DeviceServiceStub(channel).IssueDeviceKey(request, metadata=metadata)
    return str(answer.data.key)


async def load_kitchen(stack: Stack) -> None:
    """Load the demo restaurant; its kitchen takes orders on by itself."""
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as client:
        db = client[stack.db_name]
        await load(db)
        await db["locations"].update_one({"_id": ObjectId(DEMO.location_id)}, {"$set": {"autoAcceptOrder": True}})
