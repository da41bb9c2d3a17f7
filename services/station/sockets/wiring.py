"""How this part of the service is put together."""

from __future__ import annotations

from orderbuddy.station.v1 import socket_service_pb2, socket_service_pb2_grpc

from services.kit.server import Runtime
from services.station.sockets.repository import INDEXES, SocketRepository
from services.station.sockets.servicer import SocketServicer


def build_sockets(runtime: Runtime) -> None:
    """Add what the edges remember of sockets."""
    servicer = SocketServicer(SocketRepository(runtime.db, runtime.clock))
    add = socket_service_pb2_grpc.add_SocketServiceServicer_to_server
    runtime.serve(socket_service_pb2.DESCRIPTOR, add, servicer)
    runtime.indexes += INDEXES
