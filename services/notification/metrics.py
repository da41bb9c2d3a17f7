"""What the Notification service counts. All names: docs/observing.md."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

MESSAGES = Counter(
    "orderbuddy_messages_total", "What became of messages that were handed to a provider", ["by", "fate"]
)
CIRCUITS = Gauge("orderbuddy_provider_circuit_open", "Whether a provider is left alone because it fails", ["provider"])
QUEUED_DELIVERIES = Gauge("orderbuddy_queued_deliveries", "Messages that wait to be sent, up to 10,000", ["by"])
OLDEST_DELIVERY = Gauge("orderbuddy_oldest_delivery_seconds", "Age of the oldest message that waits to be sent", ["by"])
WEBHOOK_CALLS = Counter(
    "orderbuddy_webhook_calls_total", "Calls of integrators' endpoints, by the class of the answer", ["answer"]
)
PENDING_WEBHOOKS = Gauge("orderbuddy_pending_webhooks", "Events that wait to be sent to endpoints, up to 10,000")
OLDEST_WEBHOOK = Gauge("orderbuddy_oldest_webhook_seconds", "Age of the oldest event that waits to be sent")
