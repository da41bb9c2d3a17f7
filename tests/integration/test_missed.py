"""Who comes back after long is told what it missed, and holds nobody up with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from bson import ObjectId
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc

from services.kit import changes
from services.kit.changes import Change, ChangeSource, Follower, encode_token, instant_of
from services.kit.fanout import TokenUnusable
from services.kit.mongo import Database
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.ordering.__main__ import build as build_ordering
from services.ordering.resume import Position
from tests.integration.kitchens import LUNA, STAFF, Kitchen, running_kitchen
from tests.support import Served, eventually


@pytest.fixture
async def kitchen(
    settings: ServiceSettings, db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> AsyncIterator[Kitchen]:
    async with running_kitchen(settings, db, serve) as running:
        yield running


async def now(source: ChangeSource) -> str:
    """Return a token of this moment."""
    async with await source.open(None) as stream:
        await stream.try_next()
        assert stream.resume_token is not None
        return encode_token(stream.resume_token)


async def missed(source: ChangeSource, token: str, only: ObjectId | None = None) -> list[tuple[str, Change]]:
    return [item async for item in source.since(token, only)]


async def test_of_one_document_only_its_own_changes_are_read(db: Database) -> None:
    source = ChangeSource(db["things"], [])
    mine, other = ObjectId(), ObjectId()
    begin = await now(source)
    await db["things"].insert_many([{"_id": mine, "n": 0}, {"_id": other, "n": 0}])
    for n in range(1, 4):
        await db["things"].update_many({}, {"$set": {"n": n}})
    everything = await missed(source, begin)
    assert len(everything) == 8
    # From wherever one goes on, another's changes too: exactly what comes after.
    for at, (token, _) in enumerate([(begin, None), *everything]):
        after = [later for later, change in everything[at:] if change["documentKey"]["_id"] == mine]
        assert [later for later, _ in await missed(source, token, mine)] == after
        assert [later for later, _ in await missed(source, token.lower(), mine)] == after


@pytest.mark.parametrize("token", ["", "zz", "82", "8263", "826", "0" * 40])
async def test_what_does_not_begin_with_an_instant_is_no_token(db: Database, token: str) -> None:
    with pytest.raises(TokenUnusable) as refused:
        await missed(ChangeSource(db["things"], []), token, ObjectId())
    assert refused.value.reason == "TOKEN_INVALID"


def ahead(token: str, seconds: int) -> str:
    """Return a token as one of a later time, or of a database that was set back since."""
    return f"{token[:2]}{instant_of(token).time + seconds:08X}{token[10:]}"


@pytest.mark.parametrize("seconds", [60, 3600, 86_400 * 365])
@pytest.mark.parametrize("only", [None, ObjectId()])
async def test_a_token_of_a_time_that_the_database_has_not_seen_is_refused(
    db: Database, seconds: int, only: ObjectId | None
) -> None:
    source = ChangeSource(db["things"], [])
    token = ahead(await now(source), seconds)
    await db["things"].insert_one({})
    with pytest.raises(TokenUnusable) as refused:
        await missed(source, token, only)
    assert refused.value.reason == "TOKEN_TOO_NEW"


async def test_a_follower_whose_database_was_set_back_begins_anew(db: Database) -> None:
    source, heard, resets = ChangeSource(db["things"], []), asyncio.Queue[str](), 0

    async def on_change(_token: str, change: Change) -> None:
        heard.put_nowait(change["documentKey"]["_id"])

    async def on_reset() -> None:
        nonlocal resets
        resets += 1

    follower = Follower("test", source, on_change=on_change, on_idle=lambda _token: None, on_reset=on_reset)
    follower._token = ahead(await now(source), 60)
    running = asyncio.create_task(follower.run())
    await eventually(lambda: resets == 1)
    await db["things"].insert_one({"_id": "after"})
    assert await heard.get() == "after"
    running.cancel()


async def test_the_instant_of_a_token_is_that_of_its_change(db: Database) -> None:
    source, mine = ChangeSource(db["things"], []), ObjectId()
    begin = await now(source)
    await db["things"].insert_one({"_id": mine})
    ((token, change),) = await missed(source, begin)
    assert instant_of(token) == change["clusterTime"]


async def test_too_much_is_not_read_anew(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_MISSED", 30)
    source = ChangeSource(db["things"], [])
    begin = await now(source)
    await db["things"].insert_many([{"n": n} for n in range(30)])
    assert len(await missed(source, begin)) == 30
    await db["things"].insert_one({})
    for _ in range(3):  # and a reader that was refused takes nobody's place
        with pytest.raises(TokenUnusable) as refused:
            await missed(source, begin)
        assert refused.value.reason == "TOKEN_TOO_OLD"


async def test_a_guest_who_comes_back_after_long_is_told_of_its_order_and_costs_little(
    kitchen: Kitchen, db: Database, serve: Callable[[str, Build], Awaitable[Served]], monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = await kitchen.place("tea")
    stream = kitchen.orders.WatchOrder(rpc.WatchOrderRequest(order_id=order_id))
    token = (await stream.read()).resume_token
    stream.cancel()
    template = await kitchen.document(order_id)
    many = [{**template, "_id": ObjectId(), "orderCode": str(n)} for n in range(200)]
    await db["orders"].insert_many(many)
    step = rpc.MarkOrderReadyRequest(restaurant_id=LUNA, order_id=order_id)
    await kitchen.orders.MarkOrderReady(step, metadata=STAFF)
    await db["orders"].update_many({"_id": {"$ne": template["_id"]}}, {"$set": {"getSms": True}})
    monkeypatch.setattr(changes, "MOST_MISSED", 5)
    fresh = await serve("ordering", build_ordering)  # remembers nothing
    again = type(kitchen.orders)(fresh.channel)
    begun = time.monotonic()
    stream = again.WatchOrder(rpc.WatchOrderRequest(order_id=order_id, resume_token=token))
    change = await stream.read()
    assert (change.change.status, change.change.version) == ("READY_FOR_PICKUP", 2)
    assert (await stream.read()).WhichOneof("event") == "heartbeat"
    assert Position.parse(change.resume_token).token > Position.parse(token).token
    assert time.monotonic() - begun < 5
    stream.cancel()
