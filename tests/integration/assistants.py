"""A restaurant with menus, and a Menu service that is nothing but the assistant."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.menu.v1 import assistant_service_pb2 as rpc
from orderbuddy.menu.v1 import assistant_service_pb2_grpc as rpc_grpc

from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build, Runtime
from services.menu.assistant.settings import AssistantSettings
from services.menu.assistant.wiring import build_assistant
from tests.servers.openai import KEY, OpenAI
from tests.support import eventually, metadata_of

RESTAURANT = "luna"
LOCATION, QUIET_LOCATION = "6a0000000000000000000001", "6a0000000000000000000002"
MENU, QUIET_MENU, FOREIGN_MENU = (f"6b000000000000000000000{n}" for n in (1, 2, 3))
MANAGER = metadata_of(Principal(CallerKind.STAFF, "manager", {RESTAURANT: Role.MANAGER, "shift": Role.STAFF}))
STAFF = metadata_of(Principal(CallerKind.STAFF, "waiter", {RESTAURANT: Role.STAFF}))
STRANGER = metadata_of(Principal(CallerKind.STAFF, "someone", {"elsewhere": Role.OWNER}))
SERVICE = metadata_of(Principal(CallerKind.SERVICE, "edge"))


def building(openai: OpenAI, key: str | None = KEY) -> Build:
    async def build(runtime: Runtime) -> None:
        values = {"OPENAI_API_KEY": key, "ORDERBUDDY_OPENAI_URL": openai.url}
        build_assistant(runtime, AssistantSettings.model_validate(values), poll_seconds=0.05)

    return build


def menu_document(menu_id: str, location_id: str = LOCATION, **more: Any) -> dict[str, Any]:
    return {
        "_id": ObjectId(menu_id),
        "restaurantId": RESTAURANT,
        "locationId": ObjectId(location_id),
        "menuSlug": "lunch",
        "name": {"en": "Lunch"},
        "categories": [],
        "items": [
            {"id": "leek", "name": {"en": "Leek soup"}, "priceCents": 500},
            {"id": "latte", "name": {"en": "Latte"}, "description": {"en": "With milk"}, "priceCents": 400},
        ],
        "needsTranslation": True,
        **more,
    }


async def put_restaurant(db: Database) -> None:
    await db["locations"].insert_many(
        [
            {"_id": ObjectId(LOCATION), "restaurantId": RESTAURANT, "supportedLanguages": ["en", "es", "pt", "x"]},
            {"_id": ObjectId(QUIET_LOCATION), "restaurantId": RESTAURANT},
        ]
    )
    await db["menus"].insert_many(
        [
            menu_document(MENU),
            menu_document(QUIET_MENU, QUIET_LOCATION),
            menu_document(FOREIGN_MENU, restaurantId="shift"),
        ]
    )


async def stored(db: Database, menu_id: str = MENU) -> dict[str, Any]:
    found = await db["menus"].find_one({"_id": ObjectId(menu_id)})
    assert found is not None
    return found


def place(menu_id: str = MENU, location_id: str = LOCATION, **more: Any) -> dict[str, Any]:
    return {"restaurant_id": RESTAURANT, "location_id": location_id, "menu_id": menu_id, **more}


async def started(stub: rpc_grpc.AssistantServiceStub, **more: Any) -> rpc.TranslationJob:
    response: rpc.TranslateMenuResponse = await stub.TranslateMenu(
        rpc.TranslateMenuRequest(**place(**more)), metadata=MANAGER
    )
    return response.data


async def job(stub: rpc_grpc.AssistantServiceStub, job_id: str) -> rpc.TranslationJob:
    request = rpc.GetTranslationJobRequest(restaurant_id=RESTAURANT, job_id=job_id)
    response: rpc.GetTranslationJobResponse = await stub.GetTranslationJob(request, metadata=MANAGER)
    return response.data


async def ended(stub: rpc_grpc.AssistantServiceStub, job_id: str) -> rpc.TranslationJob:
    async def has_ended() -> bool:
        return (await job(stub, job_id)).state in (rpc.TRANSLATION_JOB_STATE_DONE, rpc.TRANSLATION_JOB_STATE_FAILED)

    await eventually(has_ended)
    return await job(stub, job_id)


async def translated(stub: rpc_grpc.AssistantServiceStub, **more: Any) -> rpc.TranslationJob:
    return await ended(stub, (await started(stub, **more)).id)


async def failing(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value
