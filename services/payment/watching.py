"""The stream of payments: what is open, then what changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from orderbuddy.payment.v1 import payment_service_pb2 as rpc

from services.kit.bookmark import Bookmark
from services.kit.errors import FieldViolation, InvalidInput
from services.kit.fanout import Positioned
from services.kit.mongo import object_id
from services.kit.watch import Heartbeat, Reset, Snapshot, watch
from services.payment import mapping
from services.payment.events import ALL, PaymentEvent, PaymentEvents, location_key
from services.payment.model import Bill, Payment
from services.payment.repository import BillRepository


class Watching:
    """Tells whoever watches of payments."""

    def __init__(self, bills: BillRepository, events: PaymentEvents) -> None:
        self._bills = bills
        self._events = events

    async def watch(self, request: rpc.WatchPaymentsRequest) -> AsyncGenerator[rpc.WatchPaymentsResponse, None]:
        """Yield a location's payments, or to services the changes of all. Raises InvalidInput, NotFound, Exhausted."""
        if bool(request.restaurant_id) != bool(request.location_id):
            missing = "location_id" if request.restaurant_id else "restaurant_id"
            raise InvalidInput([FieldViolation(missing, "must come together with the other")])
        everything = not request.restaurant_id
        key = ALL if everything else location_key(request.restaurant_id, request.location_id)
        bookmark = Bookmark.parse(request.resume_token)

        async def snapshot() -> list[tuple[Bill, Payment]]:
            if everything:
                return []
            place = object_id(request.location_id, "locationId", "INVALID_LOCATION")
            bills = await self._bills.open_bills(request.restaurant_id, place)
            versions = {p.id: p.version for bill in bills for p in bill.payments}
            bookmark.begin(versions, versions)
            return [(bill, p) for bill in bills for p in bill.payments if p.next_at is not None]

        items = watch(self._events.hub, [key], bookmark.token, snapshot, self._events.missed)
        async with aclosing(items) as stream:
            async for item in stream:
                for response in _responses(item, bookmark, everything=everything):
                    yield response


def _responses(
    item: Snapshot[list[tuple[Bill, Payment]]] | Positioned[PaymentEvent] | Reset | Heartbeat,
    bookmark: Bookmark,
    *,
    everything: bool,
) -> list[rpc.WatchPaymentsResponse]:
    """Write an item of the stream; nothing for what the reader knows already."""
    if isinstance(item, Snapshot):
        if everything:
            return []
        payments = [mapping.payment(bill, payment) for bill, payment in item.state]
        snapshot = rpc.PaymentsSnapshot(payments=payments)
        return [rpc.WatchPaymentsResponse(resume_token=bookmark.at(item.token), snapshot=snapshot)]
    if isinstance(item, Reset):
        return [rpc.WatchPaymentsResponse(reset=rpc.WatchReset(reason=item.reason))]
    if isinstance(item, Heartbeat):
        return [rpc.WatchPaymentsResponse(resume_token=bookmark.at(item.token), heartbeat=rpc.WatchHeartbeat())]
    # Whoever watches all for good is not remembered payment by payment: such a reader keeps what it does by version.
    news = [p for p in item.event.payments if everything or bookmark.is_news(p.id, p.version)]
    # Only the last of them carries the token after the whole event: whoever resumes in between is told again.
    last = len(news) - 1
    return [
        rpc.WatchPaymentsResponse(resume_token=bookmark.at(item.token) if at == last else "", change=payment)
        for at, payment in enumerate(news)
    ]
