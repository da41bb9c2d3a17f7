"""Moving an order on: read it, check that the step is allowed, write under the guard of what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bson import ObjectId
from orderbuddy.errors.v1 import errors_pb2

from services.kit.clock import Clock
from services.kit.context import Call
from services.kit.errors import Conflict, NotFound, Refused
from services.kit.mongo import Document, object_id
from services.kit.values import text
from services.ordering.documents import delay_update, transition_update
from services.ordering.lifecycle import TransitionRefused, check, check_delay
from services.ordering.mapping import version_of
from services.ordering.repository import OrderRepository, Seen

_ROUNDS: Final = 10
"""Every lost race means that somebody else moved the order on; it has fewer steps than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A wanted change of state."""

    restaurant_id: str
    order_id: str
    target: str
    """Empty: the same state; the order is only delayed."""
    version: int | None
    request_id: str
    reason: str = ""
    delay_minutes: int = 0
    may_skip: bool = False
    """Whether states in between may be left out."""


class Transitions:
    """Performs the verbs of an order's life."""

    def __init__(self, repository: OrderRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def move(self, step: Step, call: Call) -> Document:
        """Return the order after the step. Raises NotFound, Forbidden, Refused (state) or Conflict (version)."""
        key = object_id(step.order_id, "orderId", "ORDER_NOT_FOUND")
        for _ in range(_ROUNDS):
            document = await self._repository.order_of(step.restaurant_id, key)
            if document is None:
                raise NotFound("ORDER_NOT_FOUND", "the restaurant has no such order", metadata={"field": "order_id"})
            call.require_location(text(document.get("locationId")))
            if _was_done_by(document, step):
                return document
            moved = await self._attempt(document, key, step, call)
            if moved is not None:
                return moved
        raise Conflict("ORDER_BUSY", "others keep changing the order; try again", retry_after_seconds=1)

    async def _attempt(self, document: Document, key: ObjectId, step: Step, call: Call) -> Document | None:
        status, version = str(document.get("status", "")), version_of(document)
        if step.version is not None and step.version != version:
            raise Conflict("ORDER_VERSION", f"the order is at version {version}", metadata={"version": str(version)})
        try:
            if step.delay_minutes:
                check_delay(status)
            else:
                check(status, step.target, may_skip=step.may_skip)
        except TransitionRefused as refused:
            detail = errors_pb2.OrderStateDetail(
                order_id=str(key), current_status=status, allowed_statuses=refused.allowed, version=version
            )
            message = f"the order is {status or 'without status'}: it can't become {refused.target}"
            raise Refused("ORDER_STATE", message, metadata={"status": status}, details=[detail]) from refused
        update = self._update(version, status, step, call)
        return await self._repository.change(Seen(key, step.restaurant_id, status, version), update)

    def _update(self, version: int, status: str, step: Step, call: Call) -> Document | list[Document]:
        if step.delay_minutes:
            return delay_update(
                version,
                status,
                step.delay_minutes,
                now=self._clock.now(),
                actor=str(call.principal),
                request_id=step.request_id,
            )
        return transition_update(
            version,
            status,
            step.target,
            now=self._clock.now(),
            actor=str(call.principal),
            request_id=step.request_id,
            reason=step.reason,
        )


def _was_done_by(document: Document, step: Step) -> bool:
    """Tell whether this very call was carried out before: its process died between the write and the answer."""
    history = document.get("history") or [{}]
    last = history[-1]
    same = last.get("delayMinutes", 0) == step.delay_minutes and (last.get("to") == step.target or step.delay_minutes)
    return bool(step.request_id and last.get("requestId") == step.request_id and same)
