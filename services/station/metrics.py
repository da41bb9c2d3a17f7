"""What the Station service counts. All names: docs/observing.md."""

from __future__ import annotations

from prometheus_client import Counter

UNROUTED_LINES = Counter("orderbuddy_unrouted_lines_total", "Lines sent to a kitchen none of whose stations makes them")
