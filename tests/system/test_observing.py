"""One order, one trace, from the phone's request id through edge, gRPC and MongoDB; and metrics as they are drawn."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import httpx
import pytest

from tests.servers.collectors import Collector, Ingestion, Span
from tests.servers.vendors import in_thread
from tests.support import eventually
from tests.system.conftest import ENVIRONMENT, load_demo
from tests.system.test_menu_edits import cart
from tools.demo_data import DEMO
from tools.processes import ROOT, Stack

PARENT = "00f067aa0ba902b7"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
NAME, PHONE = "Rumpelstilz", "2065550142"
KEY = "00000000-0000-0000-0000-000000000042"


@dataclass(frozen=True)
class Traced:
    """The system, and where its traces go."""

    stack: Stack
    collector: Collector
    ingestion: Ingestion


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    collector, ingestion = Collector(), Ingestion()
    with in_thread(collector.app) as otlp, in_thread(ingestion.app) as azure:
        env = ENVIRONMENT | {
            "OTEL_EXPORTER_OTLP_ENDPOINT": otlp,
            "OTEL_BSP_SCHEDULE_DELAY": "100",  # milliseconds, instead of 5,000
            # With a slash at its end, as Azure shows it.
            "APPLICATIONINSIGHTS_CONNECTION_STRING": f"InstrumentationKey={KEY};IngestionEndpoint={azure}/",
        }
        with Stack(tmp_path_factory.mktemp("traced"), env, metrics=True) as stack:
            asyncio.run(load_demo(stack))
            stack.wait_ready()
            yield Traced(stack, collector, ingestion)


async def place(stack: Stack, request_id: str, traceparent: str) -> str:
    """Place an order over REST; return its id."""
    headers = {"x-request-id": request_id, "traceparent": traceparent, "baggage": f"who={NAME}"}
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        ordered = cart(0) | {"customer": {"name": NAME, "phone": PHONE}}
        preview = (await http.post("/order-app/cart/preview-order", json=ordered)).json()["data"]["previewOrderId"]
        body = {"previewOrderId": preview}
        placed = await http.post("/payments/place-order-without-payment", json=body, headers=headers)
        assert placed.headers["x-request-id"] == request_id
        order_id: str = placed.json()["orderId"]
    return order_id


def ended(traced: Traced, trace_id: str, *processes: str) -> bool:
    """Tell whether the calls that some processes served have arrived, and with them all that is beneath."""
    served = {s.process for s in traced.collector.trace(trace_id) if s.kind == "SERVER"}
    return served >= set(processes)


def tree(spans: list[Span], parent: str = PARENT, depth: int = 0) -> list[tuple[int, str, str, str]]:
    """Return depth, process, kind and name of a trace's spans, parents before children."""
    found = []
    for span in spans:
        if span.parent_id == parent:
            found.append((depth, span.process, span.kind, span.name))
            found += tree(spans, span.id, depth + 1)
    return found


async def test_an_order_is_one_trace_through_edge_grpc_and_mongodb(traced: Traced) -> None:
    order_id = await place(traced.stack, "phone-1", f"00-{TRACE}-{PARENT}-01")
    method = "/orderbuddy.ordering.v1.OrderingService/PlaceOrder"
    await eventually(lambda: ended(traced, TRACE, "edge", "ordering"))
    spans = traced.collector.trace(TRACE)
    found = tree(spans)
    assert len(found) == len(spans), "a span whose parent is in no process"
    assert found[:3] == [
        (0, "edge", "SERVER", "POST /payments/place-order-without-payment"),
        (1, "edge", "CLIENT", method),
        (2, "ordering", "SERVER", method),
    ]
    assert (3, "ordering", "CLIENT", "orders.insert") in found
    assert {s.attributes["orderbuddy.request_id"] for s in spans} == {"phone-1"}
    by_id = {span.id: span for span in spans}
    for span in spans:
        outer = by_id.get(span.parent_id)
        assert outer is None or outer.began <= span.began <= span.ended, span
    (served,) = [s for s in spans if s.kind == "SERVER" and s.process == "ordering"]
    assert served.attributes["orderbuddy.order_id"] == order_id
    (request,) = [s for s in spans if s.kind == "SERVER" and s.process == "edge"]
    assert request.attributes["http.response.status_code"] == 200


async def test_what_follows_from_an_order_is_found_by_its_id_and_no_stream_is_a_span(traced: Traced) -> None:
    order_id = await place(traced.stack, "phone-2", f"00-{TRACE[::-1]}-{PARENT}-01")

    def cooked() -> list[Span]:
        spans = traced.collector.spans
        return [s for s in spans if s.process == "station" and s.attributes.get("orderbuddy.order_id") == order_id]

    await eventually(lambda: any(s.kind == "CONSUMER" for s in cooked()))
    assert TRACE[::-1] not in {s.trace_id for s in cooked()}
    assert [s.name for s in traced.collector.spans if "Watch" in s.name or "getMore" in s.name] == []


async def test_no_span_tells_who_ordered_or_what(traced: Traced) -> None:
    await place(traced.stack, "phone-3", f"00-{'3' * 32}-{PARENT}-01")
    await eventually(lambda: any(s.name == "orders.insert" for s in traced.collector.trace("3" * 32)))
    sent = b"".join(traced.collector.bodies) + json.dumps(traced.ingestion.envelopes).encode()
    assert [secret for secret in (NAME, PHONE, "previewOrderId", "luna_mar") if secret.encode() in sent] == []


async def test_a_failed_call_is_marked_without_its_text(traced: Traced) -> None:
    trace_id = "5" * 32
    headers = {"traceparent": f"00-{trace_id}-{PARENT}-01"}
    async with httpx.AsyncClient(base_url=traced.stack.edge_url, timeout=20, headers=headers) as http:
        answer = await http.post("/payments/place-order-without-payment", json={"previewOrderId": "0" * 24})
    assert answer.status_code == 404
    await eventually(lambda: ended(traced, trace_id, "ordering"))
    (served,) = [s for s in traced.collector.trace(trace_id) if s.process == "ordering" and s.kind == "SERVER"]
    assert (served.attributes["rpc.grpc.status_code"], served.failed) == (grpc.StatusCode.NOT_FOUND.value[0], False)


async def test_application_insights_gets_the_same(traced: Traced) -> None:
    trace_id = "7" * 32
    await place(traced.stack, "phone-7", f"00-{trace_id}-{PARENT}-01")

    def mine() -> set[tuple[str, str]]:
        return {
            (e["data"]["baseType"], e["data"]["baseData"]["name"])
            for e in traced.ingestion.envelopes
            if e["tags"].get("ai.operation.id") == trace_id
        }

    await eventually(lambda: ("RequestData", "POST /payments/place-order-without-payment") in mine())
    await eventually(lambda: ("RemoteDependencyData", "orders.insert") in mine())
    assert {e["iKey"] for e in traced.ingestion.envelopes} == {KEY}
    assert traced.ingestion.other_paths == []


async def test_a_charge_is_in_the_trace_although_it_outlives_its_call(traced: Traced) -> None:
    trace_id = "8" * 32
    async with httpx.AsyncClient(base_url=traced.stack.edge_url, timeout=20) as http:
        preview = (await http.post("/order-app/cart/preview-order", json=cart(0))).json()["data"]["previewOrderId"]
        token = (await http.post(f"/payments/start-transaction/{DEMO.restaurant_id}")).json()["transactionToken"]
        paid = await http.post(
            "/payments/complete-transaction",
            json={"previewOrderId": preview, "transactionToken": token},
            headers={"traceparent": f"00-{trace_id}-{PARENT}-01"},
        )
        assert paid.status_code == 200
    placing = (4, "ordering", "SERVER", "/orderbuddy.ordering.v1.CheckoutService/PlacePaidOrder")
    await eventually(lambda: placing in tree(traced.collector.trace(trace_id)))
    assert (3, "payment", "CLIENT", "PUT 127.0.0.1") in tree(traced.collector.trace(trace_id))
    assert token.encode() not in b"".join(traced.collector.bodies)


OF_PROMETHEUS = {"up"}
"""What Prometheus makes itself."""


def names_in(expressions: list[str]) -> set[str]:
    """Return the metrics that PromQL asks for: its words that are neither functions nor labels."""
    words = set()
    for expression in expressions:
        without_labels = re.sub(r"\{[^}]*\}|\b(?:by|without) \([^)]*\)|\[[^\]]*\]", " ", expression)
        words |= set(re.findall(r"\b(?:orderbuddy|process|python)_\w+\b|\bup\b", without_labels))
    return words


async def exported(traced: Traced) -> set[str]:
    """Return the names of everything that the processes tell, as Prometheus stores it."""
    names: set[str] = set()
    async with httpx.AsyncClient(timeout=20) as http:
        for address in traced.stack.metrics_addresses().values():
            text = (await http.get(f"http://{address}/metrics")).text
            for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE):
                names |= {f"{name}_bucket", f"{name}_count", f"{name}_sum"} if kind == "histogram" else {name}
    return names


async def test_every_metric_of_dashboard_alerts_and_document_is_told(traced: Traced) -> None:
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "orderbuddy.json").read_text())
    drawn = names_in([t["expr"] for panel in dashboard["panels"] for t in panel.get("targets", ())])
    alerts = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text()
    alerted = names_in([re.sub(r"annotations:.*", "", alerts)])
    assert len(drawn) > 30, "the dashboard could not be read"
    assert len(alerted) > 10, "the alerts could not be read"
    told = await exported(traced)
    assert (drawn | alerted) - told - OF_PROMETHEUS == set()
    described = set(re.findall(r"`(orderbuddy_\w+)`", (ROOT / "docs" / "observing.md").read_text()))
    ours = {re.sub(r"_(?:bucket|count|sum)$", "", name) for name in told if name.startswith("orderbuddy_")}
    assert {name for name in ours if not name.endswith("_created")} == described


async def test_backlogs_are_told(traced: Traced) -> None:
    await place(traced.stack, "phone-b", f"00-{'b' * 32}-{PARENT}-01")

    async def value(name: str, process: str) -> float:
        async with httpx.AsyncClient(timeout=20) as http:
            text = (await http.get(f"http://{traced.stack.metrics_addresses()[process]}/metrics")).text
        return float(re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[0])

    assert await value('orderbuddy_orders_moved_total{status="CREATED"}', "ordering") >= 1
    assert await value("orderbuddy_backlog_asked_timestamp_seconds", "payment") > 0
    assert await value('orderbuddy_stream_lag_seconds_count{stream="orders"}', "station") >= 1
    assert await value('orderbuddy_stream_up{stream="orders"}', "ordering") == 1
