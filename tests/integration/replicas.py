"""Replicas of a service that tell who they are, in real servers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as rpc_grpc

from services.kit.devices import new_key
from services.kit.principal import CallerKind, DeviceKind, Principal, Role
from services.kit.server import Runtime, Server
from services.kit.settings import ServiceSettings

KEY = new_key()
SERVICE = Principal(CallerKind.SERVICE, "kitchen")
_DEVICE = Principal(CallerKind.DEVICE, "d1", {"r1": Role.STAFF}, location_id="l1", device=DeviceKind.POS)


class Keys:
    """Knows one key."""

    async def find(self, key: str) -> Principal | None:
        return _DEVICE if key == KEY else None


class Replica(rpc_grpc.OrderingServiceServicer):
    """Answers with its own name."""

    def __init__(self, name: str, settings: ServiceSettings) -> None:
        self.name = name
        self.server = Server("ordering", settings, self._build)
        self.under_way = 0
        self._serving = False

    async def _build(self, runtime: Runtime) -> None:
        runtime.devices = Keys()
        runtime.serve(rpc.DESCRIPTOR, rpc_grpc.add_OrderingServiceServicer_to_server, self)

    async def start(self) -> str:
        """Serve; return the address."""
        await self.server.start(f"127.0.0.1:{self.server.port}")
        self._serving = True
        return f"127.0.0.1:{self.server.port}"

    async def stop(self) -> None:
        if self._serving:
            self._serving = False
            await self.server.stop()

    async def GetOrderStatus(self, _request: Any, _context: Any) -> rpc.GetOrderStatusResponse:
        self.under_way += 1
        await asyncio.sleep(0.02)  # so that there are always calls under way
        self.under_way -= 1
        return rpc.GetOrderStatusResponse(status=self.name)

    async def WatchOrders(self, request: Any, _context: Any) -> AsyncIterator[rpc.WatchOrdersResponse]:
        yield rpc.WatchOrdersResponse(resume_token=f"{request.resume_token}{self.name}")
        await asyncio.Event().wait()


async def _serve(name: str, port: int) -> None:
    """Serve for ever, by the settings in the environment."""
    replica = Replica(name, ServiceSettings())
    await replica.server.start(f"127.0.0.1:{port}")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2])))
