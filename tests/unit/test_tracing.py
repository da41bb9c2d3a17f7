"""Traces that are off cost nothing; what leaves a process when they are on; where logs tell the trace."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from pydantic import ValidationError

from services.kit import tracing
from services.kit.settings import CommonSettings
from services.kit.tracing_export import CallsOnly, Clean, Inherit, without_slashes
from tests.support import SECRET

_PROCESSES = (
    "edge",
    "services.menu",
    "services.ordering",
    "services.payment",
    "services.station",
    "services.notification",
)


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


@pytest.mark.parametrize("process", _PROCESSES)
def test_without_an_exporter_nothing_of_it_is_imported(process: str) -> None:
    code = f"""
import sys
import {process}.__main__
from services.kit import tracing
from services.kit.settings import CommonSettings
tracing.start(CommonSettings(assertion_secret={SECRET!r}), "test")
assert tracing.active() is None
kinds = ("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.instrumentation", "azure.monitor")
print([name for name in sys.modules if name.startswith(kinds)])
"""
    assert run(code).stdout.strip() == "[]"


def test_logs_tell_the_trace_beside_the_request() -> None:
    code = f"""
from services.kit import tracing
from services.kit.settings import CommonSettings
from services.kit.telemetry import configure_logging, log
settings = CommonSettings.model_validate(
    {{"ORDERBUDDY_ASSERTION_SECRET": {SECRET!r}, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}}
)
configure_logging(settings, "test")
tracing.start(settings, "test")
log.info("outside")
with tracing.active().serve("GET", {{b"traceparent": b"00-{"a" * 32}-{"b" * 16}-00"}}, "phone-1"):
    log.info("inside")
    detached = tracing.detached()
detached.run(log.info, "detached")
"""
    lines = [json.loads(line) for line in run(code).stderr.splitlines()]
    found = {line["event"]: line.get("trace_id") for line in lines}
    assert found == {"outside": None, "inside": "a" * 32, "detached": "a" * 32}


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exported: InMemorySpanExporter) -> TracerProvider:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.sampler = CallsOnly(provider.sampler)
    provider.add_span_processor(Inherit())
    provider.add_span_processor(SimpleSpanProcessor(Clean(exported)))
    return provider


def test_only_listed_attributes_leave_the_process(provider: TracerProvider, exported: InMemorySpanExporter) -> None:
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("call", kind=SpanKind.SERVER) as span:
        span.set_attributes({"http.route": "/x", "url.full": "http://a/2065550142", "db.statement": "find 2065550142"})
        span.record_exception(ValueError("2065550142 is no number"))
        span.set_status(StatusCode.ERROR, "2065550142 is no number")
    (sent,) = exported.get_finished_spans()
    assert "2065550142" not in ReadableSpan.to_json(sent)
    assert dict(sent.attributes or {}) == {"http.route": "/x", "exception.type": "ValueError"}
    assert sent.status.status_code is StatusCode.ERROR


def test_what_belongs_to_no_call_is_no_trace(provider: TracerProvider, exported: InMemorySpanExporter) -> None:
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("deliveries.findAndModify", kind=SpanKind.CLIENT):
        pass
    with tracer.start_as_current_span("call", kind=SpanKind.SERVER) as call:
        call.set_attribute(tracing.REQUEST_ID, "phone-1")
        with tracer.start_as_current_span("orders.insert", kind=SpanKind.CLIENT):
            pass
    sent = exported.get_finished_spans()
    assert [span.name for span in sent] == ["orders.insert", "call"]
    assert {(span.attributes or {})[tracing.REQUEST_ID] for span in sent} == {"phone-1"}


def test_endpoints_of_azure_lose_their_slash() -> None:
    text = "InstrumentationKey=k;IngestionEndpoint=https://a.example/;LiveEndpoint=https://b.example/"
    assert (
        without_slashes(text)
        == "InstrumentationKey=k;IngestionEndpoint=https://a.example;LiveEndpoint=https://b.example"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://collector"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
    ],
)
def test_settings_of_traces_that_can_not_be_used_are_named(name: str, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CommonSettings.model_validate({"ORDERBUDDY_ASSERTION_SECRET": SECRET, name: text})
    assert [error["loc"] for error in refused.value.errors()] == [(name,)]
