"""Run the Station service: `python -m services.station`."""

from __future__ import annotations

from orderbuddy.station.v1 import (
    station_service_pb2,
    station_service_pb2_grpc,
    ticket_service_pb2,
    ticket_service_pb2_grpc,
)

from services.kit.server import Runtime, run
from services.kit.settings import ServiceSettings, load
from services.station.adapters.orders import Orders
from services.station.adapters.places import Places
from services.station.devices.wiring import build_devices
from services.station.kitchen.book import StationBook
from services.station.kitchen.feed import KitchenFeed
from services.station.kitchen.servicer import TicketServicer
from services.station.kitchen.verbs import Verbs
from services.station.printing.wiring import build_printing
from services.station.repository import INDEXES, StationRepository
from services.station.servicer import StationServicer
from services.station.sockets.wiring import build_sockets


async def build(runtime: Runtime) -> None:
    """Put the service together."""
    settings = runtime.settings
    orders = Orders(runtime.connections, settings.ordering_address, runtime.assertions, runtime.clock)
    places = Places(runtime.connections, settings.menu_address, runtime.assertions)
    stations = StationRepository(runtime.db, runtime.clock)
    book = StationBook(stations)
    feed = KitchenFeed(orders, book)
    runtime.serve(
        station_service_pb2.DESCRIPTOR,
        station_service_pb2_grpc.add_StationServiceServicer_to_server,
        StationServicer(stations, orders, places),
    )
    runtime.serve(
        ticket_service_pb2.DESCRIPTOR,
        ticket_service_pb2_grpc.add_TicketServiceServicer_to_server,
        TicketServicer(feed, orders, Verbs(orders, book), runtime.clock),
    )
    build_devices(runtime, places)
    build_printing(runtime, orders, places, feed)
    build_sockets(runtime)
    runtime.indexes += INDEXES
    runtime.tasks["stations"] = book.run
    runtime.tasks["orders"] = feed.run
    runtime.ready.append(feed.problem)


if __name__ == "__main__":
    run("station", load(ServiceSettings), build)
