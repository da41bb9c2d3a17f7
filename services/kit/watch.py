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

Missed = Callable[[str, str], AsyncGenerator[Positioned[EventType], None]]
"""Reads what happened after a token, as far as another one at least. Tokens are in the order of their text."""

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
    missed: Missed[EventType] | None,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
    seen_token: str = "",
) -> AsyncGenerator[Snapshot[SnapshotType] | Positioned[EventType] | Reset | Heartbeat, None]:
    """Yield a snapshot or what was missed, a heartbeat, and then what happens.

    `missed` reads changes after its first token (all keys), up to its second one at least; it raises TokenUnusable.
    Without it only what is in memory can be resumed from. `seen_token` is a place that the reader knows to have been
    reached, maybe by another replica, of which this one can be behind. Raises Exhausted when the reader is too slow.
    """
    begin = await hub.started()
    subscription = hub.subscribe(keys)
    try:
        sent: set[str] = set()
        token = begin
        resumed: list[Positioned[EventType]] | None = None
        if resume_token:
            try:
                seen = max(hub.position or begin, seen_token)
                resumed = await _missed(hub, keys, resume_token, seen, missed)
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
    seen_token: str,
    read: Missed[EventType] | None,
) -> list[Positioned[EventType]]:
    """Return what happened after the token: from memory when it is recent, else from the database."""
    recent = hub.replay(resume_token, keys)
    if recent is not None and (hub.position or "") >= seen_token:
        return recent
    if read is None:
        raise TokenUnusable("TOKEN_NOT_HERE", "this process does not remember the token's place")
    wanted = frozenset(keys)
    # A plain `async for` would leave the database cursor open when the reader goes away in the middle.
    async with aclosing(read(resume_token, seen_token)) as stream:
        return [item async for item in stream if not wanted.isdisjoint(item.keys)]
