"""Run the Ordering service: `python -m services.ordering`."""

from __future__ import annotations

from orderbuddy.ordering.v1 import ordering_service_pb2, ordering_service_pb2_grpc

from services.kit.server import Runtime, run
from services.kit.settings import ServiceSettings, load
from services.ordering.adapters.menu_feed import MenuFeed
from services.ordering.catalog import Catalog
from services.ordering.events import OrderEvents
from services.ordering.placing import Placing
from services.ordering.repository import INDEXES, OrderRepository
from services.ordering.servicer import OrderingServicer
from services.ordering.transitions import Transitions


async def build(runtime: Runtime) -> None:
    """Put the service together."""
    repository = OrderRepository(runtime.db)
    catalog = Catalog()
    feed = MenuFeed(runtime.settings.menu_address, runtime.assertions, catalog)
    events = OrderEvents(repository)
    servicer = OrderingServicer(
        repository,
        Placing(repository, catalog, feed, runtime.clock),
        Transitions(repository, runtime.clock),
        events,
        runtime.clock,
    )
    add = ordering_service_pb2_grpc.add_OrderingServiceServicer_to_server
    runtime.serve(ordering_service_pb2.DESCRIPTOR, add, servicer)
    runtime.indexes += INDEXES
    runtime.tasks["orders"] = events.run
    runtime.tasks["catalog"] = feed.run
    runtime.ready.append(catalog.problem)


if __name__ == "__main__":
    settings = load(ServiceSettings)
    run("ordering", settings, settings.ordering_address, build)
