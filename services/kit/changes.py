"""Following committed changes of the database, from wherever we were, through outages, without a gap.

A Follower reads one change stream per process and feeds it to a Hub. When MongoDB no longer knows the place where we
were, it says so (`on_reset`), because then changes may have been missed.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from bson import ObjectId, Timestamp
from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure, PyMongoError

from services.kit.fanout import TokenUnusable
from services.kit.metrics import STREAM_EVENTS, STREAM_LAG, STREAM_RESTARTS, STREAM_UP, committed_ago
from services.kit.mongo import Database, Document
from services.kit.telemetry import log

IDLE_MILLISECONDS: Final = 5_000
"""How long MongoDB holds a read open when nothing happens; also how often the idle position advances."""

_BACKOFF_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
_PACE_SECONDS: Final = 0.008
"""How long changes may gather when the last read was less than this ago."""

_FROM_BUFFER_SECONDS: Final = 0.0002
"""A change that comes quicker was in the batch already: no read takes less."""

MOST_MISSED: Final = 5_000
"""Changes that are read anew for a reader who comes back, each with its document: a second's work. Who missed more, and
is in no process's memory any more, had better begin anew."""
_SCANS: Final = 2
"""Readers who come back for whom changes are read at one time; with each more, everything else gets slower."""
_TURN: Final = 20
"""Changes that are read before others have a turn."""

_HISTORY_LOST: Final = frozenset({280, 286})  # ChangeStreamFatalError, ChangeStreamHistoryLost
_TIMESTAMP: Final = 0x82

Change = Mapping[str, Any]


def encode_token(token: Mapping[str, Any]) -> str:
    """Write MongoDB's resume token as opaque text."""
    return str(token["_data"])


def decode_token(text: str) -> Document:
    """Read a resume token. Raises TokenUnusable."""
    if not text or len(text) > 2_000 or any(c not in "0123456789ABCDEFabcdef" for c in text):
        raise TokenUnusable("TOKEN_INVALID", "the resume token is not one of ours")
    return {"_data": text}


def instant_of(text: str) -> Timestamp:
    """Return the cluster time that a resume token begins with. Raises TokenUnusable."""
    decode_token(text)
    # A key string: the type of a timestamp, then its seconds and its number within the second, the greatest byte first.
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) < 10 or raw[0] != _TIMESTAMP:
        raise TokenUnusable("TOKEN_INVALID", "the resume token is not one of ours")
    return Timestamp(int.from_bytes(raw[1:5], "big"), int.from_bytes(raw[5:9], "big"))


class ChangeSource:
    """One way of watching: what, with which pipeline."""

    def __init__(
        self,
        target: AsyncCollection[Document] | Database,
        pipeline: Sequence[Mapping[str, Any]],
        *,
        full_document: bool = True,
    ) -> None:
        self._target = target
        self._pipeline = pipeline
        self._options: dict[str, Any] = {"full_document": "updateLookup"} if full_document else {}
        self._scans = asyncio.Semaphore(_SCANS)

    async def open(self, after: str | None, idle_milliseconds: int = IDLE_MILLISECONDS) -> AsyncChangeStream[Document]:
        """Open the stream after a token, or now. Raises TokenUnusable."""
        options = {**self._options, "max_await_time_ms": idle_milliseconds}
        if after is not None:
            await self._check_has_been(after)
            options["resume_after"] = decode_token(after)
        return await self._target.watch(list(self._pipeline), **options)

    async def since(self, token: str, only: ObjectId | None = None) -> AsyncGenerator[tuple[str, Change], None]:
        """Yield what was committed after a token, up to about now, each with the token after it.

        `only`: of this document. Raises TokenUnusable, also when that were too many.
        """
        read = 0
        try:
            async with self._scans, await self._open_for(token, only) as stream:
                while (change := await stream.try_next()) is not None:
                    later = encode_token(change["_id"])
                    if only is not None and later <= token.upper():
                        continue  # of the token's own instant
                    read += 1
                    if read > MOST_MISSED:
                        raise TokenUnusable("TOKEN_TOO_OLD", "too much has happened since the resume token")
                    if read % _TURN == 0:
                        await asyncio.sleep(0)
                    yield later, change
        except OperationFailure as error:
            if error.code in _HISTORY_LOST:
                raise TokenUnusable("TOKEN_TOO_OLD", "the resume token is too old") from error
            if error.timeout or error.has_error_label("ResumableChangeStreamError"):
                raise
            # A made-up token fails in as many ways as there are to read one; the reader is at fault in all of them.
            raise TokenUnusable("TOKEN_INVALID", "the resume token is not one of ours") from error

    async def _check_has_been(self, token: str) -> None:
        """Raise TokenUnusable when the database has not got to a token's instant: it was set back, as by a backup.

        MongoDB takes such a token, and keeps everything to itself until its own time has come there.
        """
        target = self._target
        db = target.database if isinstance(target, AsyncCollection) else target
        if instant_of(token) > (await db.command("ping"))["operationTime"]:
            raise TokenUnusable("TOKEN_TOO_NEW", "the database has not got to the resume token's time: it was set back")

    async def _open_for(self, token: str, only: ObjectId | None) -> AsyncChangeStream[Document]:
        if only is None:
            return await self.open(token, idle_milliseconds=1)
        # MongoDB finds a token only in a stream that has its change; another document's is not in this one. But the
        # instant that it begins with will do, and nothing is looked up of what others changed.
        pipeline = [{"$match": {"documentKey._id": only}}, *self._pipeline]
        await self._check_has_been(token)
        since, idle = instant_of(token), 1
        return await self._target.watch(
            pipeline, start_at_operation_time=since, max_await_time_ms=idle, **self._options
        )


class Follower:
    """Reads a source for ever.

    `on_change` handles each change, `on_idle` each read without one, `on_reset` the beginning and every possible gap.
    """

    def __init__(
        self,
        name: str,
        source: ChangeSource,
        *,
        on_change: Callable[[str, Change], Awaitable[None]],
        on_idle: Callable[[str], None],
        on_reset: Callable[[], Awaitable[None]],
    ) -> None:
        self._name = name
        self._source = source
        self._on_change = on_change
        self._on_idle = on_idle
        self._on_reset = on_reset
        self._token: str | None = None
        self._failures = 0
        self._read_at = 0.0

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
            except TokenUnusable as error:
                await self._start_over(error.reason)
            except PyMongoError as error:
                if isinstance(error, OperationFailure) and error.code in _HISTORY_LOST:
                    await self._start_over("history_lost")
                    continue
                STREAM_RESTARTS.labels(self._name, type(error).__name__).inc()
                if self._failures in (0, len(_BACKOFF_SECONDS)):
                    log.warning("change_stream_lost", stream=self._name, error=type(error).__name__)
                await self._pause()

    async def _follow(self) -> None:
        events, lag = STREAM_EVENTS.labels(self._name), STREAM_LAG.labels(self._name)
        fresh = self._token is None
        async with await self._source.open(self._token) as stream:
            if fresh:
                # What happened before this place is read by whoever needs it, after we have begun to listen.
                await self._on_reset()
            if stream.resume_token is not None:
                self._token = encode_token(stream.resume_token)
                self._on_idle(self._token)
            STREAM_UP.labels(self._name).set(1)
            while stream.alive:
                asked_at = time.monotonic()
                change = await stream.try_next()
                if change is not None:
                    events.inc()
                    token = encode_token(change["_id"])
                    await self._on_change(token, change)
                    lag.observe(committed_ago(change))
                    self._token = token
                    await self._pace(asked_at)
                elif stream.resume_token is not None:
                    self._token = encode_token(stream.resume_token)
                    self._on_idle(self._token)
                self._failures = 0

    async def _pace(self, asked_at: float) -> None:
        """When changes come thick and fast, let some gather: each read of the stream costs as much as a query."""
        now = time.monotonic()
        if now - asked_at < _FROM_BUFFER_SECONDS:
            return
        busy = now - self._read_at < _PACE_SECONDS
        self._read_at = now
        if busy:
            await asyncio.sleep(_PACE_SECONDS)

    async def _start_over(self, cause: str) -> None:
        STREAM_RESTARTS.labels(self._name, cause).inc()
        log.error("change_stream_gap", stream=self._name, cause=cause)
        self._token = None
        await self._pause()

    async def _pause(self) -> None:
        STREAM_UP.labels(self._name).set(0)
        seconds = _BACKOFF_SECONDS[min(self._failures, len(_BACKOFF_SECONDS) - 1)]
        self._failures += 1
        await asyncio.sleep(seconds * random.uniform(0.8, 1.2))  # noqa: S311  jitter, not a secret
