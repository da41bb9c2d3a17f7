"""How devices are put together."""

from __future__ import annotations

from orderbuddy.station.v1 import device_service_pb2, device_service_pb2_grpc

from services.kit.devices import principal_of
from services.kit.editing import INDEXES as AUDIT_INDEXES
from services.kit.editing import Editing
from services.kit.principal import Principal
from services.kit.server import Runtime
from services.station.adapters.places import Places
from services.station.devices import mapping
from services.station.devices.repository import INDEXES, DeviceRepository
from services.station.devices.servicer import DeviceServicer


class OwnDevices:
    """Whose a key is, for callers of this very service: it does not ask itself over the wire."""

    def __init__(self, devices: DeviceRepository) -> None:
        self._devices = devices

    async def find(self, key: str) -> Principal | None:
        """Return the device whose key it is; None when it is nobody's, or revoked."""
        document = await self._devices.of_key(key)
        return None if document is None else principal_of(mapping.device(document))


def build_devices(runtime: Runtime, places: Places) -> None:
    """Add devices to the service."""
    devices = DeviceRepository(runtime.db, Editing(runtime.db, runtime.clock), runtime.clock)
    runtime.serve(
        device_service_pb2.DESCRIPTOR,
        device_service_pb2_grpc.add_DeviceServiceServicer_to_server,
        DeviceServicer(devices, places),
    )
    runtime.devices = OwnDevices(devices)
    runtime.indexes += [*INDEXES, *AUDIT_INDEXES]
