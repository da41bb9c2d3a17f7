"""What the Payment service counts. All names: docs/observing.md."""

from __future__ import annotations

from prometheus_client import Gauge

UNSETTLED = Gauge("orderbuddy_unsettled_payments", "Payments whose end is open, of up to 10,000 bills")
OLDEST_UNSETTLED = Gauge("orderbuddy_oldest_unsettled_payment_seconds", "Age of the oldest payment whose end is open")
