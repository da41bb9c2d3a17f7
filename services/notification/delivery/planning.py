"""What has to be sent when an order changes, and to whom. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from orderbuddy.ordering.v1 import order_pb2

from services.notification.phones import e164
from services.notification.words.facts import Facts, Kind

GIVEN_UP_AFTER: Final = timedelta(hours=4)
"""How long after an order's change a message about it is still worth sending (docs/notifications.md)."""


class By(StrEnum):
    """The way a message goes."""

    SMS = "sms"
    MAIL = "mail"
    PUSH = "push"
    """Firebase Cloud Messaging."""
    BROWSER = "browser"
    """A browser's own push service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What is told of a restaurant's new orders."""

    by: By
    recipient: str
    """A registration token, or the address that a browser's push service gave."""
    platform: str = ""
    keys: tuple[str, str] = ("", "")
    """p256dh and auth, of a browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What messages tell of a restaurant and location, and who there is told."""

    restaurant: str
    location: str
    alert_numbers: Sequence[str] = ()
    devices: Sequence[Device] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A message that has to be sent."""

    kind: Kind
    to: Device
    language: str
    facts: Facts
    version: int
    """The order's version that it tells of."""
    at: datetime

    def id_of(self, order_id: str) -> str:
        """Return the message's id: the same whoever plans it, and however often."""
        recipient = hashlib.sha256(self.to.recipient.encode()).hexdigest()[:16]
        return f"{order_id}.{self.version}.{self.kind}.{self.to.by}.{recipient}"


def guests_kind(entry: order_pb2.OrderHistoryEntry) -> Kind | None:
    """Return what a guest who wants messages is told of an entry of an order's history."""
    before, after = entry.from_status, entry.to_status
    if entry.delay_minutes:
        return Kind.ORDER_DELAYED
    if before == after:
        return None
    if after == "ACCEPTED" and before in ("", "CREATED"):
        return Kind.ORDER_ACCEPTED  # not when a line of a ready order was recalled
    return {"READY_FOR_PICKUP": Kind.ORDER_READY, "CANCELED": Kind.ORDER_CANCELED}.get(after)


def planned(
    record: order_pb2.OrderRecord, entry: order_pb2.OrderHistoryEntry, shop: Shop, menu_endpoint: str, *, texts: bool
) -> Iterator[Planned]:
    """Yield what an entry of an order's history makes due; `texts`: whether text messages are sent at all.

    Changes made by the old system have no entry: it sends its messages itself. (Contract part A 7, part B 4.7; the
    guest's consent counts for all of them, defect B20.)
    """
    order = record.order
    facts = Facts(
        restaurant=shop.restaurant,
        location=shop.location,
        order_code=order.order_code,
        link=f"{menu_endpoint.rstrip('/')}/status/{order.restaurant_id}/{order.id}",
        reason=entry.reason,
        minutes=entry.delay_minutes,
    )
    at = entry.at.ToDatetime(UTC)
    kind = guests_kind(entry)
    if texts and kind is not None and record.get_sms and record.customer_phone:
        guest = _phone(record.customer_phone)
        yield Planned(kind=kind, to=guest, language=record.language, facts=facts, version=entry.version, at=at)
    if entry.from_status == "":
        staff = [_phone(number) for number in shop.alert_numbers if number.strip()] if texts else []
        for to in {device.recipient: device for device in (*staff, *shop.devices)}.values():
            yield Planned(kind=Kind.NEW_ORDER, to=to, language="en", facts=facts, version=entry.version, at=at)


def _phone(number: str) -> Device:
    """Return a phone. One that can't be is kept as it is: that nothing could be sent to it shall be seen."""
    return Device(by=By.SMS, recipient=e164(number) or number.strip()[:50])
