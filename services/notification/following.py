"""Streams of orders and payments are seen to, through restarts of everything: webhooks and messages come of it.

Every replica follows all of them and makes the same of them; ids allow each once. What has been seen to is kept
in the database, so that what happened while no replica ran is seen to by the next.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from pymongo.errors import PyMongoError

from services.kit import tracing
from services.kit.context import CURRENT, Call
from services.kit.errors import OrderBuddyError
from services.kit.metrics import heard
from services.kit.principal import CallerKind, Principal
from services.kit.telemetry import log

_SAVE_SECONDS: Final = 1.0
"""How far behind the stored place may be: so much is looked at twice after a crash, and costs a look."""

_QUIET_SECONDS: Final = 60.0
"""As much when nothing has happened since: then there is next to nothing to look at twice, and a write for each
heartbeat of each stream is what a database at rest would be busy with."""

_PAUSE_SECONDS: Final = 1.0

ChangeType = TypeVar("ChangeType")


@dataclass(frozen=True, slots=True)
class Heard(Generic[ChangeType]):
    """A message of a stream."""

    token: str
    """The place after it; empty: none."""
    change: ChangeType | None = None
    """None: nothing has changed."""
    reset: str = ""
    """Why changes may have been missed."""


@dataclass(frozen=True, slots=True)
class Source(Generic[ChangeType]):
    """Where changes come from."""

    name: str
    watch: Callable[[str], AsyncGenerator[Heard[ChangeType], None]]
    """From a token on. Raises OrderBuddyError."""
    see_to: Callable[[ChangeType], Awaitable[None]]
    """Has no effect the second time."""
    catch_up: Callable[[], Awaitable[None]]
    """Sees to what is recent, for when nobody knows what was missed."""


class Progress(Protocol):
    """Remembers up to where a stream has been seen to."""

    async def token(self) -> str:
        """Return the place; empty at the very first."""
        ...

    async def reached(self, token: str) -> None:
        """Note a place."""
        ...


class EventFollower(Generic[ChangeType]):
    """Sees to every change of a source."""

    def __init__(self, source: Source[ChangeType], progress: Progress) -> None:
        self._source = source
        self._progress = progress
        self._saved = ""
        self._saved_at = 0.0

    async def run(self) -> None:
        """Follow for ever."""
        away = False
        while True:
            CURRENT.set(Call("following", Principal(CallerKind.SERVICE, "notification"), self._source.name))
            try:
                token = await self._progress.token()
                async with aclosing(self._source.watch(token)) as messages:
                    await self._follow(messages, missed=not token)
            except (OrderBuddyError, PyMongoError) as error:
                if not away:
                    log.warning("following_interrupted", source=self._source.name, error=type(error).__name__)
                away = True
            else:
                away = False
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _follow(self, messages: AsyncGenerator[Heard[ChangeType], None], *, missed: bool) -> None:
        quiet = ""
        async for message in messages:
            if message.reset:
                log.warning("following_reset", source=self._source.name, reason=message.reset)
                missed = True
                continue
            if missed:
                # From here on the stream tells everything; what was before is read.
                await self._source.catch_up()
                missed = False
            if message.change is None:
                # A heartbeat can overtake a change by a moment: its place counts when another one follows it.
                await self._save(quiet, _QUIET_SECONDS)
                quiet = message.token
                continue
            quiet = ""
            await self._see_to(message.change)
            await self._save(message.token, _SAVE_SECONDS)

    async def _see_to(self, change: ChangeType) -> None:
        """See to a change. Raises what will pass; what can't be seen to holds up nothing else."""
        try:
            with tracing.follow(self._source.name, str(getattr(change, "order_id", ""))):
                await self._source.see_to(change)
            heard(self._source.name, change)
        except (OrderBuddyError, PyMongoError):
            raise
        except Exception as error:  # noqa: BLE001  a bug of ours: without this nothing at all would be seen to any more
            log.error("change_not_seen_to", source=self._source.name, exc_info=error)

    async def _save(self, token: str, apart: float) -> None:
        if not token or token == self._saved or time.monotonic() - self._saved_at < apart:
            return
        await self._progress.reached(token)
        self._saved, self._saved_at = token, time.monotonic()
