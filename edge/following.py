"""Following a service's stream for ever: resumes by token, reconnects with growing pauses, notices silence."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from edge.errors import RpcError
from edge.metrics import STREAM_RECONNECTS, STREAM_UP
from services.kit.telemetry import log

MessageType = TypeVar("MessageType")

SILENCE_SECONDS: Final = 15.0
"""Streams send heartbeats every five seconds; three missing ones mean that the connection is dead."""

_PAUSES_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Progress(NamedTuple):
    """Where a reader is after a message."""

    token: str
    """To resume with; empty: from the beginning."""
    caught_up: bool
    """Whether the reader knows everything there is to know."""


class Reader(Protocol[MessageType]):
    """What is done with a stream."""

    def open(self, token: str) -> AsyncGenerator[MessageType, None]:
        """Begin the stream, after the token if there is one."""
        ...

    def handle(self, message: MessageType) -> Progress:
        """Take in a message."""
        ...


class Follower(Generic[MessageType]):
    """Keeps one stream open."""

    def __init__(
        self,
        name: str,
        reader: Reader[MessageType],
        *,
        now: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self.live = False
        """Whether the reader is up to date at this moment."""
        self._name = name
        self._reader = reader
        self._now = now
        self._pause = pause
        self._silence_seconds = silence_seconds
        self._token = ""
        self._failures = 0
        self._heard_at: float | None = None

    def stale_seconds(self) -> float | None:
        """Return for how long nothing was heard; 0 when live, None when the reader was never up to date."""
        if self.live:
            return 0.0
        return None if self._heard_at is None else self._now() - self._heard_at

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
                cause = "ended"
            except RpcError as error:
                cause = str(error)
            except TimeoutError:
                cause = "silent"
            except Exception as error:  # noqa: BLE001  a bug in the reader has no caller who could be told
                log.error("stream_reader_failed", stream=self._name, exc_info=error)
                cause = "reader failed"
                self._token = ""  # from the beginning: the same message would fail again
            self._lost(cause)
            seconds = _PAUSES_SECONDS[min(self._failures, len(_PAUSES_SECONDS)) - 1]
            # The jitter keeps many edges from coming back at the same instant.
            await self._pause(seconds * random.uniform(0.5, 1.5))  # noqa: S311  no secret

    async def _follow(self) -> None:
        async with aclosing(self._reader.open(self._token)) as stream:
            while True:
                try:
                    async with asyncio.timeout(self._silence_seconds):
                        message = await anext(stream)
                except StopAsyncIteration:
                    return
                self._take(message)

    def _take(self, message: MessageType) -> None:
        self._token, caught_up = self._reader.handle(message)
        if caught_up:
            if not self.live:
                STREAM_UP.labels(self._name).set(1)
            if not self.live and self._failures:
                log.info("stream_back", stream=self._name, attempts=self._failures)
            self.live = True
            self._failures = 0
            self._heard_at = self._now()

    def _lost(self, cause: str) -> None:
        self.live = False
        STREAM_UP.labels(self._name).set(0)
        self._failures += 1
        STREAM_RECONNECTS.labels(self._name).inc()
        if self._failures in (1, len(_PAUSES_SECONDS)):
            log.warning("stream_lost", stream=self._name, cause=cause, attempts=self._failures)
