"""The call that is being served, for everything beneath the servicer."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from services.kit.principal import Principal


@dataclass(frozen=True, slots=True)
class Call:
    """One RPC under way: its full name, its caller and the request id that links logs, orders and traces."""

    method: str
    principal: Principal
    request_id: str


CURRENT: ContextVar[Call | None] = ContextVar("call", default=None)
"""The call that this task serves; None in background tasks."""


def current_call() -> Call:
    """Return the call being served. Only beneath a servicer."""
    call = CURRENT.get()
    assert call is not None
    return call
