"""Draw the trace of one order: `python -m tools.trace_order [file]`.

Starts the system with a collector of ours, places an order as a phone does, and draws the spans that arrived.
"""

from __future__ import annotations

import asyncio
import pathlib
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from html import escape
from typing import Final

import httpx

from services.kit.tracing import ORDER_ID
from tests.servers.collectors import Collector, Span
from tests.servers.vendors import in_thread
from tools.demo_data import DEMO, example_cart
from tools.processes import ROOT, Stack
from tools.up import load_demo

PICTURE: Final = ROOT / "docs" / "images" / "order-trace.svg"
_PATIENCE_SECONDS: Final = 20.0
_QUIET_SECONDS: Final = 1.0
"""No span came for so long: that were all. Processes send theirs every 100 ms here."""

_WIDTH, _NAMES, _ROW, _TOP = 1100, 430, 20, 62
_COLOURS: Final = {
    "edge": "#3366cc",
    "payment": "#dc3912",
    "ordering": "#109618",
    "station": "#ff9900",
    "notification": "#990099",
}
_OTHER: Final = "#666666"


class NoTrace(Exception):
    """Nothing arrived; the message says of what."""


async def order_and_pay(stack: Stack, request_id: str, trace_id: str) -> str:
    """Be a guest who orders and pays by card, twice; return the second order's id.

    The trace is that of the last call: by then everything is warm, as in a restaurant.
    """
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        for headers in ({}, {"x-request-id": request_id, "traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}):
            preview = (await http.post("/order-app/cart/preview-order", json=example_cart())).json()["data"]
            started = (await http.post(f"/payments/start-transaction/{DEMO.restaurant_id}")).json()
            body = {"previewOrderId": preview["previewOrderId"], "transactionToken": started["transactionToken"]}
            paid = await http.post("/payments/complete-transaction", json=body, headers=headers)
            paid.raise_for_status()
    return str(paid.json()["orderId"])


def all_of(collector: Collector, trace_id: str, order_id: str) -> list[Span]:
    """Wait for the spans of the call, and of the traces that follow from the order. Raises NoTrace."""
    until = time.monotonic() + _PATIENCE_SECONDS
    known, since = -1, time.monotonic()
    while time.monotonic() < until:
        follow = {
            s.trace_id for s in collector.spans if s.kind == "CONSUMER" and s.attributes.get(ORDER_ID) == order_id
        }
        spans = [span for each in (trace_id, *sorted(follow)) for span in collector.trace(each)]
        if len(spans) != known:
            known, since = len(spans), time.monotonic()
        elif known > 0 and time.monotonic() - since > _QUIET_SECONDS:
            return spans
        time.sleep(0.05)
    raise NoTrace(f"no spans of trace {trace_id} came within {_PATIENCE_SECONDS:.0f} s")


def _rows(spans: Sequence[Span], parent: str, depth: int) -> list[tuple[int, Span]]:
    rows = []
    for span in sorted((s for s in spans if s.parent_id == parent), key=lambda s: s.began):
        rows.append((depth, span))
        rows += _rows(spans, span.id, depth + 1)
    return rows


def waterfall(spans: Sequence[Span], request_id: str) -> str:
    """Draw spans beneath their parents, by time."""
    ids = {span.id for span in spans}
    rows: list[tuple[int, Span]] = []
    for root in sorted((s for s in spans if s.parent_id not in ids), key=lambda s: s.began):
        rows += [(0, root), *_rows(spans, root.id, 1)]
    began = min(span.began for span in spans)
    whole = max(span.ended for span in spans) - began
    height = _TOP + _ROW * len(rows) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        '<text x="14" y="24" font-size="15" font-weight="bold">One order, from the phone to the database</text>',
        f'<text x="14" y="44" fill="#555">request id {escape(request_id)}; recorded by tools/trace_order.py</text>',
    ]
    scale = (_WIDTH - _NAMES - 80) / whole
    for number, (depth, span) in enumerate(rows):
        y = _TOP + _ROW * number
        x, width = _NAMES + (span.began - began) * scale, max(1.5, (span.ended - span.began) * scale)
        colour = _COLOURS.get(span.process, _OTHER)
        parts += [
            f'<text x="{14 + 14 * depth}" y="{y + 14}">',
            f'<tspan fill="{colour}" font-weight="bold">{span.process}</tspan>',
            f" {escape(_short(span.name))}</text>",
            f'<rect x="{x:.1f}" y="{y + 3}" width="{width:.1f}" height="14" rx="2" fill="{colour}"/>',
            f'<text x="{x + width + 4:.1f}" y="{y + 14}" font-size="10" fill="#555">{_milliseconds(span)}</text>',
        ]
    y = height - 12
    note = "Beneath the call, what follows from its commit: traces of their own, found by the order's id."
    parts.append(f'<text x="14" y="{y}" font-size="11" fill="#555">{note}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _short(name: str) -> str:
    service, _, method = name.rpartition("/")
    return f"{service.rpartition('.')[2]}/{method}" if service.startswith("/orderbuddy.") else name


def _milliseconds(span: Span) -> str:
    return f"{(span.ended - span.began) / 1e6:.1f} ms"


def main() -> int:
    """Draw it."""
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    collector, trace_id, request_id = Collector(), secrets.token_hex(16), "phone-7f3a"
    with in_thread(collector.app) as url, tempfile.TemporaryDirectory() as data:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        with Stack(pathlib.Path(data), env) as stack:
            asyncio.run(load_demo(stack))
            stack.wait_ready()
            order_id = asyncio.run(order_and_pay(stack, request_id, trace_id))
            try:
                spans = all_of(collector, trace_id, order_id)
            except NoTrace as problem:
                print(problem, file=sys.stderr)
                return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(waterfall(spans, request_id), encoding="utf-8")
    print(f"{len(spans)} spans of trace {trace_id}: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
