"""What the Ordering service counts. All names: docs/observing.md."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

ORDERS_MOVED = Counter(
    "orderbuddy_orders_moved_total",
    "Orders that this process brought into a state; placing one counts, too",
    ["status"],
)
OPEN_ORDERS = Gauge(
    "orderbuddy_open_orders", "Orders of the last 24 hours with work ahead, by state, up to 10,000", ["status"]
)
OLDEST_UNACCEPTED = Gauge(
    "orderbuddy_oldest_unaccepted_order_seconds", "Age of the oldest order of the last 24 hours that nobody took on"
)
