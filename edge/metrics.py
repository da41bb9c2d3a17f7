"""What the edge counts. All names: docs/observing.md."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

STREAM_RECONNECTS = Counter("orderbuddy_edge_stream_reconnects_total", "Times a stream to a service broke", ["stream"])
CATALOG_PAGES = Gauge("orderbuddy_edge_catalog_pages", "Paths that are answered from memory")
CATALOG_STALE_SECONDS = Gauge("orderbuddy_edge_catalog_stale_seconds", "Age of what memory holds; 0 while it follows")
SOCKETS = Gauge("orderbuddy_edge_sockets", "Open WebSockets")
SOCKETS_CLOSED = Counter("orderbuddy_edge_sockets_closed_total", "WebSockets that the edge closed", ["code"])
KITCHEN_TEXTS = Counter(
    "orderbuddy_edge_kitchen_texts_total", "Changes encoded for kitchen sockets: once for each view, for any number"
)
LIVE_CLIENTS = Gauge("orderbuddy_edge_live_clients", "Socket.IO clients that are connected")
LIVE_DELIVERIES = Counter("orderbuddy_edge_live_deliveries_total", "Socket.IO events queued for clients")
LIVE_ENCODED = Counter("orderbuddy_edge_live_encoded_total", "Socket.IO events encoded, each for any number of clients")
LIVE_CUT_OFF = Counter("orderbuddy_edge_live_cut_off_total", "Socket.IO clients that did not read")
STREAM_UP = Gauge("orderbuddy_edge_stream_up", "1 while the edge is up to date with a service's stream", ["stream"])
EVENT_LAG = Histogram(
    "orderbuddy_edge_event_lag_seconds",
    "From an order's change, by the clock of who changed it, until the edge hands it to sockets",
    ["stream"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)
CONNECTIONS = Gauge("orderbuddy_edge_connections", "Open connections of clients, WebSockets included")

REFUSED = Counter(
    "orderbuddy_edge_refused_total", "Requests and connections beyond a limit, by the limit (docs/limits.md)", ["limit"]
)
CONNECTIONS_CUT = Counter(
    "orderbuddy_edge_connections_cut_total", "Connections that were ended for what they did or did not do", ["why"]
)
GATE_LIMIT = Gauge("orderbuddy_edge_gate_limit", "Calls that may be under way to a service at a time", ["gate"])
GATE_UNDER_WAY = Gauge("orderbuddy_edge_gate_under_way", "Calls under way to a service", ["gate"])

_BOUNDS_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class HttpSeconds(Collector):
    """A histogram by route, status and source of the answer.

    Observing costs a fifth of the library's Histogram, which locks for threads that the edge does not have; it is a
    tenth of the price of an answer from memory.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[str, int, str], list[int]] = {}
        self._sums: dict[tuple[str, int, str], float] = {}

    def observe(self, route: str, status: int, source: str, seconds: float) -> None:
        """Count an answer."""
        key = (route, status, source)
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = [0] * (len(_BOUNDS_SECONDS) + 1)
            self._sums[key] = 0.0
        counts[bisect_left(_BOUNDS_SECONDS, seconds)] += 1
        self._sums[key] += seconds

    def collect(self) -> Iterable[Metric]:
        """Return what was counted so far."""
        family = HistogramMetricFamily(
            "orderbuddy_http_seconds", "Time to answer", labels=["route", "status", "source"]
        )
        for (route, status, source), counts in self._counts.items():
            buckets, total = [], 0
            for bound, count in zip((*map(str, _BOUNDS_SECONDS), "+Inf"), counts, strict=True):
                total += count
                buckets.append((bound, total))
            family.add_metric([route, str(status), source], buckets, self._sums[(route, status, source)])
        yield family


HTTP_SECONDS: Final = HttpSeconds()
REGISTRY.register(HTTP_SECONDS)


def note_lag(stream: str, at: Timestamp) -> None:
    """Note how old a change is when it is handed on."""
    EVENT_LAG.labels(stream).observe(max(0.0, time.time() - at.seconds - at.nanos / 1e9))
