"""How printing is put together."""

from __future__ import annotations

from orderbuddy.station.v1 import print_service_pb2, print_service_pb2_grpc

from services.kit.server import Runtime
from services.station.adapters.orders import Orders
from services.station.adapters.places import Places
from services.station.kitchen.feed import KitchenFeed
from services.station.printing.bell import Bell
from services.station.printing.following import PrintFollower
from services.station.printing.places import KnownPlaces
from services.station.printing.repository import INDEXES, JobRepository, PrinterRepository, ProgressRepository
from services.station.printing.servicer import PrintServicer
from services.station.printing.shop import PrintShop
from services.station.printing.tidying import tidy


def build_printing(runtime: Runtime, orders: Orders, places: Places, feed: KitchenFeed) -> None:
    """Add printing to the service."""
    printers = PrinterRepository(runtime.db, runtime.clock)
    jobs = JobRepository(runtime.db, runtime.clock)
    shop = PrintShop(orders, KnownPlaces(places), feed.book, printers, jobs)
    bell = Bell(jobs)
    follower = PrintFollower(feed, orders, shop, printers, ProgressRepository(runtime.db))
    runtime.serve(
        print_service_pb2.DESCRIPTOR,
        print_service_pb2_grpc.add_PrintServiceServicer_to_server,
        PrintServicer(printers, jobs, feed.book, shop, bell),
    )
    runtime.indexes += INDEXES
    runtime.tasks["printing"] = follower.run
    runtime.tasks["print jobs"] = bell.follow
    runtime.tasks["print leases"] = bell.watch_leases
    runtime.tasks["print tidying"] = lambda: tidy(jobs)
