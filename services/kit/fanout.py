"""One stream in, many readers out: events are kept for a while, so that a reader can go on where it stopped.

A Hub is fed by one follower (a change stream in a service, a gRPC stream in the edge). Readers subscribe by key. No
reader can hold up another: each has its own bounded queue, and one that falls behind is cut off.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from services.kit.errors import Exhausted, OrderBuddyError

EventType = TypeVar("EventType")

RING_EVENTS: Final = 20_000
"""Events kept for readers that come back; at 200 changes a second that is 100 s."""

QUEUE_EVENTS: Final = 1_000
"""Events that may wait for one reader before it counts as too slow."""


class TokenUnusable(OrderBuddyError):
    """A resume token is not one of ours, or its place is no longer known."""


@dataclass(frozen=True, slots=True)
class Positioned(Generic[EventType]):
    """An event and the resume token after it."""

    token: str
    event: EventType
    keys: tuple[Hashable, ...]


class Subscription(Generic[EventType]):
    """One reader's queue."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[Positioned[EventType]] = deque()
        self._wake: asyncio.Future[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._rings_at = self._deadline = 0.0
        self._cut_off = False

    def offer(self, item: Positioned[EventType]) -> None:
        """Queue an event; when the queue is full the reader is cut off and its queue freed."""
        if len(self._waiting) >= self._limit:
            self.cut_off()
        if not self._cut_off:
            self._waiting.append(item)
        self._wake_up()

    def cut_off(self) -> None:
        """End the subscription; its reader is told to resume."""
        self._cut_off = True
        self._waiting.clear()
        self._wake_up()

    def close(self) -> None:
        """Stop the clock; for whoever is not going to ask again."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    async def next(self, timeout_seconds: float) -> Positioned[EventType] | None:
        """Return the next event, or None when none came in time. Raises Exhausted when the reader was cut off."""
        if not self._waiting and not self._cut_off:
            await self._wait(timeout_seconds)
        if self._cut_off:
            raise Exhausted("SLOW_READER", "the reader fell behind and was cut off; resume with the last token")
        return self._waiting.popleft() if self._waiting else None

    async def _wait(self, seconds: float) -> None:
        """Wait for an event, or so long."""
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + seconds
        # A timer for each event would cost more than handing it over: one is set, and set anew when it has rung.
        if self._alarm is None or self._rings_at > self._deadline:
            self._set_alarm(loop)
        self._wake = loop.create_future()
        try:
            await self._wake
        finally:
            self._wake = None

    def _wake_up(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _set_alarm(self, loop: asyncio.AbstractEventLoop) -> None:
        self.close()
        self._rings_at = self._deadline
        self._alarm = loop.call_at(self._rings_at, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._alarm = None
        if self._wake is None:
            return
        if self._deadline > self._rings_at:
            self._set_alarm(loop)
        else:
            self._wake_up()


class Hub(Generic[EventType]):
    """Keeps recent events and hands new ones to the subscriptions whose key they carry."""

    def __init__(self, ring_events: int = RING_EVENTS, queue_events: int = QUEUE_EVENTS) -> None:
        self._ring: deque[tuple[str, Positioned[EventType] | None]] = deque()
        self._places: dict[str, int] = {}
        self._first = 0
        self._ring_events = ring_events
        self._queue_events = queue_events
        self._readers: dict[Hashable, set[Subscription[EventType]]] = {}
        self._position: str | None = None
        self._started = asyncio.Event()

    @property
    def position(self) -> str | None:
        """Token after the last event; None before the follower has begun."""
        return self._position

    async def started(self) -> str:
        """Wait until there is a position, and return it."""
        await self._started.wait()
        assert self._position is not None
        return self._position

    def publish(self, token: str, event: EventType, keys: Iterable[Hashable]) -> None:
        """Hand an event to everybody subscribed to one of the keys, once each."""
        item = Positioned(token, event, tuple(keys))
        self._remember(token, item)
        for reader in {r for key in item.keys for r in self._readers.get(key, ())}:
            reader.offer(item)

    def tell(self, event: EventType, keys: Iterable[Hashable] | None = None) -> None:
        """Hand something that has no place in the stream to those subscribed to a key, or to everybody. Not kept."""
        wanted = self._readers if keys is None else keys
        item = Positioned("", event, ())
        for reader in {r for key in wanted for r in self._readers.get(key, ())}:
            reader.offer(item)

    def advance(self, token: str) -> None:
        """Note that nothing happened up to this token."""
        if token != self._position:
            self._remember(token, None)

    def forget(self) -> None:
        """Drop all kept events and cut off all readers: the follower could not go on without a gap."""
        for reader in {r for readers in self._readers.values() for r in readers}:
            reader.cut_off()
        self._ring.clear()
        self._places.clear()
        self._first = 0

    def _remember(self, token: str, item: Positioned[EventType] | None) -> None:
        if item is None and self._ring and self._ring[-1][1] is None:
            # Two idle positions in a row: the later one replaces the earlier, whose token stays valid for a resume.
            self._places[token] = self._first + len(self._ring) - 1
            self._ring[-1] = (token, None)
        else:
            self._places[token] = self._first + len(self._ring)
            self._ring.append((token, item))
        while len(self._ring) > self._ring_events:
            self._ring.popleft()
            self._first += 1
        if len(self._places) > 2 * self._ring_events:
            self._places = {t: p for t, p in self._places.items() if p >= self._first}
        self._position = token
        self._started.set()

    def replay(self, token: str, keys: Iterable[Hashable]) -> list[Positioned[EventType]] | None:
        """Return the kept events after a token that carry one of the keys; None when that place is not kept."""
        place = self._places.get(token)
        if place is None or place < self._first:
            return None
        wanted = frozenset(keys)
        later = list(self._ring)[place - self._first + 1 :]
        return [item for _, item in later if item is not None and not wanted.isdisjoint(item.keys)]

    def subscribe(self, keys: Iterable[Hashable]) -> Subscription[EventType]:
        """Begin to queue events that carry one of the keys. End with `unsubscribe`."""
        subscription: Subscription[EventType] = Subscription(self._queue_events)
        for key in keys:
            self._readers.setdefault(key, set()).add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription[EventType], keys: Iterable[Hashable]) -> None:
        """Stop queueing; harmless when done twice."""
        subscription.close()
        for key in keys:
            readers = self._readers.get(key, set())
            readers.discard(subscription)
            if not readers:
                self._readers.pop(key, None)

    def readers(self) -> int:
        """Return how many subscriptions there are (by key)."""
        return sum(len(readers) for readers in self._readers.values())
