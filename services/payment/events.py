"""Committed changes of payments as events, from the change stream to everybody who watches."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Hashable
from dataclasses import dataclass
from typing import Any, Final

from orderbuddy.payment.v1 import payment_pb2

from services.kit.changes import Change, Follower
from services.kit.fanout import Hub, Positioned
from services.kit.mongo import Document
from services.payment import mapping
from services.payment.documents import bill_of
from services.payment.repository import BillRepository

ALL: Final = "all"
"""Key of those who watch every payment."""

_KINDS: Final = frozenset({"insert", "update", "replace"})


def location_key(restaurant_id: str, location_id: str) -> Hashable:
    """Return the key of a location's watchers."""
    return ("location", restaurant_id, location_id.lower())


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """The payments of a bill that one write has changed, as they were when the change was read.

    MongoDB looks the bill up then, so it may already be further on: the same version can be told twice, and whoever
    watches knows by the versions what is news.
    """

    restaurant_id: str
    location_id: str
    payments: tuple[payment_pb2.Payment, ...]

    def keys(self) -> tuple[Hashable, ...]:
        """Return whose event this is."""
        return (location_key(self.restaurant_id, self.location_id), ALL)


def event_of(change: Change) -> PaymentEvent | None:
    """Read a change stream document; None when no payment has changed for those who watch."""
    document: Document | None = change.get("fullDocument")
    if change["operationType"] not in _KINDS or document is None:
        return None
    updated: Any = change.get("updateDescription")
    changed = document["changed"] if updated is None else updated["updatedFields"].get("changed", ())
    wanted = {entry.partition(":")[0] for entry in changed}
    if not wanted:
        return None
    bill = bill_of(document)
    payments = tuple(mapping.payment(bill, payment) for payment in bill.payments if payment.id in wanted)
    return PaymentEvent(bill.restaurant_id, bill.location_id, payments)


class PaymentEvents:
    """Follows the payments collection and lets watchers subscribe."""

    def __init__(self, bills: BillRepository) -> None:
        self._bills = bills
        self.hub: Hub[PaymentEvent] = Hub()

    async def run(self) -> None:
        """Follow for ever."""
        follower = Follower(
            "payments",
            self._bills.changes(),
            on_change=self._publish,
            on_idle=self.hub.advance,
            on_reset=self._begin_anew,
        )
        await follower.run()

    async def _publish(self, token: str, change: Change) -> None:
        event = event_of(change)
        if event is None:
            self.hub.advance(token)
        else:
            self.hub.publish(token, event, event.keys())

    async def _begin_anew(self) -> None:
        self.hub.forget()

    async def missed(self, token: str, _seen_token: str) -> AsyncGenerator[Positioned[PaymentEvent], None]:
        """Yield the events after a token, from the database. Raises TokenUnusable."""
        async for later, change in self._bills.changes_since(token):
            event = event_of(change)
            if event is not None:
                yield Positioned(later, event, event.keys())
