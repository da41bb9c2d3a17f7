"""What every service counts; what only one of them knows stands in its own metrics.py. All names: docs/observing.md.

Served where ORDERBUDDY_METRICS_PORT says, with the process's CPU, memory and file descriptors, which the library adds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp
from prometheus_client import Counter, Gauge, Histogram
from pymongo.errors import PyMongoError

from services.kit.telemetry import log

RPC_SECONDS = Histogram(
    "orderbuddy_rpc_seconds",
    "Time to serve a unary RPC, or the life of a stream",
    ["method", "code"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
RPC_IN_FLIGHT = Gauge("orderbuddy_rpc_in_flight", "RPCs being served, open streams included", ["method"])
STREAM_EVENTS = Counter("orderbuddy_stream_events_total", "Committed changes read from the database", ["stream"])
STREAM_RESTARTS = Counter(
    "orderbuddy_stream_restarts_total", "Times a follower had to be opened again", ["stream", "cause"]
)
STREAM_UP = Gauge("orderbuddy_stream_up", "1 while a change stream or another service's stream is open", ["stream"])
STREAM_LAG = Histogram(
    "orderbuddy_stream_lag_seconds",
    "From a change's commit, by the database's clock, until this process has handled it",
    ["stream"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)
BACKLOG_ASKED = Gauge("orderbuddy_backlog_asked_timestamp_seconds", "When the database last told the backlogs")

LOOK_SECONDS: Final = 15.0
"""How often backlogs are asked of the database: as often as metrics are commonly fetched."""


def committed_ago(change: Any) -> float:
    """Return for how many seconds a change stream's document has been committed."""
    # Milliseconds since MongoDB 6.0; whole seconds before.
    at: datetime = change.get("wallTime") or change["clusterTime"].as_datetime()
    return max(0.0, time.time() - at.replace(tzinfo=at.tzinfo or UTC).timestamp())


def heard(stream: str, message: object) -> None:
    """Note how old a change is that came by another service's stream, if it tells when it was."""
    at = getattr(message, "at", None)
    if isinstance(at, Timestamp):
        STREAM_LAG.labels(stream).observe(max(0.0, time.time() - at.seconds - at.nanos / 1e9))


async def keep_asking(ask: Callable[[], Awaitable[None]], seconds: float = LOOK_SECONDS) -> None:
    """Ask for a backlog again and again. While the database is away the gauges stay as they were, and age."""
    while True:
        try:
            await ask()
            BACKLOG_ASKED.set_to_current_time()
        except PyMongoError as error:
            log.warning("backlog_not_asked", error=type(error).__name__)
        await asyncio.sleep(seconds)
