"""Calls that carry a request_id: whatever ends them, their effect is there once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from bson import ObjectId
from google.protobuf.wrappers_pb2 import StringValue

from services.kit.clock import FixedClock
from services.kit.context import Call
from services.kit.editing import Editing
from services.kit.errors import Conflict
from services.kit.idempotency import LEASE, Idempotency
from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal
from tests.support import eventually

CALL = Call("/menus/Create", Principal(CallerKind.STAFF, "ana"), "r-1")


class Menus:
    """Makes menus, once for each request_id."""

    def __init__(self, db: Database, clock: FixedClock) -> None:
        self.idempotency = Idempotency(db, clock)
        self.editing = Editing(db, clock)
        self.db = db

    async def insert(self) -> StringValue:
        key = ObjectId()
        await self.editing.insert("menus", {"_id": key}, "luna")
        return StringValue(value=str(key))

    async def create(self, work: Callable[[], Awaitable[StringValue]]) -> tuple[str, bool]:
        answer, replayed = await self.idempotency.run(CALL, "k-1", StringValue(value="x"), work, StringValue)
        assert isinstance(answer, StringValue)
        return answer.value, replayed

    async def count(self) -> int:
        return await self.db["menus"].count_documents({})


@pytest.fixture
def menus(db: Database, clock: FixedClock) -> Menus:
    return Menus(db, clock)


async def reason(call: Awaitable[object]) -> str:
    with pytest.raises(Conflict) as refused:
        await call
    return refused.value.reason


async def test_the_same_call_again_answers_as_the_first(menus: Menus) -> None:
    first = await menus.create(menus.insert)
    assert await menus.create(menus.insert) == (first[0], True)
    assert await menus.count() == 1


async def test_a_call_cut_off_after_its_commit_is_not_carried_out_again(menus: Menus, clock: FixedClock) -> None:
    async def cut_off() -> StringValue:
        await menus.insert()
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await menus.create(cut_off)
    assert await reason(menus.create(menus.insert)) == "IDEMPOTENCY_IN_PROGRESS"
    clock.set(clock.now() + LEASE + timedelta(seconds=1))
    assert await reason(menus.create(menus.insert)) == "IDEMPOTENCY_ANSWER_LOST"
    assert await menus.count() == 1


async def test_a_call_cut_off_before_its_commit_is_free_at_once(menus: Menus) -> None:
    async def cut_off() -> StringValue:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await menus.create(cut_off)
    assert (await menus.create(menus.insert))[1] is False
    assert await menus.count() == 1


async def test_a_call_that_was_taken_over_writes_nothing(menus: Menus, clock: FixedClock) -> None:
    go_on = asyncio.Event()

    async def slow() -> StringValue:
        await go_on.wait()
        return await menus.insert()

    first = asyncio.create_task(menus.create(slow))

    async def is_claimed() -> bool:
        return await menus.db["request_results"].count_documents({}) == 1

    await eventually(is_claimed)
    clock.set(clock.now() + LEASE + timedelta(seconds=1))
    second = await menus.create(menus.insert)
    go_on.set()
    assert await reason(first) == "IDEMPOTENCY_IN_PROGRESS"
    assert await menus.create(menus.insert) == (second[0], True)
    assert await menus.count() == 1
