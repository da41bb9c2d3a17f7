"""Load that comes by a schedule, as guests do, whether or not what came before was answered.

Each arrival has its instant beforehand. Times count from that instant, so a generator that is late makes the system
look worse, never better; how late it was is counted as well.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from bench.load import Request

GIVE_UP_SECONDS = 5.0
_LOOK_SECONDS = 0.02


class Wanted(NamedTuple):
    """One arrival: what is asked, and what to do with the answer."""

    kind: str
    request: Request
    heard: Callable[[int, bytes], None]
    """Takes status and body."""


@dataclass
class Tally:
    """What became of a run's arrivals, times in seconds from the scheduled instant."""

    seconds: float = 0.0
    late: list[float] = field(default_factory=list)
    """How late each was sent."""
    accepted: dict[str, list[float]] = field(default_factory=dict)
    refused: list[float] = field(default_factory=list)
    """429 and 503."""
    without_retry_after: int = 0
    wrong: dict[int, int] = field(default_factory=dict)
    """Other answers, by status."""
    lost: int = 0
    """Not answered at all."""
    last_refusal: float = 0.0
    """When (time.perf_counter)."""

    def goodput(self, *kinds: str) -> float:
        """Return what was accepted per second, of some kinds or all."""
        return sum(len(times) for kind, times in self.accepted.items() if not kinds or kind in kinds) / self.seconds

    def accepted_times(self, *kinds: str) -> list[float]:
        """Return how long they took, sorted."""
        return sorted(t for kind, times in self.accepted.items() if not kinds or kind in kinds for t in times)


class _Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time."""

    def __init__(self, pool: _Pool) -> None:
        self._pool = pool
        self._buffer = b""
        self.wanted: Wanted | None = None
        self.due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without being derived from it

    def send(self, wanted: Wanted, due: float) -> None:
        self.wanted, self.due = wanted, due
        self._transport.write(wanted.request.data)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower() + b"\r\n"
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if len(self._buffer) < end + 4 + length:
            return
        body, self._buffer = self._buffer[end + 4 : end + 4 + length], b""
        self._pool.answered(self, int(head[9:12]), body, retry_after=b"\r\nretry-after: " in head)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._pool.closed(self)

    def abort(self) -> None:
        self._transport.abort()


class _Pool:
    """As many connections as there are requests under way."""

    def __init__(self, port: int, tally: Tally) -> None:
        self._port = port
        self.tally = tally
        self._idle: deque[_Connection] = deque()
        self.busy: set[_Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()

    def send(self, wanted: Wanted, due: float) -> None:
        if self._idle:
            connection = self._idle.pop()
            self.busy.add(connection)
            connection.send(wanted, due)
            return
        task = asyncio.create_task(self._open(wanted, due))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, wanted: Wanted, due: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                _, connection = await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self._port)
        except (OSError, TimeoutError):
            self.tally.lost += 1
            return
        self.busy.add(connection)
        connection.send(wanted, due)

    def answered(self, connection: _Connection, status: int, body: bytes, *, retry_after: bool) -> None:
        wanted, now = connection.wanted, time.perf_counter()
        assert wanted is not None
        connection.wanted = None
        self.busy.discard(connection)
        self._idle.append(connection)
        took = now - connection.due
        if status < 400:
            self.tally.accepted.setdefault(wanted.kind, []).append(took)
        elif status in (429, 503):
            self.tally.refused.append(took)
            self.tally.last_refusal = now
            self.tally.without_retry_after += not retry_after
        else:
            self.tally.wrong[status] = self.tally.wrong.get(status, 0) + 1
        wanted.heard(status, body)

    def closed(self, connection: _Connection) -> None:
        if connection in self.busy:
            self.busy.discard(connection)
            self.tally.lost += 1
        elif connection in self._idle:
            self._idle.remove(connection)

    async def end(self) -> None:
        """Wait for what is under way, then close everything."""
        for _ in range(int(GIVE_UP_SECONDS / _LOOK_SECONDS)):
            if self.busy or self._opening:
                await asyncio.sleep(_LOOK_SECONDS)
        for connection in [*self.busy, *self._idle]:
            connection.abort()
        await asyncio.sleep(0)


async def arrive(
    port: int, per_second: float, seconds: float, chance: random.Random, wanted: Callable[[], Wanted]
) -> Tally:
    """Let arrivals come at random (exponential pauses) for some seconds."""
    tally = Tally(seconds=seconds)
    pool = _Pool(port, tally)
    due = start = time.perf_counter()
    while due < start + seconds:
        now = time.perf_counter()
        if due > now:
            await asyncio.sleep(due - now)
            continue
        tally.late.append(now - due)
        pool.send(wanted(), due)
        due += chance.expovariate(per_second)
        if len(tally.late) % 20 == 0:
            await asyncio.sleep(0)  # what was answered meanwhile
    await pool.end()
    return tally
