"""The one tree of errors that services raise; an interceptor turns them into google.rpc.Status.

OrderBuddyError
├── InvalidInput          INVALID_ARGUMENT      the request itself is wrong; names the fields
├── Unusable              INVALID_ARGUMENT      one value is wrong, told as a sentence instead of a list
├── NotFound              NOT_FOUND             what it names does not exist
├── Refused               FAILED_PRECONDITION   not in the present state of things
├── Conflict              ABORTED               somebody else was faster, or the same call is still running
├── Unauthenticated       UNAUTHENTICATED       the caller is nobody we know
├── Forbidden             PERMISSION_DENIED     the caller may not do this
├── Exhausted             RESOURCE_EXHAUSTED    too much, too fast, or too slow a reader
└── Unavailable           UNAVAILABLE           a part we need is away; safe to try again
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import grpc
from google.protobuf.message import Message

DOMAIN = "orderbuddy"
"""`ErrorInfo.domain` of every error of ours."""


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One thing wrong with a request: where (`items.0.variants.0.id`, proto names) and what."""

    field: str
    description: str


class OrderBuddyError(Exception):
    """Something a caller is told about, with a machine-readable reason.

    `reason` is UPPER_SNAKE and stable; `metadata` holds facts for programs; `details` are further typed messages for
    the status; `retry_after_seconds`, when set, becomes RetryInfo and HTTP's Retry-After.
    """

    code: ClassVar[grpc.StatusCode] = grpc.StatusCode.INTERNAL

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        metadata: Mapping[str, str] | None = None,
        details: Sequence[Message] = (),
        violations: Sequence[FieldViolation] = (),
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.metadata = dict(metadata or {})
        self.details = tuple(details)
        self.violations = tuple(violations)
        self.retry_after_seconds = retry_after_seconds


class InvalidInput(OrderBuddyError):
    """The request is wrong in itself; every violation is named."""

    code = grpc.StatusCode.INVALID_ARGUMENT

    def __init__(
        self, violations: Sequence[FieldViolation], *, reason: str = "INVALID_INPUT", details: Sequence[Message] = ()
    ) -> None:
        message = "; ".join(f"{v.field} {v.description}" for v in violations)
        super().__init__(reason, message, violations=violations, details=details)


class Unusable(OrderBuddyError):
    """One value of the request, or what it names, can't be worked with; metadata names the `field`.

    For routes whose old clients expect a sentence, where InvalidInput gives them a list.
    """

    code = grpc.StatusCode.INVALID_ARGUMENT


class NotFound(OrderBuddyError):
    """What the request names does not exist, or cannot exist (a malformed id)."""

    code = grpc.StatusCode.NOT_FOUND


class Refused(OrderBuddyError):
    """The request is fine, the present state of things forbids it."""

    code = grpc.StatusCode.FAILED_PRECONDITION


class Conflict(OrderBuddyError):
    """Somebody else changed it first, or the same call is still running; read again and retry."""

    code = grpc.StatusCode.ABORTED


class Unauthenticated(OrderBuddyError):
    """The method needs a caller that we know."""

    code = grpc.StatusCode.UNAUTHENTICATED


class Forbidden(OrderBuddyError):
    """The caller may not do this, or not for this restaurant."""

    code = grpc.StatusCode.PERMISSION_DENIED


class Exhausted(OrderBuddyError):
    """More than a limit allows."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED


class Unavailable(OrderBuddyError):
    """A part that we need does not answer; nothing was done, the same call may be repeated."""

    code = grpc.StatusCode.UNAVAILABLE
