"""Endpoints and events as messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orderbuddy.notification.v1 import webhook_service_pb2 as rpc

from services.kit.values import objects, text, texts, timestamp, whole
from services.notification.webhooks.signing import in_use


def endpoint(document: Mapping[str, Any], now: datetime) -> rpc.WebhookEndpoint:
    """Map an endpoint."""
    enabled = document.get("enabled") is True
    because = "UNSPECIFIED" if enabled else text(document.get("disabledBecause")) or "ASKED"
    return rpc.WebhookEndpoint(
        id=text(document["_id"]),
        restaurant_id=text(document.get("restaurantId")),
        url=text(document.get("url")),
        event_types=texts(document.get("eventTypes")),
        description=text(document.get("description")),
        enabled=enabled,
        disabled_because=f"WEBHOOK_DISABLED_BECAUSE_{because}",
        failing_since=timestamp(document["queue"].get("failingSince")),
        created_at=timestamp(document.get("createdAt")),
        version=whole(document.get("version")) or 0,
        secrets_in_use=len(in_use(objects(document.get("secrets")), now)),
    )


def event(document: Mapping[str, Any], next_at: datetime | None = None) -> rpc.WebhookEvent:
    """Map an event; `next_at`: when it is sent, if it is the next one."""
    return rpc.WebhookEvent(
        id=text(document["_id"]),
        type=text(document.get("type")),
        occurred_at=timestamp(document.get("occurredAt")),
        state=f"WEBHOOK_EVENT_STATE_{document['state']}",
        attempts=[_attempt(attempt) for attempt in objects(document.get("attempts"))],
        next_attempt_at=timestamp(next_at),
        body=text(document.get("body")),
    )


def _attempt(attempt: Mapping[str, Any]) -> rpc.WebhookAttempt:
    return rpc.WebhookAttempt(
        at=timestamp(attempt.get("at")),
        status=whole(attempt.get("status")) or 0,
        duration_ms=whole(attempt.get("durationMs")) or 0,
        answer=text(attempt.get("answer")),
        error=text(attempt.get("error")),
    )
