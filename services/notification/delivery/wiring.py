"""How deliveries are put together."""

from __future__ import annotations

from functools import partial
from typing import Any

from orderbuddy.notification.v1 import delivery_service_pb2, delivery_service_pb2_grpc

from services.kit.server import Runtime
from services.notification.adapters.happening_sources import HappeningSources
from services.notification.backlog import DeliveryBacklog
from services.notification.channels import Channels
from services.notification.delivery.limits_repository import INDEXES as LIMIT_INDEXES
from services.notification.delivery.limits_repository import SmsBudget
from services.notification.delivery.planning import By
from services.notification.delivery.recording import Recorder, catch_up
from services.notification.delivery.repository import INDEXES, DeliveryRepository
from services.notification.delivery.sending import LOOK_SECONDS, Sender, keep_lanes_moving
from services.notification.delivery.servicer import DeliveryServicer
from services.notification.delivery.tracing import Tracer
from services.notification.following import EventFollower, Source
from services.notification.outbound import Channel
from services.notification.progress_repository import ProgressRepository
from services.notification.repository import SubscriptionRepository
from services.notification.settings import NotificationSettings
from services.notification.words.wording import Wording


def build_deliveries(
    runtime: Runtime,
    settings: NotificationSettings,
    channels: Channels,
    wording: Wording,
    subscriptions: SubscriptionRepository,
    look_seconds: float = LOOK_SECONDS,
) -> dict[By, Sender]:
    """Add deliveries to the service; return who sends them."""
    clock = runtime.clock
    deliveries = DeliveryRepository(runtime.db, clock)
    budget = SmsBudget(
        runtime.db,
        clock,
        per_minute=settings.sms_per_minute,
        segment_cents=settings.sms_segment_cents,
        cents_per_day=settings.sms_cents_per_day,
    )
    ways: dict[By, Channel[Any]] = {
        By.SMS: channels.sms,
        By.MAIL: channels.mail,
        By.PUSH: channels.push,
        By.BROWSER: channels.browser,
    }
    senders = {
        by: Sender(
            by,
            channel,
            deliveries,
            wording,
            clock,
            forget=subscriptions.forget,
            budget=budget if by is By.SMS else None,
            look_seconds=look_seconds,
        )
        for by, channel in ways.items()
    }

    def ring(some: set[By]) -> None:
        for by in some:
            senders[by].ring()

    sources = HappeningSources(runtime.connections, settings, runtime.assertions)
    recorder = Recorder(sources, subscriptions, deliveries, settings, clock, ring)
    orders = Source(
        "order messages",
        sources.watch_orders,
        recorder.change,
        partial(catch_up, recorder, deliveries, sources, clock),
    )
    runtime.serve(
        delivery_service_pb2.DESCRIPTOR,
        delivery_service_pb2_grpc.add_DeliveryServiceServicer_to_server,
        DeliveryServicer(deliveries, recorder, sources, subscriptions, clock, partial(ring, set(By))),
    )
    runtime.indexes += [*INDEXES, *LIMIT_INDEXES]
    runtime.tasks["order messages"] = EventFollower(orders, ProgressRepository(runtime.db, "order messages")).run
    runtime.tasks["lanes"] = partial(keep_lanes_moving, deliveries, partial(ring, set(By)), look_seconds)
    for by, sender in senders.items():
        runtime.tasks[f"{by} messages"] = sender.run
        channel: Any = ways[by]
        if hasattr(channel, "arrival"):
            runtime.tasks[f"{by} traces"] = Tracer(by, channel, deliveries, clock, look_seconds).run
    runtime.backlogs.append(DeliveryBacklog(deliveries, clock).ask)
    return senders
