"""Every RPC, called by everybody: let in or refused exactly as its proto declares, before anything else happens."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from bson import ObjectId
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor

from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.menu.__main__ import build as build_menu
from services.notification.__main__ import build as build_notification
from services.notification.settings import NotificationSettings
from services.ordering.__main__ import build as build_ordering
from services.station.__main__ import build as build_station
from tests.access import ALLOWED, DEVICES, FORBIDDEN, HERE, LUNA, SOL, UNKNOWN, Who, expected, methods, served
from tests.integration.payments import build_payment
from tests.support import SECRET, Served, metadata_of
from tools.permissions import DOCUMENT, table

ORDER = ObjectId()
OWNER = "11111111-0000-0000-0000-000000000001"
BUILDS: dict[str, Build] = {
    "orderbuddy.menu": build_menu,
    "orderbuddy.ordering": build_ordering,
    "orderbuddy.notification": build_notification,
    "orderbuddy.station": build_station,
    "orderbuddy.payment": build_payment,
}
CALLERS: dict[Who, tuple[tuple[str, str], ...]] = {
    Who.ANONYMOUS: (),
    Who.STRANGER: metadata_of(Principal(CallerKind.STAFF, "stranger", {SOL: Role.OWNER})),
    Who.STAFF: metadata_of(Principal(CallerKind.STAFF, "staff", {LUNA: Role.STAFF})),
    Who.MANAGER: metadata_of(Principal(CallerKind.STAFF, "manager", {LUNA: Role.MANAGER})),
    Who.OWNER: metadata_of(Principal(CallerKind.STAFF, OWNER, {LUNA: Role.OWNER})),
    **{
        who: metadata_of(Principal(CallerKind.DEVICE, who.name, {restaurant: Role.STAFF}, location, kind))
        for who, (restaurant, location, kind) in DEVICES.items()
    },
    Who.SERVICE: metadata_of(Principal(CallerKind.SERVICE, "edge")),
}
OUTCOMES = {
    grpc.StatusCode.UNAUTHENTICATED: UNKNOWN,
    grpc.StatusCode.PERMISSION_DENIED: FORBIDDEN,
    grpc.StatusCode.UNIMPLEMENTED: "not there",
}


@pytest.fixture
def settings(mongo_uri: str, db: Database) -> ServiceSettings:
    return NotificationSettings.model_validate(
        {
            "DB_CONN_STRING": mongo_uri,
            "DB_NAME": db.name,
            "ORDERBUDDY_ASSERTION_SECRET": SECRET,
            "ORDERBUDDY_GRACE_SECONDS": 0.2,
        }
    )


@pytest.fixture
async def channels(
    serve: Callable[..., Awaitable[Served]], settings: ServiceSettings, db: Database
) -> dict[str, grpc.aio.Channel]:
    place = {"restaurantId": LUNA, "locationId": ObjectId(HERE)}
    await db["orders"].insert_one({"_id": ORDER, **place, "status": "CREATED"})
    found: dict[str, grpc.aio.Channel] = {}
    for name, build in BUILDS.items():
        served = await serve(name, build)
        found[name] = served.channel
        setattr(settings, f"{name.removeprefix('orderbuddy.')}_address", served.address)  # who starts later asks it
    return found


def request_of(method: MethodDescriptor) -> Any:
    """Return a request that names Luna, a location, its owner, or an order there, and is wrong in most else."""
    request: Any = message_factory.GetMessageClass(method.input_type)()
    known = {"restaurant_id": LUNA, "location_id": HERE, "user_id": OWNER, "order_id": str(ORDER)}
    for name, value in known.items():
        if name in method.input_type.fields_by_name:
            setattr(request, name, value)
    # What is known of the document alone is checked after validation.
    needed = {"order_status": "ACCEPTED", "order_item_status": "STARTED", "item_id": "x", "reason": "x", "minutes": 5}
    if "order_id" in method.input_type.fields_by_name:
        for name in needed.keys() & method.input_type.fields_by_name.keys():
            setattr(request, name, needed[name])
        if "line_ids" in method.input_type.fields_by_name:
            request.line_ids.append("x")
    return request


async def outcome(channels: dict[str, grpc.aio.Channel], method: MethodDescriptor, who: Who) -> str:
    package = method.containing_service.full_name.rsplit(".", 2)[0]
    path = f"/{method.containing_service.full_name}/{method.name}"
    answer = message_factory.GetMessageClass(method.output_type).FromString
    request = request_of(method)
    serialize = type(request).SerializeToString
    try:
        async with asyncio.timeout(10):
            if method.server_streaming:
                call = channels[package].unary_stream(path, serialize, answer)(request, metadata=CALLERS[who])
                await call.read()
                call.cancel()
            else:
                await channels[package].unary_unary(path, serialize, answer)(request, metadata=CALLERS[who])
    except grpc.aio.AioRpcError as error:
        return OUTCOMES.get(error.code(), ALLOWED)
    return ALLOWED


async def test_every_rpc_lets_in_exactly_whom_it_declares(channels: dict[str, grpc.aio.Channel]) -> None:
    seen, wanted = {}, {}
    for method in filter(served, methods()):
        for who in CALLERS:
            key = f"{method.full_name} by {who.value}"
            seen[key], wanted[key] = await outcome(channels, method, who), expected(method, who)
    assert seen == wanted
    assert len(seen) == len([*filter(served, methods())]) * len(CALLERS)


def test_the_table_for_people_names_every_rpc_as_it_is() -> None:
    """A new RPC, or a change of who may call one, fails here until `make permissions` has been run and looked at."""
    assert pathlib.Path(DOCUMENT).read_text(encoding="utf-8") == table()
