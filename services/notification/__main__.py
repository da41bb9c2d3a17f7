"""Run the Notification service: `python -m services.notification`."""

from __future__ import annotations

from orderbuddy.notification.v1 import notification_service_pb2, notification_service_pb2_grpc

from services.kit.server import Runtime, run
from services.kit.settings import load
from services.notification.channels import make_channels
from services.notification.delivery.wiring import build_deliveries
from services.notification.repository import INDEXES, SubscriptionRepository
from services.notification.servicer import NotificationServicer
from services.notification.settings import NotificationSettings
from services.notification.webhooks.wiring import build_webhooks
from services.notification.words.wording import Wording


async def build(runtime: Runtime) -> None:
    """Put the service together."""
    assert isinstance(runtime.settings, NotificationSettings)
    channels, wording = make_channels(runtime.settings), Wording()
    subscriptions = SubscriptionRepository(runtime.db)
    servicer = NotificationServicer(subscriptions, channels, wording, runtime.settings)
    add = notification_service_pb2_grpc.add_NotificationServiceServicer_to_server
    runtime.serve(notification_service_pb2.DESCRIPTOR, add, servicer)
    runtime.indexes += INDEXES
    runtime.closing.append(channels.close)
    build_webhooks(runtime, runtime.settings)
    build_deliveries(runtime, runtime.settings, channels, wording, subscriptions)


if __name__ == "__main__":
    run("notification", load(NotificationSettings), build)
