"""Following another service's Watch RPC: for ever, from where we were, through restarts of either side."""

from __future__ import annotations

import random
from asyncio import sleep
from collections.abc import AsyncIterable, Callable
from typing import Final, Protocol, TypeVar

import grpc

from services.kit.metrics import STREAM_RESTARTS, STREAM_UP
from services.kit.telemetry import log

_BACKOFF_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Resumable(Protocol):
    """A message of a Watch RPC."""

    @property
    def resume_token(self) -> str:
        """Where to go on after this message; empty inside a snapshot."""
        ...


MessageType = TypeVar("MessageType", bound=Resumable)


async def follow(
    name: str,
    watch: Callable[[str], AsyncIterable[MessageType]],
    on_message: Callable[[MessageType], None],
    on_state: Callable[[bool], None],
) -> None:
    """Call `watch` with the last token again and again and hand on each message. Ends only when cancelled.

    `on_state` hears True with the first message of each stream and False when it ends.
    """
    token, failures = "", 0
    while True:
        try:
            connected = False
            async for message in watch(token):
                if not connected:
                    connected, failures = True, 0
                    STREAM_UP.labels(name).set(1)
                    on_state(True)  # noqa: FBT003  there is nothing else it could mean
                on_message(message)
                token = message.resume_token or token
            cause = "ended"
        except grpc.aio.AioRpcError as error:
            cause = error.code().name
        STREAM_UP.labels(name).set(0)
        on_state(False)  # noqa: FBT003
        STREAM_RESTARTS.labels(name, cause).inc()
        if failures == 0:
            log.warning("stream_lost", stream=name, cause=cause)
        await sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)] * random.uniform(0.8, 1.2))  # noqa: S311
        failures += 1
