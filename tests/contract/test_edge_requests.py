"""The old contract's access, paths, CORS and request ids, over a real socket."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import orjson
import pytest

from tests.contract.edge_requests import CART, COUNTER, JSON, PREVIEW, answering_edge, calls, refusal
from tests.servers.running_edge import MENU_APP, STORE_APP, RunningEdge


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with answering_edge() as running:
        yield running


class TestAccess:
    @pytest.mark.parametrize("body", [b"{}", b'{"foo":1}', b"", orjson.dumps(CART)])
    async def test_a_guest_may_not_order_at_the_counter_whatever_they_send(
        self, edge: RunningEdge, body: bytes
    ) -> None:
        answer = await edge.http.post(COUNTER, content=body, headers={**JSON, "authorization": "Bearer x"})
        assert (answer.status_code, answer.json()["error"]) == (401, "Unauthorized")
        assert calls(edge, "CreateCounterOrder") == []

    async def test_a_method_without_route_cannot_be_reached(self, edge: RunningEdge) -> None:
        path = "/orderbuddy.ordering.v1.OrderingService/AcceptOrder"
        assert (await edge.http.post(path, json={})).status_code == 404

    async def test_guests_calls_carry_no_identity(self, edge: RunningEdge) -> None:
        await edge.http.post(PREVIEW, json=CART, headers={"authorization": "Bearer forged"})
        (call,) = [c for c in edge.ordering.calls if c.method == "PreviewOrder"]
        assert "authorization" not in call.metadata


class TestPaths:
    @pytest.mark.parametrize(
        ("verb", "path"),
        [("GET", "/nope"), ("GET", "/"), ("POST", "/nope"), ("DELETE", PREVIEW), ("GET", PREVIEW), ("TRACE", "/x")],
    )
    async def test_what_nobody_serves_is_404(self, edge: RunningEdge, verb: str, path: str) -> None:
        answer = await edge.http.request(verb, path)
        assert (answer.status_code, answer.json()) == (404, refusal(f"Cannot {verb} {path}", "Not Found", 404))

    async def send(self, edge: RunningEdge, head: bytes) -> tuple[bytes, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", edge.port)
        writer.write(head)
        status = await reader.readline()
        rest = await reader.read(2_000)
        writer.close()
        await writer.wait_closed()
        return status, rest

    async def test_two_slashes_are_another_path(self, edge: RunningEdge) -> None:
        status, rest = await self.send(edge, b"GET //menu-app/cuppa_co HTTP/1.1\r\nhost: x\r\n\r\n")
        assert status == b"HTTP/1.1 404 Not Found\r\n"
        assert b'"Cannot GET //menu-app/cuppa_co"' in rest

    async def test_a_malformed_escape_is_400(self, edge: RunningEdge) -> None:
        status, rest = await self.send(edge, b"GET /menu-app/%E0%A4%A HTTP/1.1\r\nhost: x\r\n\r\n")
        assert status == b"HTTP/1.1 400 Bad Request\r\n"
        assert b"Failed to decode param '%E0%A4%A'" in rest

    async def test_a_path_beyond_ascii_is_400(self, edge: RunningEdge) -> None:
        status, _ = await self.send(edge, b"GET /menu-app/\xc3\xb1 HTTP/1.1\r\nhost: x\r\n\r\n")
        assert status == b"HTTP/1.1 400 Bad Request\r\n"

    async def test_an_endless_head_is_cut_off(self, edge: RunningEdge) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", edge.port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx: ")
        for _ in range(20):
            writer.write(b"y" * 4_096)
            await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 431 ")
        writer.close()

    async def test_an_id_longer_than_any_is_refused(self, edge: RunningEdge) -> None:
        answer = await edge.http.get(f"/menu-app/order/{'a' * 201}")
        assert answer.status_code == 400
        assert answer.json()["message"] == ["orderId must be shorter than or equal to 200 characters"]


class TestCors:
    @pytest.mark.parametrize("origin", [MENU_APP, STORE_APP, "https://localhost"])
    @pytest.mark.parametrize(("verb", "path"), [("GET", "/nope"), ("POST", PREVIEW), ("POST", COUNTER)])
    async def test_an_allowed_origin_is_named_on_every_answer(
        self, edge: RunningEdge, origin: str, verb: str, path: str
    ) -> None:
        answer = await edge.http.request(verb, path, headers={"origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["vary"] == "Origin"

    async def test_without_origin_there_is_none_to_name(self, edge: RunningEdge) -> None:
        answer = await edge.http.get("/nope")
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["access-control-allow-credentials"] == "true"

    @pytest.mark.parametrize(
        "origin",
        ["https://evil.example", "null", "http://localhost:5173/", "http://localhost", "HTTP://LOCALHOST:5173"],
    )
    @pytest.mark.parametrize("verb", ["GET", "POST", "OPTIONS"])
    async def test_another_origin_is_refused_without_cors_headers(
        self, edge: RunningEdge, origin: str, verb: str
    ) -> None:
        headers = {"origin": origin, "access-control-request-method": "POST"}
        answer = await edge.http.request(verb, PREVIEW, headers=headers)
        assert answer.status_code == 403
        assert answer.json() == refusal("this origin may not call here", "Forbidden", 403)
        assert not [name for name in answer.headers if name.startswith("access-control")]

    @pytest.mark.parametrize("path", [PREVIEW, "/nope", "/", "/menu-app/cuppa_co"])
    async def test_a_preflight_of_any_path_is_204(self, edge: RunningEdge, path: str) -> None:
        asked = "authorization,content-type,x-request-id,rid,st-auth-mode,traceparent"
        headers = {
            "origin": STORE_APP,
            "access-control-request-method": "POST",
            "access-control-request-headers": asked,
        }
        answer = await edge.http.options(path, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == STORE_APP
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["access-control-allow-methods"] == "GET,HEAD,PUT,PATCH,POST,DELETE"
        assert answer.headers["access-control-allow-headers"] == asked
        assert answer.headers["vary"] == "Origin, Access-Control-Request-Headers"

    async def test_the_description_is_open_to_all_origins(self, edge: RunningEdge) -> None:
        answer = await edge.http.get("/swagger-json", headers={"origin": "https://evil.example"})
        assert answer.status_code == 200


class TestRequestIds:
    async def test_the_clients_id_goes_to_the_service_and_back(self, edge: RunningEdge) -> None:
        answer = await edge.http.post(PREVIEW, json=CART, headers={"X-Request-ID": "global#1"})
        (call,) = [c for c in edge.ordering.calls if c.method == "PreviewOrder"]
        assert call.metadata["x-request-id"] == answer.headers["x-request-id"] == "global#1"

    async def test_without_one_there_is_a_fresh_uuid(self, edge: RunningEdge) -> None:
        answer = await edge.http.post(PREVIEW, json=CART)
        (call,) = [c for c in edge.ordering.calls if c.method == "PreviewOrder"]
        assert call.metadata["x-request-id"] == answer.headers["x-request-id"]
        assert uuid.UUID(answer.headers["x-request-id"]).version == 4

    @pytest.mark.parametrize("sent", [b"\xff\xfe", b"caf\xe9", b"x" * 10_000])
    async def test_an_unprintable_or_endless_one_does_no_harm(self, edge: RunningEdge, sent: bytes) -> None:
        answer = await edge.http.post(PREVIEW, json=CART, headers={b"x-request-id": sent})
        assert answer.status_code == 200
        assert 0 < len(answer.headers["x-request-id"]) <= 200
