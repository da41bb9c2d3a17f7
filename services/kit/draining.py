"""Ending the streams of a replica that stops, so that their followers go on at another one at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

from services.kit.errors import Unavailable

Message = TypeVar("Message")


class OpenStreams:
    """The streams under way. Each is served in a task of its own, as gRPC does it."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[None]] = set()
        self._ending = False

    async def until_the_end(self, stream: AsyncIterator[Message]) -> AsyncIterator[Message]:
        """Yield what a stream yields until it, or all streams, end. Raises Unavailable."""
        task = asyncio.current_task()
        assert task is not None
        try:
            while not self._ending:
                # Only who waits for the next message is woken: a cancellation in the middle of sending one would
                # break the call off without its status.
                self._waiting.add(task)
                try:
                    message = await anext(stream)
                except StopAsyncIteration:
                    return
                finally:
                    self._waiting.discard(task)
                yield message
        except asyncio.CancelledError:
            if not self._ending:
                raise
            task.uncancel()
        raise Unavailable("STOPPING", "this replica stops; go on at another one", retry_after_seconds=0)

    def end(self) -> None:
        """End all streams, and those that begin later at once."""
        self._ending = True
        for task in self._waiting:
            task.cancel()
