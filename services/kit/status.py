"""Errors as google.rpc.Status: the one place where exceptions become what callers of gRPC see."""

from __future__ import annotations

import grpc
from google.protobuf import any_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from pymongo.errors import ConnectionFailure, ExecutionTimeout, NetworkTimeout, PyMongoError, WaitQueueTimeoutError

from services.kit.errors import DOMAIN, FieldViolation, InvalidInput, OrderBuddyError, Unavailable

_AWAY = (ConnectionFailure, NetworkTimeout, ExecutionTimeout, WaitQueueTimeoutError)


def translate(error: Exception) -> OrderBuddyError | None:
    """Return the error of ours that stands for what a library raised; None for a bug.

    A database that is away or does not answer in time is Unavailable: guarded writes make the same call safe to repeat.
    """
    if isinstance(error, OrderBuddyError):
        return error
    if isinstance(error, _AWAY) or (isinstance(error, PyMongoError) and error.timeout):
        return Unavailable("DATABASE_AWAY", "the database does not answer; try again", retry_after_seconds=1)
    if isinstance(error, PyMongoError) and error.has_error_label("RetryableWriteError"):
        return Unavailable("DATABASE_AWAY", "the database is changing over; try again", retry_after_seconds=1)
    return None


def to_status(error: OrderBuddyError) -> status_pb2.Status:
    """Render an error with its typed details."""
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)
    details: list[Message] = [info]
    if error.violations:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description)
            for v in error.violations
        ]
        details.append(error_details_pb2.BadRequest(field_violations=violations))
    if error.retry_after_seconds is not None:
        delay = Duration()
        delay.FromMilliseconds(round(error.retry_after_seconds * 1000))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    status = status_pb2.Status(code=error.code.value[0], message=error.message)
    for detail in (*details, *error.details):
        if isinstance(detail, any_pb2.Any):  # from another status, packed already
            status.details.append(detail)
            continue
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def from_rpc_error(error: grpc.aio.AioRpcError) -> OrderBuddyError:
    """Return the error of a call to another service of ours, so that our caller gets what it said."""
    status = rpc_status.from_call(error)
    known = from_status(status) if status is not None else None
    if known is not None:
        return known
    return Unavailable("SERVICE_AWAY", "a service that this needs does not answer; try again", retry_after_seconds=1)


def from_status(status: status_pb2.Status) -> OrderBuddyError | None:
    """Rebuild the error from its status, so that a stored refusal can be given again; None for a code not ours."""
    kinds = {cls.code.value[0]: cls for cls in OrderBuddyError.__subclasses__()}
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    others = [detail for detail in status.details if not detail.Unpack(info) and not detail.Unpack(bad)]
    kind = kinds.get(status.code)
    if kind is None:
        return None
    if kind is InvalidInput:
        violations = [FieldViolation(v.field, v.description) for v in bad.field_violations]
        return InvalidInput(violations, reason=info.reason)
    return kind(info.reason, status.message, metadata=dict(info.metadata), details=others)
