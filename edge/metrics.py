"""What the edge counts."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

HTTP_SECONDS = Histogram(
    "orderbuddy_http_seconds",
    "Time to answer, by route and status",
    ["route", "status"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
FROM_MEMORY = Counter("orderbuddy_http_from_memory_total", "Guests' reads answered from memory")
STREAM_RECONNECTS = Counter("orderbuddy_edge_stream_reconnects_total", "Times a stream to a service broke", ["stream"])
CATALOG_PAGES = Gauge("orderbuddy_edge_catalog_pages", "Paths that are answered from memory")
CATALOG_STALE_SECONDS = Gauge("orderbuddy_edge_catalog_stale_seconds", "Age of what memory holds; 0 while it follows")
SOCKETS = Gauge("orderbuddy_edge_sockets", "Open WebSockets")
SOCKETS_CLOSED = Counter("orderbuddy_edge_sockets_closed_total", "WebSockets that the edge closed", ["code"])

_children: Final[dict[tuple[str, int], Histogram]] = {}


def observe_http(route: str, status: int, seconds: float) -> None:
    """Count an answer. Looks the series up once per route and status: `labels` costs more than the rest."""
    child = _children.get((route, status))
    if child is None:
        child = _children[(route, status)] = HTTP_SECONDS.labels(route, str(status))
    child.observe(seconds)
