"""Restaurants, locations and settings, over gRPC, on the real database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId
from google.protobuf.field_mask_pb2 import FieldMask
from orderbuddy.menu.v1 import restaurant_service_pb2 as rpc
from orderbuddy.menu.v1 import restaurant_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build
from services.menu.__main__ import build
from tests.conftest import NOW
from tests.support import Served, metadata_of, reason

LUNA, SOL = "luna", "sol"
USER = "11111111-aaaa"
OWNER = metadata_of(Principal(CallerKind.STAFF, USER, {LUNA: Role.OWNER}))
HOURS = [{"day": "monday", "isOpen": True, "startTime": "08:00", "endTime": "20:00"}]
PLACE = ObjectId()

Stub = rpc_grpc.RestaurantServiceStub


@pytest.fixture
async def stub(serve: Callable[[str, Build], Awaitable[Served]], db: Database) -> Stub:
    channel = (await serve("menu", build)).channel
    await db["restaurants"].insert_one({"_id": LUNA, "name": "Luna", "createdAt": NOW, "logo": "https://x/l.png"})
    await db["locations"].insert_one(
        {
            "_id": PLACE,
            "restaurantId": LUNA,
            "name": "Pier",
            "address": "1 Pier",
            "timezone": "America/New_York",
            "workingHours": HOURS,
            "orderTiming": {"acceptOrdersAfterMinutes": 5, "stopOrdersBeforeMinutes": 10},
            "contact": {"email": "a@b.co", "phone": "555"},
            "payment": {"acceptPayment": True, "oid": "SECRET", "auth": "SECRET"},
        }
    )
    return rpc_grpc.RestaurantServiceStub(channel)


async def refusal(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), reason(refused.value)


def change(**fields: Any) -> rpc.UpdateLocationSettingsRequest:
    return rpc.UpdateLocationSettingsRequest(restaurant_id=LUNA, location_id=str(PLACE), **fields)


async def location(db: Database) -> dict[str, Any]:
    return await db["locations"].find_one({"_id": PLACE}) or {}


async def test_a_person_without_restaurants_has_an_empty_list(stub: Stub) -> None:
    assert not (await stub.ListUserRestaurants(rpc.ListUserRestaurantsRequest(user_id=USER), metadata=OWNER)).data


async def test_a_person_whose_restaurants_are_gone_is_told(stub: Stub, db: Database) -> None:
    await db["users"].insert_one({"userId": USER, "restaurants": ["gone"]})
    refused = await refusal(stub.ListUserRestaurants(rpc.ListUserRestaurantsRequest(user_id=USER), metadata=OWNER))
    assert refused == (grpc.StatusCode.NOT_FOUND, "RESTAURANTS_GONE")


async def test_nobody_lists_or_makes_restaurants_for_another_person(stub: Stub) -> None:
    other = "22222222-bbbb"
    calls: list[Awaitable[Any]] = [
        stub.ListUserRestaurants(rpc.ListUserRestaurantsRequest(user_id=other), metadata=OWNER),
        stub.CreateRestaurant(rpc.CreateRestaurantRequest(user_id=other), metadata=OWNER),
    ]
    assert [(await refusal(call))[1] for call in calls] == ["FOREIGN_USER", "FOREIGN_USER"]


async def test_a_new_restaurant_is_its_makers(stub: Stub) -> None:
    made = (await stub.CreateRestaurant(rpc.CreateRestaurantRequest(user_id=USER), metadata=OWNER)).data.restaurant
    assert (made.id[:15], made.name, made.concept, made.logo) == (
        "store-11111111-",
        "New Restaurant",
        "Default Concept",
        "",
    )
    listed = await stub.ListUserRestaurants(rpc.ListUserRestaurantsRequest(user_id=USER), metadata=OWNER)
    assert [r.id for r in listed.data] == [made.id]


async def test_a_new_restaurants_record_begins_with_its_owner(stub: Stub, db: Database) -> None:
    await db["users"].insert_one({"userId": USER, "restaurants": [LUNA]})
    made = (await stub.CreateRestaurant(rpc.CreateRestaurantRequest(user_id=USER), metadata=OWNER)).data.restaurant
    profile = await db["users"].find_one({"userId": USER}) or {}
    assert profile["restaurants"] == [LUNA, made.id]
    records = await db["audit"].find({"restaurantId": made.id}).sort("_id", 1).to_list()
    assert [(r["action"], r["actor"], r["target"]) for r in records] == [
        ("CreateRestaurant", f"staff:{USER}", {"collection": "restaurants", "id": made.id}),
        ("CreateRestaurant", f"staff:{USER}", {"collection": "users", "id": str(profile["_id"])}),
    ]
    assert records[1]["changes"] == [{"path": "restaurants", "from": [], "to": [made.id]}]


async def test_made_ten_times_at_once_it_is_one(stub: Stub, db: Database, clock: FixedClock) -> None:
    request = rpc.CreateRestaurantRequest(user_id=USER)
    made = await asyncio.gather(*(stub.CreateRestaurant(request, metadata=OWNER) for _ in range(10)))
    assert len({answer.data.restaurant.id for answer in made}) == 1
    assert await db["restaurants"].count_documents({}) == 2
    clock.set(NOW + timedelta(seconds=11))
    later = await stub.CreateRestaurant(request, metadata=OWNER)
    assert later.data.restaurant.id != made[0].data.restaurant.id


async def test_details_change_field_by_field(stub: Stub) -> None:
    update = rpc.UpdateRestaurantDetailsRequest(restaurant_id=LUNA, location_id="undefined", tagline="By the sea")
    await stub.UpdateRestaurantDetails(update, metadata=OWNER)
    cleared = rpc.UpdateRestaurantDetailsRequest(restaurant_id=LUNA, update_mask=FieldMask(paths=["logo"]))
    await stub.UpdateRestaurantDetails(cleared, metadata=OWNER)
    found = (
        await stub.GetRestaurantDetails(
            rpc.GetRestaurantDetailsRequest(restaurant_id=LUNA, location_id="undefined"), metadata=OWNER
        )
    ).data
    assert (found.name, found.tagline, found.HasField("logo"), found.version) == ("Luna", "By the sea", False, 2)
    assert (found.created_at, found.updated_at) == ("2026-01-15T20:30:00.000Z", "2026-01-15T20:30:00.000Z")


async def test_one_that_somebody_has_changed_is_not_given_again(stub: Stub) -> None:
    request = rpc.CreateRestaurantRequest(user_id=USER)
    made = (await stub.CreateRestaurant(request, metadata=OWNER)).data.restaurant.id
    owner = metadata_of(Principal(CallerKind.STAFF, USER, {made: Role.OWNER}))
    await stub.UpdateRestaurantDetails(
        rpc.UpdateRestaurantDetailsRequest(restaurant_id=made, name="Luna"), metadata=owner
    )
    assert (await stub.CreateRestaurant(request, metadata=OWNER)).data.restaurant.id != made


@pytest.mark.parametrize("website", ["", "h", "http", "https:", "luna.example/a:b", "HTTPS://luna.example:8443/x"])
async def test_a_website_may_be_half_typed(stub: Stub, website: str) -> None:
    update = rpc.UpdateRestaurantDetailsRequest(restaurant_id=LUNA, website=website)
    assert (await stub.UpdateRestaurantDetails(update, metadata=OWNER)).data


@pytest.mark.parametrize("field", ["website", "logo"])
@pytest.mark.parametrize("url", ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "java\tscript:x"])
async def test_an_address_that_runs_code_is_refused(stub: Stub, db: Database, field: str, url: str) -> None:
    update = rpc.UpdateRestaurantDetailsRequest(restaurant_id=LUNA, **{field: url})  # type: ignore[arg-type]
    refused = await refusal(stub.UpdateRestaurantDetails(update, metadata=OWNER))
    assert refused[0] is grpc.StatusCode.INVALID_ARGUMENT
    assert (await db["restaurants"].find_one({"_id": LUNA}) or {}).get(field) != url


async def test_a_new_location_is_closed_and_complete(stub: Stub) -> None:
    made = (await stub.CreateLocation(rpc.CreateLocationRequest(restaurant_id=LUNA), metadata=OWNER)).data
    assert (made.name, made.timezone, made.payment.accept_payment) == ("Main Location", "America/New_York", True)
    assert [day.is_open for day in made.working_hours] == [False] * 7
    assert made.qr_code_style["qrOptions"]["errorCorrectionLevel"] == "Q"
    listed = await stub.ListLocations(rpc.ListLocationsRequest(restaurant_id=LUNA), metadata=OWNER)
    assert [found.id for found in listed.data] == [str(PLACE), made.id]


async def test_settings_are_merged_and_lists_replaced(stub: Stub, db: Database) -> None:
    timing = rpc.OrderTimingChange(accept_orders_after_minutes=15)
    answer = await stub.UpdateLocationSettings(
        change(order_timing=timing, contact=rpc.ContactChange(email="n@x.test"), auto_accept_order=False),
        metadata=OWNER,
    )
    stored = await location(db)
    assert stored["orderTiming"] == {"acceptOrdersAfterMinutes": 15, "stopOrdersBeforeMinutes": 10}
    assert stored["contact"] == {"email": "n@x.test", "phone": "555"}
    assert (stored["payment"]["oid"], stored["autoAcceptOrder"]) == ("SECRET", False)
    assert (answer.data.contact.email, answer.data.version) == ("n@x.test", 1)


async def test_alert_numbers_are_emptied_only_when_named(stub: Stub, db: Database) -> None:
    number = rpc.AlertNumberChange(phone_number="2065550001")
    await stub.UpdateLocationSettings(change(alert_numbers=[number]), metadata=OWNER)
    await stub.UpdateLocationSettings(change(auto_accept_order=True), metadata=OWNER)
    assert isinstance((await location(db))["alertNumbers"][0]["_id"], ObjectId)
    await stub.UpdateLocationSettings(change(update_mask=FieldMask(paths=["alert_numbers"])), metadata=OWNER)
    assert (await location(db))["alertNumbers"] == []


async def test_the_forms_empty_address_does_not_wipe_the_stored_one(stub: Stub, db: Database) -> None:
    day = rpc.DayHoursChange(day="monday", is_open=False)
    await stub.UpdateLocationSettings(change(address="", working_hours=[day]), metadata=OWNER)
    kept = (await location(db))["address"]
    await stub.UpdateLocationSettings(change(address=""), metadata=OWNER)
    assert (kept, (await location(db))["address"]) == ("1 Pier", "")


@pytest.mark.parametrize(
    "fields",
    [
        {"timezone": "Nowhere"},
        {"timezone": "../../etc/passwd"},
        {"timezone": ""},
        {"working_hours": [rpc.DayHoursChange(day="someday", is_open=False)]},
        {"working_hours": [rpc.DayHoursChange(day="monday", is_open=True, start_time="08:00")]},
        {"working_hours": [rpc.DayHoursChange(day="monday", is_open=True, start_time="8", end_time="24:00")]},
        {"order_timing": rpc.OrderTimingChange(stop_orders_before_minutes=-1)},
        {"contact": rpc.ContactChange(email="nobody")},
    ],
)
async def test_settings_that_would_break_other_routes_are_refused(
    stub: Stub, db: Database, fields: dict[str, Any]
) -> None:
    before = await location(db)
    refused = await refusal(stub.UpdateLocationSettings(change(**fields), metadata=OWNER))
    assert (refused[0], await location(db)) == (grpc.StatusCode.INVALID_ARGUMENT, before)


async def test_a_locations_languages_are_set_and_read(stub: Stub) -> None:
    place: dict[str, Any] = {"restaurant_id": LUNA, "location_id": str(PLACE)}
    request = rpc.SetLocationLanguagesRequest(**place, supported_languages=["en", "fr"])
    assert list((await stub.SetLocationLanguages(request, metadata=OWNER)).data) == ["en", "fr"]
    read = await stub.GetLocationSettings(rpc.GetLocationSettingsRequest(**place), metadata=OWNER)
    assert list(read.data.supported_languages) == ["en", "fr"]


async def test_what_is_no_language_is_refused(stub: Stub, db: Database) -> None:
    request = rpc.SetLocationLanguagesRequest(
        restaurant_id=LUNA, location_id=str(PLACE), supported_languages=["fr", "klingon"]
    )
    refused = await refusal(stub.SetLocationLanguages(request, metadata=OWNER))
    assert (refused[0], "supportedLanguages" in await location(db)) == (grpc.StatusCode.INVALID_ARGUMENT, False)


async def test_a_stale_version_changes_nothing(stub: Stub, db: Database) -> None:
    await stub.UpdateLocationSettings(change(address="2 Pier", version=0), metadata=OWNER)
    refused = await refusal(stub.UpdateLocationSettings(change(address="3 Pier", version=0), metadata=OWNER))
    assert (refused[1], (await location(db))["address"]) == ("VERSION_CHANGED", "2 Pier")


async def test_printers_come_and_go(stub: Stub) -> None:
    place: dict[str, Any] = {"restaurant_id": LUNA, "location_id": str(PLACE)}
    added = (await stub.AddPrinter(rpc.AddPrinterRequest(**place, ip="10.0.0.9", name="Orders"), metadata=OWNER)).data
    listed = (await stub.ListPrinters(rpc.ListPrintersRequest(**place), metadata=OWNER)).data
    assert (list(listed), added.type) == ([added], "lan")
    await stub.RemovePrinter(rpc.RemovePrinterRequest(**place, printer_id=added.id), metadata=OWNER)
    assert not (await stub.ListPrinters(rpc.ListPrintersRequest(**place), metadata=OWNER)).data
    again = rpc.RemovePrinterRequest(**place, printer_id=added.id)
    assert (await refusal(stub.RemovePrinter(again, metadata=OWNER)))[1] == "UNKNOWN_PRINTER"


async def test_a_location_of_another_restaurant_is_not_found(stub: Stub) -> None:
    both = metadata_of(Principal(CallerKind.STAFF, USER, {LUNA: Role.OWNER, SOL: Role.OWNER}))
    place: dict[str, Any] = {"restaurant_id": SOL, "location_id": str(PLACE)}
    calls: list[Awaitable[Any]] = [
        stub.GetLocationSettings(rpc.GetLocationSettingsRequest(**place), metadata=both),
        stub.UpdateLocationSettings(rpc.UpdateLocationSettingsRequest(**place, address="x"), metadata=both),
        stub.AddPrinter(rpc.AddPrinterRequest(**place, ip="1", name="a"), metadata=both),
    ]
    assert [(await refusal(call))[1] for call in calls] == ["INVALID_LOCATION"] * 3
