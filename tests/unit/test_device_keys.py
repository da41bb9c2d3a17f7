"""What is remembered of device keys, and how open streams end with them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from edge.devices import DEVICES, cookie_key, header_key
from services.kit.channels import may_be_repeated
from services.kit.device_streams import while_valid
from services.kit.devices import MEMORY_SECONDS, DeviceKeys, digest, key_in, new_key
from services.kit.errors import OrderBuddyError, Unauthenticated, Unavailable
from services.kit.principal import CallerKind, Principal
from tests.support import eventually

DEVICE = Principal(CallerKind.DEVICE, "d1")
KEY, OTHER = (f"obd_{letter * 43}" for letter in "Kx")  # the same in each run: they are in the names of tests


class Lookup:
    """Knows what a test tells it, and counts how often it was asked."""

    def __init__(self) -> None:
        self.known = {KEY: DEVICE}
        self.asked: list[str] = []
        self.away = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def find(self, key: str) -> Principal | None:
        self.asked.append(key)
        await self.may_answer.wait()
        if self.away:
            raise Unavailable("DEVICES_AWAY", "away")
        return self.known.get(key)


class Time:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def lookup() -> Lookup:
    return Lookup()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def keys(lookup: Lookup, time: Time) -> DeviceKeys:
    return DeviceKeys(lookup, now=time)


async def answer(keys: DeviceKeys, key: str) -> str:
    """Return whose key it is, or why nobody says."""
    try:
        return (await keys.principal(key)).subject
    except OrderBuddyError as error:
        return error.reason


def test_a_key_is_of_the_form_that_was_promised_and_never_the_same() -> None:
    made = {new_key() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"obd_[A-Za-z0-9_-]{43}", key) for key in made)


def test_the_hash_is_all_of_it() -> None:
    assert digest("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (f"Device {KEY}", KEY),
        (f"device  {KEY} ", KEY),
        ("Device", ""),
        (f"Bearer {KEY}", None),
        (KEY, None),
        ("", None),
        (None, None),
    ],
)
def test_a_key_is_read_from_its_own_scheme_alone(header: str | None, key: str | None) -> None:
    assert key_in(header) == key


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({b"authorization": b"Device a"}, "a"),
        ({b"cookie": b"ob_device=b"}, "b"),
        ({b"cookie": b"x=1; a b; ob_device=b ;y=2"}, "b"),
        ({b"cookie": b'ob_device="b"'}, "b"),
        ({b"authorization": b"Device a", b"cookie": b"ob_device=b"}, "a"),
        ({b"authorization": b"Bearer t", b"cookie": b"ob_device=b"}, "b"),
        ({b"authorization": b"Bearer t"}, None),
        ({b"cookie": b"xob_device=b; ob_device2=c"}, None),
        ({b"cookie": b"ob_device="}, None),
        ({}, None),
    ],
)
def test_the_edge_finds_a_key_in_the_header_before_the_cookie(headers: dict[bytes, bytes], key: str | None) -> None:
    scope = {"headers": list(headers.items())}
    assert (header_key(scope) or cookie_key(scope)) == key


async def test_an_answer_is_remembered_for_seconds(keys: DeviceKeys, lookup: Lookup, time: Time) -> None:
    assert [await answer(keys, KEY) for _ in range(3)] == ["d1"] * 3
    del lookup.known[KEY]
    time.now += MEMORY_SECONDS - 0.001
    assert await answer(keys, KEY) == "d1"
    assert lookup.asked == [KEY]
    time.now += 0.001
    assert await answer(keys, KEY) == "DEVICE_KEY_INVALID"
    assert lookup.asked == [KEY, KEY]


async def test_a_refusal_is_remembered_as_long(keys: DeviceKeys, lookup: Lookup, time: Time) -> None:
    assert [await answer(keys, OTHER) for _ in range(3)] == ["DEVICE_KEY_INVALID"] * 3
    assert lookup.asked == [OTHER]
    lookup.known[OTHER] = DEVICE
    time.now += MEMORY_SECONDS
    assert await answer(keys, OTHER) == "d1"


async def test_an_answer_counts_from_when_it_was_asked_for(keys: DeviceKeys, lookup: Lookup, time: Time) -> None:
    lookup.may_answer.clear()
    waiting = asyncio.create_task(answer(keys, KEY))
    await eventually(lambda: lookup.asked == [KEY])
    time.now += MEMORY_SECONDS
    lookup.may_answer.set()
    assert await waiting == "d1"
    await answer(keys, KEY)
    assert lookup.asked == [KEY, KEY]


async def test_nothing_is_remembered_of_an_outage(keys: DeviceKeys, lookup: Lookup) -> None:
    lookup.away = True
    assert await answer(keys, KEY) == "DEVICES_AWAY"
    lookup.away = False
    assert await answer(keys, KEY) == "d1"


async def test_what_is_remembered_outlasts_an_outage_for_its_time_only(
    keys: DeviceKeys, lookup: Lookup, time: Time
) -> None:
    await answer(keys, KEY)
    lookup.away = True
    assert await answer(keys, KEY) == "d1"
    time.now += MEMORY_SECONDS
    assert await answer(keys, KEY) == "DEVICES_AWAY"


async def test_whoever_does_not_answer_in_time_is_away(lookup: Lookup) -> None:
    lookup.may_answer.clear()
    assert await answer(DeviceKeys(lookup, ask_seconds=0.01), KEY) == "DEVICES_AWAY"


async def test_many_who_ask_at_once_share_one_question(keys: DeviceKeys, lookup: Lookup) -> None:
    lookup.may_answer.clear()
    waiting = [asyncio.create_task(answer(keys, key)) for key in [KEY, OTHER] * 10]
    await eventually(lambda: len(lookup.asked) == 2)
    lookup.may_answer.set()
    assert await asyncio.gather(*waiting) == ["d1", "DEVICE_KEY_INVALID"] * 10
    assert lookup.asked == [KEY, OTHER]


async def test_a_caller_that_leaves_does_not_take_the_answer_from_the_others(keys: DeviceKeys, lookup: Lookup) -> None:
    lookup.may_answer.clear()
    first, second = (asyncio.create_task(answer(keys, KEY)) for _ in range(2))
    await eventually(lambda: lookup.asked == [KEY])
    first.cancel()
    await asyncio.wait([first])
    lookup.may_answer.set()
    assert await second == "d1"
    assert lookup.asked == [KEY]


async def test_the_memory_is_bounded(lookup: Lookup, time: Time) -> None:
    keys = DeviceKeys(lookup, now=time, most_remembered=2)
    made = [new_key() for _ in range(3)]
    for key in made:
        await answer(keys, key)
    for key in reversed(made):
        await answer(keys, key)
    assert lookup.asked == [*made, made[0]]


@pytest.mark.parametrize(
    "key", ["", "obd_", KEY[:-1], KEY + "A", f"{KEY}\n", KEY.upper(), "x" * 10_000, "obd_" + "é" * 43]
)
async def test_what_can_not_be_a_key_is_not_asked_for(keys: DeviceKeys, lookup: Lookup, key: str) -> None:
    assert await answer(keys, key) == "DEVICE_KEY_INVALID"
    assert lookup.asked == []


async def test_questions_end_with_the_service(keys: DeviceKeys, lookup: Lookup) -> None:
    lookup.may_answer.clear()
    waiting = asyncio.create_task(answer(keys, KEY))
    await eventually(lambda: lookup.asked == [KEY])
    await keys.close()
    await asyncio.wait([waiting])
    assert waiting.cancelled()


class Source:
    """A stream that a test feeds; it knows whether it was closed."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[int] = asyncio.Queue()
        self.asked = 0
        self.closed = False

    async def stream(self) -> AsyncIterator[int]:
        try:
            while (number := await self._next()) >= 0:
                yield number
        finally:
            self.closed = True

    async def _next(self) -> int:
        self.asked += 1
        return await self.queue.get()

    async def read_into(self, told: list[int], keys: DeviceKeys) -> None:
        stream = while_valid(self.stream(), KEY, keys, check_seconds=0.01)
        while True:
            told.append(await anext(stream))


async def test_a_stream_goes_on_while_its_key_is_valid_and_ends_by_itself(keys: DeviceKeys) -> None:
    source = Source()
    for number in (1, 2, 3, -1):
        source.queue.put_nowait(number)
    assert [n async for n in while_valid(source.stream(), KEY, keys, check_seconds=0)] == [1, 2, 3]
    assert source.closed


async def test_a_silent_stream_ends_with_its_key(keys: DeviceKeys, lookup: Lookup, time: Time) -> None:
    source, told = Source(), list[int]()
    source.queue.put_nowait(1)
    reading = asyncio.create_task(source.read_into(told, keys))
    await eventually(lambda: told == [1])
    del lookup.known[KEY]
    time.now += MEMORY_SECONDS
    with pytest.raises(Unauthenticated):
        await reading
    assert source.closed


async def test_a_stream_outlives_an_outage_of_those_who_know_the_keys(keys: DeviceKeys, lookup: Lookup) -> None:
    source, told = Source(), list[int]()
    lookup.away = True
    reading = asyncio.create_task(source.read_into(told, keys))
    await eventually(lambda: len(lookup.asked) > 2)
    source.queue.put_nowait(1)
    await eventually(lambda: told == [1])
    lookup.away = False
    del lookup.known[KEY]
    with pytest.raises(Unauthenticated):
        await reading


async def test_but_not_for_ever(keys: DeviceKeys, lookup: Lookup) -> None:
    lookup.away = True
    stream = while_valid(Source().stream(), KEY, keys, check_seconds=0.01, unconfirmed_seconds=0.05)
    with pytest.raises(Unavailable):
        await anext(stream)


async def test_a_reader_that_leaves_ends_the_stream(keys: DeviceKeys) -> None:
    source = Source()
    source.queue.put_nowait(1)
    stream = while_valid(source.stream(), KEY, keys)
    assert await anext(stream) == 1
    leaving = asyncio.ensure_future(anext(stream))
    await eventually(lambda: source.asked == 2)
    leaving.cancel()
    await asyncio.wait([leaving])
    assert source.closed


async def test_what_a_stream_raises_is_raised(keys: DeviceKeys) -> None:
    async def failing() -> AsyncIterator[int]:
        yield 1
        raise LookupError

    stream = while_valid(failing(), KEY, keys)
    assert await anext(stream) == 1
    with pytest.raises(LookupError):
        await anext(stream)


def test_an_issue_that_got_no_answer_is_not_made_twice() -> None:
    """Other calls without request_id are repeated; each repetition of this one would leave a device behind."""
    assert {m.name: may_be_repeated(m) for m in DEVICES.methods} == {
        "IssueDeviceKey": False,
        "ListDevices": True,
        "RevokeDevice": True,
        "AuthenticateDevice": True,
    }
