from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import Exhausted
from services.kit.fanout import Hub


async def test_an_event_reaches_the_subscribers_of_its_keys_once() -> None:
    hub: Hub[str] = Hub()
    one, both, other = hub.subscribe(["a"]), hub.subscribe(["a", "b"]), hub.subscribe(["c"])
    hub.publish("t1", "event", ["a", "b"])
    for reader in (one, both):
        item = await reader.next(1)
        assert item is not None
        assert (item.token, item.event) == ("t1", "event")
        assert await reader.next(0) is None
    assert await other.next(0) is None


async def test_a_reader_that_falls_behind_is_cut_off_and_the_others_are_not() -> None:
    hub: Hub[int] = Hub(queue_events=3)
    slow, quick = hub.subscribe(["k"]), hub.subscribe(["k"])
    for n in range(5):
        hub.publish(f"t{n}", n, ["k"])
        item = await quick.next(1)
        assert item is not None
        assert item.event == n
    with pytest.raises(Exhausted):
        await slow.next(1)


async def test_next_wakes_up_for_an_event() -> None:
    hub: Hub[str] = Hub()
    reader = hub.subscribe(["k"])
    waiting = asyncio.create_task(reader.next(10))
    await asyncio.sleep(0)
    hub.publish("t", "event", ["k"])
    item = await waiting
    assert item is not None


async def test_unsubscribed_readers_leave_nothing_behind() -> None:
    hub: Hub[str] = Hub()
    reader = hub.subscribe(["a", "b"])
    hub.unsubscribe(reader, ["a", "b"])
    hub.unsubscribe(reader, ["a", "b"])
    assert hub.readers() == 0


async def test_a_gap_cuts_off_every_reader_and_forgets_all_places() -> None:
    hub: Hub[str] = Hub()
    reader = hub.subscribe(["k"])
    hub.publish("t1", "event", ["k"])
    hub.forget()
    with pytest.raises(Exhausted):
        await reader.next(1)
    assert hub.replay("t1", ["k"]) is None


@given(st.lists(st.sampled_from(["a", "b", "idle"]), max_size=60), st.integers(1, 8), st.data())
def test_replay_is_exactly_what_came_after_the_token(kinds: list[str], ring: int, data: st.DataObject) -> None:
    async def run() -> None:
        hub: Hub[int] = Hub(ring_events=ring)
        for n, kind in enumerate(kinds):
            if kind == "idle":
                hub.advance(f"t{n}")
            else:
                hub.publish(f"t{n}", n, [kind])
        start = data.draw(st.integers(0, max(len(kinds) - 1, 0)))
        replayed = hub.replay(f"t{start}", ["a"])
        if replayed is not None:
            expected = [n for n, kind in enumerate(kinds) if n > start and kind == "a"]
            assert [item.event for item in replayed] == expected
        if kinds:
            assert hub.replay(f"t{len(kinds) - 1}", ["a"]) == []

    asyncio.run(run())
