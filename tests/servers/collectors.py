"""Where traces go: a collector that takes OTLP over HTTP, and Azure's ingestion of Application Insights."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Span:
    """A span as it arrived."""

    trace_id: str
    id: str
    parent_id: str
    """Empty for the first of a trace, unless the client sent its own."""
    process: str
    name: str
    kind: str
    began: int
    """Nanoseconds."""
    ended: int
    attributes: dict[str, Any]
    failed: bool


class Collector:
    """Takes spans by OTLP/HTTP in protobuf. `bodies` holds all as it came."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.bodies: list[bytes] = []
        self.app = Starlette(routes=[Route("/v1/traces", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            process = _values(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                self.spans += [_span(process, span) for span in scope.spans]
        return Response(ExportTraceServiceResponse().SerializeToString(), media_type="application/x-protobuf")

    def trace(self, trace_id: str) -> list[Span]:
        """Return a trace's spans in the order in which they began."""
        return sorted((span for span in self.spans if span.trace_id == trace_id), key=lambda span: span.began)


def _span(process: str, span: WireSpan) -> Span:
    return Span(
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        process.removeprefix("orderbuddy-"),
        span.name,
        WireSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        _values(span.attributes),
        span.status.code == span.status.STATUS_CODE_ERROR,
    )


def _values(attributes: Iterable[KeyValue]) -> dict[str, Any]:
    return {each.key: _value(each.value) for each in attributes}


def _value(value: AnyValue) -> Any:
    return getattr(value, value.WhichOneof("value") or "string_value")


class Ingestion:
    """Takes what Azure's exporter sends, and answers as Azure does."""

    def __init__(self) -> None:
        self.envelopes: list[dict[str, Any]] = []
        self.other_paths: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/v2.1/track", self._take, methods=["POST"]),
                Route("/{path:path}", self._other, methods=["GET", "POST"]),
            ]
        )

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        text = body.decode()
        # An array, or one envelope on each line.
        found = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines() if line]
        self.envelopes += found
        return JSONResponse({"itemsReceived": len(found), "itemsAccepted": len(found), "errors": []})

    async def _other(self, request: Request) -> Response:
        self.other_paths.append(request.url.path)
        return Response(status_code=404)
