"""The Notification service with webhooks, and an integrator's server on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from orderbuddy.notification.v1 import webhook_service_pb2 as rpc
from orderbuddy.notification.v1 import webhook_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build, Runtime
from services.notification.adapters.webhook_sender import WebhookSender
from services.notification.settings import NotificationSettings
from services.notification.webhooks.wiring import build_webhooks
from tests.servers.webhook_receiver import WebhookReceiver
from tests.support import Served, eventually, metadata_of

LUNA = "luna"
OWNER = metadata_of(Principal(CallerKind.STAFF, "owner-1", {LUNA: Role.OWNER}))
MANAGER = metadata_of(Principal(CallerKind.STAFF, "mo", {LUNA: Role.MANAGER}))
STRANGER = metadata_of(Principal(CallerKind.STAFF, "x", {"sol": Role.OWNER}))
TIMEOUT_SECONDS = 0.5
ASKED, GONE, FAILING = 1, 2, 3
PENDING, DELIVERED, FAILED = 1, 2, 3

Serve = Callable[[str, Build], Awaitable[Served]]


async def build(runtime: Runtime) -> None:
    """Put a service of webhooks together that is impatient and may call this machine."""
    assert isinstance(runtime.settings, NotificationSettings)
    sender = WebhookSender(plain=True, loopback=True, timeout_seconds=TIMEOUT_SECONDS)
    build_webhooks(runtime, runtime.settings, sender, look_seconds=0.02)


@dataclass
class Hooks:
    """What a test of webhooks needs."""

    stub: rpc_grpc.WebhookServiceStub
    receiver: WebhookReceiver
    url: str
    db: Database
    clock: FixedClock
    served: Served

    async def create(self, path: str = "/hooks", **more: Any) -> rpc.CreateEndpointResponse:
        """Add an endpoint at the receiver, which learns its secret."""
        request = rpc.CreateEndpointRequest(restaurant_id=LUNA, url=f"{self.url}{path}", **more)
        created: rpc.CreateEndpointResponse = await self.stub.CreateEndpoint(request, metadata=OWNER)
        self.receiver.secrets.append(created.secret)
        return created

    async def update(self, endpoint_id: str, **changes: Any) -> rpc.WebhookEndpoint:
        request = rpc.UpdateEndpointRequest(restaurant_id=LUNA, endpoint_id=endpoint_id, **changes)
        endpoint: rpc.WebhookEndpoint = (await self.stub.UpdateEndpoint(request, metadata=OWNER)).endpoint
        return endpoint

    async def rotate(self, endpoint_id: str) -> str:
        request = rpc.RotateSecretRequest(restaurant_id=LUNA, endpoint_id=endpoint_id)
        return str((await self.stub.RotateSecret(request, metadata=OWNER)).secret)

    async def test_event(self, endpoint_id: str, **more: Any) -> str:
        request = rpc.SendTestEventRequest(restaurant_id=LUNA, endpoint_id=endpoint_id, **more)
        return str((await self.stub.SendTestEvent(request, metadata=OWNER)).event.id)

    async def events(self, endpoint_id: str, **more: Any) -> list[rpc.WebhookEvent]:
        """Return an endpoint's events, the oldest first."""
        request = rpc.ListEventsRequest(restaurant_id=LUNA, endpoint_id=endpoint_id, **more)
        answer: rpc.ListEventsResponse = await self.stub.ListEvents(request, metadata=MANAGER)
        return list(answer.events)[::-1]

    async def endpoint(self, endpoint_id: str) -> rpc.WebhookEndpoint:
        request = rpc.ListEndpointsRequest(restaurant_id=LUNA)
        found = (await self.stub.ListEndpoints(request, metadata=MANAGER)).endpoints
        endpoint: rpc.WebhookEndpoint = next(each for each in found if each.id == endpoint_id)
        return endpoint

    async def replay(self, endpoint_id: str, **what: Any) -> int:
        request = rpc.ReplayEventsRequest(restaurant_id=LUNA, endpoint_id=endpoint_id, **what)
        return int((await self.stub.ReplayEvents(request, metadata=OWNER)).replayed)

    async def attempts(self, endpoint_id: str, number: int) -> rpc.WebhookEvent:
        """Wait until the endpoint's first event was tried so often; return it."""
        found: list[rpc.WebhookEvent] = []

        async def tried() -> bool:
            found[:] = await self.events(endpoint_id)
            return bool(found) and len(found[0].attempts) >= number

        await eventually(tried)
        assert len(found[0].attempts) == number
        return found[0]

    async def delivered(self, endpoint_id: str, number: int) -> None:
        """Wait until so many of the endpoint's events are delivered."""

        async def done() -> bool:
            return len(await self.events(endpoint_id, states=[DELIVERED], page_size=100)) == number

        await eventually(done, timeout_seconds=60)

    async def idle(self) -> None:
        """Wait until nothing waits to be sent."""

        async def nothing() -> bool:
            return await self.db["webhook_endpoints"].count_documents({"queue.dueAt": {"$exists": True}}) == 0

        await eventually(nothing)

    async def tried_until(self, endpoint_id: str, instant: datetime) -> None:
        """Wait until something was sent to the endpoint at the instant that the clock shows, and that was noted."""

        async def tried() -> bool:
            events = await self.events(endpoint_id)
            return instant in {a.at.ToDatetime(tzinfo=UTC) for event in events for a in event.attempts}

        await eventually(tried)

    def wait(self, duration: timedelta) -> None:
        """Let time go by."""
        self.clock.set(self.clock.now() + duration)
