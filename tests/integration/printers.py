"""Printers at the kitchen's location, and what was printed."""

from __future__ import annotations

from typing import Any

from orderbuddy.ordering.v1 import line_service_pb2, ordering_service_pb2
from orderbuddy.station.v1 import print_service_pb2 as rpc
from orderbuddy.station.v1 import print_service_pb2_grpc as rpc_grpc

from services.kit.principal import CallerKind, DeviceKind, Principal, Role
from tests.integration.kitchens import LUNA, PLACE, STAFF, Kitchen
from tests.servers.printer_agent import PrinterAgent
from tests.support import Served, metadata_of


def printer_metadata(name: str, location_id: str = PLACE) -> tuple[tuple[str, str], ...]:
    """Return the metadata of a printer's calls."""
    return metadata_of(Principal(CallerKind.DEVICE, name, {LUNA: Role.STAFF}, location_id, DeviceKind.PRINTER))


def agent(served: Served, name: str = "printer-1", location_id: str = PLACE) -> PrinterAgent:
    """Return the agent of a printer."""
    return PrinterAgent(served.channel, printer_metadata(name, location_id), LUNA, location_id)


def stub(kitchen: Kitchen) -> rpc_grpc.PrintServiceStub:
    return rpc_grpc.PrintServiceStub(kitchen.station.channel)


async def jobs(kitchen: Kitchen, metadata: Any = STAFF) -> list[rpc.PrintJob]:
    """Return the location's jobs, the oldest first."""
    request = rpc.ListPrintJobsRequest(restaurant_id=LUNA, location_id=PLACE)
    return list((await stub(kitchen).ListPrintJobs(request, metadata=metadata)).data)[::-1]


async def print_order(kitchen: Kitchen, order_id: str, metadata: Any = STAFF, **more: Any) -> rpc.PrintJob:
    """Ask for a receipt or a ticket."""
    wanted = {"restaurant_id": LUNA, "location_id": PLACE, "order_id": order_id, "printer_id": "printer-1", **more}
    answer: rpc.PrintOrderResponse = await stub(kitchen).PrintOrder(rpc.PrintOrderRequest(**wanted), metadata=metadata)
    return answer.data


async def void(kitchen: Kitchen, order_id: str, *line_ids: str, reason: str = "burnt") -> None:
    request = line_service_pb2.VoidOrderLinesRequest(
        restaurant_id=LUNA, order_id=order_id, line_ids=line_ids, reason=reason
    )
    await kitchen.lines.VoidOrderLines(request, metadata=STAFF)


async def cancel(kitchen: Kitchen, order_id: str, reason: str = "guest left") -> None:
    request = ordering_service_pb2.CancelOrderRequest(restaurant_id=LUNA, order_id=order_id, reason=reason)
    await kitchen.orders.CancelOrder(request, metadata=STAFF)
