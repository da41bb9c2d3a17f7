"""Run the Menu service: `python -m services.menu`."""

from __future__ import annotations

from orderbuddy.menu.v1 import menu_service_pb2, menu_service_pb2_grpc

from services.kit.server import Registration, Runtime, run
from services.kit.settings import ServiceSettings, load
from services.menu.catalog import Catalog
from services.menu.repository import INDEXES, MenuRepository
from services.menu.servicer import MenuServicer


async def build(runtime: Runtime) -> None:
    """Put the service together."""
    repository = MenuRepository(runtime.db, runtime.clock)
    catalog = Catalog(repository, runtime.clock)
    servicer = MenuServicer(repository, catalog, runtime.clock)
    descriptor = menu_service_pb2.DESCRIPTOR.services_by_name["MenuService"]
    add = menu_service_pb2_grpc.add_MenuServiceServicer_to_server
    runtime.registrations.append(Registration(descriptor, add, servicer))
    runtime.indexes += INDEXES
    runtime.tasks["catalog"] = catalog.run
    runtime.tasks["opening hours"] = catalog.keep_time


if __name__ == "__main__":
    settings = load(ServiceSettings)
    run("menu", settings, settings.menu_address, build)
