"""What clients of the kitchen must have heard, reckoned from the orders' documents alone.

Written anew from docs/kitchen.md and the old events' names, without the code that serves them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from tools.demo_data import DEMO

Document = Mapping[str, Any]
Heard = tuple[Any, ...]
UNROUTED: Final = ""
_STATUS_EVENTS: Final = {
    "ACCEPTED": "order_accepted",
    "READY_FOR_PICKUP": "order_ready_for_pickup",
    "PICKED_UP": "order_completed",
    "CANCELED": "order_canceled",
}
_LINE_EVENTS: Final = {"STARTED": "order_item_started", "COMPLETED": "order_item_completed"}


async def orders_of(db: AsyncDatabase[dict[str, Any]]) -> dict[str, Document]:
    """Return the orders of the demo's location by id."""
    query = {"restaurantId": DEMO.restaurant_id, "locationId": ObjectId(DEMO.location_id)}
    return {str(order["_id"]): order async for order in db["orders"].find(query)}


async def stations_of(db: AsyncDatabase[dict[str, Any]]) -> dict[str, set[str]]:
    """Return the stations' tags by id."""
    query = {"restaurantId": DEMO.restaurant_id, "locationId": ObjectId(DEMO.location_id)}
    return {str(station["_id"]): set(station["tags"]) async for station in db["stations"].find(query)}


def routed(order: Document, stations: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return which lines each station makes, those taken back too; under UNROUTED what nobody makes."""
    made: dict[str, set[str]] = {}
    for line in [*order["items"], *order.get("voidedItems", [])]:
        makers = [key for key, tags in stations.items() if tags & set(line["stationTags"])]
        for maker in makers or [UNROUTED]:
            made.setdefault(maker, set()).add(line["id"])
    return made


def on_display(order: Document, station_id: str | None, stations: Mapping[str, set[str]]) -> list[Heard]:
    """Return what a display must have heard of an order: `None` is expo."""
    if station_id is not None and station_id not in routed(order, stations):
        return []
    return [
        (entry["version"], _type(entry), entry["to"], tuple((n["lineId"], n["step"]) for n in entry.get("lines", [])))
        for entry in order["history"]
    ]


def _type(entry: Document) -> str:
    if entry["from"] == entry["to"]:
        return "station:update"
    sent = entry["to"] == "ACCEPTED" and entry["from"] != "READY_FOR_PICKUP"
    return "kitchen:order:new" if sent else "order:status:updated"


def over_socketio(order: Document, station_id: str, stations: Mapping[str, set[str]]) -> list[Heard]:
    """Return what a Socket.IO client must have heard: a station's display, or with no id a dashboard."""
    mine = routed(order, stations).get(station_id, set()) if station_id else set()
    return [event for entry in order["history"] for event in _events(entry, station_id, mine)]


def _events(entry: Document, station_id: str, mine: set[str]) -> Iterator[Heard]:
    steps: Sequence[tuple[str, str]] = list(dict.fromkeys((n["lineId"], n["step"]) for n in entry.get("lines", [])))
    again = bool(mine & {line for line, step in steps if step == "RECALLED"})
    if not entry["from"]:
        yield ("order_received", "", "")
        again = bool(mine) and entry["to"] == "ACCEPTED"
    elif entry["from"] != entry["to"]:
        if not station_id:
            yield (_STATUS_EVENTS[entry["to"]], "", "")
    else:
        for line, step in steps:
            yield from _line_events(line, step, station_id, mine)
    if again:
        yield ("new_order", "", "")


def _line_events(line: str, step: str, station_id: str, mine: set[str]) -> Iterator[Heard]:
    if step == "VOIDED":
        yield ("order_item_voided", line, station_id if line in mine else "")
    elif step in _LINE_EVENTS:
        if line in mine:
            yield (_LINE_EVENTS[step], line, station_id)
        yield (f"dashboard_{_LINE_EVENTS[step]}", line, "")
