"""Routes as the protos declare them, and what the edge refuses to start with."""

from __future__ import annotations

from typing import Any

import pytest
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from orderbuddy.options.v1 import options_pb2

from edge.http_rules import UnsupportedRule, routes_of
from edge.transcoding import Endpoint
from edge.wiring import MENU, ORDERING
from services.kit.access import UndeclaredAccess

Field = descriptor_pb2.FieldDescriptorProto


def service(
    rule: dict[str, Any], fields: dict[str, int] | None = None, *, access: bool = True, streams: bool = False
) -> ServiceDescriptor:
    """A service with one method; `fields` are the request's, by type."""
    file = descriptor_pb2.FileDescriptorProto(name="t.proto", package="t", syntax="proto3")
    file.message_type.add(name="Part").field.add(name="x", number=1, type=Field.TYPE_STRING, label=1)
    request = file.message_type.add(name="Request")
    for number, (name, kind) in enumerate((fields or {}).items(), 1):
        type_name = ".t.Part" if kind == Field.TYPE_MESSAGE else None
        request.field.add(name=name, number=number, type=Field.Type.ValueType(kind), label=1, type_name=type_name)
    file.message_type.add(name="Response").field.add(name="data", number=1, type=Field.TYPE_STRING, label=1)
    method = file.service.add(name="Service").method.add(name="Do", input_type=".t.Request", output_type=".t.Response")
    method.server_streaming = streams
    http: Any = annotations_pb2.http
    method.options.Extensions[http].MergeFrom(type(method.options.Extensions[http])(**rule))
    if access:
        extension: Any = options_pb2.access
        declared = options_pb2.Access(callers=["CALLER_ANYONE"], tenancy="TENANCY_NONE")
        method.options.Extensions[extension].MergeFrom(declared)
    pool = DescriptorPool()
    pool.Add(file)
    return pool.FindServiceByName("t.Service")


def test_the_old_contracts_routes_are_declared() -> None:
    declared = {route.label: (route.success_status, route.open_to_guests) for route in routes_of([MENU, ORDERING])}
    location = "/order-app/restaurants/{restaurant_id}/locations/{location_id}"
    expected = {
        "GET /order-app/restaurants/{restaurant_id}": (200, True),
        "GET /menu-app/{restaurant_id}": (200, True),
        f"GET {location}": (200, True),
        "GET /order-app/restaurants/origins/{origin_id}": (200, True),
        f"GET {location}/origins/{{origin_id}}/campaign": (200, True),
        f"GET {location}/menus": (200, True),
        f"GET {location}/menus/{{menu_id}}": (200, True),
        "POST /order-app/cart/preview-order": (200, True),
        "POST /payments/place-order-without-payment": (200, True),
        "POST /menu-app/restaurant/order": (201, False),
        "GET /menu-app/order/{order_id}": (200, True),
        "GET /order-app/orders/{order_id}/status": (200, True),
    }
    assert {label: declared[label] for label in expected} == expected


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        pytest.param({"custom": {"kind": "REPORT", "path": "/x"}}, {}, id="custom verb"),
        pytest.param({"get": "/x/{a=**}"}, {"a": Field.TYPE_STRING}, id="wildcard"),
        pytest.param({"post": "/x:run", "body": "*"}, {}, id="custom verb in the path"),
        pytest.param({"get": "x"}, {}, id="no path"),
        pytest.param({"get": "/x/{a}"}, {}, id="path field missing"),
        pytest.param({"get": "/x/{a}"}, {"a": Field.TYPE_INT32}, id="path field no text"),
        pytest.param({"get": "/x/{a}/{a}"}, {"a": Field.TYPE_STRING}, id="path field twice"),
        pytest.param({"get": "/x", "body": "*"}, {}, id="GET with body"),
        pytest.param({"post": "/x", "body": "a"}, {"a": Field.TYPE_STRING}, id="body is no message"),
        pytest.param({"get": "/x", "response_body": "nope"}, {}, id="response field missing"),
    ],
)
def test_a_rule_that_the_edge_cannot_keep_stops_the_start(rule: dict[str, Any], fields: dict[str, int]) -> None:
    with pytest.raises(UnsupportedRule, match=r"t\.Service\.Do"):
        routes_of([service(rule, fields)])


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        pytest.param({"get": "/x"}, {"a": Field.TYPE_MESSAGE}, id="message in a query"),
        pytest.param({"post": "/x", "body": "*"}, {"a": Field.TYPE_BYTES}, id="bytes in a body"),
    ],
)
def test_a_request_that_rest_cannot_carry_stops_the_start(rule: dict[str, Any], fields: dict[str, int]) -> None:
    (route,) = routes_of([service(rule, fields)])
    with pytest.raises(UnsupportedRule):
        Endpoint(route)


def test_a_stream_with_a_route_stops_the_start() -> None:
    with pytest.raises(UnsupportedRule, match="streams"):
        routes_of([service({"get": "/x"}, streams=True)])


def test_a_method_without_access_rule_stops_the_start() -> None:
    with pytest.raises(UndeclaredAccess):
        routes_of([service({"get": "/x"}, access=False)])


def test_two_methods_with_one_path_stop_the_start() -> None:
    same = [service({"get": "/x/{a}"}, {"a": Field.TYPE_STRING}), service({"get": "/X/{b}"}, {"b": Field.TYPE_STRING})]
    with pytest.raises(UnsupportedRule, match="both claim"):
        routes_of(same)


def endpoint(rule: dict[str, Any], **fields: int) -> Endpoint:
    (route,) = routes_of([service(rule, fields)])
    return Endpoint(route)


def test_fields_outside_path_and_body_come_from_the_query() -> None:
    found = endpoint({"get": "/x/{a}"}, a=Field.TYPE_STRING, n=Field.TYPE_INT32, flag=Field.TYPE_BOOL)
    request: Any = found.decode(["id"], b"n=5&flag=true&utm_source=mail", {}, None)
    assert (request.a, request.n, request.flag) == ("id", 5, True)


def test_a_body_that_is_one_field_is_checked_at_the_top() -> None:
    found = endpoint({"post": "/x/{a}", "body": "part"}, a=Field.TYPE_STRING, part=Field.TYPE_MESSAGE)
    request: Any = found.decode(["id"], b"", {"x": "y"}, None)
    assert (request.a, request.part.x) == ("id", "y")
