"""Following a stream through everything that can happen to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

from google.rpc import code_pb2, status_pb2

from edge.errors import RpcError
from edge.following import Follower, Progress
from tests.support import eventually

AWAY = RpcError(status_pb2.Status(code=code_pb2.UNAVAILABLE))


class Script:
    """Streams that say what they are told: each is a list of numbers (messages) and an end."""

    def __init__(self, *streams: Sequence[int | Exception]) -> None:
        self.streams = list(streams)
        self.opened: list[str] = []
        self.handled: list[int] = []
        self.pauses: list[float] = []
        self.clock = 1000.0
        self.fails_at: int | None = None

    async def open(self, token: str) -> AsyncGenerator[int, None]:
        self.opened.append(token)
        for item in self.streams.pop(0) if self.streams else []:
            if isinstance(item, Exception):
                raise item
            yield item
        if not self.streams:
            await asyncio.Event().wait()

    def handle(self, message: int) -> Progress:
        if message == self.fails_at:
            self.fails_at = None
            raise ValueError(message)
        self.handled.append(message)
        return Progress(f"t{message}", caught_up=message > 0)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def following(
    script: Script, until: Callable[[Follower[int]], bool], silence_seconds: float = 30.0
) -> AsyncIterator[Follower[int]]:
    follower = Follower("test", script, now=lambda: script.clock, pause=script.pause, silence_seconds=silence_seconds)
    task = asyncio.create_task(follower.run())
    try:
        await eventually(lambda: until(follower))
        yield follower
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_broken_stream_is_resumed_after_its_last_message() -> None:
    script = Script([1, 2, AWAY], [3])
    async with following(script, lambda f: f.live and script.handled == [1, 2, 3]):
        assert script.opened == ["", "t2"]


async def test_an_ended_stream_is_resumed_too() -> None:
    script = Script([1], [2])
    async with following(script, lambda _: script.handled == [1, 2]):
        assert script.opened == ["", "t1"]


async def test_pauses_grow_to_a_limit_while_nothing_answers() -> None:
    script = Script(*([AWAY] for _ in range(8)), [1])
    async with following(script, lambda f: f.live):
        nominal = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 2.0, 2.0]
        assert len(script.pauses) == 8
        assert all(0.5 * n <= pause <= 1.5 * n for pause, n in zip(script.pauses, nominal, strict=True))


async def test_pauses_begin_anew_after_success() -> None:
    script = Script([AWAY], [AWAY], [AWAY], [1, AWAY], [2])
    async with following(script, lambda _: script.handled == [1, 2]):
        assert script.pauses[-1] <= 0.05 * 1.5


async def test_it_is_live_only_when_the_reader_is_up_to_date() -> None:
    script = Script([0])
    async with following(script, lambda _: script.handled == [0]) as follower:
        assert follower.live is False
        assert follower.stale_seconds() is None


async def test_staleness_counts_from_the_last_message() -> None:
    script = Script([1, AWAY], [0])
    async with following(script, lambda _: script.handled == [1, 0]) as follower:
        script.clock += 12
        assert follower.live is False
        assert follower.stale_seconds() == 12


async def test_a_live_stream_is_not_stale() -> None:
    script = Script([1])
    async with following(script, lambda f: f.live) as follower:
        script.clock += 1_000
        assert follower.stale_seconds() == 0


async def test_silence_counts_as_broken() -> None:
    script = Script([1])
    async with following(script, lambda _: len(script.opened) >= 2, silence_seconds=0.01):
        assert script.opened[:2] == ["", "t1"]


async def test_a_reader_that_fails_starts_over_and_says_so_by_not_being_live() -> None:
    script = Script([1, 2], [0])
    script.fails_at = 2
    async with following(script, lambda _: script.handled == [1, 0]) as follower:
        assert script.opened == ["", ""]
        assert follower.live is False
