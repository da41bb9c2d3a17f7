"""A load generator for one URL at a time: keep-alive connections, each with one request under way."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True)
class Request:
    """A request as bytes, ready to send."""

    data: bytes

    @classmethod
    def make(cls, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Request:
        lines = [f"{method} {path} HTTP/1.1", "host: bench"]
        lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
        if body is not None:
            lines += ["content-type: application/json", f"content-length: {len(body)}"]
        return cls("\r\n".join([*lines, "", ""]).encode() + (body or b""))


@dataclass(frozen=True)
class Outcome:
    """What a run gave: seconds, answers by status, and each answer's time in milliseconds, sorted."""

    seconds: float
    statuses: dict[int, int]
    milliseconds: list[float]

    @property
    def count(self) -> int:
        return len(self.milliseconds)

    def percentile(self, share: float) -> float:
        return self.milliseconds[min(int(len(self.milliseconds) * share), len(self.milliseconds) - 1)]


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as an answer is complete."""

    def __init__(self, requests: Iterator[Request], until: float, statuses: dict[int, int], times: list[float]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests, self._until, self._statuses, self._times = requests, until, statuses, times
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without being derived from it
        self._send()

    def _send(self) -> None:
        request = next(self._requests, None) if time.perf_counter() < self._until else None
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request.data)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._buffer[:head_end].lower()
        at = head.find(b"\r\ncontent-length:")
        length = (
            int(head[at + 17 : head.find(b"\r", at + 17) if b"\r" in head[at + 17 :] else len(head)]) if at >= 0 else 0
        )
        status = int(head[9:12])
        if len(self._buffer) < head_end + 4 + length:
            return
        self._buffer = self._buffer[head_end + 4 + length :]
        self._times.append((time.perf_counter() - self._sent_at) * 1000)
        self._statuses[status] = self._statuses.get(status, 0) + 1
        self._send()

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def run(
    host: str, port: int, requests: Sequence[Request], *, seconds: float, connections: int, once: bool
) -> Outcome:
    """Send requests for some seconds (or each one once), and return the outcome."""
    statuses: dict[int, int] = {}
    times: list[float] = []
    source = iter(requests) if once else itertools.cycle(requests)
    started = time.perf_counter()
    loop = asyncio.get_running_loop()
    until = started + seconds
    protocols = []
    for _ in range(connections):
        _, protocol = await loop.create_connection(lambda: _Connection(source, until, statuses, times), host, port)
        protocols.append(protocol.done)
    await asyncio.gather(*protocols)
    return Outcome(time.perf_counter() - started, statuses, sorted(times))


async def listening(port: int) -> None:
    """Wait until somebody listens on a port."""
    for _ in range(500):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    raise SystemExit(f"nobody listens on {port}")
