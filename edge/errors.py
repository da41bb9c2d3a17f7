"""Failures of services as HTTP answers: the only place that knows both google.rpc.Status and the old error bodies."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Final

from google.protobuf.descriptor import Descriptor
from google.rpc import code_pb2, error_details_pb2, status_pb2

from edge.answers import INTERNAL_ERROR, Answer, Header, problem
from services.kit.errors import DOMAIN
from services.kit.protection import OVERLOADED

_HTTP: Final = {
    code_pb2.INVALID_ARGUMENT: 400,
    code_pb2.OUT_OF_RANGE: 400,
    code_pb2.UNAUTHENTICATED: 401,
    code_pb2.PERMISSION_DENIED: 403,
    code_pb2.NOT_FOUND: 404,
    code_pb2.ALREADY_EXISTS: 409,
    code_pb2.FAILED_PRECONDITION: 409,
    code_pb2.ABORTED: 409,
    code_pb2.RESOURCE_EXHAUSTED: 429,
    code_pb2.UNIMPLEMENTED: 501,
    code_pb2.UNAVAILABLE: 503,
    code_pb2.DEADLINE_EXCEEDED: 504,
}
HTTP_STATUSES: Final = frozenset({*_HTTP.values(), 500})
"""Everything that a failing call can become."""

_FORBIDDEN: Final = "Forbidden resource"
UNAUTHENTICATED: Final = problem(401, "this needs a session")
"""For a route that is not open to guests, when the caller is nobody."""


class RpcError(Exception):
    """A call to a service failed; the status says how."""

    def __init__(self, status: status_pb2.Status) -> None:
        super().__init__(f"{code_pb2.Code.Name(status.code)}: {status.message}")
        self.status = status


def answer_for(status: status_pb2.Status, request: Descriptor) -> Answer:
    """Return the HTTP answer to a failed call; `request` gives its fields their JSON names."""
    http: int | None = _HTTP.get(status.code)
    if http is None:
        return INTERNAL_ERROR
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    for detail in status.details:
        _ = detail.Unpack(info) or detail.Unpack(bad) or detail.Unpack(retry)
    if info.reason == OVERLOADED:
        http = 503  # too many of all callers, not of this one
    if bad.field_violations:
        violations = [f"{json_path(v.field, request)} {v.description}" for v in bad.field_violations]
        return problem(http, violations)
    # Only our own services write for callers; what gRPC itself says may name addresses.
    message = status.message if info.domain == DOMAIN and status.message else HTTPStatus(http).phrase
    return problem(http, _FORBIDDEN if http == HTTPStatus.FORBIDDEN else message, _retry_after(retry))


def _retry_after(retry: error_details_pb2.RetryInfo) -> tuple[Header, ...]:
    if not retry.HasField("retry_delay"):
        return ()
    seconds = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
    return ((b"retry-after", b"%d" % max(1, math.ceil(seconds))),)


def json_path(path: str, message: Descriptor) -> str:
    """Write a proto path such as `items.0.menu_item_id` with the JSON names of the message's fields."""
    parts: list[str] = []
    current: Descriptor | None = message
    for part in path.split("."):
        field = current.fields_by_name.get(part) if current is not None else None
        parts.append(field.json_name if field is not None else part)
        if field is not None:
            current = field.message_type
    return ".".join(parts)
