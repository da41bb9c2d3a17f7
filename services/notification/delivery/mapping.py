"""Deliveries as messages."""

from __future__ import annotations

from typing import Final

from orderbuddy.notification.v1 import delivery_service_pb2 as rpc

from services.kit.mongo import Document
from services.kit.values import objects, text, timestamp
from services.notification.delivery.planning import By

_STATE: Final = "DELIVERY_STATE_"
_SHOWN: Final = 4


def delivery(document: Document) -> rpc.Delivery:
    """Map a delivery."""
    return rpc.Delivery(
        id=document["_id"],
        kind=document["kind"],
        by=document["by"],
        recipient=_hidden(document["by"], document["recipient"]),
        language=document["language"],
        state=rpc.DeliveryState.Name(rpc.DeliveryState.Value(_STATE + document["state"])),
        order_id=document["orderId"],
        order_code=document["facts"]["order_code"],
        location_id=document["locationId"],
        at=timestamp(document["at"]),
        give_up_at=timestamp(document["giveUpAt"]),
        history=[
            rpc.DeliveryEntry(
                at=timestamp(entry.get("at")),
                fate=text(entry.get("fate")),
                provider=text(entry.get("provider")),
                code=text(entry.get("code")),
                again=entry.get("again") is True,
            )
            for entry in objects(document["history"])
        ],
    )


def state_names(states: list[rpc.DeliveryState]) -> list[str]:
    """Return states as they are stored."""
    return [rpc.DeliveryState.Name(state).removeprefix(_STATE) for state in states]


def _hidden(by: str, recipient: str) -> str:
    """Return enough of a recipient to know it by: nobody needs a guest's number to see what became of a message."""
    if by == By.MAIL:
        name, _, host = recipient.partition("@")
        return f"{name[:1]}…@{host}"
    return f"…{recipient[-_SHOWN:]}"
