"""How many calls may be under way to a service at a time, and who is turned away, early, when more come.

The limit finds itself, as TCP's does: while calls are answered quickly and the limit is used up it grows, when the
typical call takes too long it shrinks. What takes long is mostly waiting in line for a processor, wherever that is: at
the service, at the database, or here, as the time includes the event loop's own delay. So this process goes on with as
many calls as are answered in good time, and says 503 to the rest before it has read their bodies.
"""

from __future__ import annotations

import asyncio
import math
import random
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Final

from google.protobuf.descriptor import ServiceDescriptor

from edge.answers import Answer, Problem, problem
from edge.http_rules import Route
from edge.limits import EXPOSED
from edge.metrics import GATE_LIMIT, GATE_UNDER_WAY, REFUSED

LEAST: Final = 32
"""At a tenth of a second each 320 calls per second; fewer, and a process that is late itself would serve ever less."""
MOST: Final = 400
_FIRST: Final = 40
_SLOW_CALLS: Final = 256
"""Of calls that wait for others by their nature (a payment gateway, the assistant): their time says nothing of us."""

_WINDOW_SECONDS: Final = 0.1
_LEAST_SAMPLES: Final = 10
_SHRINK: Final = 0.8
_GROW: Final = 0.1
_USED_UP: Final = 0.8

_MOST_WAITING: Final = 64
_WAIT_SECONDS: Final = 0.2
"""Longer than a burst lasts, shorter than people notice."""
_OVERLOADED_SECONDS: Final = 0.5
_SHORT_WAIT_SECONDS: Final = 0.02
"""For so long after somebody was refused: that was no burst, who waits now waits in vain, and had better know soon."""


class Rank(IntEnum):
    """Who goes first. What is under way for somebody comes before what somebody begins."""

    FINISHING = 0
    """Staff who move orders, guests who pay for or place what they were shown."""
    READING = 1
    BEGINNING = 2
    """New previews and payments."""


_BEGINS: Final = frozenset(
    {"orderbuddy.ordering.v1.OrderingService.PreviewOrder", "orderbuddy.payment.v1.PaymentService.StartPayment"}
)


def rank_of(route: Route) -> Rank:
    """Return a route's rank."""
    if not route.open_to_guests:
        return Rank.FINISHING
    if route.verb == "GET":
        return Rank.READING
    return Rank.BEGINNING if route.method.full_name in _BEGINS else Rank.FINISHING


class Gate:
    """Lets so many calls through at a time; some wait a moment, by rank, the rest are refused."""

    def __init__(
        self,
        name: str,
        target_seconds: float,
        *,
        adapts: bool = True,
        clock: Callable[[], float] = time.perf_counter,
        wait_seconds: float = _WAIT_SECONDS,
    ) -> None:
        """`target_seconds`: how long the typical call may take. One that does not adapt is for slow calls."""
        self.limit: float = _FIRST if adapts else _SLOW_CALLS
        self.under_way = 0
        self._name = name
        self._target_seconds = target_seconds
        self._adapts = adapts
        self._clock = clock
        self._wait_seconds = wait_seconds
        self._waiting: tuple[deque[asyncio.Future[bool]], ...] = tuple(deque() for _ in Rank)
        self._times: list[float] = []
        self._window_began = clock()
        self._most_under_way = 0
        self._last_refusal = -math.inf
        GATE_LIMIT.labels(name).set_function(lambda: self.limit)
        GATE_UNDER_WAY.labels(name).set_function(lambda: self.under_way)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting))

    def check(self, rank: Rank) -> None:
        """Refuse at once, before anything is read, who would be refused anyway. Raises Problem (503)."""
        if self.under_way >= int(self.limit) and not self._has_room(rank):
            raise self._refused()

    def _has_room(self, rank: Rank) -> bool:
        return self.waiting < _MOST_WAITING or any(self._waiting[rank + 1 :])

    def _refused(self) -> Problem:
        self._last_refusal = self._clock()
        REFUSED.labels(f"overload-{self._name}").inc()
        return Problem(_overloaded_answer())

    async def enter(self, rank: Rank) -> float:
        """Begin a call; return when it began, for `leave`. Raises Problem (503)."""
        if self.under_way >= int(self.limit) or any(self._waiting[: rank + 1]):
            await self._wait(rank)  # the place that it gets is counted already
        else:
            self.under_way += 1
        self._most_under_way = max(self._most_under_way, self.under_way)
        return self._clock()

    async def _wait(self, rank: Rank) -> None:
        if not self._has_room(rank):
            raise self._refused()
        if self.waiting >= _MOST_WAITING:
            _answer(next(line for line in reversed(self._waiting) if line).pop(), admitted=False)
        loop = asyncio.get_running_loop()
        place: asyncio.Future[bool] = loop.create_future()
        line = self._waiting[rank]
        line.append(place)
        overloaded = self._clock() - self._last_refusal < _OVERLOADED_SECONDS
        wait_seconds = min(self._wait_seconds, _SHORT_WAIT_SECONDS) if overloaded else self._wait_seconds
        timer = loop.call_later(wait_seconds, _answer, place, False)  # noqa: FBT003  call_later takes no names
        try:
            admitted = await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.result():
                self._give_place()
            raise
        finally:
            timer.cancel()
            if place in line:
                line.remove(place)
        if not admitted:
            raise self._refused()

    def leave(self, began: float) -> None:
        """End a call, and let the next one in."""
        if self._adapts:
            now = self._clock()
            self._times.append(now - began)
            if now - self._window_began >= _WINDOW_SECONDS and len(self._times) >= _LEAST_SAMPLES:
                self._adapt(now)
        self._give_place()

    def _give_place(self) -> None:
        self.under_way -= 1
        while self.under_way < int(self.limit):
            line = next((line for line in self._waiting if line), None)
            if line is None:
                return
            if _answer(line.popleft(), admitted=True):
                self.under_way += 1

    def _adapt(self, now: float) -> None:
        if statistics.median(self._times) > self._target_seconds:
            self.limit = max(LEAST, self.limit * _SHRINK)
        elif self._most_under_way >= self.limit * _USED_UP:
            self.limit = min(MOST, self.limit + max(1, self.limit * _GROW))
        self._times.clear()
        self._window_began = now
        self._most_under_way = self.under_way


def _answer(place: asyncio.Future[bool], admitted: bool) -> bool:  # noqa: FBT001  call_later takes no names
    """Tell one that waits; return whether it still did."""
    if place.done():
        return False
    place.set_result(admitted)
    return True


def _overloaded_answer() -> Answer:
    """Make the answer to who has to come back later; not all in the same moment."""
    wait = random.randint(1, 3)  # noqa: S311  no secret
    return problem(503, "too busy just now; try again", ((b"retry-after", b"%d" % wait), EXPOSED))


class Gates:
    """A gate for each service, so that one that is slow takes no place from the others, and one for its slow calls."""

    def __init__(self, services: Iterable[ServiceDescriptor], target_seconds: float) -> None:
        names = {_service_of(service) for service in services}
        self._prompt = {name: Gate(name, target_seconds) for name in names}
        self._slow = {name: Gate(f"{name}-slow", target_seconds, adapts=False) for name in names}

    def of(self, route: Route) -> Gate:
        """Return the gate that a route's calls go through."""
        gates = self._slow if route.deadline_seconds or route.upload_field else self._prompt
        return gates[_service_of(route.method.containing_service)]


def _service_of(service: ServiceDescriptor) -> str:
    """Return the name of the process that serves it: `ordering` of orderbuddy.ordering.v1.OrderLineService."""
    return service.full_name.split(".")[1]
