"""AssistantService over gRPC, on the real database, with a local provider: texts, hours, single items."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import grpc
import pytest
import stamina
from bson import ObjectId
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from orderbuddy.menu.v1 import assistant_service_pb2 as rpc
from orderbuddy.menu.v1 import assistant_service_pb2_grpc as rpc_grpc

from services.kit.mongo import Database
from services.kit.server import Build
from tests.conftest import NOW
from tests.integration.assistants import (
    FOREIGN_MENU,
    MANAGER,
    MENU,
    RESTAURANT,
    STAFF,
    STRANGER,
    building,
    failing,
    place,
    put_restaurant,
    stored,
)
from tests.servers.openai import OpenAI, answer, fail, hang, serve_openai, working_day
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


# -- texts and hours ----------------------------------------------------------------------------------------------


async def test_a_text_is_translated_into_the_languages_that_exist(stub: rpc_grpc.AssistantServiceStub) -> None:
    request = rpc.TranslateTextRequest(message="Tea", language_codes=["pt", "klingon", "es", "pt"])
    found = await stub.TranslateText(request, metadata=STAFF)
    assert [(t.code, t.value) for t in found.translations] == [("pt", "Tea [pt]"), ("es", "Tea [es]")]


@pytest.mark.parametrize("codes", [[], ["klingon"]])
async def test_without_any_language_the_provider_is_not_asked(
    stub: rpc_grpc.AssistantServiceStub, openai: OpenAI, codes: list[str]
) -> None:
    found = await stub.TranslateText(rpc.TranslateTextRequest(message="Tea", language_codes=codes), metadata=STAFF)
    assert list(found.translations) == []
    assert openai.asked == []


async def test_several_texts_have_one_answer_each(stub: rpc_grpc.AssistantServiceStub) -> None:
    request = rpc.TranslateTextsRequest(messages=["Tea", "", "Tea", "Coffee"], language_codes=["es"])
    found = await stub.TranslateTexts(request, metadata=STAFF)
    values = [[(t.code, t.value) for t in message.translations] for message in found.messages]
    assert values == [[("es", "Tea [es]")], [("es", "")], [("es", "Tea [es]")], [("es", "Coffee [es]")]]


async def test_hours_are_found(stub: rpc_grpc.AssistantServiceStub, openai: OpenAI) -> None:
    openai.hours[6] = working_day("sunday", closed=True)
    request = rpc.FindWorkingHoursRequest(restaurant_name="Luna", restaurant_address="1 Main St")
    found = await stub.FindWorkingHours(request, metadata=STAFF)
    assert len(found.open_hours) == 7
    assert found.open_hours[0] == rpc.WorkingDay(day="monday", periods=[rpc.WorkingPeriod(start="09:00", end="17:00")])
    assert found.open_hours[6] == rpc.WorkingDay(day="sunday", is_closed=True)


async def test_hours_are_read_from_a_text_without_a_search(stub: rpc_grpc.AssistantServiceStub, openai: OpenAI) -> None:
    found = await stub.ReadWorkingHours(rpc.ReadWorkingHoursRequest(text="Daily 9 to 5"), metadata=STAFF)
    assert len(found.open_hours) == 7
    assert openai.asked[0].question == {"text": "Daily 9 to 5"}
    assert "tools" not in openai.asked[0].body


async def test_hours_that_are_wrong_twice_are_no_answer(stub: rpc_grpc.AssistantServiceStub, openai: OpenAI) -> None:
    openai.hours[0] = working_day("monday", ("09:00", "09:00"))
    error = await failing(stub.ReadWorkingHours(rpc.ReadWorkingHoursRequest(text="Daily"), metadata=STAFF))
    assert (error.code(), reason(error)) == (grpc.StatusCode.UNAVAILABLE, "AI_BAD_ANSWER")
    assert len(openai.asked) == 2


async def test_a_call_ends_with_its_deadline_and_so_does_the_question(
    stub: rpc_grpc.AssistantServiceStub, openai: OpenAI
) -> None:
    openai.script.append(hang())
    request = rpc.TranslateTextRequest(message="Tea", language_codes=["es"])
    error = await failing(stub.TranslateText(request, metadata=STAFF, timeout=0.3))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    await eventually(lambda: openai.hung_up == 1)


async def test_a_busy_provider_says_when_to_come_back(stub: rpc_grpc.AssistantServiceStub, openai: OpenAI) -> None:
    openai.script.append(fail(429, "60"))
    request = rpc.TranslateTextRequest(message="Tea", language_codes=["es"])
    error = await failing(stub.TranslateText(request, metadata=STAFF))
    assert (error.code(), reason(error)) == (grpc.StatusCode.UNAVAILABLE, "AI_BUSY")
    retry = detail(error, error_details_pb2.RetryInfo)
    assert retry is not None
    assert retry.retry_delay.seconds == 60


async def test_the_same_call_again_costs_nothing(stub: rpc_grpc.AssistantServiceStub, openai: OpenAI) -> None:
    request = rpc.TranslateTextRequest(message="Tea", language_codes=["es"], request_id="r-1")
    first = await stub.TranslateText(request, metadata=STAFF)
    assert await stub.TranslateText(request, metadata=STAFF) == first
    assert len(openai.asked) == 1


REQUESTS: list[tuple[str, Message]] = [
    ("FindWorkingHours", rpc.FindWorkingHoursRequest(restaurant_name="Luna", restaurant_address="1 Main St")),
    ("ReadWorkingHours", rpc.ReadWorkingHoursRequest(text="Daily 9 to 5")),
    ("TranslateText", rpc.TranslateTextRequest(message="Tea", language_codes=["es"])),
    ("TranslateTexts", rpc.TranslateTextsRequest(messages=["Tea"], language_codes=["es"])),
    ("TranslateWaitingMenus", rpc.TranslateWaitingMenusRequest()),
    ("TranslateMenuItem", rpc.TranslateMenuItemRequest(**place(item_id="latte"))),
    ("TranslateMenu", rpc.TranslateMenuRequest(**place())),
    ("GetTranslationJob", rpc.GetTranslationJobRequest(restaurant_id=RESTAURANT, job_id=MENU)),
]


def test_every_method_is_among_the_requests() -> None:
    assert {name for name, _ in REQUESTS} == set(rpc.DESCRIPTOR.services_by_name["AssistantService"].methods_by_name)


async def test_without_a_key_every_call_says_so(openai: OpenAI, serve: Serve) -> None:
    served = await serve("menu", building(openai, key=None))
    stub = rpc_grpc.AssistantServiceStub(served.channel)
    for name, request in REQUESTS:
        error = await failing(getattr(stub, name)(request, metadata=MANAGER))
        assert (error.code(), reason(error)) == (grpc.StatusCode.FAILED_PRECONDITION, "AI_NOT_CONFIGURED"), name
        assert "OPENAI_API_KEY" in str(error.details())


@pytest.mark.parametrize(("name", "request_message"), REQUESTS)
async def test_nobody_gets_in_without_signing_in(
    stub: rpc_grpc.AssistantServiceStub, name: str, request_message: Message
) -> None:
    error = await failing(getattr(stub, name)(request_message))
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize(("name", "request_message"), REQUESTS[5:])
async def test_menus_are_for_their_managers(
    stub: rpc_grpc.AssistantServiceStub, name: str, request_message: Message
) -> None:
    foreign = await failing(getattr(stub, name)(request_message, metadata=STRANGER))
    assert (foreign.code(), reason(foreign)) == (grpc.StatusCode.PERMISSION_DENIED, "FOREIGN_RESTAURANT")
    waiter = await failing(getattr(stub, name)(request_message, metadata=STAFF))
    assert (waiter.code(), reason(waiter)) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_TOO_LOW")


# -- one item -----------------------------------------------------------------------------------------------------


async def test_an_item_is_translated_and_nothing_else(
    stub: rpc_grpc.AssistantServiceStub, db: Database, openai: OpenAI
) -> None:
    request = rpc.TranslateMenuItemRequest(**place(item_id="latte"))
    item = (await stub.TranslateMenuItem(request, metadata=MANAGER)).data
    assert (item.version, item.translated) == (1, 2)
    assert [(t.field, t.en, [(v.code, v.value) for v in t.translations]) for t in item.texts] == [
        ("name", "Latte", [("es", "Latte [es]"), ("pt", "Latte [pt]")]),
        ("description", "With milk", [("es", "With milk [es]"), ("pt", "With milk [pt]")]),
    ]
    menu = await stored(db)
    assert menu["items"][0] == {"id": "leek", "name": {"en": "Leek soup"}, "priceCents": 500}
    assert menu["items"][1]["name"] == {"en": "Latte", "es": "Latte [es]", "pt": "Latte [pt]"}
    assert (menu["version"], menu["updatedAt"], menu["needsTranslation"]) == (1, NOW, True)
    assert len(openai.asked) == 1


async def test_an_item_that_is_up_to_date_costs_nothing(stub: rpc_grpc.AssistantServiceStub, openai: OpenAI) -> None:
    request = rpc.TranslateMenuItemRequest(**place(item_id="latte"))
    await stub.TranslateMenuItem(request, metadata=MANAGER)
    again = (await stub.TranslateMenuItem(request, metadata=MANAGER)).data
    assert (again.version, again.translated) == (1, 0)
    assert again.texts[0].translations[0].value == "Latte [es]"
    assert len(openai.asked) == 1


async def test_who_had_an_item_translated_is_on_record(stub: rpc_grpc.AssistantServiceStub, db: Database) -> None:
    await stub.TranslateMenuItem(
        rpc.TranslateMenuItemRequest(**place(item_id="latte", languages=["es"])), metadata=MANAGER
    )
    record = await db["audit"].find_one({})
    assert record is not None
    assert (record["actor"], record["action"]) == ("staff:manager", "TranslateMenuItem")
    assert {"path": "items[latte].name.es", "from": None, "to": "Latte [es]"} in record["changes"]


async def test_an_item_whose_text_changes_while_the_model_thinks_keeps_the_new_text(
    stub: rpc_grpc.AssistantServiceStub, db: Database, openai: OpenAI
) -> None:
    async def edit() -> None:  # as the old back end writes
        await db["menus"].update_one({"_id": ObjectId(MENU)}, {"$set": {"items.1.name.en": "Cortado"}})

    openai.script.append(answer(before=edit))
    request = rpc.TranslateMenuItemRequest(**place(item_id="latte"))
    item = (await stub.TranslateMenuItem(request, metadata=MANAGER)).data
    assert item.translated == 1
    assert [(t.en, t.translations[0].value) for t in item.texts] == [("Cortado", ""), ("With milk", "With milk [es]")]
    assert (await stored(db))["items"][1]["name"] == {"en": "Cortado"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({"item_id": "nope"}, "INVALID_ITEM"), ({"item_id": "latte", "menu_id": FOREIGN_MENU}, "INVALID_MENU")],
)
async def test_an_unknown_item_or_menu_is_not_found(
    stub: rpc_grpc.AssistantServiceStub, openai: OpenAI, changed: dict[str, str], expected: str
) -> None:
    request = rpc.TranslateMenuItemRequest(**place(**changed))
    error = await failing(stub.TranslateMenuItem(request, metadata=MANAGER))
    assert (error.code(), reason(error)) == (grpc.StatusCode.NOT_FOUND, expected)
    assert openai.asked == []


@pytest.mark.parametrize(
    ("languages", "field"), [(["es", "klingon"], "languages.1"), (["en"], "languages"), (["ES"], "languages.0")]
)
async def test_languages_that_a_menu_cannot_have_are_refused(
    stub: rpc_grpc.AssistantServiceStub, languages: list[str], field: str
) -> None:
    request = rpc.TranslateMenuRequest(**place(languages=languages))
    error = await failing(stub.TranslateMenu(request, metadata=MANAGER))
    bad = detail(error, error_details_pb2.BadRequest)
    assert bad is not None
    assert [violation.field for violation in bad.field_violations] == [field]
