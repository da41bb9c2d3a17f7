"""The old contract's bodies, answers and errors, over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import orjson
import pytest
from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc

from services.kit.errors import FieldViolation, InvalidInput, NotFound, Unavailable
from tests.contract.edge_requests import CART, COUNTER, ID, JSON, PLACE, PREVIEW, answering_edge, calls, refusal
from tests.servers.running_edge import MENU_APP, RunningEdge


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with answering_edge() as running:
        yield running


class TestCalls:
    async def test_a_preview_goes_to_the_service_and_back(self, edge: RunningEdge) -> None:
        answer = await edge.http.post(PREVIEW, json=CART)
        assert (answer.status_code, answer.text) == (
            200,
            '{"data":{"previewOrderId":"665000000000000000000101","totalPriceCents":1075}}',
        )
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        (request,) = calls(edge, "PreviewOrder")
        assert request == rpc.PreviewOrderRequest(
            restaurant_id="cuppa_co",
            location_id=ID,
            location_slug="lynnwood",
            origin={"id": "66a000000000000000000101", "name": "Table 1"},
            customer={"name": "Ana", "phone": "2065550133"},
            items=[order_pb2.CartLine(id="c1", menu_item_id="latte", name="Latte")],
            get_sms=False,
        )

    async def test_placing_answers_bare(self, edge: RunningEdge) -> None:
        answer = await edge.http.post(PLACE, json={"previewOrderId": ID, "unknown": 1})
        assert answer.json() == {"orderId": ID, "success": True, "message": "placed"}

    async def test_an_order_is_bare_and_tagged(self, edge: RunningEdge) -> None:
        edge.ordering.answers["GetOrder"] = rpc.GetOrderResponse(order=order_pb2.Order(id=ID, status="CREATED"))
        answer = await edge.http.get(f"/menu-app/order/{ID}")
        assert answer.json()["_id"] == ID
        again = await edge.http.get(f"/menu-app/order/{ID}", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.headers["etag"]) == (304, answer.headers["etag"])

    async def test_head_of_a_route_has_headers_only(self, edge: RunningEdge) -> None:
        edge.ordering.answers["GetOrder"] = rpc.GetOrderResponse(order=order_pb2.Order(id=ID))
        whole = await edge.http.get(f"/menu-app/order/{ID}")
        head = await edge.http.head(f"/menu-app/order/{ID}")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(whole.content))

    async def test_a_trailing_slash_changes_nothing(self, edge: RunningEdge) -> None:
        assert (await edge.http.post(f"{PREVIEW}/", json=CART)).status_code == 200


class TestErrors:
    @pytest.mark.parametrize(
        ("answer", "status", "body"),
        [
            (NotFound("PREVIEW_NOT_FOUND", "no such preview"), 404, refusal("no such preview", "Not Found", 404)),
            (
                InvalidInput([FieldViolation("preview_order_id", "is used up")]),
                400,
                refusal(["previewOrderId is used up"], "Bad Request", 400),
            ),
            (
                grpc.StatusCode.DEADLINE_EXCEEDED,
                504,
                refusal("Gateway Timeout", "Gateway Timeout", 504),
            ),
            (grpc.StatusCode.INTERNAL, 500, {"statusCode": 500, "message": "Internal server error"}),
        ],
    )
    async def test_a_failing_call_has_an_old_error_body(
        self, edge: RunningEdge, answer: Any, status: int, body: dict[str, Any]
    ) -> None:
        edge.ordering.answers["PlaceOrder"] = answer
        got = await edge.http.post(PLACE, json={"previewOrderId": ID}, headers={"origin": MENU_APP})
        assert (got.status_code, got.json()) == (status, body)
        assert got.headers["access-control-allow-origin"] == MENU_APP

    async def test_a_service_that_is_away_is_503_and_comes_back(self, edge: RunningEdge) -> None:
        await edge.ordering_server.stop()
        away = await edge.http.post(PREVIEW, json=CART)
        assert away.json() == refusal("Service Unavailable", "Service Unavailable", 503)
        await edge.ordering_server.start()
        async with asyncio.timeout(10):
            while (await edge.http.post(PREVIEW, json=CART)).status_code != 200:
                pass

    async def test_idempotent_calls_are_repeated_by_the_edge(self, edge: RunningEdge) -> None:
        edge.ordering.answers["PlaceOrder"] = Unavailable("DATABASE_AWAY", "try again", retry_after_seconds=1)
        answer = await edge.http.post(PLACE, json={"previewOrderId": ID})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert len(calls(edge, "PlaceOrder")) == 4

    async def test_other_calls_are_not_repeated(self, edge: RunningEdge) -> None:
        edge.ordering.answers["PreviewOrder"] = Unavailable("DATABASE_AWAY", "try again")
        assert (await edge.http.post(PREVIEW, json=CART)).status_code == 503
        assert len(calls(edge, "PreviewOrder")) == 1


class TestBodies:
    @pytest.mark.parametrize(
        ("content", "headers"),
        [
            pytest.param(b"", JSON, id="empty"),
            pytest.param(b"{}", JSON, id="empty object"),
            pytest.param(b"[]", JSON, id="empty array"),
            pytest.param(orjson.dumps(CART), {"content-type": "text/plain"}, id="text"),
            pytest.param(orjson.dumps(CART), {}, id="no type"),
            pytest.param(orjson.dumps(CART), {"content-type": "application/xml"}, id="another type"),
        ],
    )
    async def test_a_missing_body_misses_everything(
        self, edge: RunningEdge, content: bytes, headers: dict[str, str]
    ) -> None:
        answer = await edge.http.post(PREVIEW, content=content, headers=headers)
        assert answer.status_code == 400
        assert len(answer.json()["message"]) == 7

    async def test_an_array_is_an_object_with_its_positions(self, edge: RunningEdge) -> None:
        messages = (await edge.http.post(PREVIEW, content=b"[1,2]", headers=JSON)).json()["message"]
        assert messages[:2] == ["property 0 should not exist", "property 1 should not exist"]
        assert len(messages) == 9

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(b'{"originId": ', id="cut off"),
            pytest.param(b"{'a':1}", id="wrong quotes"),
            pytest.param(b"\xff\xfe{\x00", id="not UTF-8"),
            pytest.param(b'{"a":"\xff"}', id="not UTF-8 inside"),
            pytest.param(b'{"a":"\\ud800"}', id="half a surrogate"),
            pytest.param(b'{"a":NaN}', id="NaN"),
            pytest.param(b'{"a":1e999}', id="infinite"),
            pytest.param(b"[" * 100_000, id="brackets"),
            pytest.param(b'{"a":' * 20_000, id="braces"),
            pytest.param(b"[" * 50_000 + b"]" * 50_000, id="deep but whole"),
            pytest.param(b'"abc"', id="text"),
            pytest.param(b"null", id="null"),
            pytest.param(b"5", id="number"),
            pytest.param(b"\xef\xbb\xbf{}", id="byte order mark"),
        ],
    )
    async def test_broken_json_is_400_wherever_it_is_sent(self, edge: RunningEdge, body: bytes) -> None:
        for path in (PREVIEW, PLACE, COUNTER, "/nope"):
            answer = await edge.http.post(path, content=body, headers=JSON)
            assert answer.status_code == 400, path
            content = answer.json()
            assert isinstance(content.pop("message"), str)
            assert content == {"error": "Bad Request", "statusCode": 400}

    async def test_a_form_is_like_json(self, edge: RunningEdge) -> None:
        answer = await edge.http.post(PLACE, data={"previewOrderId": ID})
        assert answer.status_code == 200
        assert calls(edge, "PlaceOrder") == [rpc.PlaceOrderRequest(preview_order_id=ID)]

    async def test_a_form_with_repeated_names_is_a_list(self, edge: RunningEdge) -> None:
        form = {"content-type": "application/x-www-form-urlencoded"}
        answer = await edge.http.post(PLACE, content=b"previewOrderId=a&previewOrderId=b", headers=form)
        assert answer.json()["message"] == ["previewOrderId must be a string"]

    @pytest.mark.parametrize(("body", "status"), [(b"a=%ff", 400), (b"\xff=1", 400), (b"&".join([b"a=1"] * 1001), 413)])
    async def test_a_broken_form_is_refused(self, edge: RunningEdge, body: bytes, status: int) -> None:
        form = {"content-type": "application/x-www-form-urlencoded"}
        assert (await edge.http.post(PLACE, content=body, headers=form)).status_code == status

    @pytest.mark.parametrize(
        "headers",
        [
            {"content-type": "application/json; charset=utf-7"},
            {"content-type": 'application/json; charset="shift_jis"'},
            {"content-type": "application/json", "content-encoding": "gzip"},
        ],
    )
    async def test_an_unknown_encoding_is_415(self, edge: RunningEdge, headers: dict[str, str]) -> None:
        answer = await edge.http.post(PREVIEW, content=b"{}", headers=headers)
        assert answer.status_code == 415
        assert list(answer.json()) == ["statusCode", "message"]

    @pytest.mark.parametrize(
        "content_type", ["application/json;charset=UTF-8", "Application/JSON", "application/json;"]
    )
    async def test_utf8_may_be_named(self, edge: RunningEdge, content_type: str) -> None:
        headers = {"content-type": content_type}
        assert (await edge.http.post(PREVIEW, content=orjson.dumps(CART), headers=headers)).status_code == 200

    async def test_what_just_fits_is_read(self, edge: RunningEdge) -> None:
        body = b'{"previewOrderId":"%s","x":"' % ID.encode()
        body += b"x" * (102_400 - len(body) - 2) + b'"}'
        assert len(body) == 102_400
        assert (await edge.http.post(PLACE, content=body, headers=JSON)).status_code == 200

    @pytest.mark.parametrize("path", [PREVIEW, COUNTER, "/nope"])
    @pytest.mark.parametrize("size", [102_401, 17_000_000])
    async def test_more_is_413(self, edge: RunningEdge, path: str, size: int) -> None:
        answer = await edge.http.post(path, content=b"x" * size, headers=JSON)
        assert (answer.status_code, answer.json()) == (413, {"statusCode": 413, "message": "request entity too large"})

    async def test_more_is_413_even_when_it_does_not_say_so_before(self, edge: RunningEdge) -> None:
        async def endless() -> AsyncIterator[bytes]:
            for _ in range(50):
                yield b" " * 10_000

        answer = await edge.http.post(PREVIEW, content=endless(), headers=JSON)
        assert answer.status_code == 413

    async def test_after_a_refused_body_the_connection_goes_on(self, edge: RunningEdge) -> None:
        await edge.http.post(PREVIEW, content=b"x" * 300_000, headers=JSON)
        assert (await edge.http.post(PREVIEW, json=CART)).status_code == 200

    async def test_nothing_that_is_refused_reaches_the_service(self, edge: RunningEdge) -> None:
        for body in (b"{", b"[]", b"x" * 200_000, b'{"foo":1}'):
            await edge.http.post(PREVIEW, content=body, headers=JSON)
        assert calls(edge, "PreviewOrder") == []
