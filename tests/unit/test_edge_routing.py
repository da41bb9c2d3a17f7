"""Which route answers which path."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import pytest

from edge.answers import Problem
from edge.http_rules import routes_of
from edge.routing import Router, decode_segment
from edge.wiring import MENU, ORDERING

ROUTER = Router(routes_of([MENU, ORDERING]))
RESTAURANTS = "/order-app/restaurants"


def found(verb: str, path: str) -> tuple[str, list[str]] | None:
    match = ROUTER.match(verb, path)
    return (match[0].method.name, match[1]) if match else None


@pytest.mark.parametrize(
    ("verb", "path", "method", "variables"),
    [
        ("GET", f"{RESTAURANTS}/cuppa_co", "GetRestaurant", ["cuppa_co"]),
        ("GET", "/menu-app/cuppa_co", "GetRestaurant", ["cuppa_co"]),
        ("HEAD", "/menu-app/cuppa_co", "GetRestaurant", ["cuppa_co"]),
        ("GET", f"{RESTAURANTS}/cuppa_co/", "GetRestaurant", ["cuppa_co"]),
        ("GET", "/Order-App/RESTAURANTS/Cuppa_Co", "GetRestaurant", ["Cuppa_Co"]),
        ("GET", f"{RESTAURANTS}/cuppa%5Fco", "GetRestaurant", ["cuppa_co"]),
        ("GET", f"{RESTAURANTS}/a%252Fb", "GetRestaurant", ["a%2Fb"]),
        ("GET", f"{RESTAURANTS}/se%C3%B1or%2Ftaco", "GetRestaurant", ["señor/taco"]),
        ("GET", f"{RESTAURANTS}/origins", "GetRestaurant", ["origins"]),
        ("GET", f"{RESTAURANTS}/origins/web", "GetOrigin", ["web"]),
        ("GET", f"{RESTAURANTS}/Origins/web", "GetOrigin", ["web"]),
        ("GET", f"{RESTAURANTS}/origins/locations/l1", "GetLocation", ["origins", "l1"]),
        ("GET", f"{RESTAURANTS}/r/locations/l/menus", "ListMenus", ["r", "l"]),
        ("GET", f"{RESTAURANTS}/r/locations/l/menus/m", "GetMenu", ["r", "l", "m"]),
        ("GET", f"{RESTAURANTS}/r/locations/l/origins/o/campaign", "GetOriginCampaign", ["r", "l", "o"]),
        ("GET", "/menu-app/order/66e0", "GetOrder", ["66e0"]),
        ("POST", "/menu-app/restaurant/order/", "CreateCounterOrder", []),
    ],
)
def test_a_path_finds_its_method(verb: str, path: str, method: str, variables: list[str]) -> None:
    assert found(verb, path) == (method, variables)


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/"),
        ("GET", ""),
        ("GET", "/nope"),
        ("GET", f"/{RESTAURANTS}/cuppa_co"),
        ("GET", "/order-app//restaurants/cuppa_co"),
        ("GET", f"{RESTAURANTS}/cuppa_co//"),
        ("GET", f"{RESTAURANTS}/"),
        ("POST", f"{RESTAURANTS}/cuppa_co"),
        ("GET", "/menu-app/restaurant/order"),
        ("HEAD", "/order-app/cart/preview-order"),
        ("GET", "/%6Frder-app/restaurants/cuppa_co"),
        ("GET", "/order-app" + "/x" * 500),
        ("PROPFIND", "/menu-app/cuppa_co"),
    ],
)
def test_another_path_or_verb_finds_nothing(verb: str, path: str) -> None:
    assert found(verb, path) is None


@pytest.mark.parametrize("segment", ["%E0%A4%A", "%", "%zz", "%ff", "a%2"])
def test_a_malformed_escape_is_a_bad_request_that_names_it(segment: str) -> None:
    with pytest.raises(Problem) as refused:
        decode_segment(segment)
    assert refused.value.answer.status == 400
    assert orjson.loads(refused.value.answer.body) == {
        "message": f"Failed to decode param '{segment}'",
        "error": "Bad Request",
        "statusCode": 400,
    }


@dataclass(frozen=True)
class Target:
    verb: str
    segments: tuple[str, ...]


def test_a_verb_missing_at_the_literal_is_looked_for_at_the_variable() -> None:
    literal, variable = Target("POST", ("a", "b")), Target("GET", ("a", "{x}"))
    router = Router([literal, variable])
    assert router.match("GET", "/a/b") == (variable, ["b"])
    assert router.match("POST", "/a/b") == (literal, [])
