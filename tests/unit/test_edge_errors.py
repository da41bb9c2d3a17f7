"""Failures of services as the old error bodies."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from google.rpc import code_pb2, status_pb2
from orderbuddy.ordering.v1 import ordering_service_pb2

from edge.errors import answer_for, json_path
from services.kit.errors import (
    Conflict,
    Exhausted,
    FieldViolation,
    Forbidden,
    InvalidInput,
    NotFound,
    OrderBuddyError,
    Refused,
    Unauthenticated,
    Unavailable,
)
from services.kit.status import to_status

REQUEST = ordering_service_pb2.DESCRIPTOR.message_types_by_name["PreviewOrderRequest"]


def answered(status: status_pb2.Status) -> tuple[int, Any]:
    answer = answer_for(status, REQUEST)
    return answer.status, list(orjson.loads(answer.body).items())


@pytest.mark.parametrize(
    ("error", "http", "message", "phrase"),
    [
        (NotFound("INVALID_LOCATION", "INVALID_LOCATION"), 404, "INVALID_LOCATION", "Not Found"),
        (Refused("ORDER_STATE", "already picked up"), 409, "already picked up", "Conflict"),
        (Conflict("ORDER_VERSION", "changed meanwhile"), 409, "changed meanwhile", "Conflict"),
        (Unauthenticated("SIGN_IN_REQUIRED", "sign in"), 401, "sign in", "Unauthorized"),
        (Forbidden("FOREIGN_RESTAURANT", "not yours"), 403, "Forbidden resource", "Forbidden"),
        (Exhausted("LIMIT", "too fast"), 429, "too fast", "Too Many Requests"),
        (Unavailable("DATABASE_AWAY", "try again"), 503, "try again", "Service Unavailable"),
    ],
)
def test_our_errors_have_three_keys_in_order(error: OrderBuddyError, http: int, message: str, phrase: str) -> None:
    assert answered(to_status(error)) == (http, [("message", message), ("error", phrase), ("statusCode", http)])


def test_violations_are_a_list_with_json_names() -> None:
    error = InvalidInput(
        [FieldViolation("items.0.menu_item_id", "is not on the menu"), FieldViolation("get_sms", "no")]
    )
    status, body = answered(to_status(error))
    assert status == 400
    assert dict(body) == {
        "message": ["items.0.menuItemId is not on the menu", "getSms no"],
        "error": "Bad Request",
        "statusCode": 400,
    }


@pytest.mark.parametrize("code", [code_pb2.INTERNAL, code_pb2.UNKNOWN, code_pb2.DATA_LOSS, code_pb2.CANCELLED, 99])
def test_a_bug_says_nothing(code: int) -> None:
    status = status_pb2.Status(code=code, message="KeyError: 'secret'")
    assert answered(status) == (500, [("statusCode", 500), ("message", "Internal server error")])


@pytest.mark.parametrize(
    ("code", "http", "phrase"),
    [
        (code_pb2.UNAVAILABLE, 503, "Service Unavailable"),
        (code_pb2.DEADLINE_EXCEEDED, 504, "Gateway Timeout"),
        (code_pb2.UNIMPLEMENTED, 501, "Not Implemented"),
    ],
)
def test_what_grpc_itself_says_is_not_passed_on(code: int, http: int, phrase: str) -> None:
    status = status_pb2.Status(code=code, message="failed to connect to ipv4:10.0.0.7:50051")
    assert answered(status) == (http, [("message", phrase), ("error", phrase), ("statusCode", http)])


@pytest.mark.parametrize(("seconds", "header"), [(0.2, b"1"), (1, b"1"), (1.5, b"2"), (30, b"30")])
def test_retry_info_becomes_retry_after_in_whole_seconds(seconds: float, header: bytes) -> None:
    error = Unavailable("DATABASE_AWAY", "try again", retry_after_seconds=seconds)
    assert dict(answer_for(to_status(error), REQUEST).headers)[b"retry-after"] == header


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("restaurant_id", "restaurantId"),
        ("items.3.modifiers.0.options", "items.3.modifiers.0.options"),
        ("items.12.menu_item_id", "items.12.menuItemId"),
        ("no_such_field.x_y", "no_such_field.x_y"),
    ],
)
def test_proto_paths_become_json_paths(path: str, expected: str) -> None:
    assert json_path(path, REQUEST) == expected
