"""What the apps are told of a committed change: names and payloads of the old system, and who gets them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.station.v1 import ticket_pb2

from edge.live import rooms
from edge.live.rooms import Room

_STATUS_EVENTS: Final = {
    "ACCEPTED": "order_accepted",
    "READY_FOR_PICKUP": "order_ready_for_pickup",
    "PICKED_UP": "order_completed",
    "CANCELED": "order_canceled",
}
_STARTED, _COMPLETED = order_pb2.LINE_STEP_STARTED, order_pb2.LINE_STEP_COMPLETED
_RECALLED, _VOIDED = order_pb2.LINE_STEP_RECALLED, order_pb2.LINE_STEP_VOIDED
_STEP_EVENTS: Final = {_STARTED: "order_item_started", _COMPLETED: "order_item_completed", _VOIDED: "order_item_voided"}


class Message(NamedTuple):
    """One event for everybody in any of the rooms, once each."""

    rooms: tuple[Room, ...]
    name: str
    payload: dict[str, Any]
    without: tuple[Room, ...] = ()
    """Who is in one of these is told otherwise."""


def concerned(event: ticket_pb2.KitchenEvent) -> tuple[Room, ...]:
    """Return rooms without whose members nobody is told of a change: who is in a station's is in its location's."""
    return (
        rooms.location(event.restaurant_id, event.location_id),
        rooms.restaurant(event.restaurant_id),
        rooms.order(event.order_id),
    )


def messages_of(event: ticket_pb2.KitchenEvent) -> list[Message]:
    """Return what is said, in order."""
    if event.removed:
        return []
    # Not set: the old system wrote the whole order anew, so what is new can't be told but by what is there.
    known = event.HasField("previous_status")
    if known and not event.previous_status:
        return list(_placed(event))
    if event.previous_status != event.status and (known or not event.lines):
        return list(_moved(event))
    return list(_lines(event))


def _placed(event: ticket_pb2.KitchenEvent) -> Iterator[Message]:
    ids = {"orderId": event.order_id, "restaurantId": event.restaurant_id, "locationId": event.location_id}
    everybody = (rooms.location(event.restaurant_id, event.location_id),)
    yield Message(everybody, "order_received", {**ids, "correlationId": event.correlation_id})
    if event.status == "ACCEPTED":
        yield from _new_order(event, event.tickets)


def _new_order(event: ticket_pb2.KitchenEvent, tickets: Iterable[ticket_pb2.Ticket]) -> Iterator[Message]:
    """Yield what makes stations fetch the order, each with its own tags."""
    for ticket in tickets:
        if ticket.station_id:
            payload = {
                "orderId": event.order_id,
                "stationTags": list(ticket.station_tags),
                "locationId": event.location_id,
                "correlationId": event.correlation_id,
            }
            yield Message((_room_of(event, ticket),), "new_order", payload)


def _moved(event: ticket_pb2.KitchenEvent) -> Iterator[Message]:
    """Yield the change of status. What happened to lines goes without saying, but for those to be made again."""
    name = _STATUS_EVENTS.get(event.status)
    if name is None:
        return
    payload = {"restaurantId": event.restaurant_id, "orderId": event.order_id}
    if name == "order_accepted":
        payload["correlationId"] = event.correlation_id
    yield Message((rooms.restaurant(event.restaurant_id), rooms.order(event.order_id)), name, payload)
    yield from _recalled(event)


def _recalled(event: ticket_pb2.KitchenEvent) -> Iterator[Message]:
    again = {change.line_id for change in event.lines if change.step == _RECALLED}
    yield from _new_order(event, _holding(event, again))


def _lines(event: ticket_pb2.KitchenEvent) -> Iterator[Message]:
    # Lines of one order may share an id (old clients): it is told once.
    for line_id, step in dict.fromkeys((change.line_id, change.step) for change in event.lines):
        if step in _STEP_EVENTS:
            yield from _line(event, line_id, _STEP_EVENTS[step])
    yield from _recalled(event)


def _line(event: ticket_pb2.KitchenEvent, line_id: str, name: str) -> Iterator[Message]:
    """Yield it for each station that makes the line, then for the location."""
    ids = {
        "orderId": event.order_id,
        "itemId": line_id,
        "restaurantId": event.restaurant_id,
        "locationId": event.location_id,
    }
    stations = []
    for ticket in _holding(event, {line_id}):
        stations.append(_room_of(event, ticket))
        station = {"stationId": ticket.station_id, "stationTags": list(ticket.station_tags)}
        yield Message((stations[-1],), name, ids | station)
    everybody = (rooms.location(event.restaurant_id, event.location_id),)
    if name == "order_item_voided":
        yield Message(everybody, name, ids, tuple(stations))
    else:
        yield Message(everybody, f"dashboard_{name}", ids)


def _holding(event: ticket_pb2.KitchenEvent, line_ids: set[str]) -> list[ticket_pb2.Ticket]:
    """Return the tickets of stations with one of the lines."""
    return [t for t in event.tickets if t.station_id and any(held.line.id in line_ids for held in t.lines)]


def _room_of(event: ticket_pb2.KitchenEvent, ticket: ticket_pb2.Ticket) -> Room:
    return rooms.station(event.restaurant_id, event.location_id, ticket.station_id)
