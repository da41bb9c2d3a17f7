"""Orders and the messages about them: Menu, Ordering and Notification as they are, and the vendors' servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from orderbuddy.notification.v1 import delivery_service_pb2 as rpc
from orderbuddy.notification.v1 import delivery_service_pb2_grpc as rpc_grpc
from orderbuddy.notification.v1 import notification_service_pb2, notification_service_pb2_grpc
from orderbuddy.ordering.v1 import order_pb2, ordering_service_pb2, ordering_service_pb2_grpc
from pymongo.read_concern import ReadConcern

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build, Runtime
from services.menu.__main__ import build as build_menu
from services.notification.channels import make_channels
from services.notification.delivery.planning import By
from services.notification.delivery.sending import Sender
from services.notification.delivery.wiring import build_deliveries
from services.notification.repository import SubscriptionRepository
from services.notification.servicer import NotificationServicer
from services.notification.settings import NotificationSettings
from services.notification.words.wording import Wording
from services.ordering.__main__ import build as build_ordering
from tests.integration.payments import LOCATION, RESTAURANT, location_document, menu_document
from tests.servers.fcm import ADDRESS, PROJECT, Fcm
from tests.servers.sendgrid import KEY, SendGrid
from tests.servers.twilio import ACCOUNT, NUMBER, TOKEN, Twilio
from tests.servers.vendors import in_thread
from tests.servers.web_push import WebPush
from tests.support import SECRET, Served, eventually, metadata_of

__all__ = ["LOCATION", "RESTAURANT", "message_house"]

STAFF = metadata_of(Principal(CallerKind.STAFF, "cy", {RESTAURANT: Role.STAFF}))
MANAGER = metadata_of(Principal(CallerKind.STAFF, "mo", {RESTAURANT: Role.MANAGER}))
STRANGER = metadata_of(Principal(CallerKind.STAFF, "x", {"sol": Role.OWNER}))
GUEST, ALERT = "+12065550133", "+12065550166"
MENU_APP = "https://menu.example.test"

Serve = Callable[[str, Build], Awaitable[Served]]


@dataclass
class House:
    """What a test of messages needs."""

    db: Database
    clock: FixedClock
    settings: NotificationSettings
    twilio: Twilio = field(default_factory=Twilio)
    sendgrid: SendGrid = field(default_factory=SendGrid)
    fcm: Fcm = field(default_factory=Fcm)
    web_push: WebPush = field(default_factory=WebPush)
    web_push_url: str = ""
    ordering: Any = None
    deliveries: Any = None
    notification: Any = None
    senders: dict[By, Sender] = field(default_factory=dict)

    async def build(self, runtime: Runtime) -> None:
        """Put an impatient Notification service together."""
        settings, wording = self.settings, Wording()
        channels, subscriptions = make_channels(settings), SubscriptionRepository(runtime.db)
        servicer = NotificationServicer(subscriptions, channels, wording, settings)
        add = notification_service_pb2_grpc.add_NotificationServiceServicer_to_server
        runtime.serve(notification_service_pb2.DESCRIPTOR, add, servicer)
        self.senders = build_deliveries(runtime, settings, channels, wording, subscriptions, look_seconds=0.02)
        runtime.closing.append(channels.close)

    async def replica(self, serve: Serve) -> Served:
        """Run a Notification service; calls go to the last one."""
        served = await serve("notification", self.build)
        self.deliveries = rpc_grpc.DeliveryServiceStub(served.channel)
        self.notification = notification_service_pb2_grpc.NotificationServiceStub(served.channel)
        return served

    async def preview(self, *, get_sms: bool = True, phone: str = "2065550133", language: str = "") -> str:
        request = ordering_service_pb2.PreviewOrderRequest(
            restaurant_id=RESTAURANT,
            location_id=LOCATION,
            location_slug="main",
            origin=order_pb2.CartOrigin(id="", name="Web"),
            customer=order_pb2.CartCustomer(name="Ana", phone=phone),
            items=[order_pb2.CartLine(id="l1", menu_item_id="taco", name="Taco")],
            get_sms=get_sms,
            language=language,
        )
        return str((await self.ordering.PreviewOrder(request)).data.preview_order_id)

    async def place(self, **more: Any) -> str:
        """Place an order; return its id."""
        preview = await self.preview(**more)
        await self.ordering.PlaceOrder(ordering_service_pb2.PlaceOrderRequest(preview_order_id=preview))
        return preview

    async def move(self, verb: str, order_id: str, **more: Any) -> None:
        request = getattr(ordering_service_pb2, f"{verb}Request")(restaurant_id=RESTAURANT, order_id=order_id, **more)
        await getattr(self.ordering, verb)(request, metadata=STAFF)

    async def listed(self, **more: Any) -> list[rpc.Delivery]:
        """Return deliveries, the oldest first."""
        request = rpc.ListDeliveriesRequest(restaurant_id=RESTAURANT, **more)
        return list((await self.deliveries.ListDeliveries(request, metadata=STAFF)).data)[::-1]

    async def states(self) -> dict[str, int]:
        """Return how many deliveries are in each state."""
        groups = [{"$group": {"_id": "$state", "count": {"$sum": 1}}}]
        # What is not committed yet the service itself does not tell either.
        deliveries = self.db["deliveries"].with_options(read_concern=ReadConcern("majority"))
        return {str(g["_id"]): g["count"] async for g in await deliveries.aggregate(groups)}

    async def settled(self, count: int, timeout_seconds: float = 15) -> None:
        """Wait until there are so many deliveries and none is queued."""

        async def done() -> bool:
            states = await self.states()
            return sum(states.values()) == count and not states.get("QUEUED")

        await eventually(done, timeout_seconds)

    def texts(self, to: str = GUEST) -> list[str]:
        """Return what a number was sent."""
        return [sms["Body"] for sms in self.twilio.sent if sms["To"] == to]

    async def at_rest(self) -> bool:
        """Tell whether no worker holds a delivery: when time goes by meanwhile, it is taken for a dead worker's."""
        return await self.db["deliveries"].count_documents({"state": "QUEUED", "holder": {"$exists": True}}) == 0

    def wait(self, **duration: float) -> None:
        """Let time go by."""
        self.clock.set(self.clock.now() + timedelta(**duration))

    async def code(self, order_id: str) -> str:
        found = await self.db["orders"].find_one({"_id": ObjectId(order_id)})
        assert found is not None
        return str(found["orderCode"])


@pytest.fixture
async def message_house(db: Database, mongo_uri: str, clock: FixedClock) -> AsyncIterator[House]:
    """Orders are not taken on by themselves; one number is alerted, and nobody has subscribed."""
    house = House(db, clock, NotificationSettings.model_construct())
    await db["restaurants"].insert_one({"_id": RESTAURANT, "name": "Luna"})
    alerts = [{"id": "n1", "phoneNumber": "(206) 555-0166"}]
    location = location_document(LOCATION, acceptPayment=False) | {"autoAcceptOrder": False, "alertNumbers": alerts}
    await db["locations"].insert_one(location)
    await db["menus"].insert_one(menu_document())
    with ExitStack() as servers:
        sms, mail, fcm, house.web_push_url = (
            servers.enter_context(in_thread(each.app))
            for each in (house.twilio, house.sendgrid, house.fcm, house.web_push)
        )
        values: dict[str, Any] = {
            "DB_CONN_STRING": mongo_uri,
            "DB_NAME": db.name,
            "ORDERBUDDY_ASSERTION_SECRET": SECRET,
            "ORDERBUDDY_GRACE_SECONDS": 0.2,
            "ALLOW_MESSAGE": "true",
            "MENU_ENDPOINT": MENU_APP,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_PHONE_NUMBER": NUMBER,
            "ORDERBUDDY_TWILIO_URL": sms,
            "SENDGRID_API_KEY": KEY,
            "FROM_EMAIL": "hello@orderbuddy.test",
            "ORDERBUDDY_SENDGRID_URL": mail,
            "FIREBASE_PROJECT_ID": PROJECT,
            "FIREBASE_CLIENT_EMAIL": ADDRESS,
            "FIREBASE_PRIVATE_KEY": house.fcm.private_key,
            "ORDERBUDDY_FCM_URL": fcm,
            "ORDERBUDDY_FCM_TOKEN_URL": f"{fcm}/token",
            "ORDERBUDDY_VAPID_PRIVATE_KEY": house.web_push.vapid_key,
            "ORDERBUDDY_PUSH_TO_LOOPBACK": "true",
            "ORDERBUDDY_SMS_PER_MINUTE": 100_000,
            "ORDERBUDDY_SMS_CENTS_PER_DAY": 100_000,
        }
        house.settings = NotificationSettings.model_validate(values)
        yield house


async def open_house(house: House, serve: Serve) -> None:
    """Run the services."""
    menu = await serve("menu", build_menu)
    house.settings.menu_address = menu.address
    ordering = await serve("ordering", build_ordering)
    house.settings.ordering_address = ordering.address
    house.ordering = ordering_service_pb2_grpc.OrderingServiceStub(ordering.channel)
    await house.replica(serve)
