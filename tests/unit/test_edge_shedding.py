"""How many calls are let through, who waits, who is refused, and that the limit finds itself."""

from __future__ import annotations

import asyncio

import pytest

from edge.answers import Problem
from edge.shedding import LEAST, MOST, Gate, Rank

TARGET = 0.1


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def gate_of(limit: int, clock: Clock, wait_seconds: float = 30.0) -> Gate:
    gate = Gate("test", TARGET, clock=clock, wait_seconds=wait_seconds)
    gate.limit = limit
    return gate


async def refused(gate: Gate, rank: Rank) -> bool:
    with pytest.raises(Problem) as problem:
        await gate.enter(rank)
    answer = problem.value.answer
    assert answer.status == 503
    assert dict(answer.headers)[b"retry-after"] in (b"1", b"2", b"3")
    return True


async def waiting(gate: Gate, rank: Rank) -> asyncio.Task[float]:
    task = asyncio.create_task(gate.enter(rank))
    await asyncio.sleep(0)  # its first step goes as far as the queue
    return task


async def test_a_place_that_is_free_is_taken_at_once(clock: Clock) -> None:
    gate = gate_of(2, clock)
    for _ in range(2):
        await gate.enter(Rank.BEGINNING)
    assert (gate.under_way, gate.waiting) == (2, 0)


async def test_who_finishes_goes_before_who_begins(clock: Clock) -> None:
    gate = gate_of(1, clock)
    began = await gate.enter(Rank.BEGINNING)
    preview = await waiting(gate, Rank.BEGINNING)
    status = await waiting(gate, Rank.READING)
    payment = await waiting(gate, Rank.FINISHING)
    order: list[asyncio.Task[float]] = []
    for _ in range(3):
        gate.leave(began)
        done, _ = await asyncio.wait({preview, status, payment} - set(order), return_when=asyncio.FIRST_COMPLETED)
        order += done
    assert order == [payment, status, preview]
    assert gate.under_way == 1


async def test_the_queue_is_short_and_the_last_of_the_least_makes_room(clock: Clock) -> None:
    gate = gate_of(1, clock)
    await gate.enter(Rank.BEGINNING)
    previews = [await waiting(gate, Rank.BEGINNING) for _ in range(64)]
    with pytest.raises(Problem):
        gate.check(Rank.BEGINNING)
    assert await refused(gate, Rank.BEGINNING)
    gate.check(Rank.FINISHING)
    payment = await waiting(gate, Rank.FINISHING)
    with pytest.raises(Problem):
        await previews[-1]
    assert (gate.waiting, previews[-2].done(), payment.done()) == (64, False, False)
    for task in (*previews[:-1], payment):
        task.cancel()


async def test_nobody_waits_long(clock: Clock) -> None:
    gate = gate_of(1, clock, wait_seconds=0.01)
    await gate.enter(Rank.FINISHING)
    assert await refused(gate, Rank.FINISHING)
    assert (gate.under_way, gate.waiting) == (1, 0)


async def test_after_a_refusal_nobody_waits_even_that_long_for_a_while(clock: Clock) -> None:
    gate = gate_of(1, clock, wait_seconds=0.3)
    await gate.enter(Rank.READING)
    loop = asyncio.get_running_loop()
    times = []
    for pause in (0.0, 0.0, 0.6):
        clock.now += pause
        began = loop.time()
        assert await refused(gate, Rank.READING)
        times.append(loop.time() - began)
    assert times[0] > 0.25
    assert times[1] < 0.2
    assert times[2] > 0.25


async def test_who_goes_away_while_waiting_takes_no_place(clock: Clock) -> None:
    gate = gate_of(1, clock)
    began = await gate.enter(Rank.READING)
    gone, gone_when_called, stays = [await waiting(gate, Rank.READING) for _ in range(3)]
    gone.cancel()
    await asyncio.wait([gone])
    gate.leave(began)  # admits the second ...
    gone_when_called.cancel()  # ... which is cancelled before it hears of it
    await asyncio.wait([gone_when_called, stays])
    assert (stays.exception(), gate.under_way, gate.waiting) == (None, 1, 0)


async def load(gate: Gate, clock: Clock, seconds: float, windows: int) -> None:
    """Keep the gate full of calls that take so long each, for some windows."""
    for _ in range(windows):
        began = [await gate.enter(Rank.BEGINNING) for _ in range(max(10, int(gate.limit)) - gate.under_way)]
        clock.now += max(seconds, TARGET + 0.001)
        for _ in began:
            gate.leave(clock.now - seconds)


async def test_the_limit_grows_while_calls_are_quick(clock: Clock) -> None:
    gate = gate_of(40, clock)
    await load(gate, clock, 0.01, 10)
    assert 80 < gate.limit < 120
    await load(gate, clock, 0.01, 100)
    assert gate.limit == MOST


async def test_it_shrinks_while_they_are_slow_but_something_always_goes_through(clock: Clock) -> None:
    gate = gate_of(100, clock)
    for _ in range(40):
        began = [await gate.enter(Rank.BEGINNING) for _ in range(int(gate.limit))]
        clock.now += 0.3
        for _ in range(len(began)):
            gate.leave(clock.now - 0.3)
    assert LEAST <= gate.limit < LEAST + 2


async def test_it_settles_where_calls_take_as_long_as_they_may(clock: Clock) -> None:
    """A service of 1,000 calls per second: so many under way take a thousandth of a second each, in turn."""
    gate = gate_of(400, clock)
    for _ in range(100):
        count = int(gate.limit)
        began = [await gate.enter(Rank.BEGINNING) for _ in range(count)]
        clock.now += max(count / 1_000, TARGET)
        for _ in began:
            gate.leave(clock.now - count / 1_000)
    assert 70 <= gate.limit <= 115


async def test_it_does_not_grow_when_nobody_needs_it(clock: Clock) -> None:
    gate = gate_of(40, clock)
    for _ in range(100):
        began = await gate.enter(Rank.READING)
        clock.now += 0.02
        gate.leave(began)
    assert gate.limit == 40


async def test_one_for_slow_calls_stays_as_it_is(clock: Clock) -> None:
    gate = Gate("slow", TARGET, adapts=False, clock=clock)
    limit = gate.limit
    for _ in range(100):
        began = await gate.enter(Rank.FINISHING)
        clock.now += 10
        gate.leave(began)
    assert gate.limit == limit
