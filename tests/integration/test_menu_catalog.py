"""WatchCatalog: a snapshot, then every change, whoever made it."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.menu.v1 import menu_service_pb2 as rpc
from orderbuddy.menu.v1 import menu_service_pb2_grpc as rpc_grpc
from pymongo import AsyncMongoClient

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.mongod import EmbeddedMongod
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build, Server
from services.kit.settings import ServiceSettings
from services.menu.__main__ import build
from tests.support import SECRET, Served, eventually, metadata_of
from tools.demo_data import DEMO, documents

SERVICE = metadata_of(Principal(CallerKind.SERVICE, "edge"))
MENU = f"menus/{DEMO.menu_ids[0]}"
GUEST, FULL = rpc.CATALOG_VIEW_GUEST, rpc.CATALOG_VIEW_FULL


class Reader:
    """Reads the stream as a follower does."""

    def __init__(self, stub: rpc_grpc.MenuServiceStub, view: int = GUEST, token: str = "") -> None:
        self.stream = stub.WatchCatalog(rpc.WatchCatalogRequest(view=view, resume_token=token), metadata=SERVICE)  # type: ignore[arg-type]
        self.entries: dict[str, rpc.CatalogEntry] = {}
        self.kinds: list[str] = []
        self.token = token

    async def next(self) -> Any:
        async with asyncio.timeout(10):
            message = await self.stream.read()
        kind = message.WhichOneof("event")
        self.kinds.append(kind)
        if kind == "upsert":
            self.entries[message.upsert.key] = message.upsert
        elif kind == "removed_key":
            self.entries.pop(message.removed_key, None)
        elif kind == "reset":
            self.entries.clear()
        self.token = message.resume_token or self.token
        return message

    async def until(self, kind: str) -> Any:
        while (message := await self.next()).WhichOneof("event") != kind:
            pass
        return message

    async def until_true(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):  # heartbeats alone would go on for ever
            while not condition():
                await self.next()


@pytest.fixture
async def stub(db: Database, serve: Callable[[str, Build], Awaitable[Served]]) -> rpc_grpc.MenuServiceStub:
    for collection, stored in documents().items():
        await db[collection].insert_many(stored)
    return rpc_grpc.MenuServiceStub((await serve("menu", build)).channel)


def item(entry: rpc.CatalogEntry, item_id: str) -> Any:
    return next((i for i in entry.menu.items if i.id == item_id), None)


async def test_it_begins_with_everything_and_says_when_that_is_all(stub: rpc_grpc.MenuServiceStub) -> None:
    reader = Reader(stub)
    await reader.until("synced")
    assert {key.partition("/")[0] for key in reader.entries} == {
        *("restaurants", "locations", "menus", "menu-lists", "origins", "campaigns")
    }
    assert reader.token
    assert [m.menu_slug for m in reader.entries[f"menu-lists/{DEMO.location_id}"].menu_list.menus] == [
        "comida",
        "bebidas",
    ]


async def test_an_86d_item_leaves_the_guests_view_and_stays_in_the_full_one(
    stub: rpc_grpc.MenuServiceStub,
) -> None:
    guest, full = Reader(stub), Reader(stub, FULL)
    await guest.until("synced")
    await full.until("synced")
    assert item(guest.entries[MENU], "elote")
    request = rpc.SetItemAvailabilityRequest(
        restaurant_id=DEMO.restaurant_id,
        location_id=DEMO.location_id,
        menu_id=DEMO.menu_ids[0],
        item_id="elote",
        is_available=False,
    )
    await stub.SetItemAvailability(request, metadata=SERVICE)
    await guest.until_true(lambda: item(guest.entries[MENU], "elote") is None)
    await full.until_true(lambda: not item(full.entries[MENU], "elote").is_available)


async def test_what_the_old_system_writes_arrives(stub: rpc_grpc.MenuServiceStub, db: Database) -> None:
    reader = Reader(stub)
    await reader.until("synced")
    await db["menus"].update_one(
        {"_id": ObjectId(DEMO.menu_ids[0]), "items.id": "elote"}, {"$set": {"items.$.priceCents": 999}}
    )
    await reader.until_true(lambda: item(reader.entries[MENU], "elote").price_cents == 999)
    await db["restaurants"].insert_one({"_id": "sol", "name": "Sol", "concept": "", "logo": None})
    await reader.until_true(lambda: "restaurants/sol" in reader.entries)
    assert not reader.entries["restaurants/sol"].restaurant.HasField("logo")


async def test_a_deleted_menu_leaves_its_locations_list(stub: rpc_grpc.MenuServiceStub, db: Database) -> None:
    reader = Reader(stub)
    await reader.until("synced")
    await db["menus"].delete_one({"_id": ObjectId(DEMO.menu_ids[0])})
    place = f"menu-lists/{DEMO.location_id}"
    await reader.until_true(lambda: len(reader.entries[place].menu_list.menus) == 1)
    assert MENU not in reader.entries


async def test_a_menu_that_moves_changes_both_lists(stub: rpc_grpc.MenuServiceStub, db: Database) -> None:
    reader = Reader(stub)
    await reader.until("synced")
    there = ObjectId(DEMO.paid_location_id)
    await db["menus"].update_one({"_id": ObjectId(DEMO.menu_ids[0])}, {"$set": {"locationId": there}})
    lists = [f"menu-lists/{DEMO.location_id}", f"menu-lists/{DEMO.paid_location_id}"]
    await reader.until_true(lambda: [len(reader.entries[k].menu_list.menus) for k in lists] == [1, 2])


async def test_a_campaign_that_is_switched_off_is_gone(stub: rpc_grpc.MenuServiceStub, db: Database) -> None:
    reader = Reader(stub)
    await reader.until("synced")
    key = f"campaigns/{DEMO.restaurant_id}/{DEMO.location_id}/{DEMO.campaign_origin_id}"
    assert key in reader.entries
    await db["campaigns"].update_many({}, {"$set": {"isActive": False}})
    await reader.until_true(lambda: key not in reader.entries)


async def test_a_token_brings_exactly_what_was_missed(stub: rpc_grpc.MenuServiceStub, db: Database) -> None:
    reader = Reader(stub)
    await reader.until("synced")
    reader.stream.cancel()
    for n in range(3):
        await db["restaurants"].insert_one({"_id": f"r{n}", "name": "", "concept": ""})
    watcher = Reader(stub)  # until this one has them, the service does
    await watcher.until("synced")
    await eventually(lambda: _has_all(stub))
    again = Reader(stub, token=reader.token)
    await again.until("synced")
    assert again.kinds == ["upsert", "upsert", "upsert", "synced"]
    assert list(again.entries) == ["restaurants/r0", "restaurants/r1", "restaurants/r2"]


async def _has_all(stub: rpc_grpc.MenuServiceStub) -> bool:
    reader = Reader(stub)
    await reader.until("synced")
    found = "restaurants/r2" in reader.entries
    reader.stream.cancel()
    return found


@pytest.mark.parametrize("token", ["nonsense", "8263.17", "x.y", "0" * 100])
async def test_an_unusable_token_is_answered_with_reset_and_a_snapshot(
    stub: rpc_grpc.MenuServiceStub, token: str
) -> None:
    reader = Reader(stub, token=token)
    assert (await reader.next()).WhichOneof("event") == "reset"
    await reader.until("synced")
    assert MENU in reader.entries


async def test_opening_and_closing_are_changes(stub: rpc_grpc.MenuServiceStub, clock: FixedClock) -> None:
    key = f"locations/{DEMO.paid_location_id}"
    friday_evening = datetime(2026, 1, 17, 1, 59, tzinfo=UTC)  # 17:59 in Los Angeles
    clock.set(friday_evening)
    reader = Reader(stub)
    await reader.until("synced")
    await reader.until_true(lambda: not reader.entries[key].location.location.is_open)
    clock.set(friday_evening + timedelta(minutes=1))
    await reader.until_true(lambda: reader.entries[key].location.location.is_open)
    reader.stream.cancel()

    clock.set(friday_evening + timedelta(hours=9))
    again = Reader(stub, token=reader.token)
    await again.until_true(lambda: key in again.entries and not again.entries[key].location.location.is_open)


async def test_only_services_may_watch(stub: rpc_grpc.MenuServiceStub) -> None:
    owner = metadata_of(Principal(CallerKind.STAFF, "u", {DEMO.restaurant_id: Role.OWNER}))
    for metadata, code in (((), grpc.StatusCode.UNAUTHENTICATED), (owner, grpc.StatusCode.PERMISSION_DENIED)):
        stream = stub.WatchCatalog(rpc.WatchCatalogRequest(view=GUEST), metadata=metadata)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stream.read()
        assert refused.value.code() is code


async def test_a_killed_database_interrupts_nothing_for_good(tmp_path: pathlib.Path) -> None:
    mongod = EmbeddedMongod(tmp_path)
    mongod.start()
    settings = ServiceSettings.model_validate(
        {"DB_CONN_STRING": mongod.uri, "ORDERBUDDY_ASSERTION_SECRET": SECRET, "ORDERBUDDY_GRACE_SECONDS": 0.2}
    )
    server = Server("menu", settings, build)
    await server.start("127.0.0.1:0")
    try:
        async with (
            grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
            AsyncMongoClient[dict[str, Any]](mongod.uri) as client,
        ):
            served = Served(server, channel)
            await eventually(served.is_serving)
            reader = Reader(rpc_grpc.MenuServiceStub(channel))
            await reader.until("synced")
            await asyncio.to_thread(mongod.kill)

            async def not_serving() -> bool:
                return not await served.is_serving()

            await eventually(not_serving)
            await asyncio.to_thread(mongod.start)
            await eventually(served.is_serving)
            await client[settings.db_name]["restaurants"].insert_one({"_id": "after", "name": "", "concept": ""})
            await reader.until_true(lambda: "restaurants/after" in reader.entries)
            reader.stream.cancel()
    finally:
        await server.stop()
        await asyncio.to_thread(mongod.stop)
