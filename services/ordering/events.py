"""Committed changes of orders as events, from the change stream to everybody who watches."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Hashable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from bson import ObjectId
from orderbuddy.ordering.v1 import order_pb2

from services.kit.bookmark import DELETED
from services.kit.changes import Change, Follower
from services.kit.fanout import Hub, Positioned
from services.kit.mongo import Document
from services.kit.values import timestamp
from services.ordering import mapping
from services.ordering.documents import FIRST_VERSION
from services.ordering.repository import OrderRepository

ALL: Final = "all"
"""Key of those who watch every order."""

_KINDS: Final = frozenset({"insert", "update", "replace", "delete"})
_LINE_TIME: Final = re.compile(r"items\.(\d+)\.(?:started|completed)At")


def order_key(order_id: str) -> Hashable:
    """Return the key of one order's watchers."""
    return ("order", order_id.lower())


def location_key(restaurant_id: str, location_id: str) -> Hashable:
    """Return the key of a location's watchers."""
    return ("location", restaurant_id, location_id.lower())


class OrderEvent:
    """One committed change. Its messages are made once, when the first watcher needs them."""

    def __init__(
        self,
        order_id: str,
        document: Document | None,
        at: datetime,
        *,
        version: int = 0,
        sets_version: bool = False,
        status: str = "",
        previous_status: str | None = None,
        lines: Sequence[order_pb2.LineChange] = (),
    ) -> None:
        self.order_id = order_id
        self.document = document
        self.version = version
        self.sets_version = sets_version
        """False for changes made by the old system, which moves no version on."""
        self.status = status
        self.previous_status = previous_status
        """None when that can't be told."""
        self.lines = lines
        self.at = at

    def keys(self) -> tuple[Hashable, ...]:
        """Return whose event this is."""
        if self.document is None:
            return (order_key(self.order_id), DELETED, ALL)
        place = location_key(str(self.document.get("restaurantId")), str(self.document.get("locationId")))
        return (order_key(self.order_id), place, ALL)

    @cached_property
    def change(self) -> order_pb2.OrderChange:
        """The change for whoever knows the order's id."""
        change = order_pb2.OrderChange(
            order_id=self.order_id,
            version=self.version,
            status=self.status,
            at=timestamp(self.at),
            previous_status=self.previous_status,
            lines=self.lines,
        )
        if self.document is None:
            change.removed = True
        else:
            change.keeps_version = not self.sets_version
            change.order.CopyFrom(mapping.order({**self.document, "status": self.status}))
        return change

    @cached_property
    def change_with_record(self) -> order_pb2.OrderChange:
        """The change for the restaurant."""
        change = order_pb2.OrderChange()
        change.CopyFrom(self.change)
        if self.document is not None:
            document = {**self.document, "status": self.status, "version": self.version}
            change.record.CopyFrom(mapping.record(document, change.order))
        return change


def event_of(change: Change) -> OrderEvent | None:
    """Read a change stream document; None when it is no change of an order, or the order is gone again.

    MongoDB looks the document up when the change is read, so it may already be further on. Which change this is stands
    in the update itself (the version it set), and what that version meant in the order's own history.
    """
    if change["operationType"] not in _KINDS:
        return None
    order_id, at = str(change["documentKey"]["_id"]), change.get("wallTime") or change["clusterTime"].as_datetime()
    if change["operationType"] == "delete":
        return OrderEvent(order_id, None, at)
    document: Document | None = change.get("fullDocument")
    if document is None:
        return None
    version = _version_set_by(change)
    for entry in document.get("history") or ():
        if version and entry.get("version") == version:
            return OrderEvent(
                order_id,
                document,
                entry.get("at", at),
                version=version,
                sets_version=True,
                status=str(entry.get("to")),
                previous_status=str(entry.get("from")),
                lines=mapping.line_changes(entry.get("lines")),
            )
    status = str(document.get("status", ""))
    before, lines = _told_by_write(change, status)
    return OrderEvent(
        order_id,
        document,
        at,
        version=mapping.version_of(document),
        status=status,
        previous_status=before,
        lines=lines,
    )


def _told_by_write(change: Change, status: str) -> tuple[str | None, list[order_pb2.LineChange]]:
    """Return what a write of the old system tells: the state before it, if it can be told, and what it did to lines."""
    updated: Any = change.get("updateDescription")
    if updated is None:
        return ("" if change["operationType"] == "insert" else None), []
    fields: Mapping[str, Any] = updated["updatedFields"]
    items: Any = change["fullDocument"].get("items")
    places = {int(match[1]) for name in fields if (match := _LINE_TIME.fullmatch(name))}
    lines = []
    for at in sorted(places):
        line = items[at] if isinstance(items, list) and at < len(items) and isinstance(items[at], Mapping) else {}
        if fields.get(f"items.{at}.completedAt") is not None:
            step = order_pb2.LINE_STEP_COMPLETED
        elif fields.get(f"items.{at}.startedAt") is not None:
            step = order_pb2.LINE_STEP_STARTED
        else:
            step = order_pb2.LINE_STEP_RECALLED
        lines.append(order_pb2.LineChange(line_id=str(line.get("id", "")), step=step))
    return (None if "status" in fields else status), lines


def _version_set_by(change: Change) -> int:
    """Return the version that this change gave the order; 0 for one made by the old system."""
    updated: Any = change.get("updateDescription")
    if updated is None:  # the order was inserted
        return FIRST_VERSION if change["fullDocument"].get("history") else 0
    version = updated["updatedFields"].get("version")
    return version if isinstance(version, int) else 0


class OrderEvents:
    """Follows the orders collection and lets watchers subscribe."""

    def __init__(self, repository: OrderRepository) -> None:
        self._repository = repository
        self.hub: Hub[OrderEvent] = Hub()

    async def run(self) -> None:
        """Follow for ever."""
        follower = Follower(
            "orders",
            self._repository.changes(),
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

    async def missed(
        self, token: str, _seen_token: str, only: ObjectId | None = None
    ) -> AsyncGenerator[Positioned[OrderEvent], None]:
        """Yield all events (of one order) after a token, from the database. Raises TokenUnusable."""
        async with aclosing(self._repository.changes_since(token, only)) as changes:
            async for later, change in changes:
                event = event_of(change)
                if event is not None:
                    yield Positioned(later, event, event.keys())
