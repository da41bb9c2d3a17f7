"""Bad input on every guest route: a 4xx that names the field, nothing written, never a 5xx."""

from __future__ import annotations

import copy
import http.client
import json
from typing import Any

import pytest
from pymongo import MongoClient

from tools.demo_data import DEMO, example_cart
from tools.processes import Stack

PREVIEW = "/order-app/cart/preview-order"
PLACE = "/payments/place-order-without-payment"


def send(stack: Stack, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", stack.parts["edge"].port, timeout=20)
    try:
        connection.request(method, path, body, {"content-type": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
    finally:
        connection.close()


def counts(stack: Stack) -> tuple[int, int]:
    with MongoClient[dict[str, Any]](stack.mongo_uri) as client:
        db = client[stack.db_name]
        return db["orders_preview"].count_documents({}), db["orders"].count_documents({})


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the example cart with one value replaced; `path` as in error messages."""
    cart = copy.deepcopy(example_cart())
    target: Any = cart
    *parents, last = path.split(".")
    for name in parents:
        target = target[int(name)] if isinstance(target, list) else target[name]
    if isinstance(target, list):
        target[int(last)] = value
    else:
        target[last] = value
    return cart


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("restaurantId", {"$ne": None}),
        ("restaurantId", ""),
        ("restaurantId", 7),
        ("locationId", "not-an-id"),
        ("locationId", 10**30),
        ("locationSlug", None),
        ("origin", "Web"),
        ("origin.id", ["a"]),
        ("customer", 5),
        ("customer.phone", "12"),
        ("customer.name", "x" * 201),
        ("getSms", "no"),
        ("items", "latte"),
        ("items", []),
        ("items.0", None),
        ("items.0.menuItemId", 10**30),
        ("items.0.menuItemId", ""),
        ("items.0.notes", "x" * 1001),
        ("items.0.variants", {}),
        ("items.0.variants", [None]),
        ("items.0.modifiers", "oat"),
        ("items.0.modifiers", [{"id": "m", "options": ["a"]}]),
        ("menuId", "x"),
        ("surprise", 1),
    ],
)
def test_a_wrong_value_in_a_cart_is_named_and_nothing_is_written(stack: Stack, path: str, value: Any) -> None:
    before = counts(stack)
    status, answer = send(stack, "POST", PREVIEW, json.dumps(changed(path, value)).encode())
    assert status == 400
    assert answer["statusCode"] == 400
    parent, _, name = path.rpartition(".")
    named = f"{parent}." if parent else name
    assert any((named in line and (name in line or name.isdigit())) or path in line for line in answer["message"])
    assert counts(stack) == before


def test_all_violations_come_together(stack: Stack) -> None:
    status, answer = send(stack, "POST", PREVIEW, b'{"foo": 1}')
    assert status == 400
    named = " ".join(answer["message"])
    for name in ("foo", "restaurantId", "locationId", "locationSlug", "origin", "customer", "items", "getSms"):
        assert name in named


def test_an_absurd_quantity_changes_no_price(stack: Stack) -> None:
    status, usual = send(stack, "POST", PREVIEW, json.dumps(example_cart()).encode())
    assert status == 200
    status, answer = send(stack, "POST", PREVIEW, json.dumps(changed("items.0.quantity", 10**30)).encode())
    assert (status, answer["data"]["totalPriceCents"]) == (200, usual["data"]["totalPriceCents"])


def test_ten_thousand_lines_are_refused(stack: Stack) -> None:
    before = counts(stack)
    cart = example_cart() | {"items": [{"menuItemId": "x"}] * 10_000}
    status, _ = send(stack, "POST", PREVIEW, json.dumps(cart).encode())
    assert status == 413
    cart["items"] = [{"menuItemId": "x"}] * 1_000
    status, answer = send(stack, "POST", PREVIEW, json.dumps(cart).encode())
    assert status == 400
    assert any("items" in line for line in answer["message"])
    assert counts(stack) == before


@pytest.mark.parametrize("route", [PREVIEW, PLACE])
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"a": ', {}, 400),
        (b"\xff\xfe\xfd", {}, 400),
        (b'"text"', {}, 400),
        (b"null", {}, 400),
        (b"[" * 50_000, {}, 400),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, {}, 400),
        (b'{"a": NaN}', {}, 400),
        (b"{}", {"content-type": "application/json; charset=klingon"}, 415),
        (b"x=1&y=2", {"content-type": "application/x-www-form-urlencoded"}, 400),
        (b"hello", {"content-type": "text/plain"}, 400),
        (b"", {}, 400),
        (b"[1]", {}, 400),
    ],
    ids=[
        "cut",
        "not-utf8",
        "string",
        "null",
        "deep-list",
        "deep-object",
        "nan",
        "charset",
        "form",
        "text",
        "none",
        "list",
    ],
)
def test_a_body_that_is_no_request_is_refused(
    stack: Stack, route: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    before = counts(stack)
    got, answer = send(stack, "POST", route, body, **headers)
    assert got == status
    assert answer["message"]
    assert counts(stack) == before


def test_a_body_of_17_megabytes_is_refused_before_it_is_read(stack: Stack) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stack.parts["edge"].port, timeout=20)
    connection.putrequest("POST", PREVIEW)
    connection.putheader("content-type", "application/json")
    connection.putheader("content-length", str(17 * 1024 * 1024))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    connection.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/order-app/restaurants/%00", 404),
        ("/order-app/restaurants/" + "x" * 201, 400),
        (f"/order-app/restaurants/{DEMO.restaurant_id}/locations/xyz", 404),
        (f"/order-app/restaurants/{DEMO.restaurant_id}/locations/{'z' * 24}", 404),
        (f"/order-app/restaurants/{DEMO.restaurant_id}/locations/{DEMO.location_id}/menus/1", 404),
        (f"/order-app/restaurants/{DEMO.restaurant_id}/locations/1/menus", 404),
        ("/order-app/restaurants/nobody", 404),
        ("/menu-app/order/1", 404),
        ("/menu-app/order/" + "0" * 24, 404),
        ("/order-app/orders/%F0%9F%8D%94/status", 404),
        ("/order-app/orders/" + "0" * 24 + "/status", 404),
        ("/order-app/restaurants/%E0%A4%A", 400),
    ],
)
def test_a_bad_id_is_not_found(stack: Stack, path: str, status: int) -> None:
    got, answer = send(stack, "GET", path)
    assert got == status
    assert answer["statusCode"] == status


@pytest.mark.parametrize("preview_id", [None, 7, "", "xyz", {"$ne": None}, ["a"], "0" * 25])
def test_placing_what_is_no_preview_id_is_refused(stack: Stack, preview_id: Any) -> None:
    before = counts(stack)
    status, answer = send(stack, "POST", PLACE, json.dumps({"previewOrderId": preview_id}).encode())
    assert status == 400
    assert any("previewOrderId" in line for line in answer["message"])
    assert counts(stack) == before


def test_placing_an_unknown_preview_is_not_found(stack: Stack) -> None:
    status, _ = send(stack, "POST", PLACE, json.dumps({"previewOrderId": "0" * 24, "extra": "ignored"}).encode())
    assert status == 404


def test_the_counters_route_needs_somebody_who_signed_in(stack: Stack) -> None:
    before = counts(stack)
    status, answer = send(stack, "POST", "/menu-app/restaurant/order", json.dumps(example_cart()).encode())
    assert (status, answer["statusCode"]) == (401, 401)
    assert counts(stack) == before
