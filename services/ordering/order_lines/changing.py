"""Carrying out a step on lines: read the order, work out what changes, write it under the guard of what was read.

The old system moves lines on without counting the order's version up, so the guard holds the lines themselves, too.
"""

from __future__ import annotations

from typing import Final, Protocol

from services.kit.clock import Clock
from services.kit.context import Call
from services.kit.errors import Conflict, NotFound
from services.kit.mongo import Document, object_id
from services.kit.values import text
from services.ordering.mapping import version_of
from services.ordering.order_lines.plan import LINES, LineChange, Plan, plan
from services.ordering.repository import OrderRepository, Seen

_ROUNDS: Final = 20
"""Every lost race means that somebody else moved a line on: many hands may work on one order."""


class Locations(Protocol):
    """What is known of locations."""

    def ready_when_done(self, restaurant_id: str, location_id: str) -> bool:
        """Tell whether an order there is ready as soon as its last line is made."""
        ...


class LineChanges:
    """Performs steps on lines."""

    def __init__(self, repository: OrderRepository, locations: Locations, clock: Clock) -> None:
        self._repository = repository
        self._locations = locations
        self._clock = clock

    async def carry_out(self, change: LineChange, call: Call) -> Document:
        """Return the order after the step. Raises NotFound, Refused (state, totals) or Conflict (version)."""
        key = object_id(change.order_id, "orderId", "ORDER_NOT_FOUND")
        for _ in range(_ROUNDS):
            order = await self._repository.order(key)
            if order is None or change.restaurant_id not in ("", order.get("restaurantId")):
                raise NotFound("ORDER_NOT_FOUND", "there is no such order", metadata={"field": "order_id"})
            restaurant_id, location_id = text(order.get("restaurantId")), text(order.get("locationId"))
            call.require(restaurant_id)
            call.require_location(location_id)
            if _was_done_by(order, change):
                return order
            now, ready = self._clock.now(), self._locations.ready_when_done(restaurant_id, location_id)
            planned = plan(order, change, now, ready_when_done=ready)
            if planned is None:
                return order
            seen = Seen(key, restaurant_id, text(order.get("status")), version_of(order))
            lines: Document = {LINES: order.get(LINES)}
            update = self._update(order, change, planned, call)
            moved = await self._repository.change(seen, update, also=lines)
            if moved is not None:
                return moved
        raise Conflict("ORDER_BUSY", "others keep changing the order; try again", retry_after_seconds=1)

    def _update(self, order: Document, change: LineChange, planned: Plan, call: Call) -> Document:
        version = version_of(order) + 1
        entry: Document = {
            "version": version,
            "from": text(order.get("status")),
            "to": planned.status,
            "at": self._clock.now(),
            "actor": str(call.principal),
            "lines": [{"lineId": line_id, "step": str(change.step)} for line_id in planned.line_ids],
        }
        entry |= {"requestId": change.request_id} if change.request_id else {}
        entry |= {"reason": change.reason} if change.reason else {}
        return {"$set": {**planned.sets, "version": version}, "$push": {"history": entry}}


def _was_done_by(order: Document, change: LineChange) -> bool:
    """Tell whether this very call was carried out before: its process died between the write and the answer."""
    history = order.get("history") or []
    return bool(change.request_id) and any(entry.get("requestId") == change.request_id for entry in history)
