"""A stream becomes events: which place is written down when, and what happens when something fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

import pytest
from pymongo.errors import AutoReconnect

from services.notification import following
from services.notification.following import EventFollower, Heard, Source

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_SAVE_SECONDS", 0.0)
    monkeypatch.setattr(following, "_QUIET_SECONDS", 0.0)
    monkeypatch.setattr(following, "_PAUSE_SECONDS", 0.0)


class Over(BaseException):
    """The script has come to its end."""


class Script:
    """Streams, one after the other, and what came of them."""

    def __init__(self, *streams: Sequence[Heard[str]], token: str = "t0") -> None:
        self.streams = list(streams)
        self.stored = token
        self.did: list[str] = []
        self.failing: list[Exception] = []

    async def watch(self, token: str) -> AsyncGenerator[Heard[str], None]:
        if not self.streams:
            raise Over
        self.did.append(f"from {token or 'nowhere'}")
        for message in self.streams.pop(0):
            yield message

    async def see_to(self, change: str) -> None:
        if self.failing:
            raise self.failing.pop()
        self.did.append(change)

    async def catch_up(self) -> None:
        self.did.append("catch up")

    async def token(self) -> str:
        return self.stored

    async def reached(self, token: str) -> None:
        self.stored = token
        self.did.append(f"reached {token}")

    async def play(self) -> list[str]:
        source = Source("orders", self.watch, self.see_to, self.catch_up)
        follower = EventFollower(source, self)
        with pytest.raises(Over):
            await follower.run()
        return self.did


async def test_a_place_is_written_down_after_its_change_was_seen_to() -> None:
    script = Script([Heard("t1", "a"), Heard("t2", "b")], [Heard("t3", "c")])
    assert await script.play() == ["from t0", "a", "reached t1", "b", "reached t2", "from t2", "c", "reached t3"]


async def test_a_heartbeats_place_counts_only_when_another_one_follows() -> None:
    # The change that it has overtaken would be lost by whoever went on from its place.
    script = Script([Heard("t2"), Heard("t1", "a")], [Heard("t3"), Heard("t4"), Heard("t5", "b")], [])
    assert await script.play() == [
        "from t0",
        "a",
        "reached t1",
        "from t1",
        "reached t3",
        "b",
        "reached t5",
        "from t5",
    ]


async def test_a_change_that_could_not_be_stored_is_heard_again() -> None:
    script = Script([Heard("t1", "a"), Heard("t2", "b")], [Heard("t1", "a")])
    script.failing.append(AutoReconnect())
    assert await script.play() == ["from t0", "from t0", "a", "reached t1"]


async def test_a_change_that_cannot_be_told_holds_up_no_other() -> None:
    script = Script([Heard("t1", "a"), Heard("t2", "b")])
    script.failing.append(KeyError("what is this"))
    assert await script.play() == ["from t0", "reached t1", "b", "reached t2"]


async def test_a_lost_place_and_none_at_all_begin_with_what_is_recent_once_the_stream_has_begun() -> None:
    script = Script([Heard("", reset="too old"), Heard("t1"), Heard("t2", "a")])
    assert await script.play() == ["from t0", "catch up", "a", "reached t2"]
    script = Script([Heard("t1", "a")], token="")
    assert await script.play() == ["from nowhere", "catch up", "a", "reached t1"]


async def test_heartbeats_at_rest_write_nothing_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_QUIET_SECONDS", 60.0)
    script = Script([Heard("t1", "a"), Heard("t2"), Heard("t3"), Heard("t4"), Heard("t5", "b")])
    assert await script.play() == ["from t0", "a", "reached t1", "b", "reached t5"]
