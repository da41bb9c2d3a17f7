"""What guests ask for, in the shares of an evening: menus from memory, an order's status, previews, orders."""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from bench.load import Request
from bench.open_loop import Wanted
from tools.demo_data import DEMO, example_cart

JSON: Final = {"content-type": "application/json"}
PREVIEW, PLACE, STATUS, MENU = "preview", "place", "status", "menu"
WRITES: Final = (PREVIEW, PLACE)
EVENING: Final = {MENU: 40, STATUS: 15, PREVIEW: 25, PLACE: 20}
"""Shares in percent: far more writes than an evening has, which is what overloads."""

_BASE: Final = f"/order-app/restaurants/{DEMO.restaurant_id}/locations/{DEMO.location_id}"
_MENU: Final = Request.make("GET", f"{_BASE}/menus/{DEMO.menu_ids[0]}", {"accept-encoding": "br"})
_PREVIEW: Final = Request.make("POST", "/order-app/cart/preview-order", body=json.dumps(example_cart()).encode())
_KEPT: Final = 200
"""The newest: what is older may be gone (bench/soak.py)."""


class Guests:
    """Makes requests, and learns from the answers which previews can be placed and which orders asked for."""

    def __init__(self, chance: random.Random, shares: dict[str, int]) -> None:
        self._chance = chance
        self._kinds, self._weights = list(shares), list(shares.values())
        self.previews: deque[str] = deque(maxlen=_KEPT)
        self.orders: deque[str] = deque(maxlen=_KEPT)
        self.on_placed: Callable[[str], None] = lambda _order: None

    def next(self) -> Wanted:
        """Return what the next guest asks for. Who could place nothing yet previews."""
        (kind,) = self._chance.choices(self._kinds, self._weights)
        if kind == MENU:
            return Wanted(MENU, _MENU, _nothing)
        if kind == STATUS and self.orders:
            path = f"/order-app/orders/{self._chance.choice(self.orders)}/status"
            return Wanted(STATUS, Request.make("GET", path), _nothing)
        if kind == PLACE and self.previews:
            preview = self.previews.pop()
            body = json.dumps({"previewOrderId": preview}).encode()
            request = Request.make("POST", "/payments/place-order-without-payment", body=body)
            return Wanted(PLACE, request, lambda status, body: self._placed(preview, status, body))
        return Wanted(PREVIEW, _PREVIEW, self._previewed)

    def _previewed(self, status: int, body: bytes) -> None:
        if status < 300:
            self.previews.append(_parsed(body)["data"]["previewOrderId"])

    def _placed(self, preview: str, status: int, body: bytes) -> None:
        if status < 300:
            order = _parsed(body)["orderId"]
            self.orders.append(order)
            self.on_placed(order)
        else:
            self.previews.append(preview)  # to be tried again


def _parsed(body: bytes) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(body)
    return parsed


def _nothing(_status: int, _body: bytes) -> None:
    pass
