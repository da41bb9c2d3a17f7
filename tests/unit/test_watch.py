"""A reader that comes back to another replica misses nothing, however far that one is behind."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from services.kit.fanout import Hub, Positioned
from services.kit.watch import Heartbeat, watch


class Replica:
    """A replica that has heard of the first changes, and can ask for the others."""

    def __init__(self, heard: int, committed: int = 3) -> None:
        self.hub: Hub[int] = Hub()
        self.asked: list[tuple[str, str]] = []
        self._committed = committed
        for number in range(1, heard + 1):
            self.hub.publish(f"T{number}", number, ["order"])

    async def missed(self, token: str, seen_token: str) -> AsyncGenerator[Positioned[int], None]:
        self.asked.append((token, seen_token))
        for number in range(int(token[1:]) + 1, self._committed + 1):
            yield Positioned(f"T{number}", number, ("order",))

    async def told(self, resume_token: str, seen_token: str) -> list[int]:
        """Return what a reader is told before the first heartbeat."""
        found: list[int] = []

        async def snapshot() -> int:
            raise AssertionError("the token can be used")

        items = watch(self.hub, ["order"], resume_token, snapshot, self.missed, seen_token=seen_token)
        async with aclosing(items) as stream:
            async for item in stream:
                if isinstance(item, Heartbeat):
                    break
                assert isinstance(item, Positioned)
                found.append(item.event)
        return found


async def test_what_the_replica_remembers_is_enough_when_it_is_not_behind() -> None:
    replica = Replica(heard=3)
    assert await replica.told("T1", seen_token="T3") == [2, 3]
    assert replica.asked == []


async def test_a_replica_that_is_behind_asks_for_what_others_have_told() -> None:
    replica = Replica(heard=2)
    assert await replica.told("T1", seen_token="T3") == [2, 3]
    assert replica.asked == [("T1", "T3")]


async def test_what_it_asks_for_reaches_what_it_has_heard_itself() -> None:
    replica = Replica(heard=3)
    assert await replica.told("T0", seen_token="") == [1, 2, 3]
    assert replica.asked == [("T0", "T3")]  # a place from before its time
