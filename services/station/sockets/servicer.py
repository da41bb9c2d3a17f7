"""SocketService: RPCs in and out."""

from __future__ import annotations

from orderbuddy.station.v1 import socket_service_pb2 as rpc
from orderbuddy.station.v1 import socket_service_pb2_grpc as rpc_grpc

from services.kit.errors import NotFound
from services.kit.interceptor import Context
from services.kit.mongo import Document
from services.station.sockets.repository import SocketRepository

_FIELDS = {
    "name": "name",
    "restaurant_id": "restaurantId",
    "location_id": "locationId",
    "station_id": "stationId",
    "order_id": "orderId",
}


class SocketServicer(rpc_grpc.SocketServiceServicer):
    """Remembers sockets for the edges."""

    def __init__(self, sockets: SocketRepository) -> None:
        self._sockets = sockets

    async def RememberSocket(self, request: rpc.RememberSocketRequest, context: Context) -> rpc.RememberSocketResponse:
        """Store a socket's rooms."""
        await self._sockets.remember(request.pid, [_document(room) for room in request.rooms], request.resume_token)
        return rpc.RememberSocketResponse()

    async def RecallSocket(self, request: rpc.RecallSocketRequest, context: Context) -> rpc.RecallSocketResponse:
        """Return them."""
        found = await self._sockets.recall(request.pid)
        if found is None:
            raise NotFound("SOCKET_UNKNOWN", "there is no such socket, or it was away for too long")
        rooms = [rpc.SocketRoom(**{field: room[name] for field, name in _FIELDS.items()}) for room in found["rooms"]]
        return rpc.RecallSocketResponse(rooms=rooms, resume_token=found["resumeToken"])


def _document(room: rpc.SocketRoom) -> Document:
    return {name: getattr(room, field) for field, name in _FIELDS.items()}
