"""Traces: what a call's spans are told, by code that need not know whether there are any.

Unless an exporter is configured nothing of OpenTelemetry is imported, and each function here is one comparison.
`services/kit/tracing_export.py` holds the rest. What may be in a span, and what must not: docs/observing.md.
"""

from __future__ import annotations

import contextvars
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

from services.kit.settings import CommonSettings

REQUEST_ID: Final = "orderbuddy.request_id"
"""Attribute of every span of a request: the `x-request-id` that logs and answers carry, too."""
ORDER_ID: Final = "orderbuddy.order_id"
"""Attribute of spans that serve a call about one order, and of those that handle its committed changes."""

_NOTHING: Final[AbstractContextManager[None]] = nullcontext()


class Tracing(Protocol):
    """What is done when traces are on."""

    def note(self, name: str, value: str | int) -> None:
        """Set an attribute of the span under way."""
        ...

    def trace_id(self) -> str | None:
        """Return the id of the trace under way, 32 hexadecimal digits."""
        ...

    def serve(self, verb: str, headers: Mapping[bytes, bytes], request_id: str) -> AbstractContextManager[None]:
        """Return the span of an HTTP request, a child of the client's `traceparent` when it sent one."""
        ...

    def name(self, name: str, **attributes: str | int) -> None:
        """Name the span under way and set what is known of it only now."""
        ...

    def failed(self, code: str) -> None:
        """Tell the span of an RPC how it ended: the name of a gRPC status."""
        ...

    def follow(self, name: str, order_id: str) -> AbstractContextManager[None]:
        """Return the span of work that follows from a committed change: a trace of its own, found by its order."""
        ...

    def detached(self) -> contextvars.Context:
        """Return a context that has nothing of the present one but its span."""
        ...

    def finish(self) -> None:
        """Send what is left."""
        ...


_tracing: Tracing | None = None


def start(settings: CommonSettings, process: str) -> None:
    """Trace from now on, if an exporter is configured. Before the first channel, server or database client is made."""
    global _tracing  # noqa: PLW0603  one process, one tracer; a parameter of every call would cost those without
    if settings.traces_to_otlp or settings.application_insights is not None:
        # OpenTelemetry and its exporters take half a second and 30 MB, which who does not trace need not pay.
        from services.kit.tracing_export import OpenTelemetry  # noqa: PLC0415

        _tracing = OpenTelemetry(settings, process)


def active() -> Tracing | None:
    """Return what traces, or None."""
    return _tracing


def note(name: str, value: str | int) -> None:
    """Set an attribute of the span under way."""
    if _tracing is not None:
        _tracing.note(name, value)


def follow(name: str, order_id: str) -> AbstractContextManager[None]:
    """Return the span of work that follows from an order's committed change."""
    return _NOTHING if _tracing is None else _tracing.follow(name, order_id)


def detached() -> contextvars.Context:
    """Return a context for work that outlives its call: nothing of the call, its deadlines above all, but its trace."""
    return contextvars.Context() if _tracing is None else _tracing.detached()


def finish() -> None:
    """Send what is left; the last thing that a process does. Waits for the network: ten seconds at most."""
    global _tracing  # noqa: PLW0603
    if _tracing is not None:
        _tracing.finish()
        _tracing = None
