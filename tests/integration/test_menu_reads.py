"""What guests read from the Menu service, over gRPC, on the real database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from bson import ObjectId
from google.rpc import error_details_pb2
from orderbuddy.menu.v1 import menu_service_pb2 as rpc
from orderbuddy.menu.v1 import menu_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build
from services.menu.__main__ import build
from tests.support import Served, detail, metadata_of
from tools.demo_data import DEMO, documents

RESTAURANT, LOCATION, MENU = DEMO.restaurant_id, DEMO.location_id, DEMO.menu_ids[0]
SERVICE = metadata_of(Principal(CallerKind.SERVICE, "edge"))
OWNER = metadata_of(Principal(CallerKind.STAFF, "u", {RESTAURANT: Role.OWNER}))
STRANGER = metadata_of(Principal(CallerKind.STAFF, "u", {"elsewhere": Role.OWNER}))


@pytest.fixture
async def stub(db: Database, serve: Callable[[str, Build], Awaitable[Served]]) -> rpc_grpc.MenuServiceStub:
    for collection, stored in documents().items():
        await db[collection].insert_many(stored)
    await db["locations"].update_many({}, {"$set": {"payment.oid": "SECRET-OID", "payment.auth": "SECRET-AUTH"}})
    return rpc_grpc.MenuServiceStub((await serve("menu", build)).channel)


async def refusal(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value


def place(**more: str) -> dict[str, str]:
    return {"restaurant_id": RESTAURANT, "location_id": LOCATION, **more}


async def test_a_restaurant_is_read(stub: rpc_grpc.MenuServiceStub) -> None:
    found = (await stub.GetRestaurant(rpc.GetRestaurantRequest(restaurant_id=RESTAURANT))).data
    assert (found.id, found.name, found.HasField("logo")) == (RESTAURANT, "Luna Mar", True)


@pytest.mark.parametrize("restaurant_id", ["nobody", "LUNA_MAR"])
async def test_an_unknown_restaurant_has_its_literal_message(
    stub: rpc_grpc.MenuServiceStub, restaurant_id: str
) -> None:
    error = await refusal(stub.GetRestaurant(rpc.GetRestaurantRequest(restaurant_id=restaurant_id)))
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "INVALID_RESTAURANT")


async def test_a_location_tells_whether_it_is_open_by_the_clock(
    stub: rpc_grpc.MenuServiceStub, clock: FixedClock
) -> None:
    request = rpc.GetLocationRequest(restaurant_id=RESTAURANT, location_id=DEMO.paid_location_id)
    seen = []
    for hour in (17, 18, 19):  # Friday in Los Angeles, which opens at 18:00
        clock.set(datetime(2026, 1, 17, hour - 16, 0, tzinfo=UTC))
        seen.append((await stub.GetLocation(request)).data.is_open)
    assert seen == [False, True, True]


async def test_a_location_of_another_restaurant_is_not_found(stub: rpc_grpc.MenuServiceStub) -> None:
    error = await refusal(stub.GetLocation(rpc.GetLocationRequest(restaurant_id="other", location_id=LOCATION)))
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "INVALID_LOCATION")


@pytest.mark.parametrize("bad", ["x", "123", "abcdefghijkl", "z" * 24, "0" * 25])
async def test_a_malformed_id_is_not_found_and_names_its_field(stub: rpc_grpc.MenuServiceStub, bad: str) -> None:
    calls = {
        "locationId": [
            stub.GetLocation(rpc.GetLocationRequest(**place(location_id=bad))),
            stub.ListMenus(rpc.ListMenusRequest(**place(location_id=bad))),
            stub.GetMenu(rpc.GetMenuRequest(**place(location_id=bad, menu_id=MENU))),
        ],
        "menuId": [stub.GetMenu(rpc.GetMenuRequest(**place(menu_id=bad)))],
    }
    for field, attempts in calls.items():
        for attempt in attempts:
            error = await refusal(attempt)
            assert error.code() is grpc.StatusCode.NOT_FOUND
            info = detail(error, error_details_pb2.ErrorInfo)
            assert info is not None
            assert info.metadata["field"] == field
            assert field in (error.details() or "")


async def test_ids_are_read_in_upper_case_too(stub: rpc_grpc.MenuServiceStub) -> None:
    answer = await stub.GetLocation(rpc.GetLocationRequest(**place(location_id=LOCATION.upper())))
    assert answer.data.id == LOCATION


async def test_an_origin_is_read_and_an_unknown_one_is_all_empty(stub: rpc_grpc.MenuServiceStub) -> None:
    found = (await stub.GetOrigin(rpc.GetOriginRequest(origin_id=DEMO.origin_id))).data
    assert (found.label, found.type, found.location_id) == ("Table 1", "table", LOCATION)
    for unknown in ("web", "0" * 24):
        empty = (await stub.GetOrigin(rpc.GetOriginRequest(origin_id=unknown))).data
        assert (empty.id, empty.label, empty.type, empty.HasField("type")) == ("", "", "", True)


async def test_only_the_active_campaign_of_exactly_that_origin_is_read(
    stub: rpc_grpc.MenuServiceStub, db: Database
) -> None:
    request = rpc.GetOriginCampaignRequest(**place(origin_id=DEMO.campaign_origin_id))
    found = (await stub.GetOriginCampaign(request)).data
    assert (found.name, found.type, dict(found.reward)) == ("Harbor festival", "flat", {"flatOffCents": 200.0})
    for origin_id in (DEMO.origin_id, "web"):
        other = rpc.GetOriginCampaignRequest(**place(origin_id=origin_id))
        assert not (await stub.GetOriginCampaign(other)).HasField("data")
    await db["campaigns"].update_many({}, {"$set": {"isActive": False}})
    assert not (await stub.GetOriginCampaign(request)).HasField("data")


async def test_menus_are_listed_in_the_order_of_insertion_unavailable_ones_too(
    stub: rpc_grpc.MenuServiceStub, db: Database
) -> None:
    await db["menus"].update_one({"_id": ObjectId(MENU)}, {"$set": {"available": False}})
    listed = (await stub.ListMenus(rpc.ListMenusRequest(**place()))).data
    assert [(m.menu_slug, m.available) for m in listed] == [("comida", False), ("bebidas", True)]
    nowhere = await stub.ListMenus(rpc.ListMenusRequest(restaurant_id="nobody", location_id=LOCATION))
    assert list(nowhere.data) == []


async def test_a_guests_menu_leaves_out_what_is_86d_and_what_things_cost_to_make(
    stub: rpc_grpc.MenuServiceStub,
) -> None:
    menu = (await stub.GetMenu(rpc.GetMenuRequest(**place(menu_id=MENU)))).data
    assert "feijoada" not in {item.id for item in menu.items}
    assert {item.making_cost_cents for item in menu.items} == {0}
    assert menu.sales_tax == 10.25


@pytest.mark.parametrize("other", [{"restaurant_id": "other"}, {"location_id": DEMO.paid_location_id}])
async def test_a_menu_belongs_to_its_restaurant_and_location(
    stub: rpc_grpc.MenuServiceStub, other: dict[str, str]
) -> None:
    error = await refusal(stub.GetMenu(rpc.GetMenuRequest(**{**place(menu_id=MENU), **other})))
    assert error.code() is grpc.StatusCode.NOT_FOUND


ELOTE: dict[str, Any] = place(menu_id=MENU, item_id="elote")


async def test_an_item_is_taken_off_and_put_back(stub: rpc_grpc.MenuServiceStub) -> None:
    async def ids() -> set[str]:
        menu = (await stub.GetMenu(rpc.GetMenuRequest(**place(menu_id=MENU)))).data
        return {item.id for item in menu.items}

    for available, version in ((False, 1), (False, 1), (True, 2)):
        request = rpc.SetItemAvailabilityRequest(**ELOTE, is_available=available)
        assert (await stub.SetItemAvailability(request, metadata=OWNER)).version == version
        assert ("elote" in await ids()) is available


async def test_the_same_request_id_switches_once(stub: rpc_grpc.MenuServiceStub) -> None:
    request = rpc.SetItemAvailabilityRequest(**ELOTE, is_available=False, request_id="once")
    first = await stub.SetItemAvailability(request, metadata=OWNER)
    assert await stub.SetItemAvailability(request, metadata=OWNER) == first


@pytest.mark.parametrize(
    ("metadata", "code"),
    [((), grpc.StatusCode.UNAUTHENTICATED), (STRANGER, grpc.StatusCode.PERMISSION_DENIED)],
    ids=["guest", "stranger"],
)
async def test_who_may_not_switch_items_changes_nothing(
    stub: rpc_grpc.MenuServiceStub, db: Database, metadata: Any, code: grpc.StatusCode
) -> None:
    before = await db["menus"].find_one({"_id": ObjectId(MENU)})
    request = rpc.SetItemAvailabilityRequest(**ELOTE, is_available=False)
    assert (await refusal(stub.SetItemAvailability(request, metadata=metadata))).code() is code
    assert await db["menus"].find_one({"_id": ObjectId(MENU)}) == before


@pytest.mark.parametrize("wrong", [{"item_id": "nope"}, {"menu_id": "0" * 24}, {"location_id": "0" * 24}])
async def test_an_unknown_item_or_menu_is_not_found(stub: rpc_grpc.MenuServiceStub, wrong: dict[str, str]) -> None:
    fields: dict[str, Any] = {**place(menu_id=MENU), "item_id": "elote", "is_available": False, **wrong}
    error = await refusal(stub.SetItemAvailability(rpc.SetItemAvailabilityRequest(**fields), metadata=OWNER))
    assert error.code() is grpc.StatusCode.NOT_FOUND


async def test_a_locations_catalog_is_for_services_only(stub: rpc_grpc.MenuServiceStub) -> None:
    request = rpc.GetLocationCatalogRequest(**place())
    assert (await refusal(stub.GetLocationCatalog(request))).code() is grpc.StatusCode.UNAUTHENTICATED
    assert (await refusal(stub.GetLocationCatalog(request, metadata=OWNER))).code() is grpc.StatusCode.PERMISSION_DENIED
    answer = await stub.GetLocationCatalog(request, metadata=SERVICE)
    assert [e.WhichOneof("entry") for e in answer.entries] == ["location", "menu", "menu", "campaign", "menu_list"]


async def test_the_processors_credentials_never_leave(stub: rpc_grpc.MenuServiceStub) -> None:
    answers = [
        await stub.GetLocation(rpc.GetLocationRequest(**place())),
        await stub.GetLocationCatalog(rpc.GetLocationCatalogRequest(**place()), metadata=SERVICE),
    ]
    for view in (rpc.CATALOG_VIEW_GUEST, rpc.CATALOG_VIEW_FULL):
        stream = stub.WatchCatalog(rpc.WatchCatalogRequest(view=view), metadata=SERVICE)
        async for message in stream:
            answers.append(message)
            if message.WhichOneof("event") == "synced":
                break
        stream.cancel()
    assert len(answers) > 20
    assert not any(b"SECRET" in answer.SerializeToString() for answer in answers)
