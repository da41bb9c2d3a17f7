"""Run the Menu service: `python -m services.menu`."""

from __future__ import annotations

from orderbuddy.menu.v1 import (
    menu_editor_service_pb2,
    menu_editor_service_pb2_grpc,
    menu_service_pb2,
    menu_service_pb2_grpc,
    payment_account_service_pb2,
    payment_account_service_pb2_grpc,
    restaurant_service_pb2,
    restaurant_service_pb2_grpc,
    user_service_pb2,
    user_service_pb2_grpc,
)

from services.kit.editing import INDEXES as AUDIT_INDEXES
from services.kit.editing import Editing
from services.kit.server import Runtime, run
from services.kit.settings import load
from services.menu.accounts.repository import AccountRepository
from services.menu.accounts.servicer import PaymentAccountServicer
from services.menu.assistant.settings import AssistantSettings
from services.menu.assistant.wiring import build_assistant
from services.menu.catalog import Catalog
from services.menu.editor.repository import INDEXES as EDITOR_INDEXES
from services.menu.editor.repository import MenuEditor
from services.menu.editor.servicer import MenuEditorServicer
from services.menu.images.settings import ImageSettings
from services.menu.images.wiring import build_images
from services.menu.origins.settings import OriginSettings
from services.menu.origins.wiring import build_origins
from services.menu.repository import INDEXES, MenuRepository
from services.menu.restaurants.repository import RestaurantRepository
from services.menu.restaurants.servicer import RestaurantServicer
from services.menu.servicer import MenuServicer
from services.menu.settings import SETTINGS
from services.menu.users.repository import INDEXES as USER_INDEXES
from services.menu.users.repository import UserRepository
from services.menu.users.servicer import UserServicer


async def build(runtime: Runtime) -> None:
    """Put the service together."""
    db, clock = runtime.db, runtime.clock
    repository, editing = MenuRepository(db), Editing(db, clock)
    catalog = Catalog(repository, clock)
    editor = MenuEditor(db, editing, clock, catalog.progress.reached)
    runtime.serve(
        menu_service_pb2.DESCRIPTOR,
        menu_service_pb2_grpc.add_MenuServiceServicer_to_server,
        MenuServicer(repository, editor, catalog, clock),
    )
    runtime.serve(
        menu_editor_service_pb2.DESCRIPTOR,
        menu_editor_service_pb2_grpc.add_MenuEditorServiceServicer_to_server,
        MenuEditorServicer(editor, repository),
    )
    runtime.serve(
        restaurant_service_pb2.DESCRIPTOR,
        restaurant_service_pb2_grpc.add_RestaurantServiceServicer_to_server,
        RestaurantServicer(RestaurantRepository(db, editing, clock)),
    )
    runtime.serve(
        payment_account_service_pb2.DESCRIPTOR,
        payment_account_service_pb2_grpc.add_PaymentAccountServiceServicer_to_server,
        PaymentAccountServicer(AccountRepository(db, editing, clock)),
    )
    runtime.serve(
        user_service_pb2.DESCRIPTOR,
        user_service_pb2_grpc.add_UserServiceServicer_to_server,
        UserServicer(UserRepository(db, editing, clock)),
    )
    build_assistant(runtime, AssistantSettings())
    build_origins(runtime, OriginSettings())
    build_images(runtime, ImageSettings())
    runtime.indexes += [*INDEXES, *EDITOR_INDEXES, *USER_INDEXES, *AUDIT_INDEXES]
    runtime.tasks["catalog"] = catalog.run
    runtime.tasks["opening hours"] = catalog.keep_time
    runtime.tasks["items that come back"] = editor.keep_putting_back


if __name__ == "__main__":
    run("menu", load(*SETTINGS), build)
