"""The local sign-in core, asked as the SDK asks, on the real database. That the SDK understands it: test_sign_in.py."""

from __future__ import annotations

import asyncio
import contextlib
import json
import pathlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
import uvicorn

from services.kit.mongo import Database
from services.signin_core.app import make_app
from services.signin_core.passwordless import CODE_LIFETIME_MS, MOST_ATTEMPTS
from services.signin_core.sessions import ACCESS_SECONDS, SET_CLOCK_EXPIRY
from services.signin_core.settings import CoreSettings
from tests.conftest import NOW
from tests.support import SECRET, eventually

Start = Callable[..., Awaitable[httpx.AsyncClient]]
Json = dict[str, Any]


@pytest.fixture
async def start(mongo_uri: str, db: Database, tmp_path: pathlib.Path) -> AsyncIterator[Start]:
    """Start cores on the test's database; the clock stands in a file."""
    (tmp_path / "clock").write_text(NOW.isoformat())
    async with contextlib.AsyncExitStack() as stack:

        async def begin(**environment: str) -> httpx.AsyncClient:
            settings = CoreSettings.model_validate(
                {
                    "DB_CONN_STRING": mongo_uri,
                    "DB_NAME": db.name,
                    "ORDERBUDDY_ASSERTION_SECRET": SECRET,
                    "ORDERBUDDY_CLOCK": f"@{tmp_path / 'clock'}",
                    **environment,
                }
            )
            listening = socket.create_server(("127.0.0.1", 0))
            config = uvicorn.Config(make_app(settings), log_config=None, access_log=False, ws="none")
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            await eventually(lambda: server.started)

            async def stop() -> None:
                server.should_exit = True
                await serving
                listening.close()

            stack.push_async_callback(stop)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            return await stack.enter_async_context(httpx.AsyncClient(base_url=url))

        yield begin
    await db.client.drop_database(f"{db.name}_signin")


@pytest.fixture
async def core(start: Start) -> httpx.AsyncClient:
    return await start()


@pytest.fixture
def set_clock(tmp_path: pathlib.Path) -> Callable[[timedelta], None]:
    def move(by: timedelta) -> None:
        (tmp_path / "clock").write_text((NOW + by).isoformat())

    return move


async def post(core: httpx.AsyncClient, path: str, body: Json) -> Json:
    answer: Json = (await core.post(path, json=body)).json()
    return answer


async def code_for(core: httpx.AsyncClient, **contact: str) -> Json:
    return await post(core, "/public/recipe/signinup/code", contact or {"email": "ana@example.test"})


def use(code: Json, text: str | None = None) -> Json:
    return {
        "preAuthSessionId": code["preAuthSessionId"],
        "deviceId": code["deviceId"],
        "userInputCode": text or code["userInputCode"],
    }


def wrong(code: Json) -> Json:
    return use(code, "1" * 6 if code["userInputCode"] != "1" * 6 else "2" * 6)


async def consume(core: httpx.AsyncClient, body: Json) -> Json:
    return await post(core, "/public/recipe/signinup/code/consume", body)


async def session_of(core: httpx.AsyncClient, user_id: str = "u1") -> Json:
    body = {"userId": user_id, "userDataInJWT": {"iss": "x", "a": 1}, "userDataInDatabase": {}}
    return await post(core, "/public/recipe/session", {**body, "useDynamicSigningKey": True, "enableAntiCsrf": False})


async def refresh(core: httpx.AsyncClient, answer: Json) -> Json:
    return await post(core, "/recipe/session/refresh", {"refreshToken": answer["refreshToken"]["token"]})


async def verify(core: httpx.AsyncClient, answer: Json) -> Json:
    return await post(core, "/recipe/session/verify", {"accessToken": answer["accessToken"]["token"]})


async def test_a_code_signs_a_new_person_up_and_works_once(core: httpx.AsyncClient) -> None:
    code = await code_for(core)
    first = await consume(core, use(code))
    assert (first["status"], first["createdNewUser"], first["user"]["emails"]) == ("OK", True, ["ana@example.test"])
    assert await consume(core, use(code)) == {"status": "RESTART_FLOW_ERROR"}


async def test_mail_addresses_are_the_same_in_any_case(core: httpx.AsyncClient) -> None:
    first = await consume(core, use(await code_for(core, email="Ana@Example.test")))
    second = await consume(core, use(await code_for(core)))
    assert (second["user"]["id"], second["createdNewUser"]) == (first["user"]["id"], False)


async def test_a_code_used_twenty_times_at_once_signs_in_once(core: httpx.AsyncClient) -> None:
    code = await code_for(core)
    answers = await asyncio.gather(*(consume(core, use(code)) for _ in range(20)))
    assert sorted(answer["status"] for answer in answers) == ["OK"] + ["RESTART_FLOW_ERROR"] * 19


async def test_wrong_codes_are_counted_and_the_last_one_ends_the_sign_in(core: httpx.AsyncClient) -> None:
    code = await code_for(core)
    counts = [(await consume(core, wrong(code))).get("failedCodeInputAttemptCount") for _ in range(MOST_ATTEMPTS)]
    assert counts == [1, 2, 3, 4, None]
    assert await consume(core, use(code)) == {"status": "RESTART_FLOW_ERROR"}


async def test_wrong_codes_at_once_are_all_counted(core: httpx.AsyncClient) -> None:
    code = await code_for(core)
    answers = await asyncio.gather(*(consume(core, wrong(code)) for _ in range(20)))
    counted = sorted(a["failedCodeInputAttemptCount"] for a in answers if "failedCodeInputAttemptCount" in a)
    assert counted == [1, 2, 3, 4]


async def test_a_code_expires_by_the_set_clock(core: httpx.AsyncClient, set_clock: Callable[[timedelta], None]) -> None:
    code = await code_for(core)
    set_clock(timedelta(milliseconds=CODE_LIFETIME_MS - 1))
    looked_at = await post(core, "/public/recipe/signinup/code/check", use(code))
    set_clock(timedelta(milliseconds=CODE_LIFETIME_MS))
    expired = await consume(core, use(code))
    assert (looked_at["status"], expired["status"]) == ("OK", "EXPIRED_USER_INPUT_CODE_ERROR")
    assert expired["failedCodeInputAttemptCount"] == 1


async def test_another_code_for_the_same_sign_in_works_beside_the_first(core: httpx.AsyncClient) -> None:
    first = await code_for(core)
    second = await post(core, "/public/recipe/signinup/code", {"deviceId": first["deviceId"]})
    assert second["preAuthSessionId"] == first["preAuthSessionId"]
    assert (await consume(core, use(first)))["status"] == "OK"
    assert await consume(core, use(second)) == {"status": "RESTART_FLOW_ERROR"}


async def test_refreshing_again_before_the_child_was_used_is_fine(core: httpx.AsyncClient) -> None:
    session = await session_of(core)
    lost, again = await refresh(core, session), await refresh(core, session)
    assert (lost["status"], again["status"]) == ("OK", "OK")


async def test_a_refresh_token_used_after_its_child_is_theft(core: httpx.AsyncClient) -> None:
    session = await session_of(core)
    child = await refresh(core, session)
    assert (await verify(core, child))["accessToken"]["token"]
    stolen = await refresh(core, session)
    assert (stolen["status"], stolen["session"]["userId"]) == ("TOKEN_THEFT_DETECTED", "u1")
    assert (await refresh(core, child))["status"] == "OK"


async def test_a_refresh_token_used_after_its_grandchild_is_theft(core: httpx.AsyncClient) -> None:
    session = await session_of(core)
    child = await refresh(core, session)
    assert (await refresh(core, child))["status"] == "OK"
    assert (await refresh(core, session))["status"] == "TOKEN_THEFT_DETECTED"


@pytest.mark.parametrize("forged", ["", "x.y", "eyJhIjoxfQ.AAAA", "💥"])
async def test_a_refresh_token_that_is_not_ours_is_refused(core: httpx.AsyncClient, forged: str) -> None:
    answer = await post(core, "/recipe/session/refresh", {"refreshToken": forged})
    assert answer["status"] == "UNAUTHORISED"


async def test_an_ended_session_is_refused_everywhere(core: httpx.AsyncClient) -> None:
    session = await session_of(core)
    child = await refresh(core, session)
    ended = await post(core, "/recipe/session/remove", {"sessionHandles": [session["session"]["handle"]]})
    assert ended["sessionHandlesRevoked"] == [session["session"]["handle"]]
    assert {(await verify(core, child))["status"], (await refresh(core, session))["status"]} == {"UNAUTHORISED"}


async def test_tokens_are_signed_with_the_published_key_and_say_when_they_expire(core: httpx.AsyncClient) -> None:
    token = (await session_of(core))["accessToken"]["token"]
    keys = jwt.PyJWKSet.from_dict((await core.get("/.well-known/jwks.json")).json())
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, keys[header["kid"]].key, algorithms=["RS256"])
    assert (header["kid"][:2], header["version"], claims["sub"], claims["a"]) == ("d-", "5", "u1", 1)
    assert claims["exp"] - claims["iat"] == ACCESS_SECONDS
    assert claims[SET_CLOCK_EXPIRY] == (NOW.timestamp() + ACCESS_SECONDS) * 1000


async def test_sessions_and_keys_outlive_the_process(start: Start) -> None:
    one = await start()
    session = await session_of(one)
    other = await start()
    assert (await one.get("/.well-known/jwks.json")).json() == (await other.get("/.well-known/jwks.json")).json()
    assert (await refresh(other, session))["status"] == "OK"


async def test_removing_an_account_ends_its_sessions(core: httpx.AsyncClient) -> None:
    user_id = (await consume(core, use(await code_for(core))))["user"]["id"]
    session = await session_of(core, user_id)
    assert await post(core, "/user/remove", {"userId": user_id}) == {"status": "OK"}
    assert (await core.get("/user/id", params={"userId": user_id})).json()["status"] == "UNKNOWN_USER_ID_ERROR"
    assert (await refresh(core, session))["status"] == "UNAUTHORISED"


async def test_given_accounts_and_a_given_code_are_there_for_tests(start: Start, tmp_path: pathlib.Path) -> None:
    accounts = [{"id": "given", "email": "bo@example.test", "timeJoined": 1}]
    (tmp_path / "users.json").write_text(json.dumps(accounts))
    core = await start(ORDERBUDDY_CORE_USERS=str(tmp_path / "users.json"), ORDERBUDDY_LOGIN_CODE="123456")
    code = await code_for(core, email="bo@example.test")
    signed_in = await consume(core, use(code))
    assert (code["userInputCode"], signed_in["user"]["id"], signed_in["createdNewUser"]) == ("123456", "given", False)
    await post(core, "/user/remove", {"userId": "given"})
    await post(core, "/reset", {})
    assert (await core.get("/users/count")).json()["count"] == 1


async def test_with_a_key_set_nobody_without_it_is_answered(start: Start) -> None:
    core = await start(SUPERTOKENS_API_KEY="the key")
    assert (await core.get("/apiversion")).status_code == 401
    assert (await core.get("/apiversion", headers={"api-key": "the key"})).json() == {"versions": ["5.4"]}


def test_it_refuses_the_production_profile(mongo_uri: str) -> None:
    with pytest.raises(ValueError, match="development and tests"):
        CoreSettings.model_validate(
            {
                "DB_CONN_STRING": mongo_uri,
                "ORDERBUDDY_ASSERTION_SECRET": SECRET,
                "ORDERBUDDY_PROFILE": "production",
            }
        )
