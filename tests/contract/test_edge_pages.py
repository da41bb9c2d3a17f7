"""Health, metrics and the API's description."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import schemathesis
from schemathesis import openapi

from edge.http_rules import routes_of
from edge.settings import EdgeSettings
from edge.wiring import addresses_of
from tests.servers.running_edge import RunningEdge, running_edge
from tests.support import SECRET, eventually

ERRORS = {"400", "401", "403", "404", "409", "413", "415", "429", "500", "501", "503", "504"}


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge(API_ENDPOINT="https://api.example.com") as running:
        await running.followed()
        yield running


@pytest.fixture
async def document(edge: RunningEdge) -> dict[str, Any]:
    described: dict[str, Any] = (await edge.http.get("/openapi.json")).json()
    return described


async def test_the_process_is_healthy_whatever_it_lacks(edge: RunningEdge) -> None:
    await edge.menu_server.stop()
    await edge.ordering_server.stop()
    assert (await edge.http.get("/healthz")).json() == {"status": "ok"}


async def test_readiness_names_every_dependency(edge: RunningEdge) -> None:
    answer = await edge.http.get("/readyz")
    names = ["menu service", "ordering service", "catalog stream", "order stream"]
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "dependencies": dict.fromkeys(names, "ok")})


async def test_readiness_says_what_is_missing_and_recovers(edge: RunningEdge) -> None:
    await edge.ordering_server.stop()
    await eventually(lambda: not edge.edge.sockets.feed.follower.live)
    answer = await edge.http.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert answer.json()["dependencies"]["ordering service"] == "UNAVAILABLE"
    assert answer.json()["dependencies"]["menu service"] == "ok"
    await edge.ordering_server.start()

    async def ready() -> bool:
        return (await edge.http.get("/readyz")).status_code == 200

    await eventually(ready)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/docs", "text/html"),
        ("/swagger", "text/html"),
        ("/swagger/", "text/html"),
        ("/swagger-json", "application/json"),
        ("/swagger-yaml", "text/yaml"),
        ("/openapi.json", "application/json"),
        ("/metrics", "text/plain"),
    ],
)
async def test_each_page_is_there_for_get_and_head(edge: RunningEdge, path: str, media_type: str) -> None:
    answer = await edge.http.get(path)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, media_type)
    assert (await edge.http.head(path)).status_code == 200


async def test_the_reference_lists_the_routes_without_any_script(edge: RunningEdge) -> None:
    page = (await edge.http.get("/docs")).text
    assert "<code>POST /order-app/cart/preview-order</code>" in page
    assert "signed in" in page


ROUTES = routes_of(addresses_of(EdgeSettings.model_validate({"ORDERBUDDY_ASSERTION_SECRET": SECRET})))


class TestDocument:
    async def test_it_is_titled_as_the_old_one(self, document: dict[str, Any]) -> None:
        assert document["info"] == {"title": "OrderBuddy API", "version": "1.0"}
        assert document["servers"] == [{"url": "https://api.example.com"}]
        assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"

    async def test_every_route_is_in_it_with_its_json_names(self, document: dict[str, Any]) -> None:
        location = "/order-app/restaurants/{restaurantId}/locations/{locationId}"
        shown = {path: sorted(operations) for path, operations in document["paths"].items()}
        assert sum(len(operations) for operations in shown.values()) == len(ROUTES)
        guests = {
            "/order-app/restaurants/{restaurantId}": ["get"],
            "/menu-app/{restaurantId}": ["get"],
            location: ["get"],
            "/order-app/restaurants/origins/{originId}": ["get"],
            f"{location}/origins/{{originId}}/campaign": ["get"],
            f"{location}/menus": ["get"],
            f"{location}/menus/{{menuId}}": ["get"],
            "/order-app/cart/preview-order": ["post"],
            "/payments/place-order-without-payment": ["post"],
            "/menu-app/restaurant/order": ["post"],
            "/menu-app/order/{orderId}": ["get"],
            "/order-app/orders/{orderId}/status": ["get"],
        }
        assert {path: shown[path] for path in guests} == guests

    async def test_every_possible_status_is_documented(self, document: dict[str, Any]) -> None:
        for operations in document["paths"].values():
            for operation in operations.values():
                assert set(operation["responses"]) >= ERRORS

    async def test_operation_ids_are_unique(self, document: dict[str, Any]) -> None:
        ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
        assert len(ids) == len(set(ids)) == len(ROUTES)

    async def test_request_rules_are_shown(self, document: dict[str, Any]) -> None:
        operation = document["paths"]["/order-app/cart/preview-order"]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert schema["additionalProperties"] is False
        assert schema["required"] == [
            "restaurantId",
            "locationId",
            "locationSlug",
            "origin",
            "customer",
            "items",
            "getSms",
        ]
        assert schema["properties"]["locationId"] == {"type": "string", "pattern": "^[0-9a-fA-F]{24}$", "minLength": 1}
        assert (schema["properties"]["items"]["minItems"], schema["properties"]["items"]["maxItems"]) == (1, 200)
        assert "additionalProperties" not in schema["properties"]["customer"]

    async def test_answers_are_described_as_they_are_rendered(self, document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        assert schemas["Restaurant"]["required"] == ["_id", "name", "concept"]
        assert schemas["Order"]["properties"]["customer"] == {
            "anyOf": [{"$ref": "#/components/schemas/OrderCustomer"}, {"type": "null"}]
        }
        bare = document["paths"]["/menu-app/restaurant/order"]["post"]["responses"]["201"]
        assert bare["content"]["application/json"]["schema"] == {"type": "string"}

    async def test_restricted_routes_ask_for_a_bearer(self, document: dict[str, Any]) -> None:
        restricted = [
            op["operationId"] for ops in document["paths"].values() for op in ops.values() if "security" in op
        ]
        assert len(restricted) == sum(not route.open_to_guests for route in ROUTES)
        assert "security" in document["paths"]["/menu-app/restaurant/order"]["post"]

    async def test_it_is_valid_openapi(self, document: dict[str, Any]) -> None:
        schema = openapi.from_dict(document)
        assert isinstance(schema, schemathesis.BaseSchema)
        schema.validate()
