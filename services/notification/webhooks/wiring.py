"""How webhooks are put together."""

from __future__ import annotations

from orderbuddy.notification.v1 import webhook_service_pb2, webhook_service_pb2_grpc

from services.kit.editing import INDEXES as AUDIT_INDEXES
from services.kit.editing import Editing
from services.kit.server import Runtime
from services.kit.vault import Vault
from services.notification.adapters.happening_sources import HappeningSources
from services.notification.adapters.webhook_sender import WebhookSender
from services.notification.backlog import WebhookBacklog
from services.notification.following import EventFollower, Source
from services.notification.progress_repository import ProgressRepository
from services.notification.settings import NotificationSettings
from services.notification.webhooks.catching_up import CatchingUp
from services.notification.webhooks.delivering import LOOK_SECONDS, Deliverer
from services.notification.webhooks.endpoints_repository import INDEXES as ENDPOINT_INDEXES
from services.notification.webhooks.endpoints_repository import EndpointRepository
from services.notification.webhooks.queue_repository import INDEXES as QUEUE_INDEXES
from services.notification.webhooks.queue_repository import QueueRepository
from services.notification.webhooks.recording import Recorder
from services.notification.webhooks.servicer import WebhookServicer
from services.notification.webhooks.signing import Seals


def build_webhooks(
    runtime: Runtime,
    settings: NotificationSettings,
    sender: WebhookSender | None = None,
    look_seconds: float = LOOK_SECONDS,
) -> None:
    """Add webhooks to the service."""
    clock = runtime.clock
    if sender is None:
        sender = WebhookSender(plain=settings.profile == "embedded", loopback=settings.webhooks_to_loopback)
    endpoints = EndpointRepository(runtime.db, Editing(runtime.db, clock), clock)
    queue = QueueRepository(runtime.db, clock)
    seals = Seals(Vault(settings.keys()))
    deliverer = Deliverer(queue, sender, seals, clock, look_seconds=look_seconds)
    sources = HappeningSources(runtime.connections, settings, runtime.assertions)
    recorder = Recorder(endpoints, queue, clock, deliverer.ring)
    catching_up = CatchingUp(endpoints, sources, clock)
    orders = Source(
        "order webhooks",
        sources.watch_orders,
        recorder.change,
        lambda: catching_up.over(sources.orders_since, recorder.record),
    )
    payments = Source(
        "payment webhooks",
        sources.watch_payments,
        recorder.payment,
        lambda: catching_up.over(sources.payments_since, recorder.payment),
    )
    runtime.serve(
        webhook_service_pb2.DESCRIPTOR,
        webhook_service_pb2_grpc.add_WebhookServiceServicer_to_server,
        WebhookServicer(endpoints, queue, seals, clock, sender.check, deliverer.ring),
    )
    runtime.indexes += [*ENDPOINT_INDEXES, *QUEUE_INDEXES, *AUDIT_INDEXES]
    runtime.tasks["order webhooks"] = EventFollower(orders, ProgressRepository(runtime.db, "order webhooks")).run
    runtime.tasks["payment webhooks"] = EventFollower(payments, ProgressRepository(runtime.db, "payment webhooks")).run
    runtime.tasks["webhooks"] = deliverer.run
    runtime.backlogs.append(WebhookBacklog(queue, clock).ask)
    runtime.closing.append(sender.close)
