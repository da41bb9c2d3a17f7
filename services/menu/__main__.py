"""Run the Menu service: `python -m services.menu`."""

from __future__ import annotations

from orderbuddy.menu.v1 import menu_service_pb2, menu_service_pb2_grpc, user_service_pb2, user_service_pb2_grpc

from services.kit.editing import INDEXES as AUDIT_INDEXES
from services.kit.editing import Editing
from services.kit.server import Registration, Runtime, run
from services.kit.settings import ServiceSettings, load
from services.menu.catalog import Catalog
from services.menu.repository import INDEXES, MenuRepository
from services.menu.servicer import MenuServicer
from services.menu.users.repository import INDEXES as USER_INDEXES
from services.menu.users.repository import UserRepository
from services.menu.users.servicer import UserServicer


async def build(runtime: Runtime) -> None:
    """Put the service together."""
    repository = MenuRepository(runtime.db, runtime.clock)
    catalog = Catalog(repository, runtime.clock)
    servicer = MenuServicer(repository, catalog, runtime.clock)
    descriptor = menu_service_pb2.DESCRIPTOR.services_by_name["MenuService"]
    add = menu_service_pb2_grpc.add_MenuServiceServicer_to_server
    runtime.registrations.append(Registration(descriptor, add, servicer))
    runtime.indexes += INDEXES
    _add_users(runtime, Editing(runtime.db, runtime.clock))
    runtime.tasks["catalog"] = catalog.run
    runtime.tasks["opening hours"] = catalog.keep_time


def _add_users(runtime: Runtime, editing: Editing) -> None:
    servicer = UserServicer(UserRepository(runtime.db, editing, runtime.clock))
    descriptor = user_service_pb2.DESCRIPTOR.services_by_name["UserService"]
    add = user_service_pb2_grpc.add_UserServiceServicer_to_server
    runtime.registrations.append(Registration(descriptor, add, servicer))
    runtime.indexes += [*USER_INDEXES, *AUDIT_INDEXES]


if __name__ == "__main__":
    settings = load(ServiceSettings)
    run("menu", settings, settings.menu_address, build)
