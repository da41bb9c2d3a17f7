"""DeviceService: RPCs in and out."""

from __future__ import annotations

from bson import ObjectId
from orderbuddy.station.v1 import device_service_pb2 as rpc
from orderbuddy.station.v1 import device_service_pb2_grpc as rpc_grpc

from services.kit.devices import invalid_key, new_key
from services.kit.interceptor import Context
from services.kit.mongo import object_id
from services.station.adapters.places import Places
from services.station.devices import mapping
from services.station.devices.repository import DeviceRepository


class DeviceServicer(rpc_grpc.DeviceServiceServicer):
    """Serves devices and their keys."""

    def __init__(self, devices: DeviceRepository, places: Places) -> None:
        self._devices = devices
        self._places = places

    async def IssueDeviceKey(self, request: rpc.IssueDeviceKeyRequest, context: Context) -> rpc.IssueDeviceKeyResponse:
        """Register a device and return its key."""
        location_id = _location(request.location_id)
        await self._places.find(request.restaurant_id, str(location_id))
        key = new_key()
        document = await self._devices.add(request.restaurant_id, location_id, request.kind, request.name, key)
        return rpc.IssueDeviceKeyResponse(data=rpc.IssuedDevice(device=mapping.device(document), key=key))

    async def ListDevices(self, request: rpc.ListDevicesRequest, context: Context) -> rpc.ListDevicesResponse:
        """Return a location's devices."""
        found = await self._devices.of_location(request.restaurant_id, _location(request.location_id))
        return rpc.ListDevicesResponse(data=[mapping.device(document) for document in found])

    async def RevokeDevice(self, request: rpc.RevokeDeviceRequest, context: Context) -> rpc.RevokeDeviceResponse:
        """End a device's key."""
        device_id = object_id(request.device_id, "deviceId", "UNKNOWN_DEVICE")
        document = await self._devices.revoke(request.restaurant_id, _location(request.location_id), device_id)
        return rpc.RevokeDeviceResponse(data=mapping.device(document))

    async def AuthenticateDevice(
        self, request: rpc.AuthenticateDeviceRequest, context: Context
    ) -> rpc.AuthenticateDeviceResponse:
        """Tell whose a key is."""
        document = await self._devices.of_key(request.key)
        if document is None:
            raise invalid_key()
        return rpc.AuthenticateDeviceResponse(device=mapping.device(document))


def _location(location_id: str) -> ObjectId:
    return object_id(location_id, "locationId", "INVALID_LOCATION")
