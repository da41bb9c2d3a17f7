"""A live stream as etcd's Watch: what is, then what changes, each with a token to go on from.

Used by every Watch RPC. The order of steps is what makes it free of gaps: a reader is subscribed before the
snapshot or the missed changes are read, and what it was sent already is dropped by its token.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from services.kit.fanout import Hub, Positioned, TokenUnusable

EventType = TypeVar("EventType")
SnapshotType = TypeVar("SnapshotType")

HEARTBEAT_SECONDS: Final = 5.0
"""An idle reader hears at least this often that the stream is alive, and its token advances."""


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[SnapshotType]):
    """What is, up to the token."""

    token: str
    state: SnapshotType


@dataclass(frozen=True, slots=True)
class Reset:
    """The reader's token could not be used; a snapshot follows."""

    reason: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Nothing is missing up to the token."""

    token: str


async def watch(
    hub: Hub[EventType],
    keys: Sequence[Hashable],
    resume_token: str,
    snapshot: Callable[[], Awaitable[SnapshotType]],
    missed: Callable[[str], AsyncGenerator[Positioned[EventType], None]] | None,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncGenerator[Snapshot[SnapshotType] | Positioned[EventType] | Reset | Heartbeat, None]:
    """Yield a snapshot or what was missed, a heartbeat, and then what happens.

    `missed` reads changes after a token from the database (all keys); it raises TokenUnusable. Without it only what is
    in memory can be resumed from. Raises Exhausted when
    the reader is too slow.
    """
    begin = await hub.started()
    subscription = hub.subscribe(keys)
    try:
        sent: set[str] = set()
        token = begin
        resumed: list[Positioned[EventType]] | None = None
        if resume_token:
            try:
                resumed = await _missed(hub, keys, resume_token, missed)
            except TokenUnusable as error:
                yield Reset(error.message)
        if resumed is None:
            token = hub.position or begin
            yield Snapshot(token, await snapshot())
        else:
            for item in resumed:
                sent.add(item.token)
                token = item.token
                yield item
            token = resumed[-1].token if resumed else resume_token
        yield Heartbeat(token)
        while True:
            news = await subscription.next(heartbeat_seconds)
            if news is None:
                yield Heartbeat(hub.position or token)
            elif news.token in sent:
                sent.discard(news.token)
            else:
                yield news
    finally:
        hub.unsubscribe(subscription, keys)


async def _missed(
    hub: Hub[EventType],
    keys: Sequence[Hashable],
    resume_token: str,
    read: Callable[[str], AsyncGenerator[Positioned[EventType], None]] | None,
) -> list[Positioned[EventType]]:
    """Return what happened after the token: from memory when it is recent, else from the database."""
    recent = hub.replay(resume_token, keys)
    if recent is not None:
        return recent
    if read is None:
        raise TokenUnusable("TOKEN_NOT_HERE", "this process does not remember the token's place")
    wanted = frozenset(keys)
    # A plain `async for` would leave the database cursor open when the reader goes away in the middle.
    async with aclosing(read(resume_token)) as stream:
        return [item async for item in stream if not wanted.isdisjoint(item.keys)]
