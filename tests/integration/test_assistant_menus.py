"""Menus that AssistantService translates in the background, over gRPC, with a local provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
import stamina
from bson import ObjectId
from google.rpc import error_details_pb2
from orderbuddy.menu.v1 import assistant_service_pb2 as rpc
from orderbuddy.menu.v1 import assistant_service_pb2_grpc as rpc_grpc
from starlette.responses import Response

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.server import Build
from tests.conftest import NOW
from tests.integration.assistants import (
    FOREIGN_MENU,
    LOCATION,
    MANAGER,
    MENU,
    QUIET_LOCATION,
    QUIET_MENU,
    SERVICE,
    STAFF,
    STRANGER,
    building,
    ended,
    failing,
    job,
    menu_document,
    place,
    put_restaurant,
    started,
    stored,
    translated,
)
from tests.servers.openai import Asked, OpenAI, answer, fail, hang, refuse, serve_openai
from tests.support import Served, detail, eventually, reason

Serve = Callable[[str, Build], Awaitable[Served]]


@pytest.fixture(autouse=True)
def without_pauses() -> Iterator[None]:
    """Retry as often as always, but without waiting in between."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def openai() -> AsyncIterator[OpenAI]:
    async with serve_openai() as running:
        yield running


@pytest.fixture
async def stub(openai: OpenAI, serve: Serve, db: Database) -> rpc_grpc.AssistantServiceStub:
    await put_restaurant(db)
    served = await serve("menu", building(openai))
    return rpc_grpc.AssistantServiceStub(served.channel)


# -- a menu -------------------------------------------------------------------------------------------------------


async def test_a_menu_is_translated_in_the_background(stub: rpc_grpc.AssistantServiceStub, db: Database) -> None:
    begun = await started(stub)
    assert (begun.state, list(begun.languages)) == (rpc.TRANSLATION_JOB_STATE_QUEUED, ["es", "pt"])
    found = await ended(stub, begun.id)
    assert (found.state, found.done, found.total) == (rpc.TRANSLATION_JOB_STATE_DONE, 4, 4)
    assert not found.HasField("error")
    menu = await stored(db)
    assert menu["name"] == {"en": "Lunch", "es": "Lunch [es]", "pt": "Lunch [pt]"}
    assert menu["items"][0] == {
        "id": "leek",
        "name": {"en": "Leek soup", "es": "Leek soup [es]", "pt": "Leek soup [pt]"},
        "priceCents": 500,
    }
    assert menu["items"][1]["description"]["pt"] == "With milk [pt]"
    assert (menu["version"], menu["updatedAt"], menu["needsTranslation"]) == (1, NOW, False)


async def test_the_record_of_changes_names_who_asked_for_the_job(
    stub: rpc_grpc.AssistantServiceStub, db: Database
) -> None:
    request = rpc.TranslateMenuRequest(**place())
    response = await stub.TranslateMenu(request, metadata=(*MANAGER, ("x-request-id", "r-7")))
    await ended(stub, response.data.id)
    record = await db["audit"].find_one({})
    assert record is not None
    assert (record["actor"], record["action"], record["requestId"]) == ("staff:manager", "TranslateMenu", "r-7")


async def test_only_what_is_missing_or_changed_is_asked_for_again(
    stub: rpc_grpc.AssistantServiceStub, db: Database, openai: OpenAI
) -> None:
    await translated(stub)
    await db["menus"].update_one(
        {"_id": ObjectId(MENU)},
        {
            "$set": {
                "items.1.name.en": "Cortado",
                "items.0.name.es": "Crema de puerro",
                "items.0.description": {"en": "Hot"},
            }
        },
    )
    openai.asked.clear()
    found = await translated(stub)
    assert sorted(openai.asked[0].texts) == ["Cortado", "Hot"]
    assert (len(openai.asked), found.done) == (1, 2)
    items = (await stored(db))["items"]
    assert items[1]["name"] == {"en": "Cortado", "es": "Cortado [es]", "pt": "Cortado [pt]"}
    assert items[0]["name"]["es"] == "Crema de puerro"


async def test_a_translated_menu_is_not_written_again(stub: rpc_grpc.AssistantServiceStub, db: Database) -> None:
    await translated(stub)
    before = await stored(db)
    found = await translated(stub)
    assert (found.state, found.total) == (rpc.TRANSLATION_JOB_STATE_DONE, 0)
    assert await stored(db) == before


async def test_a_menu_that_is_edited_meanwhile_ends_up_right(
    stub: rpc_grpc.AssistantServiceStub, db: Database, openai: OpenAI
) -> None:
    async def edit() -> None:  # another item comes in front, a text changes, a person translates one
        leek = {"id": "leek", "name": {"en": "Leek soup", "es": "Crema de puerro"}, "priceCents": 600}
        cortado = {"id": "latte", "name": {"en": "Cortado"}, "description": {"en": "With milk"}, "priceCents": 400}
        new = {"id": "new", "name": {"en": "New"}}
        await db["menus"].update_one({"_id": ObjectId(MENU)}, {"$set": {"items": [new, leek, cortado]}})

    openai.script.append(answer(before=edit))
    await translated(stub)
    new, leek, cortado = (await stored(db))["items"]
    assert new["name"] == {"en": "New", "es": "New [es]", "pt": "New [pt]"}
    assert leek["name"] == {"en": "Leek soup", "es": "Crema de puerro", "pt": "Leek soup [pt]"}
    assert leek["priceCents"] == 600
    assert cortado["name"] == {"en": "Cortado", "es": "Cortado [es]", "pt": "Cortado [pt]"}
    assert cortado["description"]["es"] == "With milk [es]"
    assert (await stored(db))["needsTranslation"] is False


async def test_what_the_model_cannot_do_is_left_and_the_menu_still_waits(
    stub: rpc_grpc.AssistantServiceStub, db: Database, openai: OpenAI
) -> None:
    def without_portuguese(content: dict[str, Any]) -> dict[str, Any]:
        for text in content["texts"]:
            for value in text["translations"]:
                value["value"] = "" if value["code"] == "pt" else value["value"]
        return content

    openai.script.extend([answer(without_portuguese)] * 2)
    found = await translated(stub)
    assert (found.state, found.done, found.total) == (rpc.TRANSLATION_JOB_STATE_DONE, 0, 4)
    menu = await stored(db)
    assert menu["name"] == {"en": "Lunch", "es": "Lunch [es]"}
    assert menu["needsTranslation"] is True
    assert len(openai.asked) == 2  # the second time for Portuguese alone


async def test_other_languages_than_the_locations_leave_the_menu_waiting(
    stub: rpc_grpc.AssistantServiceStub, db: Database
) -> None:
    await translated(stub, languages=["fr"])
    menu = await stored(db)
    assert menu["name"] == {"en": "Lunch", "fr": "Lunch [fr]"}
    assert menu["needsTranslation"] is True


async def test_a_location_without_languages_gets_the_usual_ones(stub: rpc_grpc.AssistantServiceStub) -> None:
    begun = await started(stub, menu_id=QUIET_MENU, location_id=QUIET_LOCATION)
    assert list(begun.languages) == ["es", "pt"]


async def test_a_menu_has_one_job_at_a_time(stub: rpc_grpc.AssistantServiceStub, openai: OpenAI) -> None:
    openai.script.append(hang())
    begun = await asyncio.gather(*(started(stub) for _ in range(5)))
    assert len({found.id for found in begun}) == 1
    error = await failing(stub.TranslateMenu(rpc.TranslateMenuRequest(**place(languages=["fr"])), metadata=MANAGER))
    assert (error.code(), reason(error)) == (grpc.StatusCode.ABORTED, "TRANSLATION_RUNNING")
    info = detail(error, error_details_pb2.ErrorInfo)
    assert info is not None
    assert info.metadata["job_id"] == begun[0].id


async def test_jobs_belong_to_their_restaurant(stub: rpc_grpc.AssistantServiceStub) -> None:
    begun = await started(stub)
    for restaurant_id, job_id in (("elsewhere", begun.id), ("elsewhere", "nonsense")):
        request = rpc.GetTranslationJobRequest(restaurant_id=restaurant_id, job_id=job_id)
        error = await failing(stub.GetTranslationJob(request, metadata=STRANGER))
        assert (error.code(), reason(error)) == (grpc.StatusCode.NOT_FOUND, "INVALID_JOB")


# -- the menus that wait ------------------------------------------------------------------------------------------


async def test_the_waiting_menus_of_the_callers_restaurants_are_translated(
    stub: rpc_grpc.AssistantServiceStub, db: Database
) -> None:
    found = await stub.TranslateWaitingMenus(rpc.TranslateWaitingMenusRequest(), metadata=MANAGER)
    assert (found.succeeded, found.message) == (True, "menus being translated: 1")

    async def is_translated() -> bool:
        return (await stored(db))["needsTranslation"] is False

    await eventually(is_translated)
    assert await db["translation_jobs"].count_documents({}) == 1
    for untouched, location in ((QUIET_MENU, QUIET_LOCATION), (FOREIGN_MENU, LOCATION)):
        menu = await stored(db, untouched)
        assert menu == menu_document(untouched, location, restaurantId=menu["restaurantId"])


async def test_a_service_may_have_the_menus_of_all_restaurants_translated(
    stub: rpc_grpc.AssistantServiceStub, db: Database
) -> None:
    # A location of the same id in another restaurant is not this menu's location.
    await db["locations"].insert_one({"_id": ObjectId(), "restaurantId": "shift", "supportedLanguages": ["es"]})
    found = await stub.TranslateWaitingMenus(rpc.TranslateWaitingMenusRequest(), metadata=SERVICE)
    assert found.message == "menus being translated: 1"


async def test_who_manages_nothing_has_nothing_translated(stub: rpc_grpc.AssistantServiceStub, db: Database) -> None:
    found = await stub.TranslateWaitingMenus(rpc.TranslateWaitingMenusRequest(), metadata=STAFF)
    assert found.message == "menus being translated: 0"
    assert await db["translation_jobs"].count_documents({}) == 0


# -- when things go wrong -----------------------------------------------------------------------------------------


async def test_a_provider_that_is_away_postpones_a_job(
    stub: rpc_grpc.AssistantServiceStub, openai: OpenAI, clock: FixedClock
) -> None:
    openai.script.extend([fail(500)] * 3)
    begun = await started(stub)

    async def is_postponed() -> bool:
        return (await job(stub, begun.id)).HasField("error")

    await eventually(is_postponed)
    found = await job(stub, begun.id)
    assert (found.state, found.error, found.attempts) == (rpc.TRANSLATION_JOB_STATE_QUEUED, "AI_UNAVAILABLE", 1)
    clock.set(NOW.replace(second=30))
    found = await ended(stub, begun.id)
    assert (found.state, found.done, found.HasField("error")) == (rpc.TRANSLATION_JOB_STATE_DONE, 4, False)


async def test_a_provider_that_stays_away_ends_a_job_and_another_goes_on(
    stub: rpc_grpc.AssistantServiceStub, openai: OpenAI, clock: FixedClock
) -> None:
    openai.usual = fail(503)
    begun = await started(stub)
    for attempt in range(1, 6):

        async def was_tried(number: int = attempt) -> bool:
            found = await job(stub, begun.id)
            return found.attempts == number and found.state != rpc.TRANSLATION_JOB_STATE_RUNNING

        await eventually(was_tried)
        clock.set(NOW + timedelta(hours=attempt))
    found = await job(stub, begun.id)
    assert (found.state, found.error, found.done) == (rpc.TRANSLATION_JOB_STATE_FAILED, "AI_UNAVAILABLE", 0)
    openai.usual = None
    assert (await translated(stub)).done == 4


async def test_a_text_that_the_model_refuses_does_not_keep_the_others_from_being_translated(
    stub: rpc_grpc.AssistantServiceStub, db: Database, openai: OpenAI
) -> None:
    async def refuse_latte(provider: OpenAI, asked: Asked) -> Response:
        return await (refuse() if "Latte" in asked.texts else answer())(provider, asked)

    openai.usual = refuse_latte
    found = await translated(stub)
    assert (found.state, found.error) == (rpc.TRANSLATION_JOB_STATE_FAILED, "AI_BAD_ANSWER")
    assert (found.done, found.total) == (3, 4)
    menu = await stored(db)
    assert menu["items"][1]["name"] == {"en": "Latte"}
    assert menu["items"][1]["description"]["es"] == "With milk [es]"
    assert menu["needsTranslation"] is True


async def test_a_refused_key_ends_a_job_at_once(openai: OpenAI, serve: Serve, db: Database) -> None:
    await put_restaurant(db)
    stub = rpc_grpc.AssistantServiceStub((await serve("menu", building(openai, key="sk-wrong"))).channel)
    found = await translated(stub)
    assert (found.state, found.error, found.attempts) == (rpc.TRANSLATION_JOB_STATE_FAILED, "AI_MISCONFIGURED", 1)


async def test_a_menu_that_is_deleted_ends_its_job(
    stub: rpc_grpc.AssistantServiceStub, db: Database, openai: OpenAI
) -> None:
    async def delete() -> None:
        await db["menus"].delete_one({"_id": ObjectId(MENU)})

    openai.script.append(answer(before=delete))
    found = await translated(stub)
    assert (found.state, found.error) == (rpc.TRANSLATION_JOB_STATE_FAILED, "INVALID_MENU")


async def test_two_replicas_do_not_do_the_same_work(openai: OpenAI, serve: Serve, db: Database) -> None:
    items = [{"id": f"i{n}", "name": {"en": f"Dish {n}"}} for n in range(99)]
    await put_restaurant(db)
    await db["menus"].update_one({"_id": ObjectId(MENU)}, {"$set": {"items": items}})
    first, second = [await serve(f"menu {n}", building(openai)) for n in (1, 2)]
    stub = rpc_grpc.AssistantServiceStub(first.channel)
    found = await translated(rpc_grpc.AssistantServiceStub(second.channel))
    assert (await job(stub, found.id)).done == 100
    assert [len(asked.keys) for asked in openai.asked] == [20] * 5
    names = [item["name"]["es"] for item in (await stored(db))["items"]]
    assert names == [f"Dish {n} [es]" for n in range(99)]
