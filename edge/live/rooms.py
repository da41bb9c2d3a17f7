"""Rooms: who is told what. Which ones a client's join means."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

LONGEST_RESTAURANT: Final = 200
LONGEST_ID: Final = 64
"""Of everything else. All of a client's rooms are remembered for hours, and nobody asks who it is."""


class Room(NamedTuple):
    """A room. Its parts are kept apart, so that no id can be made to read like another room."""

    kind: str
    restaurant_id: str = ""
    location_id: str = ""
    station_id: str = ""
    order_id: str = ""


def restaurant(restaurant_id: str) -> Room:
    """Return the room of a restaurant: status changes of its orders."""
    return Room("restaurant", restaurant_id)


def location(restaurant_id: str, location_id: str) -> Room:
    """Return the room of a location: new orders, changes of their lines."""
    return Room("location", restaurant_id, location_id)


def station(restaurant_id: str, location_id: str, station_id: str) -> Room:
    """Return the room of a station.

    It carries the location's ids too: who may listen to one restaurant must not get at another's station by its id.
    """
    return Room("station", restaurant_id, location_id, station_id)


def order(order_id: str) -> Room:
    """Return the room of an order: its guest."""
    return Room("order", order_id=order_id)


def joined(event: str, payload: Any) -> tuple[Room, ...]:
    """Return the rooms that a join means; none when an id is missing or is no text."""
    match event:
        case "store_joined":
            ids = _ids(payload, "restaurantId", "locationId")
            return (restaurant(ids[0]), location(*ids)) if ids else ()
        case "station_joined":
            ids = _ids(payload, "restaurantId", "locationId", "stationId")
            return (station(*ids), location(*ids[:2])) if ids else ()
        case "order_joined":
            # The status page sends the bare id.
            ids = _ids({"orderId": payload} if isinstance(payload, str) else payload, "orderId")
            return (order(*ids),) if ids else ()
    return ()


def ids_in(payload: dict[str, Any]) -> dict[str, str]:
    """Return what of a payload names a place, for an answer."""
    return {name: value[0] for name in ("restaurantId", "locationId", "stationId") if (value := _ids(payload, name))}


def _ids(payload: Any, *names: str) -> tuple[str, ...]:
    """Return the values of these names; empty unless all are usable ids."""
    if not isinstance(payload, dict):
        return ()
    values = tuple(value for value in (_usable(name, payload.get(name)) for name in names) if value)
    return values if len(values) == len(names) else ()


def _usable(name: str, value: Any) -> str | None:
    longest = LONGEST_RESTAURANT if name == "restaurantId" else LONGEST_ID
    return value if isinstance(value, str) and len(value) <= longest and value.isprintable() else None
