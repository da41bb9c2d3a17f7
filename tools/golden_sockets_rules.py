"""Where Socket.IO differs from the old system's recordings on purpose, each with its reason.

A<n> are the defects in contract part A. A step is held against its recording first; only if that fails its rule counts.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from typing import Any, Final

Events = list[list[Any]]


@dataclass(frozen=True)
class Call:
    """A REST call of the owner's session."""

    path: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """A deviation."""

    at: tuple[str, ...]
    """Globs on scenario/id."""
    defect: str
    why: str
    before: tuple[Call, ...] = ()
    """What the app does before it says so: here that is what counts."""
    silent: bool = False
    """Nobody receives anything."""
    also: dict[str, Events] = field(default_factory=dict)
    """Who receives more than recorded, and all that it receives."""
    free: frozenset[str] = frozenset()
    """Fields of payloads whose value may differ."""
    status: int | None = None
    """Of the HTTP answer; its body is free then."""
    close_code: int | None = None


_STACKED: Final = {"restaurantId": "stacked_up", "locationId": "665000000000000000000201"}
_ORDER: Final = {"restaurantId": "stacked_up", "orderId": "{{order11}}"}
_LINE: Final = {"orderId": "{{order11}}", "itemId": "1", **_STACKED}
_GRILL: Final = _LINE | {"stationId": "66b000000000000000000201", "stationTags": ["grill"]}
_UNTAGGED_AT: Final = {
    "orderId": "{{order5}}",
    "locationId": "665000000000000000000101",
    "correlationId": "socketio.auto-accept#missing-tags.place",
}
_UNTAGGED: Final = _UNTAGGED_AT | {"restaurantId": "cuppa_co"}
_TRUTH: Final = "events come from committed changes, not from what clients say; so who made the change hears of it, too"
_STATUS: Final = "/restaurant/order-status"


def _status(name: str, status: str) -> Rule:
    return Rule(
        (f"manual-accept/{name}",),
        "A25",
        _TRUTH,
        before=(Call(_STATUS, {"orderId": "{{order11}}", "orderStatus": status}),),
        also={"stackedStore": [[name, _ORDER]]},
    )


RULES: Final = (
    Rule(
        ("manual-accept/order_accepted",),
        "A25",
        f"{_TRUTH}; the correlation id is the order's own",
        before=(Call(_STATUS, {"orderId": "{{order11}}", "orderStatus": "ACCEPTED"}),),
        also={"stackedStore": [["order_accepted", _ORDER | {"correlationId": ""}]]},
        free=frozenset({"correlationId"}),
    ),
    Rule(
        ("manual-accept/order_item_started",),
        "A25",
        _TRUTH,
        before=(Call("/stations/order-item", {"orderId": "{{order11}}", "itemId": "1", "orderItemStatus": "STARTED"}),),
        also={"grill": [["order_item_started", _GRILL], ["dashboard_order_item_started", _LINE]]},
    ),
    Rule(
        ("auto-accept/missing-tags.place",),
        "A11",
        "a line's tags are the menu's, whatever the cart says or leaves out: the stations that make it are told",
        also={
            "bar": [["order_received", _UNTAGGED], ["new_order", _UNTAGGED_AT | {"stationTags": ["bar"]}]],
            "expo": [
                ["order_received", _UNTAGGED],
                ["new_order", _UNTAGGED_AT | {"stationTags": ["bar", "kitchen", "bakery"]}],
            ],
        },
    ),
    _status("order_ready_for_pickup", "READY_FOR_PICKUP"),
    _status("order_completed", "PICKED_UP"),
    Rule(
        ("manual-accept/order_completed.with-extra-fields", "manual-accept/order_accepted.by-bystander"),
        "A19, A25",
        "nothing changed, so nobody is told anything, whoever says so and how often",
        silent=True,
    ),
    Rule(
        ("rooms/item_*", "rooms/order_accepted.restaurant-only", "rooms/order_ready.location-room-as-restaurant"),
        "A19, A25",
        "there is no such order: what clients say reaches nobody, and no room can be addressed by another's name",
        silent=True,
    ),
    Rule(("auto-accept/checkout",), "A22", "the route is gone", silent=True, status=404),
    Rule(
        ("protocol/websocket.frames",),
        "none",
        "an ASGI server names a code when it closes; clients report both as `transport close`",
        close_code=1000,
    ),
)

NEEDS: Final = {"rooms/order-status.no-event": "order14"}
"""Steps that need an order which is placed at a step in another file: one is placed for them."""

SEED: Final = {"locations": {"payment.acceptPayment": False}}
"""A1: orders without payment exist only where the location takes none."""


def with_choices(body: Any) -> Any:
    """Add to a cart what the old system sold without: a required modifier must be chosen here. It costs nothing."""
    milk = {"id": "milk_types", "name": "Milk", "options": [{"id": "whole", "name": "Whole", "priceCents": 0}]}
    if isinstance(body, dict) and "locationId" in body:
        lines = [x | {"modifiers": [milk]} if x.get("menuItemId") == "latte" else x for x in body["items"]]
        return body | {"items": lines}
    return body


def rule_for(step: str) -> Rule | None:
    """Return the deviation of a step."""
    return next((rule for rule in RULES if any(fnmatch.fnmatchcase(step, glob) for glob in rule.at)), None)
