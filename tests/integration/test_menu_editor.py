"""Menus as people write them, over gRPC, on the real database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.menu.v1 import catalog_pb2, menu_service_pb2, menu_service_pb2_grpc
from orderbuddy.menu.v1 import menu_editor_service_pb2 as rpc
from orderbuddy.menu.v1 import menu_editor_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build
from services.menu.__main__ import build
from tests.conftest import NOW
from tests.support import Served, eventually, metadata_of, reason
from tools.demo_data import DEMO, documents

RESTAURANT, LOCATION, MENU = DEMO.restaurant_id, DEMO.location_id, DEMO.menu_ids[0]
MANAGER = metadata_of(Principal(CallerKind.STAFF, "bo", {RESTAURANT: Role.MANAGER}))
STAFF = metadata_of(Principal(CallerKind.STAFF, "cy", {RESTAURANT: Role.STAFF}))
PLACE: dict[str, Any] = {"restaurant_id": RESTAURANT, "location_id": LOCATION, "menu_id": MENU}

Stub = rpc_grpc.MenuEditorServiceStub


@pytest.fixture
async def channel(db: Database, serve: Callable[[str, Build], Awaitable[Served]]) -> grpc.aio.Channel:
    for collection, stored in documents().items():
        await db[collection].insert_many(stored)
    return (await serve("menu", build)).channel


@pytest.fixture
async def stub(channel: grpc.aio.Channel) -> Stub:
    return rpc_grpc.MenuEditorServiceStub(channel)


async def refusal(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), reason(refused.value)


async def read(stub: Stub) -> catalog_pb2.Menu:
    answer: rpc.GetStaffMenuResponse = await stub.GetStaffMenu(rpc.GetStaffMenuRequest(**PLACE), metadata=STAFF)
    return answer.data


async def item_of(stub: Stub, item_id: str) -> catalog_pb2.MenuItem:
    return next(item for item in (await read(stub)).items if item.id == item_id)


async def stored_item(db: Database, item_id: str) -> dict[str, Any]:
    menu = await db["menus"].find_one({"_id": ObjectId(MENU)}) or {}
    return next(item for item in menu["items"] if item["id"] == item_id)


def named(english: str) -> rpc.Wording:
    return rpc.Wording(en=english)


def item(**fields: Any) -> rpc.SaveItemRequest:
    given: dict[str, Any] = {"category_id": "drinks", "price": 4.75, **fields}
    return rpc.SaveItemRequest(**PLACE, **given)


async def test_staff_see_what_is_86_and_what_things_cost(stub: Stub, db: Database) -> None:
    await db["menus"].update_one(
        {"_id": ObjectId(MENU), "items.id": "elote"},
        {"$set": {"items.$.isAvailable": False, "items.$.makingCostCents": 90}},
    )
    elote = await item_of(stub, "elote")
    assert (elote.is_available, elote.making_cost_cents, elote.version) == (False, 90, 0)
    counter = (await stub.GetCounterMenu(rpc.GetCounterMenuRequest(**PLACE), metadata=STAFF)).data
    assert "elote" not in {i.id for i in counter.items}


async def test_a_new_item_has_what_was_sent_and_ids_of_its_own(stub: Stub, db: Database) -> None:
    option = rpc.ItemOption(name=named("Oat"), price_cents=60)
    modifier = rpc.ItemModifier(
        name=named("Milk"),
        type="standard",
        required=True,
        selection_mode="single",
        max_choices=1,
        free_choices=0,
        extra_choice_price_cents=0,
        options=[option],
    )
    variant = rpc.ItemVariant(name="Small", price_cents=475, default=True)
    request = item(name=named("Matcha"), price=12.345, making_cost_cents=1.5, variants=[variant], modifiers=[modifier])
    saved = await stub.SaveItem(request, metadata=MANAGER)
    stored = await stored_item(db, saved.id)
    assert (stored["priceCents"], stored["makingCostCents"], stored["name"]) == (1235, 150, {"en": "Matcha"})
    parts = [stored["variants"][0], stored["modifiers"][0], stored["modifiers"][0]["options"][0]]
    assert all(ObjectId.is_valid(part["id"]) for part in parts)
    assert (saved.version, stored["version"], "isAvailable" in stored) == (1, 1, False)


async def test_an_edit_keeps_what_was_not_sent(stub: Stub, db: Database) -> None:
    await db["menus"].update_one(
        {"_id": ObjectId(MENU), "items.id": "elote"}, {"$set": {"items.$.makingCostCents": 90, "items.$.secret": 1}}
    )
    before = await stored_item(db, "elote")
    await stub.SaveItem(item(id="elote", price=5, category_id=before["categoryId"]), metadata=MANAGER)
    assert await stored_item(db, "elote") == {**before, "priceCents": 500, "version": 1}


async def test_a_list_is_emptied_only_when_it_is_named(stub: Stub, db: Database) -> None:
    await stub.SaveItem(item(id="elote", station_tags=["grill"]), metadata=MANAGER)
    await stub.SaveItem(item(id="elote"), metadata=MANAGER)
    kept = (await stored_item(db, "elote"))["stationTags"]
    await stub.SaveItem(item(id="elote", update_mask=FieldMask(paths=["station_tags"])), metadata=MANAGER)
    assert (kept, (await stored_item(db, "elote"))["stationTags"]) == (["grill"], [])


async def test_translations_that_the_manage_app_does_not_know_survive_an_edit(stub: Stub, db: Database) -> None:
    name = {"en": "Corn", "es": "Elote", "pt": "Milho", "fr": "Maïs"}
    await db["menus"].update_one({"_id": ObjectId(MENU), "items.id": "elote"}, {"$set": {"items.$.name": name}})
    wording = rpc.Wording(en="Corn", es="Elote asado", pt="Milho")
    await stub.SaveItem(item(id="elote", name=wording), metadata=MANAGER)
    assert (await stored_item(db, "elote"))["name"] == {**name, "es": "Elote asado"}


async def test_two_managers_who_edit_the_same_version_do_not_overwrite_each_other(stub: Stub) -> None:
    version = (await item_of(stub, "elote")).version
    requests = [item(id="elote", price=price, version=version) for price in (5, 6, 7)]
    results = await asyncio.gather(*(stub.SaveItem(r, metadata=MANAGER) for r in requests), return_exceptions=True)
    refused = [reason(r) for r in results if isinstance(r, grpc.aio.AioRpcError)]
    assert refused == ["VERSION_CHANGED"] * 2
    assert (await item_of(stub, "elote")).version == version + 1


async def test_an_unknown_item_or_menu_is_not_found(stub: Stub) -> None:
    assert await refusal(stub.SaveItem(item(id="nope"), metadata=MANAGER)) == (
        grpc.StatusCode.NOT_FOUND,
        "UNKNOWN_ITEM",
    )
    other = rpc.SaveItemRequest(**{**PLACE, "menu_id": "0" * 24}, category_id="c", price=1)
    assert (await refusal(stub.SaveItem(other, metadata=MANAGER)))[1] == "MENU_NOT_FOUND"


async def test_staff_may_86_but_not_edit(stub: Stub, channel: grpc.aio.Channel) -> None:
    assert (await refusal(stub.SaveItem(item(id="elote"), metadata=STAFF)))[1] == "ROLE_TOO_LOW"
    menus = menu_service_pb2_grpc.MenuServiceStub(channel)
    request = menu_service_pb2.SetItemAvailabilityRequest(**PLACE, item_id="elote", is_available=False)
    assert (await menus.SetItemAvailability(request, metadata=STAFF)).data is True


async def test_twenty_categories_added_at_once_are_all_there_in_an_order(stub: Stub) -> None:
    before = len((await read(stub)).categories)
    requests = [rpc.SaveCategoryRequest(**PLACE, name=named(f"C{n}"), sort_order=0) for n in range(20)]
    await asyncio.gather(*(stub.SaveCategory(request, metadata=MANAGER) for request in requests))
    added = (await read(stub)).categories[before:]
    assert [c.sort_order for c in added] == list(range(before + 1, before + 21))
    assert {c.name.en for c in added} == {f"C{n}" for n in range(20)}


async def test_a_category_added_after_a_new_order_shares_no_place(stub: Stub) -> None:
    ids = [c.id for c in (await read(stub)).categories]
    taken = len(ids) + 1
    move = rpc.SetCategorySortOrderRequest(**PLACE, category_id=ids[0], sort_order=taken)
    await stub.SetCategorySortOrder(move, metadata=MANAGER)
    await stub.SaveCategory(rpc.SaveCategoryRequest(**PLACE, name=named("New"), sort_order=1), metadata=MANAGER)
    orders = [c.sort_order for c in (await read(stub)).categories]
    assert (orders[0], orders[-1]) == (taken, taken + 1)


@pytest.mark.parametrize(
    ("emoji", "code"), [("🇧🇷", None), ("🍕🍕", None), ("🍕🍕🍕", grpc.StatusCode.INVALID_ARGUMENT)]
)
async def test_an_emoji_has_at_most_four_utf_16_units(stub: Stub, emoji: str, code: grpc.StatusCode | None) -> None:
    call = stub.SaveCategory(rpc.SaveCategoryRequest(**PLACE, sort_order=1, emoji=emoji), metadata=MANAGER)
    if code is None:
        assert (await call).data
    else:
        assert (await refusal(call))[0] is code


async def test_categories_are_sorted_as_a_whole_or_not_at_all(stub: Stub) -> None:
    ids = [c.id for c in (await read(stub)).categories]
    await stub.SortCategories(rpc.SortCategoriesRequest(**PLACE, category_ids=ids[::-1]), metadata=MANAGER)
    orders = {c.id: c.sort_order for c in (await read(stub)).categories}
    assert [orders[i] for i in ids[::-1]] == list(range(1, len(ids) + 1))
    partial = rpc.SortCategoriesRequest(**PLACE, category_ids=ids[:1])
    assert (await refusal(stub.SortCategories(partial, metadata=MANAGER)))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_category_with_items_stays(stub: Stub) -> None:
    used = (await read(stub)).items[0].category_id
    delete = rpc.DeleteCategoryRequest(**PLACE, category_id=used)
    assert await refusal(stub.DeleteCategory(delete, metadata=MANAGER)) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "CATEGORY_IN_USE",
    )
    made = await stub.SaveCategory(rpc.SaveCategoryRequest(**PLACE, name=named("New"), sort_order=1), metadata=MANAGER)
    await stub.DeleteCategory(rpc.DeleteCategoryRequest(**PLACE, category_id=made.id), metadata=MANAGER)
    assert made.id not in {c.id for c in (await read(stub)).categories}


async def test_an_item_comes_back_by_itself(stub: Stub, channel: grpc.aio.Channel, clock: FixedClock) -> None:
    menus = menu_service_pb2_grpc.MenuServiceStub(channel)
    until = Timestamp()
    until.FromDatetime(NOW + timedelta(hours=1))
    request = menu_service_pb2.SetItemAvailabilityRequest(
        **PLACE, item_id="elote", is_available=False, unavailable_until=until
    )
    await menus.SetItemAvailability(request, metadata=STAFF)
    off = await item_of(stub, "elote")
    assert (off.is_available, off.unavailable_until) == (False, until)
    clock.set(NOW + timedelta(hours=1))

    async def is_back() -> bool:
        return (await item_of(stub, "elote")).is_available

    await eventually(is_back)
    assert not (await item_of(stub, "elote")).HasField("unavailable_until")


async def test_two_replicas_put_an_item_back_once(
    stub: Stub,
    channel: grpc.aio.Channel,
    serve: Callable[[str, Build], Awaitable[Served]],
    db: Database,
    clock: FixedClock,
) -> None:
    await serve("menu", build)
    until = Timestamp()
    until.FromDatetime(NOW + timedelta(hours=1))
    request = menu_service_pb2.SetItemAvailabilityRequest(
        **PLACE, item_id="elote", is_available=False, unavailable_until=until
    )
    await menu_service_pb2_grpc.MenuServiceStub(channel).SetItemAvailability(request, metadata=STAFF)
    clock.set(NOW + timedelta(hours=2))

    async def is_back() -> bool:
        return (await item_of(stub, "elote")).is_available

    await eventually(is_back)
    assert (await item_of(stub, "elote")).version == 2
    assert await db["audit"].count_documents({"actor": "system"}) == 1


async def test_a_broken_menu_does_not_keep_the_others_items_away(stub: Stub, db: Database) -> None:
    past = NOW - timedelta(hours=1)
    due_first = {"id": "x", "isAvailable": False, "unavailableUntil": past - timedelta(hours=1)}
    await db["menus"].insert_one({"items": [due_first], "restaurantId": RESTAURANT})
    await db["menus"].insert_one({"items": [due_first]})
    await db["menus"].update_one(
        {"_id": ObjectId(MENU), "items.id": "elote"},
        {"$set": {"items.$.isAvailable": False, "items.$.unavailableUntil": past}},
    )

    async def is_back() -> bool:
        return (await item_of(stub, "elote")).is_available

    await eventually(is_back)


async def test_an_item_that_was_put_back_by_hand_has_no_end_of_its_time_off(
    stub: Stub, channel: grpc.aio.Channel
) -> None:
    until = Timestamp()
    until.FromDatetime(NOW + timedelta(hours=1))
    request = menu_service_pb2.SetItemAvailabilityRequest(
        **PLACE, item_id="elote", is_available=False, unavailable_until=until
    )
    await menu_service_pb2_grpc.MenuServiceStub(channel).SetItemAvailability(request, metadata=STAFF)
    await stub.SaveItem(item(id="elote", is_available=True), metadata=MANAGER)
    back = await item_of(stub, "elote")
    assert (back.is_available, back.HasField("unavailable_until")) == (True, False)


async def test_an_edit_is_on_the_catalogs_stream_within_a_second(stub: Stub, channel: grpc.aio.Channel) -> None:
    service = metadata_of(Principal(CallerKind.SERVICE, "edge"))
    watch = menu_service_pb2.WatchCatalogRequest(view=menu_service_pb2.CATALOG_VIEW_GUEST)
    stream = menu_service_pb2_grpc.MenuServiceStub(channel).WatchCatalog(watch, metadata=service)
    while (await stream.read()).WhichOneof("event") != "synced":
        pass
    async with asyncio.timeout(1):
        await stub.SaveItem(item(id="elote", price=9.99), metadata=MANAGER)
        while True:
            menu = (await stream.read()).upsert.menu
            if 999 in [i.price_cents for i in menu.items if i.id == "elote"]:
                break
    stream.cancel()


async def test_an_end_in_the_past_is_refused(channel: grpc.aio.Channel) -> None:
    menus = menu_service_pb2_grpc.MenuServiceStub(channel)
    request = menu_service_pb2.SetItemAvailabilityRequest(
        **PLACE, item_id="elote", is_available=False, unavailable_until=Timestamp(seconds=1)
    )
    refused = await refusal(menus.SetItemAvailability(request, metadata=STAFF))
    assert refused[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_an_option_that_is_86_leaves_the_guests_menu_and_survives_an_edit(
    stub: Stub, channel: grpc.aio.Channel
) -> None:
    menu = await read(stub)
    found = next(i for i in menu.items if i.modifiers and i.is_available)
    modifier = found.modifiers[0]
    gone = modifier.options[0].id
    request = rpc.SetOptionAvailabilityRequest(
        **PLACE, item_id=found.id, modifier_id=modifier.id, option_id=gone, is_available=False
    )
    await stub.SetOptionAvailability(request, metadata=STAFF)
    guests = menu_service_pb2_grpc.MenuServiceStub(channel)
    seen = (await guests.GetMenu(menu_service_pb2.GetMenuRequest(**PLACE))).data
    options = next(i for i in seen.items if i.id == found.id).modifiers[0].options
    assert [o.id for o in options] == [o.id for o in modifier.options[1:]]
    sent = rpc.ItemModifier(
        id=modifier.id,
        name=named(modifier.name.en),
        type=modifier.type,
        required=modifier.required,
        selection_mode=modifier.selection_mode,
        max_choices=modifier.max_choices,
        free_choices=modifier.free_choices,
        extra_choice_price_cents=modifier.extra_choice_price_cents,
        options=[rpc.ItemOption(id=o.id, name=named(o.name.en), price_cents=o.price_cents) for o in modifier.options],
    )
    await stub.SaveItem(item(id=found.id, category_id=found.category_id, modifiers=[sent]), metadata=MANAGER)
    kept = (await item_of(stub, found.id)).modifiers[0].options[0]
    assert (kept.id, kept.HasField("is_available"), kept.is_available) == (gone, True, False)


async def test_a_menu_is_made_copied_switched_on_and_deleted(stub: Stub) -> None:
    where: dict[str, Any] = {"restaurant_id": RESTAURANT, "location_id": LOCATION}
    made = (
        await stub.CreateMenu(
            rpc.CreateMenuRequest(**where, name=named("Brunch"), menu_slug="brunch", sales_tax=8.5), metadata=MANAGER
        )
    ).data
    assert (made.name.en, made.available) == ("Brunch", False)
    copy = (await stub.CopyMenu(rpc.CopyMenuRequest(**PLACE, menu_slug="copy"), metadata=MANAGER)).data
    copied = (await stub.GetStaffMenu(rpc.GetStaffMenuRequest(**where, menu_id=copy.id), metadata=STAFF)).data
    original = await read(stub)
    assert [i.name.en for i in copied.items] == [i.name.en for i in original.items]
    assert not {i.id for i in copied.items} & {i.id for i in original.items}
    assert {i.category_id for i in copied.items} <= {c.id for c in copied.categories}
    on = rpc.UpdateMenuRequest(**where, menu_id=copy.id, available=True, version=0)
    assert (await stub.UpdateMenu(on, metadata=MANAGER)).data.available
    assert (await refusal(stub.UpdateMenu(on, metadata=MANAGER)))[1] == "VERSION_CHANGED"
    await stub.DeleteMenu(rpc.DeleteMenuRequest(**where, menu_id=copy.id), metadata=MANAGER)
    listed = (await stub.ListStaffMenus(rpc.ListStaffMenusRequest(**where), metadata=STAFF)).data
    assert made.id in {m.id for m in listed}
    assert copy.id not in {m.id for m in listed}


async def test_a_menus_tags_are_emptied_only_when_they_are_named(stub: Stub, db: Database) -> None:
    tagged = []
    for fields in ({"tags": ["brunch"]}, {"available": True}, {"update_mask": FieldMask(paths=["tags"])}):
        await stub.UpdateMenu(rpc.UpdateMenuRequest(**PLACE, **fields), metadata=MANAGER)
        tagged.append((await db["menus"].find_one({"_id": ObjectId(MENU)}) or {})["tags"])
    assert tagged == [["brunch"], ["brunch"], []]


async def test_every_change_of_a_price_is_on_record(stub: Stub, db: Database) -> None:
    before = await stored_item(db, "elote")
    await stub.SaveItem(item(id="elote", price=9, category_id=before["categoryId"]), metadata=MANAGER)
    (record,) = await db["audit"].find({}).to_list()
    assert (record["actor"], record["action"], record["restaurantId"]) == ("staff:bo", "SaveItem", RESTAURANT)
    assert {"path": "items[elote].priceCents", "from": before["priceCents"], "to": 900} in record["changes"]
