"""Sending what is queued: in every replica, each endpoint by one worker at a time, its events in their order.

A worker that is killed leaves its endpoint alone until the lease has run out; then another sends the event again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bson import ObjectId
from pymongo.errors import PyMongoError

from services.kit import tracing
from services.kit.clock import Clock, SystemClock
from services.kit.mongo import Document
from services.kit.telemetry import log
from services.kit.vault import Unreadable
from services.notification.adapters.webhook_sender import Sent, WebhookSender
from services.notification.metrics import WEBHOOK_CALLS
from services.notification.retry_after import retry_after
from services.notification.webhooks.queue_repository import FAILED, QueueRepository
from services.notification.webhooks.schedule import GIVEN_UP_AFTER, pause_after
from services.notification.webhooks.signing import Seals

LOOK_SECONDS: Final = 2.0
"""How often each process looks for what others have queued, or what is due again."""

_AT_ONCE: Final = 50
"""Endpoints that one process sends to at the same time."""

_IN_A_ROW: Final = 50
"""Events of one endpoint before it is the turn of others."""

_OK: Final = range(200, 300)
_GONE: Final = 410
_LATER: Final = frozenset({429, 503})
_FREE: Final = {"queue.holder": "", "queue.leaseUntil": ""}


class Deliverer:
    """Sends what is due."""

    def __init__(
        self,
        queue: QueueRepository,
        sender: WebhookSender,
        seals: Seals,
        clock: Clock,
        *,
        look_seconds: float = LOOK_SECONDS,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._queue = queue
        self._sender = sender
        self._seals = seals
        self._clock = clock
        self._look_seconds = look_seconds
        self._chance = chance
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Look at once for what is due, instead of soon."""
        self._bell.set()

    async def run(self) -> None:
        """Send for ever."""
        sending: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                self._bell.clear()
                endpoint = await self._take() if len(sending) < _AT_ONCE else None
                if endpoint is None:
                    await self._wait()
                    continue
                task = group.create_task(self._send_all(endpoint))
                sending.add(task)
                task.add_done_callback(sending.discard)
                task.add_done_callback(lambda _: self.ring())

    async def _take(self) -> Document | None:
        try:
            return await self._queue.take(ObjectId())
        except PyMongoError as error:
            log.warning("webhooks_not_looked_for", error=type(error).__name__)
            return None

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._look_seconds * random.uniform(0.8, 1.2)):  # noqa: S311  jitter, not a secret
                await self._bell.wait()
        except TimeoutError:
            pass

    async def _send_all(self, taken: Document) -> None:
        """Send an endpoint's events, until none is left, one fails or it is the turn of others."""
        try:
            endpoint: Document | None = taken
            for _ in range(_IN_A_ROW):
                if endpoint is None:
                    return
                event = await self._queue.head(endpoint)
                if event is not None:
                    endpoint = await self._send(endpoint, event)
                elif await self._queue.rest(endpoint):
                    return
                else:
                    endpoint = await self._queue.keep(endpoint)
            if endpoint is not None:
                await self._queue.let_go(endpoint)
                self.ring()
        except PyMongoError as error:
            # The lease ends by itself.
            log.warning("webhook_not_noted", endpoint=str(taken["_id"]), error=type(error).__name__)
        except Exception as error:  # noqa: BLE001  what is wrong with one endpoint must not hold up the others
            log.error("webhook_worker_failed", endpoint=str(taken["_id"]), exc_info=error)

    async def _send(self, endpoint: Document, event: Document) -> Document | None:
        """Send one event; return the endpoint if it is still ours and the next one may be sent."""
        at = self._clock.now()
        sent = await self._sent(endpoint, event)
        attempt = {
            "at": at,
            "status": sent.status,
            "durationMs": sent.milliseconds,
            "answer": sent.answer,
            "error": sent.error,
        }
        if sent.status in _OK:
            await self._queue.delivered(event, attempt)
            return await self._queue.still_mine(endpoint)
        await self._failed(endpoint, event, attempt, sent)
        return None

    async def _sent(self, endpoint: Document, event: Document) -> Sent:
        message = (event["_id"], event["body"])
        try:
            headers = self._seals.headers(
                str(endpoint["_id"]), endpoint["secrets"], message, self._clock.now(), SystemClock().now()
            )
        except Unreadable:
            log.error("webhook_secret_unreadable", endpoint=str(endpoint["_id"]))
            return Sent(0, 0, error="the endpoint's secret can't be read here: rotate it")
        with tracing.follow("send webhook", ""):
            sent = await self._sender.send(endpoint["url"], headers, event["body"])
        WEBHOOK_CALLS.labels(f"{sent.status // 100}xx" if sent.status else "none").inc()
        return sent

    async def _failed(self, endpoint: Document, event: Document, attempt: Document, sent: Sent) -> None:
        now = self._clock.now()
        tries = event["tries"] + 1
        wish = retry_after(sent.retry_after, SystemClock().now()) if sent.status in _LATER else None
        pause = pause_after(tries, wish, self._chance())
        changes: Document = {"tries": tries} if pause is not None else {"tries": tries, "state": FAILED}
        since = endpoint["queue"].get("failingSince", now)
        queue: Document = {
            "queue.failingSince": since,
            # After one that is given up the next is tried, which may be what the endpoint can take.
            "queue.dueAt": now + (pause if pause is not None else timedelta(0)),
        }
        because = "GONE" if sent.status == _GONE else "FAILING" if now - since >= GIVEN_UP_AFTER else ""
        if because:
            queue |= {"enabled": False, "disabledBecause": because}
            log.warning("webhook_endpoint_disabled", endpoint=str(endpoint["_id"]), because=because)
        await self._queue.failed(endpoint, event, attempt, changes, {"$set": queue, "$unset": _FREE})
