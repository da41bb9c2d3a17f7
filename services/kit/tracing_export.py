"""OpenTelemetry: official instrumentations in, OTLP or Application Insights out. Imported only when traces are on."""

from __future__ import annotations

import contextvars
import logging
import os
import socket
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, Protocol

import grpc
import httpx
from opentelemetry import context, propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.grpc import GrpcAioInstrumentorClient, GrpcAioInstrumentorServer, filters
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor, RequestInfo
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.trace.span import TraceState
from opentelemetry.util.types import Attributes

from services.kit.settings import CommonSettings
from services.kit.tracing import ORDER_ID, REQUEST_ID

FLUSH_MILLISECONDS: Final = 5_000

KEPT: Final = frozenset(
    {
        REQUEST_ID,
        ORDER_ID,
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "http.method",
        "http.status_code",
        "server.address",
        "server.port",
        "net.peer.name",
        "net.peer.port",
        "rpc.system",
        "rpc.service",
        "rpc.method",
        "rpc.grpc.status_code",
        "db.system",
        "db.name",
        "db.mongodb.collection",
        "db.operation",
        "error.type",
        "exception.type",
    }
)
"""Attributes that leave the process. Everything else stays: URLs hold tokens and numbers, messages hold what people
typed, and the next version of an instrumentation may know something new to tell."""


_FAULTS: Final = frozenset({"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"})
"""What counts as a failure of the service (OpenTelemetry's semantic conventions); the rest are answers."""


class CallsOnly(Sampler):
    """Begins traces only with requests and RPCs; what asks again and again on its own account would drown them.

    Polls of workers, change streams and health probes are database commands that belong to no call.
    """

    def __init__(self, inner: Sampler) -> None:
        self._inner = inner

    def should_sample(
        self,
        parent_context: context.Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Ask the configured sampler, unless it is the beginning of nothing."""
        parent = trace.get_current_span(parent_context).get_span_context()
        calls = kind in (SpanKind.SERVER, SpanKind.CONSUMER) or "rpc.system" in (attributes or {})
        if not parent.is_valid and not calls:
            return SamplingResult(Decision.DROP)
        return self._inner.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        """Return what this is called."""
        return f"CallsOnly({self._inner.get_description()})"


class Inherit(SpanProcessor):
    """Gives each span what its parent in this process knows of the request."""

    def on_start(self, span: Span, parent_context: context.Context | None = None) -> None:
        """Copy the request's id and the order's."""
        parent = trace.get_current_span(parent_context)
        if isinstance(parent, ReadableSpan) and parent.attributes:
            for name in (REQUEST_ID, ORDER_ID):
                value = parent.attributes.get(name)
                if value is not None:
                    span.set_attribute(name, value)


class Clean(SpanExporter):
    """Hands on spans with nothing but the kept attributes: no text of errors, no URL, no statement, no address."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export what may be told."""
        return self._inner.export([_clean(span) for span in spans])

    def shutdown(self) -> None:
        """End."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Wait for what is under way."""
        return self._inner.force_flush(timeout_millis)


def _clean(span: ReadableSpan) -> ReadableSpan:
    kept = {name: value for name, value in (span.attributes or {}).items() if name in KEPT}
    thrown = [str((event.attributes or {}).get("exception.type", "")) for event in span.events]
    thrown = [kind for kind in thrown if kind and not kind.endswith("AbortError")]  # that is how gRPC ends any call
    if thrown:
        kept["exception.type"] = thrown[-1]
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=kept,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


class OpenTelemetry:
    """Traces of one process."""

    def __init__(self, settings: CommonSettings, process: str) -> None:
        self._provider = TracerProvider(
            resource=Resource.create(
                {
                    "service.name": f"orderbuddy-{process}",
                    "service.namespace": "orderbuddy",
                    "service.instance.id": f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}",
                }
            ),
            shutdown_on_exit=False,
        )
        self._provider.sampler = CallsOnly(self._provider.sampler)  # that is OTEL_TRACES_SAMPLER's
        self._provider.add_span_processor(Inherit())
        for exporter in _exporters(settings):
            self._provider.add_span_processor(BatchSpanProcessor(Clean(exporter)))
        self._tracer = self._provider.get_tracer("orderbuddy")
        # Without baggage: a client's would go on to the services, and to vendors.
        self._propagator = TraceContextTextMapPropagator()
        propagate.set_global_textmap(self._propagator)
        _instrument(self._provider)

    def note(self, name: str, value: str | int) -> None:
        """Set an attribute of the span under way."""
        trace.get_current_span().set_attribute(name, value)

    def trace_id(self) -> str | None:
        """Return the id of the trace under way."""
        current = trace.get_current_span().get_span_context()
        return f"{current.trace_id:032x}" if current.is_valid else None

    def serve(self, verb: str, headers: Mapping[bytes, bytes], request_id: str) -> AbstractContextManager[None]:
        """Return the span of an HTTP request."""
        carrier = {
            name: headers[name.encode("ascii")].decode("latin-1")
            for name in self._propagator.fields
            if name.encode("ascii") in headers
        }
        attributes = {"http.request.method": verb, REQUEST_ID: request_id}
        return self._span(verb, SpanKind.SERVER, self._propagator.extract(carrier, context.Context()), attributes)

    def name(self, name: str, **attributes: str | int) -> None:
        """Name the span under way and set what is known of it only now."""
        current = trace.get_current_span()
        current.update_name(name)
        for key, value in attributes.items():
            current.set_attribute(key.replace("__", "."), value)
        status = attributes.get("http__response__status_code", 0)
        if isinstance(status, int) and status >= 500:
            current.set_status(StatusCode.ERROR)

    def failed(self, code: str) -> None:
        """Tell the span of an RPC how it ended; the instrumentation does not see statuses with details."""
        current = trace.get_current_span()
        current.set_attribute("rpc.grpc.status_code", grpc.StatusCode[code].value[0])
        if code in _FAULTS:
            current.set_status(StatusCode.ERROR)

    def follow(self, name: str, order_id: str) -> AbstractContextManager[None]:
        """Return the span of work that follows from a committed change."""
        return self._span(name, SpanKind.CONSUMER, context.Context(), {ORDER_ID: order_id})

    def detached(self) -> contextvars.Context:
        """Return a context that has nothing of the present one but its span."""
        detached = contextvars.Context()
        detached.run(context.attach, context.get_current())
        return detached

    @contextmanager
    def _span(
        self, name: str, kind: SpanKind, parent: context.Context, attributes: Mapping[str, str]
    ) -> Iterator[None]:
        with self._tracer.start_as_current_span(name, parent, kind, attributes):
            yield

    def finish(self) -> None:
        """Send what is left."""
        self._provider.force_flush(FLUSH_MILLISECONDS)
        self._provider.shutdown()


def _exporters(settings: CommonSettings) -> Iterator[SpanExporter]:
    if settings.traces_to_otlp:
        yield OTLPSpanExporter()  # reads OTEL_EXPORTER_OTLP_ENDPOINT and the other standard variables
    if settings.application_insights is not None:
        from azure.monitor.opentelemetry.exporter import AzureMonitorTraceExporter  # noqa: PLC0415  0.8 seconds

        # Counts of its own use go to Microsoft unless this is set; so do requests for settings.
        os.environ.setdefault("APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL", "true")
        os.environ.setdefault("APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED", "true")
        os.environ.setdefault("APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED", "true")
        for name in ("azure", "azure.monitor"):
            logging.getLogger(name).setLevel(logging.WARNING)  # INFO tells each transmission with its headers
        yield AzureMonitorTraceExporter(
            connection_string=without_slashes(settings.application_insights.get_secret_value()),
            disable_offline_storage=True,  # file systems are read-only; a trace is no loss
        )


def without_slashes(connection_string: str) -> str:
    """Return a connection string whose endpoints end without slash: with one the exporter posts to `//v2.1/track`."""
    return ";".join(part.rstrip("/") for part in connection_string.split(";"))


def _instrument(provider: TracerProvider) -> None:
    # A stream lives for hours, and a health probe comes every second: neither is a call.
    calls = filters.all_of(filters.service_prefix("orderbuddy."), filters.negate(filters.method_prefix("Watch")))
    GrpcAioInstrumentorClient(filter_=calls).instrument(  # type: ignore[no-untyped-call]
        tracer_provider=provider
    )
    GrpcAioInstrumentorServer(filter_=calls).instrument(  # type: ignore[no-untyped-call]
        tracer_provider=provider
    )
    PymongoInstrumentor().instrument(tracer_provider=provider, request_hook=_name_command)  # without statements
    HTTPXClientInstrumentor().instrument(
        tracer_provider=provider, request_hook=_name_request, async_request_hook=_name_async_request
    )


def _name_request(span: trace.Span, request: RequestInfo) -> None:
    host = httpx.URL(str(request.url)).host  # nothing else of it: paths hold numbers and tokens
    span.update_name(f"{request.method.decode('ascii')} {host}")
    span.set_attribute("server.address", host)


async def _name_async_request(span: trace.Span, request: RequestInfo) -> None:
    _name_request(span, request)


class _Command(Protocol):
    """What the driver tells of a command; the edge uses this module too, and knows no database."""

    command_name: str
    database_name: str
    command: Mapping[str, Any]


def _name_command(span: trace.Span, event: _Command) -> None:
    target: Any = event.command.get(event.command_name)
    if not isinstance(target, str):
        target = event.command.get("collection") or event.database_name
    span.update_name(f"{target}.{event.command_name}")
    span.set_attribute("db.operation", event.command_name)
