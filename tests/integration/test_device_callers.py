"""Devices at work: with nothing but their keys, at the Ordering service and at the edge, over gRPC and REST."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.ordering.v1 import (
    ordering_service_pb2,
    ordering_service_pb2_grpc,
    staff_order_service_pb2,
    staff_order_service_pb2_grpc,
)
from orderbuddy.station.v1 import device_service_pb2, print_service_pb2, print_service_pb2_grpc
from orderbuddy.station.v1 import device_service_pb2_grpc as device_grpc

from edge.bodies import Scope
from edge.identity import Session
from services.kit.devices import new_key
from services.kit.interceptor import Context
from services.kit.mongo import Database, Document
from services.kit.server import Runtime
from services.kit.settings import ServiceSettings
from services.menu.__main__ import build as build_menu
from services.ordering.__main__ import build as build_ordering
from services.station.adapters.places import Places
from services.station.devices.wiring import build_devices
from tests.conftest import NOW
from tests.integration.devices import (
    HERE,
    LUNA,
    THERE,
    Serve,
    add_restaurants,
    issue,
    refusal,
    revoke,
    with_key,
)
from tests.servers.running_edge import RunningEdge, running_edge
from tests.support import eventually

FOREIGN = (grpc.StatusCode.PERMISSION_DENIED, "FOREIGN_LOCATION")
NOBODY = {"message": "this needs a session", "error": "Unauthorized", "statusCode": 401}
NOT_VALID = {"message": "the device key is not valid (any more)", "error": "Unauthorized", "statusCode": 401}
AWAY = {
    "message": "device keys can't be checked just now; try again",
    "error": "Service Unavailable",
    "statusCode": 503,
}
STATIONS = "127.0.0.1:1"
"""Where nobody listens."""


class Prints(print_service_pb2_grpc.PrintServiceServicer):
    """Stands for an RPC of the Station service that lets only some kinds of devices in."""

    async def PrintOrder(self, request: Any, context: Context) -> print_service_pb2.PrintOrderResponse:  # noqa: ARG002
        return print_service_pb2.PrintOrderResponse()


async def build_station(runtime: Runtime) -> None:
    build_devices(runtime, Places(runtime.connections, runtime.settings.menu_address, runtime.assertions))
    add = print_service_pb2_grpc.add_PrintServiceServicer_to_server
    runtime.serve(print_service_pb2.DESCRIPTOR, add, Prints())


@dataclass
class Kitchen:
    """A running system without its edge."""

    devices: device_grpc.DeviceServiceStub
    prints: print_service_pb2_grpc.PrintServiceStub
    orders: ordering_service_pb2_grpc.OrderingServiceStub
    staff_orders: staff_order_service_pb2_grpc.StaffOrderServiceStub
    addresses: dict[str, Any]
    db: Database

    async def device(self, kind: str = "pos", location_id: str = HERE) -> device_service_pb2.IssuedDevice:
        return await issue(self.devices, kind, location_id)

    async def order(self, **fields: Any) -> str:
        """Store an order of this location and return its id."""
        document = {
            "_id": ObjectId(),
            "restaurantId": LUNA,
            "locationId": ObjectId(HERE),
            "status": "CREATED",
            "startedAt": NOW,
            **fields,
        }
        await self.db["orders"].insert_one(document)
        return str(document["_id"])

    async def stored(self, order_id: str) -> Document:
        found = await self.db["orders"].find_one({"_id": ObjectId(order_id)})
        assert found is not None
        return found


@pytest.fixture
async def kitchen(serve: Serve, settings: ServiceSettings, db: Database) -> Kitchen:
    await add_restaurants(db)
    menu = await serve("menu", build_menu)
    settings.menu_address = menu.address
    station = await serve("station", build_station)
    settings.station_address = station.address
    ordering = await serve("ordering", build_ordering)
    return Kitchen(
        device_grpc.DeviceServiceStub(station.channel),
        print_service_pb2_grpc.PrintServiceStub(station.channel),
        ordering_service_pb2_grpc.OrderingServiceStub(ordering.channel),
        staff_order_service_pb2_grpc.StaffOrderServiceStub(ordering.channel),
        {
            "ORDERBUDDY_MENU_ADDRESS": menu.address,
            "ORDERBUDDY_STATION_ADDRESS": station.address,
            "ORDERBUDDY_ORDERING_ADDRESS": ordering.address,
        },
        db,
    )


@pytest.fixture
async def edge(kitchen: Kitchen) -> AsyncIterator[RunningEdge]:
    async with running_edge(**kitchen.addresses) as running:
        yield running


def listed(kitchen: Kitchen, key: str, location_id: str = HERE) -> Any:
    request = ordering_service_pb2.ListOrdersRequest(restaurant_id=LUNA, location_id=location_id)
    return kitchen.orders.ListOrders(request, metadata=with_key(key))


def step_of(name: str, order_id: str) -> Any:
    messages = ordering_service_pb2
    kinds: dict[str, Callable[..., Any]] = {
        "AcceptOrder": messages.AcceptOrderRequest,
        "MarkOrderReady": messages.MarkOrderReadyRequest,
        "CompleteOrder": messages.CompleteOrderRequest,
        "CancelOrder": messages.CancelOrderRequest,
    }
    reason = {"reason": "nobody came"} if name == "CancelOrder" else {}
    return kinds[name](restaurant_id=LUNA, order_id=order_id, **reason)


def stepped(kitchen: Kitchen, key: str, name: str, order_id: str) -> Any:
    return getattr(kitchen.orders, name)(step_of(name, order_id), metadata=with_key(key))


def set_status(kitchen: Kitchen, key: str, order_id: str) -> Any:
    request = staff_order_service_pb2.SetOrderStatusRequest(order_id=order_id, order_status="ACCEPTED")
    return kitchen.staff_orders.SetOrderStatus(request, metadata=with_key(key))


def bearing(key: str) -> dict[str, str]:
    return {"authorization": f"Device {key}"}


def cookie(key: str) -> dict[str, str]:
    return {"cookie": f"ob_device={key}"}


ORDER = "/restaurant/orders/{}/{}/{}"


async def test_a_device_reads_the_orders_of_its_own_location_only(kitchen: Kitchen) -> None:
    key, order = (await kitchen.device()).key, await kitchen.order()
    assert [o.order.id for o in (await listed(kitchen, key)).orders] == [order]
    assert [o.order.id for o in (await listed(kitchen, key, HERE.upper())).orders] == [order]
    assert await refusal(listed(kitchen, key, THERE)) == FOREIGN
    assert await refusal(listed(kitchen, (await kitchen.device("pos", THERE)).key)) == FOREIGN


async def test_a_device_moves_the_orders_of_its_own_location(kitchen: Kitchen) -> None:
    issued, order = await kitchen.device(), await kitchen.order()
    for name, status in (
        ("AcceptOrder", "ACCEPTED"),
        ("MarkOrderReady", "READY_FOR_PICKUP"),
        ("CompleteOrder", "PICKED_UP"),
    ):
        await stepped(kitchen, issued.key, name, order)
        assert (await kitchen.stored(order))["status"] == status
    assert {entry["actor"] for entry in (await kitchen.stored(order))["history"]} == {f"device:{issued.device.id}"}


@pytest.mark.parametrize("name", ["AcceptOrder", "MarkOrderReady", "CompleteOrder", "CancelOrder"])
@pytest.mark.parametrize("place", [ObjectId(THERE), None])
async def test_a_device_does_not_move_those_of_another_or_of_none(
    kitchen: Kitchen, name: str, place: ObjectId | None
) -> None:
    key, order = (await kitchen.device()).key, await kitchen.order(locationId=place)
    before = await kitchen.stored(order)
    assert await refusal(stepped(kitchen, key, name, order)) == FOREIGN
    assert await kitchen.stored(order) == before


async def test_the_old_way_of_moving_orders_is_held_to_the_location_as_well(kitchen: Kitchen) -> None:
    key = (await kitchen.device("display")).key
    own, other = await kitchen.order(), await kitchen.order(locationId=ObjectId(THERE))
    foreign = await kitchen.order(restaurantId="sol")
    await set_status(kitchen, key, own)
    assert await refusal(set_status(kitchen, key, other)) == FOREIGN
    assert await refusal(set_status(kitchen, key, foreign)) == (
        grpc.StatusCode.PERMISSION_DENIED,
        "FOREIGN_RESTAURANT",
    )
    assert [(await kitchen.stored(o))["status"] for o in (own, other, foreign)] == ["ACCEPTED", "CREATED", "CREATED"]


async def test_a_key_that_is_nobodys_lets_nobody_in_not_even_as_a_guest(kitchen: Kitchen) -> None:
    refused = (grpc.StatusCode.UNAUTHENTICATED, "DEVICE_KEY_INVALID")
    assert await refusal(listed(kitchen, new_key())) == refused
    request = ordering_service_pb2.GetOrderRequest(order_id=await kitchen.order())
    assert await refusal(kitchen.orders.GetOrder(request, metadata=with_key("no key"))) == refused


async def test_without_the_station_service_nobody_knows(serve: Serve, kitchen: Kitchen, settings: Any) -> None:
    settings.station_address = STATIONS
    orders = ordering_service_pb2_grpc.OrderingServiceStub((await serve("ordering", build_ordering)).channel)
    request = ordering_service_pb2.ListOrdersRequest(restaurant_id=LUNA, location_id=HERE)
    call = orders.ListOrders(request, metadata=with_key((await kitchen.device()).key))
    assert await refusal(call) == (grpc.StatusCode.UNAVAILABLE, "DEVICES_AWAY")


async def test_a_revoked_device_is_refused_and_its_open_streams_end(kitchen: Kitchen) -> None:
    issued, other = await kitchen.device(), await kitchen.device()
    request = ordering_service_pb2.WatchOrdersRequest(restaurant_id=LUNA, location_id=HERE)

    async def until_the_end(key: str) -> tuple[grpc.StatusCode, str]:
        async def read() -> None:
            async for _ in kitchen.orders.WatchOrders(request, metadata=with_key(key)):
                pass

        return await refusal(read())

    ending, going_on = (asyncio.create_task(until_the_end(d.key)) for d in (issued, other))
    await listed(kitchen, issued.key)
    await revoke(kitchen.devices, issued.device)

    async def is_refused() -> bool:
        try:
            await listed(kitchen, issued.key)
        except grpc.aio.AioRpcError as error:
            return error.code() is grpc.StatusCode.UNAUTHENTICATED
        return False

    await eventually(is_refused, 7)
    async with asyncio.timeout(12):
        assert await ending == (grpc.StatusCode.UNAUTHENTICATED, "DEVICE_KEY_INVALID")
    assert not going_on.done()
    going_on.cancel()
    await asyncio.wait([going_on])


@pytest.mark.parametrize(("kind", "allowed"), [("pos", True), ("display", True), ("printer", False)])
async def test_only_the_kinds_of_devices_that_an_rpc_names_are_let_in(
    kitchen: Kitchen, edge: RunningEdge, kind: str, *, allowed: bool
) -> None:
    key = (await kitchen.device(kind)).key
    place = {"restaurant_id": LUNA, "location_id": HERE, "order_id": "o", "printer_id": "p"}
    call = kitchen.prints.PrintOrder(print_service_pb2.PrintOrderRequest(**place), metadata=with_key(key))
    answer = await edge.http.post(
        f"/printing/{LUNA}/{HERE}/jobs", json={"orderId": "o", "printerId": "p"}, headers=bearing(key)
    )
    assert answer.status_code == (201 if allowed else 403)
    if allowed:
        await call
    else:
        assert await refusal(call) == (grpc.StatusCode.PERMISSION_DENIED, "DEVICE_NOT_ALLOWED")


@pytest.mark.parametrize("said", [bearing, cookie])
async def test_over_rest_a_device_is_held_to_its_location_too(
    kitchen: Kitchen, edge: RunningEdge, said: Callable[[str], dict[str, str]]
) -> None:
    here, there = await kitchen.device("display"), await kitchen.device("display", THERE)
    order, other = await kitchen.order(), await kitchen.order(locationId=ObjectId(THERE))
    statuses = [
        (await edge.http.get(ORDER.format(LUNA, place, order), headers=said(device.key))).status_code
        for device, place in ((here, HERE), (here, THERE), (there, HERE), (there, THERE))
    ]
    assert statuses == [200, 403, 403, 404]
    answers = []
    for device, wanted in ((here, order), (there, order), (here, other)):
        body = {"orderId": wanted, "orderStatus": "ACCEPTED"}
        answers.append(
            (await edge.http.post("/restaurant/order-status", json=body, headers=said(device.key))).status_code
        )
    assert answers == [200, 403, 403]
    assert [(await kitchen.stored(o))["status"] for o in (order, other)] == ["ACCEPTED", "CREATED"]


async def test_a_device_has_no_rights_of_people(kitchen: Kitchen, edge: RunningEdge) -> None:
    key = (await kitchen.device()).key
    assert (await edge.http.get(f"/devices/{LUNA}/{HERE}", headers=bearing(key))).status_code == 403
    body = {"kind": "pos", "name": "Till 2"}
    assert (await edge.http.post(f"/devices/{LUNA}/{HERE}", json=body, headers=bearing(key))).status_code == 403
    assert await kitchen.db["devices"].count_documents({}) == 1


@pytest.mark.parametrize(("said", "message"), [(bearing, NOT_VALID), (cookie, NOBODY)])
async def test_over_rest_a_key_that_is_nobodys_is_401(
    kitchen: Kitchen, edge: RunningEdge, said: Callable[[str], dict[str, str]], message: dict[str, Any]
) -> None:
    issued = await kitchen.device()
    path = ORDER.format(LUNA, HERE, await kitchen.order())
    for key in (new_key(), "nonsense"):
        answer = await edge.http.get(path, headers=said(key))
        assert (answer.status_code, answer.json()) == (401, message)
    assert (await edge.http.get(path, headers=said(issued.key))).status_code == 200
    await revoke(kitchen.devices, issued.device)

    async def is_refused() -> bool:
        return (await edge.http.get(path, headers=said(issued.key))).status_code == 401

    await eventually(is_refused, 7)


async def test_without_the_station_service_the_edge_does_not_know_either(kitchen: Kitchen) -> None:
    key = (await kitchen.device()).key
    async with running_edge(**{**kitchen.addresses, "ORDERBUDDY_STATION_ADDRESS": STATIONS}) as edge:
        for answer in (
            await edge.http.get(ORDER.format(LUNA, HERE, "f" * 24), headers=bearing(key)),
            await edge.http.post("/kitchen/session", json={"deviceKey": key}),
        ):
            assert (answer.status_code, answer.json()) == (503, AWAY)
            assert answer.headers["retry-after"] == "1"


class AlwaysAna:
    """Whoever calls is signed in."""

    async def find(self, scope: Scope) -> Session | None:  # noqa: ARG002  the protocol's
        return Session("ana", ())


async def test_a_key_goes_before_a_session(kitchen: Kitchen) -> None:
    await kitchen.db["users"].insert_one({"userId": "ana", "restaurants": [LUNA]})
    key = (await kitchen.device()).key
    async with running_edge(AlwaysAna(), **kitchen.addresses) as edge:
        said: list[dict[str, str]] = [{}, bearing(key), cookie(key), cookie(new_key()), bearing(new_key())]
        path = f"/devices/{LUNA}/{HERE}"
        statuses = [(await edge.http.get(path, headers=headers)).status_code for headers in said]
    # A cookie that has died does not hide the session beside it; who names a key means it.
    assert statuses == [200, 403, 403, 200, 401]


@pytest.mark.parametrize("kind", ["display", "pos"])
async def test_a_display_hands_its_key_over_once(kitchen: Kitchen, edge: RunningEdge, kind: str) -> None:
    key = (await kitchen.device(kind)).key
    path = ORDER.format(LUNA, HERE, await kitchen.order())
    answer = await edge.http.post("/kitchen/session", json={"deviceKey": key})
    assert (answer.status_code, answer.content) == (204, b"")
    answer_whose = await edge.http.get("/kitchen/session")
    whose = {"restaurantId": LUNA, "locationId": HERE, "kind": kind}
    assert (answer_whose.status_code, answer_whose.json()) == (200, whose)
    attributes = "Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"
    assert answer.headers.get_list("set-cookie") == [f"ob_device={key}; {attributes}"]
    assert answer.headers["cache-control"] == "no-store"
    assert (await edge.http.get(path)).status_code == 200  # the client keeps cookies, as a browser does
    answer = await edge.http.delete("/kitchen/session")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["set-cookie"] == "ob_device=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
    assert (await edge.http.get(path)).status_code == 401


async def test_where_there_is_tls_the_cookie_is_for_tls_only(kitchen: Kitchen) -> None:
    key = (await kitchen.device("display")).key
    async with running_edge(**kitchen.addresses, API_ENDPOINT="https://api.example.test") as edge:
        set_cookies = [
            (await edge.http.post("/kitchen/session", json={"deviceKey": key})).headers["set-cookie"],
            (await edge.http.delete("/kitchen/session")).headers["set-cookie"],
        ]
    strict = "; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age="
    assert set_cookies == [f"ob_device={key}{strict}31536000", f"ob_device={strict}0"]


@pytest.mark.parametrize("body", [{}, {"deviceKey": ""}, {"deviceKey": 7}, {"deviceKey": None}, {"deviceKey": ["a"]}])
async def test_a_session_without_a_key_names_the_field(edge: RunningEdge, body: Any) -> None:
    answer = await edge.http.post("/kitchen/session", json=body)
    assert (answer.status_code, answer.json()["message"]) == (400, ["deviceKey must be a string"])
    assert "set-cookie" not in answer.headers


async def test_a_key_that_is_nobodys_or_a_printers_gets_no_session(kitchen: Kitchen, edge: RunningEdge) -> None:
    revoked = await kitchen.device("display")
    await revoke(kitchen.devices, revoked.device)
    for key in (new_key(), "nonsense", "a\r\nset-cookie: b=c", revoked.key, (await kitchen.device("printer")).key):
        answer = await edge.http.post("/kitchen/session", json={"deviceKey": key})
        assert (answer.status_code, answer.json(), "set-cookie" in answer.headers) == (401, NOT_VALID, False)


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/kitchen/session", 401),
        ("PUT", "/kitchen/session", 404),
        ("DELETE", "/kitchen/session/x", 404),
        ("DELETE", "/kitchen/sessions", 404),
        ("DELETE", "/Kitchen/Session/", 204),
    ],
)
async def test_the_session_is_at_one_path(edge: RunningEdge, verb: str, path: str, status: int) -> None:
    assert (await edge.http.request(verb, path)).status_code == status


async def test_pages_of_other_origins_may_not_use_the_cookie(kitchen: Kitchen, edge: RunningEdge) -> None:
    key, order = (await kitchen.device("display")).key, await kitchen.order()
    headers = {**cookie(key), "origin": "https://evil.example"}
    body = {"orderId": order, "orderStatus": "ACCEPTED"}
    refused = [
        await edge.http.post("/restaurant/order-status", json=body, headers=headers),
        await edge.http.post("/kitchen/session", json={"deviceKey": key}, headers=headers),
        await edge.http.delete("/kitchen/session", headers=headers),
    ]
    assert [(answer.status_code, "set-cookie" in answer.headers) for answer in refused] == [(403, False)] * 3
    assert (await kitchen.stored(order))["status"] == "CREATED"
