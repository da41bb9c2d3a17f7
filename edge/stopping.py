"""Stopping without failing anybody: first say so, and only then stop."""

from __future__ import annotations

import asyncio
import signal
import socket
from types import FrameType

import uvicorn

from edge.readiness import Readiness
from services.kit.telemetry import log


class DrainingServer(uvicorn.Server):
    """Serves on after SIGTERM while /readyz says 503, so that whoever spreads the requests sends no more of them.

    Then it listens no more, answers what is under way, and ends WebSockets with code 1012, which clients take for
    "come back". SIGINT, from a keyboard, and a second SIGTERM stop at once.
    """

    def __init__(self, config: uvicorn.Config, readiness: Readiness, drain_seconds: float) -> None:
        super().__init__(config)
        self._readiness = readiness
        self._drain_seconds = drain_seconds
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, or begin to. Called between any two lines: so it only notes what the loop is to do."""
        first = not self._readiness.stopping
        self._readiness.stopping = True
        if first and sig == signal.SIGTERM and self._drain_seconds and self._loop is not None:
            self._loop.call_soon_threadsafe(self._drain, sig, frame)
        else:
            super().handle_exit(sig, frame)

    def _drain(self, sig: int, frame: FrameType | None) -> None:
        log.info("draining", seconds=self._drain_seconds)
        assert self._loop is not None
        self._loop.call_later(self._drain_seconds, super().handle_exit, sig, frame)
