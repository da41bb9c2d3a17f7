"""Runs the edge: `python -m edge`."""

from __future__ import annotations

import gc
import logging
from typing import Final

from edge.metrics import CONNECTIONS
from edge.settings import EdgeSettings
from edge.stopping import DrainingServer
from edge.wiring import build, server_config
from services.kit import tracing
from services.kit.settings import load
from services.kit.telemetry import configure_logging, log

_GC_THRESHOLDS: Final = (2_000, 10, 200)
"""Looking through everything takes 0.1 to 0.3 s with 2,000 sockets, and nobody is served meanwhile: seldom, then."""


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    gc.set_threshold(*_GC_THRESHOLDS)
    settings = load(EdgeSettings)
    configure_logging(settings, "edge")
    tracing.start(settings, "edge")
    # At INFO uvicorn writes each WebSocket's address and resume token, at WARNING each malformed request; those are
    # counted (edge/protocols.py).
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    edge = build(settings)
    server = DrainingServer(server_config(edge, settings), edge.readiness, settings.drain_seconds)
    CONNECTIONS.set_function(lambda: len(server.server_state.connections))
    log.info("serving", host=settings.host, port=settings.port)
    server.run()


if __name__ == "__main__":
    main()
