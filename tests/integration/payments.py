"""Menu, Ordering and Payment as they are, with a gateway in memory, for tests of payments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.ordering.v1 import order_pb2, ordering_service_pb2, ordering_service_pb2_grpc
from orderbuddy.payment.v1 import payment_service_pb2 as rpc
from orderbuddy.payment.v1 import payment_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.crash import CrashPoints
from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build, Runtime
from services.kit.settings import ServiceSettings
from services.menu.__main__ import build as build_menu
from services.ordering.__main__ import build as build_ordering
from services.payment.reconciler import Reconciler
from services.payment.wiring import assemble
from tests.servers.fake_gateway import FakeGateway
from tests.support import Served, metadata_of

RESTAURANT, LOCATION, OTHER_LOCATION = "luna", "6a0000000000000000000001", "6a0000000000000000000002"
MENU_ID = "6b0000000000000000000001"
OWNER = metadata_of(Principal(CallerKind.STAFF, "owner-1", {RESTAURANT: Role.OWNER}))
STAFF = metadata_of(Principal(CallerKind.STAFF, "staff-1", {RESTAURANT: Role.STAFF}))
STRANGER = metadata_of(Principal(CallerKind.STAFF, "someone", {"elsewhere": Role.OWNER}))
KEY = bytes(range(32))
ALWAYS = [
    {"day": day, "isOpen": True, "startTime": "00:00", "endTime": "23:59"}
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
]


class Killed(Exception):
    """The process has died, as far as what it was doing is concerned: nothing of ours catches it."""


class Dying(CrashPoints):
    """Ends what comes by a place, as a kill would: nothing after it happens."""

    def __init__(self) -> None:
        super().__init__(None)
        self.at = ""
        self.passed: list[str] = []

    def reached(self, name: str) -> None:
        self.passed.append(name)
        if name == self.at:
            self.at = ""
            raise Killed(name)


def location_document(location_id: str, **payment: Any) -> dict[str, Any]:
    return {
        "_id": ObjectId(location_id),
        "restaurantId": RESTAURANT,
        "locationSlug": "main",
        "name": "Main",
        "isActive": True,
        "timezone": "America/New_York",
        "workingHours": ALWAYS,
        "orderTiming": {"acceptOrdersAfterMinutes": 0, "stopOrdersBeforeMinutes": 0},
        "payment": {"acceptPayment": True, "oid": "1234567890", "auth": "plain-auth-token", **payment},
        "autoAcceptOrder": True,
    }


def menu_document() -> dict[str, Any]:
    def item(name: str, cents: int) -> dict[str, Any]:
        text = {"en": name, "es": name, "pt": name}
        return {
            "id": name.lower(),
            "name": text,
            "description": text,
            "imageUrls": [],
            "categoryId": "c",
            "priceCents": cents,
            "makingCostCents": 0,
            "isAvailable": True,
            "stationTags": ["kitchen"],
            "variants": [],
            "modifiers": [],
        }

    return {
        "_id": ObjectId(MENU_ID),
        "restaurantId": RESTAURANT,
        "locationId": ObjectId(LOCATION),
        "menuSlug": "menu",
        "name": {"en": "Menu", "es": "Menu", "pt": "Menu"},
        "categories": [],
        "items": [item("Taco", 500), item("Mole", 900)],
        "salesTax": 10.25,
        "available": True,
    }


async def build_payment(runtime: Runtime) -> None:
    """Put the service together with a gateway in memory."""
    assemble(runtime, FakeGateway(), [KEY], Dying())


@dataclass
class Till:
    """Everything that a test of payments needs."""

    payment: rpc_grpc.PaymentServiceStub
    ordering: ordering_service_pb2_grpc.OrderingServiceStub
    gateway: FakeGateway
    db: Database
    clock: FixedClock
    crash: Dying
    reconciler: Reconciler
    services: dict[str, Served] = field(default_factory=dict)

    async def preview(self, *items: str, location_id: str = LOCATION) -> str:
        """Preview a cart; a taco is 551 cents, a mole 992."""
        wanted = items or ("taco",)
        request = ordering_service_pb2.PreviewOrderRequest(
            restaurant_id=RESTAURANT,
            location_id=location_id,
            location_slug="main",
            origin=order_pb2.CartOrigin(id="", name="Web"),
            customer=order_pb2.CartCustomer(name="Ana", phone="2065550133"),
            items=[order_pb2.CartLine(id=f"l{n}", menu_item_id=item, name="x") for n, item in enumerate(wanted, 1)],
            get_sms=False,
        )
        answer = await self.ordering.PreviewOrder(request)
        return str(answer.data.preview_order_id)

    async def pay(self, preview_id: str, token: str = "tok-1", **more: Any) -> rpc.CompletePaymentResponse:
        request = rpc.CompletePaymentRequest(preview_order_id=preview_id, transaction_token=token, **more)
        answer: rpc.CompletePaymentResponse = await self.payment.CompletePayment(request)
        return answer

    async def pay_by_wallet(self, preview_id: str, data: str = "wallet-1") -> rpc.CompleteWalletPaymentResponse:
        request = rpc.CompleteWalletPaymentRequest(preview_order_id=preview_id)
        request.transaction_details.struct_value.update({"type": "applePay", "token": {"data": data}})
        answer: rpc.CompleteWalletPaymentResponse = await self.payment.CompleteWalletPayment(request)
        return answer

    async def bill(self, order_id: str) -> dict[str, Any]:
        found = await self.db["payments"].find_one({"_id": ObjectId(order_id)})
        assert found is not None
        return found

    async def states(self, order_id: str) -> list[str]:
        found = await self.db["payments"].find_one({"_id": ObjectId(order_id)})
        return [payment["state"] for payment in found["payments"]] if found else []

    async def orders(self) -> list[dict[str, Any]]:
        return await self.db["orders"].find().to_list()

    def wait(self, seconds: float) -> None:
        """Let time go by."""

        self.clock.set(self.clock.now() + timedelta(seconds=seconds))


@pytest.fixture
async def till(
    db: Database,
    settings: ServiceSettings,
    clock: FixedClock,
    serve: Callable[[str, Build], Awaitable[Served]],
) -> Till:
    await db["restaurants"].insert_one({"_id": RESTAURANT, "name": "Luna"})
    await db["locations"].insert_one(location_document(LOCATION))
    await db["menus"].insert_one(menu_document())
    gateway, crash, reconcilers = FakeGateway(), Dying(), list[Reconciler]()

    async def build(runtime: Runtime) -> None:
        reconcilers.append(assemble(runtime, gateway, [KEY], crash))
        # Tests call its rounds themselves, when time has gone by.
        del runtime.tasks["reconciler"]

    menu = await serve("menu", build_menu)
    settings.menu_address = menu.address
    ordering = await serve("ordering", build_ordering)
    settings.ordering_address = ordering.address
    payment = await serve("payment", build)
    return Till(
        rpc_grpc.PaymentServiceStub(payment.channel),
        ordering_service_pb2_grpc.OrderingServiceStub(ordering.channel),
        gateway,
        db,
        clock,
        crash,
        reconcilers[0],
        {"menu": menu, "ordering": ordering, "payment": payment},
    )


async def gone(call: Awaitable[Any]) -> None:
    """Make a call whose server dies in the middle."""
    with pytest.raises(grpc.aio.AioRpcError):
        await call
