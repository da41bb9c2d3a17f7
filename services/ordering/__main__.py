"""Run the Ordering service: `python -m services.ordering`."""

from __future__ import annotations

from orderbuddy.ordering.v1 import (
    checkout_service_pb2,
    checkout_service_pb2_grpc,
    line_service_pb2,
    line_service_pb2_grpc,
    ordering_service_pb2,
    ordering_service_pb2_grpc,
    report_service_pb2,
    report_service_pb2_grpc,
    staff_order_service_pb2,
    staff_order_service_pb2_grpc,
)

from services.kit.crash import CrashPoints
from services.kit.server import Runtime, run
from services.kit.settings import load
from services.ordering.adapters.campaigns import CampaignReader
from services.ordering.adapters.menu_feed import MenuFeed
from services.ordering.backlog import OrderBacklog
from services.ordering.catalog import Catalog
from services.ordering.events import OrderEvents
from services.ordering.order_lines.changing import LineChanges
from services.ordering.order_lines.servicer import OrderLineServicer
from services.ordering.paying.checkout import Checkout
from services.ordering.paying.servicer import CheckoutServicer
from services.ordering.placing import Placing
from services.ordering.reports.places import Places
from services.ordering.reports.repository import INDEXES as REPORT_INDEXES
from services.ordering.reports.repository import ReportRepository
from services.ordering.reports.sales import Sales
from services.ordering.reports.servicer import ReportServicer
from services.ordering.repository import INDEXES, OrderRepository
from services.ordering.servicer import OrderingServicer
from services.ordering.settings import SETTINGS, ReportSettings
from services.ordering.staff_orders.servicer import StaffOrderServicer
from services.ordering.transitions import Transitions


async def build(runtime: Runtime) -> None:
    """Put the service together."""
    repository = OrderRepository(runtime.db)
    catalog = Catalog()
    feed = MenuFeed(runtime.connections, runtime.settings.menu_address, runtime.assertions, catalog)
    events = OrderEvents(repository)
    placing = Placing(repository, catalog, feed, runtime.clock, CrashPoints(runtime.settings.crash_at))
    transitions = Transitions(repository, runtime.clock)
    runtime.serve(
        ordering_service_pb2.DESCRIPTOR,
        ordering_service_pb2_grpc.add_OrderingServiceServicer_to_server,
        OrderingServicer(repository, placing, transitions, events, runtime.clock),
    )
    runtime.serve(
        checkout_service_pb2.DESCRIPTOR,
        checkout_service_pb2_grpc.add_CheckoutServiceServicer_to_server,
        CheckoutServicer(Checkout(repository, placing, catalog, feed, runtime.clock)),
    )
    runtime.serve(
        line_service_pb2.DESCRIPTOR,
        line_service_pb2_grpc.add_OrderLineServiceServicer_to_server,
        OrderLineServicer(LineChanges(repository, catalog, runtime.clock)),
    )
    reports = ReportRepository(runtime.db)
    campaigns = CampaignReader(runtime.connections, runtime.settings.menu_address, runtime.assertions)
    sales = Sales(reports, Places(catalog, feed), campaigns, runtime.clock)
    runtime.serve(
        report_service_pb2.DESCRIPTOR,
        report_service_pb2_grpc.add_ReportServiceServicer_to_server,
        ReportServicer(sales, ReportSettings().tax_rate),
    )
    runtime.serve(
        staff_order_service_pb2.DESCRIPTOR,
        staff_order_service_pb2_grpc.add_StaffOrderServiceServicer_to_server,
        StaffOrderServicer(repository, reports, sales, transitions),
    )
    runtime.indexes += [*INDEXES, *REPORT_INDEXES]
    runtime.backlogs.append(OrderBacklog(repository, runtime.clock).ask)
    runtime.tasks["orders"] = events.run
    runtime.tasks["catalog"] = feed.run
    runtime.ready.append(catalog.problem)


if __name__ == "__main__":
    run("ordering", load(*SETTINGS), build)
