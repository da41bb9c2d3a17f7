"""Sending what is due: in every replica, for each way of its own, so that one provider never holds up another.

A worker that is killed leaves its deliveries alone until their lease has run out; then they are sent again. Whether the
provider had taken one of them already nobody knows: that is the one window in which a message can arrive twice.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from pymongo.errors import PyMongoError

from services.kit import tracing
from services.kit.clock import Clock
from services.kit.mongo import Document
from services.kit.telemetry import log
from services.notification.delivery.breaker import Breaker, Circuit
from services.notification.delivery.limits_repository import SmsBudget
from services.notification.delivery.planning import By
from services.notification.delivery.repository import FAILED, GIVEN_UP, SENT, DeliveryRepository
from services.notification.delivery.schedule import pause_after
from services.notification.metrics import CIRCUITS, MESSAGES
from services.notification.outbound import BrowserPush, Channel, Fate, Mail, Push, Result, Sms
from services.notification.words.facts import Facts, Kind
from services.notification.words.wording import Wording

LOOK_SECONDS: Final = 5.0
"""How often each process looks for what is due again, or was queued by others: who queues something looks at once."""
_LANES_EVERY: Final = 6
"""So many looks apart each process looks for lanes that stand still."""
TRACED_AFTER: Final = timedelta(seconds=20)
"""How long after a provider took a message it is first asked what became of it."""
_AT_ONCE: Final = 16
"""Calls of one provider that are under way at a time."""

Message = Sms | Mail | Push | BrowserPush
Forget = Callable[[str], Awaitable[None]]
"""Forgets a device that is no more."""


async def keep_lanes_moving(deliveries: DeliveryRepository, ring: Callable[[], None], look_seconds: float) -> None:
    """See for ever to lanes whose next delivery nobody has made due: whoever should have was killed."""
    while True:
        await asyncio.sleep(look_seconds * _LANES_EVERY)
        try:
            if await deliveries.advance_all():
                ring()
        except PyMongoError as error:
            log.warning("lanes_not_looked_at", error=type(error).__name__)


class Sender:
    """Sends what is due by one way."""

    def __init__(
        self,
        by: By,
        channel: Channel[Any],
        deliveries: DeliveryRepository,
        wording: Wording,
        clock: Clock,
        *,
        forget: Forget,
        budget: SmsBudget | None = None,
        look_seconds: float = LOOK_SECONDS,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._by = by
        self._channel = channel
        self._deliveries = deliveries
        self._wording = wording
        self._clock = clock
        self._forget = forget
        self._budget = budget
        self._look_seconds = look_seconds
        self._chance = chance
        self._traced = hasattr(channel, "arrival")
        self._bell = asyncio.Event()
        self.breaker = Breaker()

    def ring(self) -> None:
        """Look at once for what is due, instead of soon."""
        self._bell.set()

    async def run(self) -> None:
        """Send for ever."""
        sending: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                self._bell.clear()
                circuit = self.breaker.state(self._clock.now())
                CIRCUITS.labels(self._channel.provider).set(circuit is not Circuit.CLOSED)
                probing = circuit is Circuit.HALF_OPEN
                asked = circuit is not Circuit.OPEN and len(sending) < _AT_ONCE
                batch = await self._take(1 if probing else self._channel.most) if asked else []
                if not batch:
                    await self._wait()
                    continue
                if probing:
                    self.breaker.probe()
                task = group.create_task(self._send(batch))
                sending.add(task)
                task.add_done_callback(sending.discard)
                task.add_done_callback(lambda _: self.ring())

    async def _take(self, most: int) -> list[Document]:
        """Take what is due and next in its lane."""
        batch: list[Document] = []
        try:
            while len(batch) < most and (delivery := await self._deliveries.take(self._by)) is not None:
                if await self._may_go(delivery):
                    batch.append(delivery)
        except PyMongoError as error:
            # What was taken is free again when its lease has run out.
            log.warning("deliveries_not_looked_for", by=str(self._by), error=type(error).__name__)
            return []
        return batch

    async def _may_go(self, delivery: Document) -> bool:
        if not await self._deliveries.is_next(delivery):
            return False
        now = self._clock.now()
        if now >= delivery["giveUpAt"]:
            await self._deliveries.end(delivery, GIVEN_UP, self._entry("TOO_LATE"), {})
            return False
        if self._budget is None:
            return True
        restaurant_id, text = delivery["restaurantId"], self._text(delivery)
        if not await self._budget.within_minute(restaurant_id):
            minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
            await self._deliveries.put_off(delivery, minute, None, tried=False)
            return False
        if not await self._budget.within_day(restaurant_id, text):
            log.warning("sms_daily_cap_reached", restaurant_id=restaurant_id)
            await self._deliveries.end(delivery, FAILED, self._entry("DAILY_CAP"), {})
            return False
        return True

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._look_seconds * random.uniform(0.8, 1.2)):  # noqa: S311  jitter, not a secret
                await self._bell.wait()
        except TimeoutError:
            pass

    async def _send(self, batch: Sequence[Document]) -> None:
        """Send a batch and note what came of it."""
        order_ids = ",".join(sorted({str(delivery.get("orderId", "")) for delivery in batch} - {""}))
        try:
            with tracing.follow(f"send {self._by}", order_ids):
                results = await self._channel.send([self._message(delivery) for delivery in batch])
        except Exception as error:  # noqa: BLE001  a bug of ours; the lease lets it be tried again, and given up in time
            log.error("messages_not_sent", by=str(self._by), exc_info=error)
            self.breaker.failed(self._clock.now())
            return
        self._mind(results)
        for delivery, result in zip(batch, results, strict=True):
            MESSAGES.labels(self._by, result.fate).inc()
            try:
                await self._note(delivery, result)
            except PyMongoError as error:
                log.warning("delivery_not_noted", delivery_id=delivery["_id"], error=type(error).__name__)

    def _mind(self, results: Sequence[Result]) -> None:
        """Tell the breaker: a provider that takes or refuses something is there."""
        failed = [result for result in results if result.fate in (Fate.LATER, Fate.UNHEARD)]
        if len(failed) < len(results):
            self.breaker.succeeded()
        else:
            wishes = [result.retry_after for result in failed if result.retry_after is not None]
            self.breaker.failed(self._clock.now(), max(wishes, default=None))

    async def _note(self, delivery: Document, result: Result) -> None:
        now = self._clock.now()
        entry = self._entry(str(result.fate), result)
        if delivery["unheard"]:
            entry["again"] = True  # an earlier worker may have sent it and did not live to say so
        match result.fate:
            case Fate.ACCEPTED:
                more: Document = {"providerId": result.provider_id}
                if self._traced and result.provider_id:
                    more["traceAt"] = now + TRACED_AFTER
                await self._deliveries.end(delivery, SENT, entry, more)
                return
            case Fate.REFUSED | Fate.GONE:
                if result.fate is Fate.GONE:
                    await self._forget(delivery["recipient"])
                await self._deliveries.end(delivery, FAILED, entry, {})
            case _:
                later = now + pause_after(delivery["tries"] + 1, result.retry_after, self._chance())
                if later < delivery["giveUpAt"]:
                    await self._deliveries.put_off(delivery, later, entry, tried=True)
                    seconds = min((later - now).total_seconds(), self._look_seconds)
                    asyncio.get_running_loop().call_later(seconds, self.ring)
                else:
                    await self._deliveries.end(delivery, GIVEN_UP, entry, {})
        if self._budget is not None and result.fate is not Fate.UNHEARD:
            await self._budget.give_back(delivery["restaurantId"], self._text(delivery))

    def _entry(self, fate: str, result: Result | None = None) -> Document:
        entry: Document = {"at": self._clock.now(), "fate": fate}
        if result is not None:
            entry |= {"provider": self._channel.provider}
            entry |= {"code": result.code} if result.code else {}
        return entry

    def _text(self, delivery: Document) -> str:
        return self._wording.sms(Kind(delivery["kind"]), delivery["language"], Facts(**delivery["facts"]))

    def _message(self, delivery: Document) -> Message:
        kind, language, facts = Kind(delivery["kind"]), delivery["language"], Facts(**delivery["facts"])
        to: str = delivery["recipient"]
        match self._by:
            case By.SMS:
                return Sms(to, self._wording.sms(kind, language, facts))
            case By.MAIL:
                return Mail(to, *self._wording.mail(kind, language, facts))
            case By.PUSH:
                return Push(to, delivery["platform"], *self._wording.push(kind, language, facts))
            case By.BROWSER:
                p256dh, auth = delivery["keys"]
                title, body = self._wording.push(kind, language, facts)
                return BrowserPush(to, p256dh, auth, title, body)
